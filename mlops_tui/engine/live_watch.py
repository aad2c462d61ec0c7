"""Watches the live data of a project from a thread of its agent, and has every batch judged.

The thread itself reads no data: a worker does, which stays for a while after each batch.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import MlopsTuiError, WorkCancelledError
from mlops_tui.domain.monitoring import Watched, watched_pairs
from mlops_tui.domain.project import FILE_NAME, Project
from mlops_tui.domain.text import safe
from mlops_tui.engine.drift_alerts import tell_alerts
from mlops_tui.engine.late_labels import LateLabels
from mlops_tui.engine.live_events import LiveEvents
from mlops_tui.engine.live_judge import LiveJudge
from mlops_tui.engine.live_keys import root_of
from mlops_tui.engine.monitored import live_path, monitored_project
from mlops_tui.engine.warm_worker import WarmWorker
from mlops_tui.index import Index

LOOK_SECONDS = 10.0
"""Between two looks at the project file."""
KEEP_WARM_SECONDS = 60.0
"""How long a worker without work stays."""
SWEEP_SECONDS = 30.0
"""Events can be lost: all files are looked at this often all the same."""
POLL_SECONDS = 2.0
POLL_SETTLE_SECONDS = 4.0
"""Where no events come; network file systems tell sizes that are up to three seconds old."""
SWEEP_SHARE = 20.0
"""A sweep is followed by this many times its own length without one."""
TROUBLE_SECONDS = 15.0

Say = Callable[[str], object]


class LiveWatch:
    """Whether there is anything to watch, and the thread that does; for the agent's own thread."""

    def __init__(self, project: Path, say: Say, *, use_events: bool = True) -> None:
        self._project = project
        self._say = say
        self._use_events = use_events
        self._mark: tuple[int, int, int] | None = None
        self._words = ""
        self._watcher: _Watcher | None = None

    def keep(self) -> float | None:
        """Watch what the project file says now.

        Returns:
            seconds until this is to be called again; None where nothing is watched.
        """
        mark = _mark_of(self._project / FILE_NAME)
        has_died = self._watcher is not None and not self._watcher.is_alive
        if mark != self._mark or has_died:
            self._mark = mark
            self.stop()
            self._start()
        return None if self._watcher is None else LOOK_SECONDS

    def _start(self) -> None:
        try:
            described = monitored_project(self._project)
        except MlopsTuiError as error:
            if str(error) != self._words:
                self._say(f"live data is not watched: {error}")
            self._words = str(error)
            return
        self._words = ""
        pairs = [it for it in watched_pairs(described) if it.monitor.is_watched]
        if pairs:
            self._watcher = _Watcher(described, pairs, self._say, self._use_events)
            self._watcher.start()

    def stop(self) -> None:
        """End the thread and its worker; a second call does nothing."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None


class _Watcher:
    """The thread; all of it but `start`, `stop`, `wake` and `is_alive` belongs to it."""

    def __init__(
        self,
        described: Project,
        pairs: Sequence[Watched],
        say: Say,
        use_events: bool,
    ) -> None:
        self._described = described
        self._pairs = pairs
        self._say = say
        self._use_events = use_events
        self._worker = WarmWorker("batches")
        self._worked = 0.0
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        self._worker.close()
        self._thread.join(2.0)

    def _run(self) -> None:
        try:
            with Index.open(self._described.path) as index:
                folders = [self._folder(index, pair) for pair in self._pairs]
                try:
                    for pair in self._pairs:  # whoever was here before may have died too soon
                        tell_alerts(self._described, pair, index)
                    self._follow(folders)
                finally:
                    for folder in folders:
                        folder.close()
        except (MlopsTuiError, OSError) as error:
            self._say(f"live data: {error}")
            self._stopping.wait(TROUBLE_SECONDS)
        finally:
            self._worker.let_go()

    def _folder(self, index: Index, watched: Watched) -> _Folder:
        def judged(key: str, told: Mapping[str, Any]) -> None:
            self._worked = time.monotonic()
            words = told["verdict"] or told["error"]
            self._say(safe(f"{watched.live.name}, {key}: {words}"))
            tell_alerts(self._described, watched, index)
            late.told()

        def performed(key: str, told: Mapping[str, Any]) -> None:
            self._worked = time.monotonic()
            words = f"{told['verdict']} by {told['n_labelled']} labels"
            self._say(safe(f"{watched.live.name}, {key}: the model is {words}"))

        def labelled() -> float | None:
            try:
                if late.tend():
                    tell_alerts(self._described, watched, index)
            except WorkCancelledError:
                raise
            except MlopsTuiError as error:  # batches are judged nevertheless
                if late.rest(TROUBLE_SECONDS, str(error)):
                    self._say(f"{watched.live.name}, its labels: {error}")
            return late.next_seconds

        late = LateLabels(self._described, watched, self._worker, index, performed)
        path = live_path(self._described, watched)
        has_events = self._use_events and not places.is_network_file_system(Path(root_of(path)))
        settle = None if has_events else POLL_SETTLE_SECONDS
        judge = LiveJudge(self._described, watched, self._worker, index, judged, settle)
        return _Folder(judge, labelled, root_of(path) if has_events else None, self._woken.set)

    def _follow(self, folders: Sequence[_Folder]) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            pauses = [self._tend(folder) for folder in folders]
            if self._worker.is_warm:
                idle = time.monotonic() - self._worked
                if self._worked and idle >= KEEP_WARM_SECONDS:
                    self._worker.let_go()
                pauses.append(KEEP_WARM_SECONDS)
            self._woken.wait(max(0.02, min(pauses)))

    def _tend(self, folder: _Folder) -> float:
        """Look at one dataset; return the seconds to the next look at it."""
        try:
            pause = folder.look(self._warm)
        except WorkCancelledError:
            return POLL_SECONDS
        except (MlopsTuiError, OSError) as error:
            folder.rest(TROUBLE_SECONDS)
            if folder.trouble != str(error):
                self._say(f"{folder.judge.watched.live.name}: {error}")
            folder.trouble = str(error)
            return TROUBLE_SECONDS
        folder.trouble = "" if pause is not None else folder.trouble
        return LOOK_SECONDS if pause is None else pause

    def _warm(self) -> None:
        """Let the worker load what it needs while a file settles."""
        self._worked = time.monotonic()
        self._worker.warm()


class _Folder:
    """One live dataset: its events, its sweeps, its judge, its labels. One thread."""

    def __init__(
        self,
        judge: LiveJudge,
        labelled: Callable[[], float | None],
        watched: str | None,
        wake: Callable[[], object],
    ) -> None:
        self.judge = judge
        self._labelled = labelled
        self.trouble = ""
        self._wake = wake
        self._events = None if watched is None else LiveEvents(watched, self._told)
        self._next_sweep = 0.0
        self._earliest = 0.0
        self._not_before = 0.0

    def _told(self, path: str, settle_seconds: float) -> None:
        self.judge.files.told(path, settle_seconds)
        self._wake()

    def rest(self, seconds: float) -> None:
        """Leave it alone for a while."""
        self._not_before = time.monotonic() + seconds

    def look(self, warm: Callable[[], object]) -> float | None:
        """Judge what is ready; return the seconds to the next look, None while it rests."""
        now = time.monotonic()
        if now < self._not_before:
            return None
        files = self.judge.files
        is_drained = not files.is_swept and files.next_seconds is None
        if now >= self._next_sweep or (is_drained and now >= self._earliest):
            # events first: what is written during the sweep is told of
            has_events = self._events is not None and self._events.watch()
            files.sweep()
            took = time.monotonic() - now
            usual = SWEEP_SECONDS if has_events else POLL_SECONDS
            self._next_sweep = time.monotonic() + max(usual, SWEEP_SHARE * took)
            self._earliest = time.monotonic() + took
        left = self.judge.next_seconds
        if left is not None and left < POLL_SETTLE_SECONDS:
            warm()
        self.judge.tend()
        sweep = max(0.0, self._next_sweep - time.monotonic())
        # batches come first: their verdict is waited for, labels are late anyway
        left = self.judge.next_seconds
        is_busy = left is not None and left < POLL_SETTLE_SECONDS
        waits = [left, None if is_busy else self._labelled()]
        return min([sweep, *(it for it in waits if it is not None)])

    def close(self) -> None:
        if self._events is not None:
            self._events.close()


def _mark_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
