"""One thread that notices what is new in a project and says so in batches; it draws nothing.

Importing this is cheap: index and watchdog are loaded by the thread.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.runs import Run
from mlops_tui.engine.file_events import FileEvents

if TYPE_CHECKING:
    from mlops_tui.index import Index

_Result = TypeVar("_Result")

FIRST_SLICE_SECONDS = 0.03
"""How long the index may read before the first thing it found is told, so that there is one soon.

Later it reads for as long as batches have to be apart: the screen fills as it reads.
"""
LIVE_POLL_SECONDS = 0.5
IDLE_POLL_SECONDS = 2.0
LIVE_SWEEP_SECONDS = 2.0
IDLE_SWEEP_SECONDS = 10.0
"""Where file events come, files are looked at this often all the same: events can be lost."""
TEND_SECONDS = 5.0
TROUBLE_SECONDS = 1.0
"""Between two tries on a disk that refuses."""
MOST_WATCHED_RUNS = 64
"""The number of inotify watches of a user is limited; further live runs are swept."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became new since the last one."""

    runs: frozenset[str] = frozenset()
    """Ids of runs of which anything changed."""
    points: frozenset[str] = frozenset()
    """Ids of runs that got points."""
    outputs: frozenset[str] = frozenset()
    """Ids of live runs whose output grew."""
    progress: tuple[int, int] | None = None
    """Bytes read and to be read while the index is built; None when it is up to date."""
    alerts: frozenset[str] = frozenset()
    """Ids of alerts of which anything changed."""
    unreadable: str | None = None
    """Which files there are that cannot be read, in words; None where that is as before."""
    topics: frozenset[str] = frozenset()
    """What beside runs changed: `batches` of live data, versions of `data`, `models`,
    `evaluations`."""

    @property
    def is_empty(self) -> bool:
        """Say whether it tells nothing."""
        ids = self.runs or self.points or self.outputs
        told = ids or self.alerts or self.topics or self.progress
        return not told and self.unreadable is None


@dataclass(slots=True)
class _Pending:
    """What was found and not told yet."""

    runs: set[str] = field(default_factory=set)
    points: set[str] = field(default_factory=set)
    outputs: set[str] = field(default_factory=set)
    alerts: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    unreadable: str = ""
    told_unreadable: str = ""

    def take(self) -> Batch:
        ids = frozenset(self.runs), frozenset(self.points), frozenset(self.outputs)
        topics = frozenset(self.topics)
        is_other = self.unreadable != self.told_unreadable
        alerts = frozenset(self.alerts)
        self.runs, self.points, self.outputs, self.alerts = set(), set(), set(), set()
        self.topics = set()
        self.told_unreadable = self.unreadable
        unreadable = self.unreadable if is_other else None
        return Batch(*ids, alerts=alerts, unreadable=unreadable, topics=topics)


