"""Has the complete and new batches of one live dataset judged, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlops_tui.domain.errors import WorkerError
from mlops_tui.domain.monitoring import Watched
from mlops_tui.domain.project import Project
from mlops_tui.engine.live_files import CLOSED_SECONDS, LiveFiles
from mlops_tui.engine.live_keys import LiveFile
from mlops_tui.engine.monitored import live_path
from mlops_tui.engine.warm_worker import WarmWorker
from mlops_tui.index import Index

HELD_SECONDS = 30.0
"""A batch that another process is at is asked for again after so long."""

OnJudged = Callable[[str, Mapping[str, Any]], object]
"""Called with the key of a batch and what the task `batches.judge` said of it."""


class LiveJudge:
    """One live dataset under a worker that stays. One thread."""

    def __init__(
        self,
        described: Project,
        watched: Watched,
        worker: WarmWorker,
        index: Index,
        on_judged: OnJudged,
        settle_seconds: float | None = None,
    ) -> None:
        """Prepare to judge.

        Args:
            described: the project.
            watched: what is compared with what.
            worker: of the tasks `batches`; may be shared with other judges of the same thread.
            index: asked what was judged before.
            on_judged: told of every batch that was judged now.
            settle_seconds: how long a file has to stay as it is; None for the usual.
        """
        self.watched = watched
        self._described = described
        self._worker = worker
        self._index = index
        self._on_judged = on_judged
        settle = CLOSED_SECONDS if settle_seconds is None else settle_seconds
        self.files = LiveFiles(live_path(described, watched), self._known, settle)
        self._due: float | None = None

    def _known(self, files: Sequence[tuple[str, int, int]]) -> set[str]:
        cut = self.watched.monitor.cut
        if cut.rows is not None or cut.seconds is not None:
            return set()  # they are cut once, which tells what of them was judged
        self._index.ingest()
        return self._index.known_files(self.watched.live.name, files)

    @property
    def next_seconds(self) -> float | None:
        """How long until there may be something to judge; None where nothing is to be expected."""
        left = self.files.next_seconds
        if self._due is None:
            return left
        due = max(0.0, self._due - time.time())
        return due if left is None else min(left, due)

    def tend(self) -> None:
        """Judge what is ready; return after a few batches where there are many.

        Raises:
            MlopsTuiError: the project file, the reference or the disk is at fault; what is ready
                stays so.
        """
        ready = self.files.ready()
        cut = self.watched.monitor.cut
        if cut.rows is None and cut.seconds is None:
            for file in ready[:5]:
                self._judge_file(file)
        elif ready or (self._due is not None and time.time() >= self._due):
            self._judge_cut(ready)

    def _judge_file(self, file: LiveFile) -> None:
        if self._judge(file.key)["state"] == "held":
            self.files.later(file, HELD_SECONDS)
        else:
            self.files.done(file)

    def _judge_cut(self, ready: list[LiveFile]) -> None:
        found = self._ask("cut", now=time.time())
        self._due = found["due"]
        for key, words in found["broken"]:
            self._judge(key, words)
        told = [self._judge(key) for key in found["keys"]]
        for file in ready:
            self.files.done(file)
        if any(it["state"] == "held" for it in told):
            self._due = time.time() + HELD_SECONDS

    def _judge(self, key: str, error: str | None = None) -> Mapping[str, Any]:
        """Have one batch judged; where that kills the worker twice, that is recorded of it."""
        words = error
        for is_last in (False, True):
            try:
                told = self._ask("judge", key=key, now=time.time(), error=words)
                break
            except WorkerError as lost:
                words = f"{key}: {lost.message}" if is_last else error
        else:
            told = self._ask("judge", key=key, now=time.time(), error=words)
        if told["state"] == "judged":
            self._on_judged(key, told)
        return told

    def _ask(self, task: str, **arguments: object) -> dict[str, Any]:
        given = {"project": str(self._described.path), "dataset": self.watched.live.name}
        told: dict[str, Any] = self._worker.work(task, {**given, **arguments})
        return told
