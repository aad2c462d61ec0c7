"""Has batches judged once more, for the model's work only, as their truth becomes known."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from mlops_tui.domain.errors import WorkerError
from mlops_tui.domain.monitoring import Watched
from mlops_tui.domain.project import Project
from mlops_tui.engine.late_marks import LookedAt, Marks, label_source, marks_of, state_of
from mlops_tui.engine.live_files import CLOSED_SECONDS
from mlops_tui.engine.live_judge import HELD_SECONDS
from mlops_tui.engine.warm_worker import WarmWorker
from mlops_tui.index import Index

LOOK_SECONDS = 10.0
"""Between two looks at the files of labels."""
MOST_BATCHES = 1_000
"""The newest ones, which a new truth may be about."""
AT_ONCE = 20
REST_SHARE = 20.0
"""A look at the files is followed by this many times its own length without one."""

OnPerformed = Callable[[str, Mapping[str, Any]], object]
"""Called with the key of a batch and what the task `batches.late` said of it."""


class LateLabels:
    """The labels of one live dataset under a worker that stays. One thread."""

    def __init__(
        self,
        described: Project,
        watched: Watched,
        worker: WarmWorker,
        index: Index,
        on_performed: OnPerformed,
        settle_seconds: float = CLOSED_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to look.

        Args:
            described: the project.
            watched: the live data and its reference.
            worker: of the tasks `batches`; may be shared with others of the same thread.
            index: asked which batches there are.
            on_performed: told of every batch whose model was judged by a new truth.
            settle_seconds: how long files have to stay as they are.
            clock: seconds that only go on.
        """
        self._described, self._watched = described, watched
        self._worker, self._index = worker, index
        self._on_performed = on_performed
        self._settle_seconds, self._clock = settle_seconds, clock
        self._source = label_source(described, watched)
        self._looked = LookedAt(described.path, watched.live.name)
        self._marks: Marks = ()
        self._since = -settle_seconds
        self._next_look = 0.0
        self._not_before = 0.0
        self._has_work = True
        self._trouble = ""

    @property
    def next_seconds(self) -> float | None:
        """How long until this is to be called again; None where no labels are to come."""
        if self._source is None:
            return None
        now = self._clock()
        left = max(0.0, self._next_look - now)
        if self._has_work and self._marks:
            ready = max(self._since + self._settle_seconds, self._not_before)
            left = min(left, max(0.0, ready - now))
        return left

    def told(self) -> None:
        """Take that a batch was judged just now: its truth may be there already."""
        self._has_work = True

    def rest(self, seconds: float, trouble: str) -> bool:
        """Leave it alone for a while; say whether this trouble is another one than the last."""
        self._not_before = self._next_look = self._clock() + seconds
        is_new, self._trouble = trouble != self._trouble, trouble
        return is_new

    def tend(self) -> bool:
        """Look at the labels, and judge a few batches by them; say whether any was.

        Raises:
            MlopsTuiError: the labels or the reference cannot be read, or the disk failed; it is
                tried again.
        """
        if self._source is None:
            return False
        now = self._clock()
        if now >= self._next_look:
            self._look(now)
        is_settled = now >= self._since + self._settle_seconds
        if not (self._has_work and self._marks and is_settled and now >= self._not_before):
            return False
        self._index.ingest()
        batches = self._index.batches(self._watched.live.name, MOST_BATCHES)
        ids = [it.id for it in batches if it.error is None]
        left = self._looked.left(ids[::-1])
        if not left:
            self._has_work = False
            return False
        is_any = self._judge(left[:AT_ONCE])
        if len(left) <= AT_ONCE:
            self._looked.keep(ids)
        return is_any

    def _look(self, now: float) -> None:
        assert self._source is not None
        marks = marks_of(self._source.path)
        if marks != self._marks:
            # what was there before us, or is old, needs no second look
            self._since = now
            newest = max((mtime for _, _, mtime in marks), default=0) / 1e9
            if newest < time.time() - LOOK_SECONDS:
                self._since = now - self._settle_seconds
            self._marks, self._has_work = marks, True
            self._looked.begin(state_of(marks, self._source, self._watched))
        took = self._clock() - now
        self._next_look = now + max(LOOK_SECONDS, REST_SHARE * took)

    def _judge(self, ids: list[str]) -> bool:
        given = {"project": str(self._described.path), "dataset": self._watched.live.name}
        try:
            told = self._worker.work("late", {**given, "batches": ids, "now": time.time()})
        except WorkerError:
            self._looked.add(ids)  # they would kill the next one too
            raise
        self._looked.add([it["batch"] for it in told if it["state"] != "held"])
        is_held = any(it["state"] == "held" for it in told)
        self._not_before = self._clock() + (HELD_SECONDS if is_held else 0.0)
        performed = [it for it in told if it["state"] == "performed"]
        for it in performed:
            self._on_performed(it["key"], it)
        return bool(performed)

    def drain(self) -> bool:
        """Judge all batches whose truth is there now; say whether any was.

        Those that another process is at are left to it.

        Raises:
            MlopsTuiError: as of `tend`.
        """
        is_any = False
        while (left := self.next_seconds) is not None and left <= self._settle_seconds:
            time.sleep(left)
            is_any = self.tend() or is_any
        return is_any
