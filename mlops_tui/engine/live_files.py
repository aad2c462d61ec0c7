"""Which files of live data are complete and new: told by events, found by sweeps."""

from __future__ import annotations

import heapq
import os
import threading
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mlops_tui.data.files import is_glob, is_table
from mlops_tui.engine.live_keys import LiveFile, key_of, live_files, look_at

CLOSED_SECONDS = 0.4
"""A file whose writer has closed it, or that was there before us, is complete after so long."""
OPEN_SECONDS = 2.0
"""One that is being written is complete after so long without a change."""
EMPTY_SECONDS = 5.0
"""An empty one is told of after so long: who makes a file usually writes into it."""
MOST_WAITING = 5_000
"""Files that are remembered to be judged; a sweep finds the others once these are done."""
_ASKED_AT_ONCE = 500

IsKnown = Callable[[Sequence[tuple[str, int, int]]], set[str]]
"""Returns the keys of those files, of (key, bytes, ns of change), that were judged as they are."""


@dataclass(slots=True)
class _Waiting:
    """A file that may not be complete."""

    file: LiveFile
    since: float
    settle_seconds: float
    is_told: bool = False
    """It came just now: it is judged before what was there already."""


class _Seen:
    """Marks of files that need no second look: 8 bytes each, a folder may have millions."""

    def __init__(self) -> None:
        self._old: array[int] = array("q")
        self._recent: set[int] = set()

    def __contains__(self, file: LiveFile) -> bool:
        mark = hash(file)
        if mark in self._recent:
            return True
        at = bisect_left(self._old, mark)
        return at < len(self._old) and self._old[at] == mark

    def add(self, file: LiveFile) -> None:
        self._recent.add(hash(file))

    def replace(self, marks: array[int]) -> None:
        """Forget all but these, and those that were added since `begin`."""
        self._old = array("q", sorted(marks))

    def begin(self) -> None:
        """Begin to gather anew; what was added is kept until then."""
        self._old = array("q", sorted({*self._old, *self._recent}))
        self._recent = set()


class LiveFiles:
    """The files of one live dataset; one thread, but `told` may be called from any."""

    def __init__(
        self,
        path: str,
        is_known: IsKnown,
        settle_seconds: float = CLOSED_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to look.

        Args:
            path: the dataset's, absolute: a file, folder or pattern.
            is_known: asked of files that are new to us.
            settle_seconds: how long a file that a sweep finds must stay as it is.
            clock: seconds that only go on.
        """
        self.path = path
        self._is_known = is_known
        self._settle_seconds = settle_seconds
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}
        self._seen = _Seen()
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()
        self.is_swept = False
        """Whether the last sweep told of all there is, and nothing calls for another one."""

    def told(self, file: str, settle_seconds: float) -> None:
        """Take that something happened to a file, complete once it stays as it is for so long."""
        with self._lock:
            if is_glob(self.path):
                self.is_swept = False
            elif self._is_ours(file):
                self._told[file] = settle_seconds

    def _is_ours(self, file: str) -> bool:
        if file == self.path:
            return True
        below = os.path.relpath(file, self.path)
        parts = below.split(os.sep)
        is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        return not is_hidden and is_table(file)

    def sweep(self) -> None:
        """Look at all files there are; those that were not judged as they are will be ready.

        Raises:
            StorageError: a folder cannot be read.
        """
        self.is_swept = True
        known: array[int] = array("q")
        self._seen.begin()
        new = heapq.nsmallest(
            MOST_WAITING + 1, self._unknown(known), key=lambda file: (file.mtime_ns, file.key)
        )
        self._seen.replace(known)
        if len(new) > MOST_WAITING:
            new.pop()
            self.is_swept = False
        now = self._clock()
        for file in new:
            if file.key not in self._waiting:
                self._waiting[file.key] = _Waiting(file, now, self._settle_of(file))

    def _unknown(self, known: array[int]) -> Iterator[LiveFile]:
        """Yield the files that were not judged as they are; note the others in `known`."""
        asked: list[LiveFile] = []
        for file in live_files(self.path):
            if file in self._seen:
                known.append(hash(file))
                continue
            asked.append(file)
            if len(asked) == _ASKED_AT_ONCE:
                yield from self._ask(asked, known)
                asked = []
        yield from self._ask(asked, known)

    def _ask(self, files: Sequence[LiveFile], known: array[int]) -> Iterator[LiveFile]:
        judged = (
            self._is_known([(file.key, file.size, file.mtime_ns) for file in files])
            if files
            else set()
        )
        for file in files:
            if file.key in judged:
                known.append(hash(file))
            else:
                yield file

    def _settle_of(self, file: LiveFile, seconds: float | None = None) -> float:
        usual = self._settle_seconds if seconds is None else seconds
        return usual if file.size or not self._settle_seconds else max(usual, EMPTY_SECONDS)

    def ready(self) -> list[LiveFile]:
        """Return the files that are complete and not `done`.

        Those that came just now are first, each in the order they were written.
        """
        self._hear()
        now = self._clock()
        found = []
        for key, waiting in list(self._waiting.items()):
            file = look_at(self.path, key)
            if file is None:
                if self._is_over(waiting, now):
                    found.append(waiting.file)  # it was complete, and is gone: that is told
                else:
                    del self._waiting[key]
            elif file != waiting.file:
                settle = self._settle_of(file, waiting.settle_seconds)
                self._waiting[key] = _Waiting(file, now, settle, waiting.is_told)
            elif self._is_over(waiting, now):
                found.append(file)
        return sorted(found, key=self._turn)

    def _turn(self, file: LiveFile) -> tuple[bool, int, str]:
        return not self._waiting[file.key].is_told, file.mtime_ns, file.key

    def _is_over(self, waiting: _Waiting, now: float) -> bool:
        return now - waiting.since >= waiting.settle_seconds

    def _hear(self) -> None:
        with self._lock:
            told, self._told = self._told, {}
        now = self._clock()
        for path, seconds in told.items():
            key = key_of(self.path, path)
            file = look_at(self.path, key)
            if file is None or file in self._seen:
                continue
            before = self._waiting.get(key)
            if before is None or before.file != file or seconds < before.settle_seconds:
                self._waiting[key] = _Waiting(file, now, self._settle_of(file, seconds), True)

    def done(self, file: LiveFile) -> None:
        """Take that a file was judged as it was when it was `ready`."""
        waiting = self._waiting.get(file.key)
        if waiting is not None and waiting.file == file:
            del self._waiting[file.key]
        self._seen.add(file)

    def later(self, file: LiveFile, seconds: float) -> None:
        """Take that a file cannot be judged now, and look at it again after so long."""
        self._waiting[file.key] = _Waiting(file, self._clock(), seconds)

    @property
    def next_seconds(self) -> float | None:
        """How long until a file may be ready; None where none waits."""
        with self._lock:
            if self._told:
                return 0.0
        now = self._clock()
        left = [it.since + it.settle_seconds - now for it in self._waiting.values()]
        return max(0.0, min(left)) if left else None