class Feed:
    """Watches one project from a thread of its own, with an index of its own.

    `on_batch` and `guard` are called in that thread. The first batch that has no `progress`
    says that the index is up to date.
    """

    def __init__(
        self,
        project: Path,
        on_batch: Callable[[Batch], object],
        hz: float = 4.0,
        *,
        guard: Callable[[Callable[[], None]], object] = lambda work: work(),
        on_trouble: Callable[[StorageError | None], object] = lambda error: None,
        tend: Callable[[Path, Sequence[Run]], object] | None = None,
        use_events: bool = True,
    ) -> None:
        """Prepare a feed; `start` begins it.

        Args:
            project: The project's folder.
            on_batch: Gets what is new, at most `hz` times a second.
            hz: Batches a second at most.
            guard: Calls the work of the thread, and deals with what it raises.
            on_trouble: Told in that thread that the index cannot be used, which goes on being
                tried; None when it can be again.
            tend: Called now and then with the runs that have not ended, as long as there are any.
            use_events: Use file events where the file system has them.
        """
        self._project = project
        self._on_batch = on_batch
        self._guard = guard
        self._on_trouble = on_trouble
        self._tend = tend
        self._interval = 1.0 / hz
        self._watch = FileEvents(self.wake) if use_events and _has_events(project) else None
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._sizes: dict[str, int] = {}
        self._live: list[Run] = []
        self._tended = 0.0
        self._progress_told = 0.0
        self._thread = threading.Thread(
            target=lambda: self._guard(self._run), name="feed", daemon=True
        )

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, seconds: float = 2.0) -> None:
        """End the thread and wait for it, at most `seconds`; a second call does nothing."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def wake(self) -> None:
        """Look at once: somebody knows that there is something new. For any thread."""
        self._woken.set()

    def _run(self) -> None:
        from mlops_tui.index import Index

        try:
            index = self._persist(lambda: Index.open(self._project, self._on_progress))
            if index is not None:
                with index:
                    self._follow(index)
        finally:
            if self._watch is not None:
                self._watch.close()

    def _persist(self, work: Callable[[], _Result]) -> _Result | None:
        """Return what `work` returns, tried until the disk lets it; None if told to stop first."""
        has_told = False
        while not self._stopping.is_set():
            try:
                result = work()
            except StorageError as error:
                if not has_told:
                    self._on_trouble(error)
                has_told = True
                self._stopping.wait(TROUBLE_SECONDS)
                continue
            if has_told:
                self._on_trouble(None)
            return result
        return None

    def _on_progress(self, done: int, total: int) -> None:
        now = time.monotonic()
        is_due = done == total or now - self._progress_told >= self._interval
        if is_due and not self._stopping.is_set():
            self._progress_told = now
            self._on_batch(Batch(progress=(done, total)))

    def _follow(self, index: Index) -> None:
        pending = _Pending()
        is_first = True
        slice_seconds = FIRST_SLICE_SECONDS
        while not self._stopping.is_set():
            self._woken.clear()
            look = functools.partial(self._look, index, pending, slice_seconds)
            has_more = bool(self._persist(look))
            slice_seconds = self._interval
            batch = pending.take()
            if not batch.is_empty or (is_first and not has_more):
                self._on_batch(batch)
                is_first = is_first and has_more
            if has_more:
                continue
            told = time.monotonic()
            self._tend_live()
            self._woken.wait(self._patience())
            self._stopping.wait(max(0.0, self._interval - (time.monotonic() - told)))

    def _look(self, index: Index, pending: _Pending, slice_seconds: float) -> bool:
        """Read what is new into `pending`; say whether there is more to read at once."""
        changes = index.ingest(slice_seconds)
        pending.runs |= changes.runs
        pending.points |= changes.points
        pending.alerts |= changes.alerts
        pending.topics |= changes.topics
        pending.unreadable = changes.unreadable_words
        followed = self._live  # those that have just ended may have printed their last words
        if changes.runs or not self._sizes:
            self._live = index.live()
            if self._watch is not None:
                self._watch.watch(self._folders())
        if self._watch is not None:
            self._watch.calm()
        pending.outputs |= self._grown_outputs({run.id for run in (*followed, *self._live)})
        return changes.more

    def _folders(self) -> Iterable[Path]:
        dot = places.project_dot(self._project)
        yield dot if dot.is_dir() else self._project
        yield places.runs_dir(self._project)
        newest = sorted((run.id for run in self._live), reverse=True)
        for run_id in newest[:MOST_WATCHED_RUNS]:
            yield places.run_dir(self._project, run_id)

    def _grown_outputs(self, run_ids: Iterable[str]) -> set[str]:
        grown = set()
        for run_id in run_ids:
            try:
                size = os.stat(places.run_dir(self._project, run_id) / "output.log").st_size
            except OSError:
                continue
            if self._sizes.get(run_id) != size:
                self._sizes[run_id] = size
                grown.add(run_id)
        return grown

    def _patience(self) -> float:
        if self._watch is not None and self._watch.tells_all:
            return LIVE_SWEEP_SECONDS if self._live else IDLE_SWEEP_SECONDS
        return LIVE_POLL_SECONDS if self._live else IDLE_POLL_SECONDS

    def _tend_live(self) -> None:
        now = time.monotonic()
        if self._tend is not None and self._live and now - self._tended >= TEND_SECONDS:
            self._tended = now
            self._tend(self._project, self._live)


def _has_events(project: Path) -> bool:
    return not places.is_network_file_system(project)
