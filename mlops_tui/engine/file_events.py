"""File events of a set of folders, as long as they help more than they cost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

STORM_EVENTS = 500
"""Events a second from which on a folder is looked at now and then instead: a command that floods
its output makes one a write, and each costs more than the write."""
COUNTED_SECONDS = 1.0
REST_SECONDS = 10.0
"""How long a stormy folder is left alone before its events are listened to again."""


class FileEvents:
    """Watches folders, not what is below them; used by one thread, `on_event` comes from others."""

    def __init__(
        self, on_event: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._on_event = on_event
        self._clock = clock
        self._observer: BaseObserver | None = None
        self._wanted: set[Path] = set()
        self._watches: dict[Path, ObservedWatch] = {}
        self._counts: Counter[Path] = Counter()
        self._counted_from = clock()
        self._resting: dict[Path, float] = {}
        self._failed = False

    @property
    def tells_all(self) -> bool:
        """Say whether events of every folder come."""
        return self._observer is not None and not self._failed and not self._resting

    def watch(self, folders: Iterable[Path]) -> None:
        """Watch exactly these folders, those that are there."""
        self._wanted = {folder for folder in folders if folder.is_dir()}
        self._renew()

    def calm(self) -> None:
        """Leave folders alone in which too much happens, and come back to them later."""
        now = self._clock()
        seconds = now - self._counted_from
        if seconds < COUNTED_SECONDS:
            return
        counts, self._counts, self._counted_from = self._counts, Counter(), now
        stormy = [folder for folder, count in counts.items() if count / seconds > STORM_EVENTS]
        awake = [folder for folder, until in self._resting.items() if now >= until]
        for folder in awake:
            del self._resting[folder]
        self._resting.update(dict.fromkeys(stormy, now + REST_SECONDS))
        if stormy or awake:
            self._renew()

    def close(self) -> None:
        """Stop watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(1.0)

    def _renew(self) -> None:
        if self._failed:
            return
        wanted = self._wanted - self._resting.keys()
        try:
            self._start()
            for folder in self._watches.keys() - wanted:
                self._drop(folder)
            for folder in wanted - self._watches.keys():
                self._add(folder)
        except OSError:  # the limit of inotify watches, or a file system without them
            self._failed = True

    def _start(self) -> None:
        if self._observer is None:
            from watchdog.observers import Observer

            observer = Observer()
            observer.start()
            self._observer = observer

    def _add(self, folder: Path) -> None:
        from watchdog.events import (
            FileCreatedEvent,
            FileModifiedEvent,
            FileMovedEvent,
            FileSystemEvent,
            FileSystemEventHandler,
        )

        def heard() -> None:
            self._counts[folder] += 1
            self._on_event()

        class Wake(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                heard()

        assert self._observer is not None
        # reading makes events of opening and closing too: they would wake the feed for ever
        kinds: list[type[FileSystemEvent]] = [FileCreatedEvent, FileModifiedEvent, FileMovedEvent]
        self._watches[folder] = self._observer.schedule(Wake(), str(folder), event_filter=kinds)

    def _drop(self, folder: Path) -> None:
        watch = self._watches.pop(folder)
        assert self._observer is not None
        try:
            self._observer.unschedule(watch)
        except KeyError:
            pass  # the folder went away, and its watch with it
