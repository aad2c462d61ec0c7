"""Has the predictions of runs evaluated when they end, each once wherever there are agents."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mlops_tui.domain.errors import (
    InputError,
    MlopsTuiError,
    WorkCancelledError,
    WorkerError,
)
from mlops_tui.domain.evaluations import Predictions
from mlops_tui.domain.project import JobKind
from mlops_tui.domain.text import safe
from mlops_tui.engine.batch_claims import Looker, held
from mlops_tui.engine.workers import Cancellation
from mlops_tui.index import Index

BUSY_SECONDS = 0.5
"""Between two looks whether the evaluation that is being done is over."""
LATER_SECONDS = 30.0
"""What another process is at, or what failed for a reason that may go, is asked for again then."""
_MOST = 20


class EvaluationCare:
    """Evaluates what finished runs of kind `evaluate` predicted; for the agent's own thread."""

    def __init__(self, project: Path, say: Callable[[str], object]) -> None:
        self._project = project
        self._say = say
        self._looker = Looker()
        self._not_before: dict[tuple[str, str], float] = {}
        self._thread: threading.Thread | None = None
        self._cancellation = Cancellation()

    def keep(self, index: Index) -> float | None:
        """Begin with the next evaluation that is due; return seconds to the next call, or None."""
        if self._thread is not None and self._thread.is_alive():
            return BUSY_SECONDS
        now = time.monotonic()
        for found in index.unevaluated(JobKind.EVALUATE.value, _MOST):
            if now >= self._not_before.get(_key(found), 0.0):
                self._not_before[_key(found)] = now + LATER_SECONDS
                self._thread = threading.Thread(
                    target=self._evaluate, args=(found,), name="evaluation", daemon=True
                )
                self._thread.start()
                return BUSY_SECONDS
        return None

    def stop(self) -> None:
        """End what is being done; its claim is free for the next agent when this process is."""
        self._cancellation.cancel()
        if self._thread is not None:
            self._thread.join(2.0)

    def _evaluate(self, found: Predictions) -> None:
        try:
            claimed = self._looker.take(self._project, claim_of(found), "evaluation")
            if claimed is not None:
                with held(claimed), _freed_on_trouble(claimed):
                    self._say(safe(f"{found.run_id}: {self._words(found)}"))
        except WorkCancelledError:
            pass
        except MlopsTuiError as error:
            self._say(safe(f"{found.run_id} is not evaluated: {error.message}"))

    def _words(self, found: Predictions) -> str:
        """Return what came of an evaluation that is recorded now."""
        from mlops_tui.engine import actions_evaluations as actions  # few agents evaluate
        from mlops_tui.engine.actions_lookup import find_run
        from mlops_tui.engine.evaluation_questions import RunQuestion

        run = find_run(self._project, found.run_id)
        question = RunQuestion(predictions=found)
        try:
            done = actions.evaluate_run(
                self._project, run, question, cancellation=self._cancellation
            )
        except (InputError, WorkerError) as error:
            actions.record_unreadable(self._project, run, found, error)
            return f"cannot be evaluated: {error.message}"
        return f"evaluated as {done.evaluation.id}"


@contextlib.contextmanager
def _freed_on_trouble(claimed: Path) -> Iterator[None]:
    """Give a claim back where nothing was recorded, so that it may be tried again."""
    try:
        yield
    except MlopsTuiError:
        with contextlib.suppress(OSError):
            claimed.unlink()
        raise


def claim_of(found: Predictions) -> str:
    """Return what the evaluation of some predictions is claimed by, as a part of a file's name."""
    told = (found.dataset or "").encode("utf-8", "surrogatepass")
    return f"{found.run_id}-{hashlib.sha256(told).hexdigest()[:8]}"


def _key(found: Predictions) -> tuple[str, str]:
    return found.run_id, found.dataset or ""
