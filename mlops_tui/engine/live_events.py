"""Tells of files that are written below some folder, where its file system has events."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlops_tui.engine.live_files import CLOSED_SECONDS, OPEN_SECONDS

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

OnFile = Callable[[str, float], None]
"""Called with a path, and how long it must stay as it is to be complete; from another thread."""


class LiveEvents:
    """Watches one folder and all below it; one thread, `on_file` comes from others."""

    def __init__(self, folder: str, on_file: OnFile) -> None:
        self._folder = folder
        self._on_file = on_file
        self._observer: BaseObserver | None = None
        self._watched: tuple[int, int] | None = None
        self._has_failed = False

    def watch(self) -> bool:
        """Watch the folder that is there now; say whether events of it come."""
        identity = _identity(self._folder)
        if identity == self._watched and (self._observer is not None or self._has_failed):
            return not self._has_failed
        self.close()
        self._watched = identity
        if identity is None:
            return False
        try:
            self._start()
            self._has_failed = False
        except OSError:  # the limit of inotify watches, or a file system without them
            self._has_failed = True
            self.close()
            self._watched = identity
        return not self._has_failed

    def close(self) -> None:
        """Stop watching."""
        observer, self._observer, self._watched = self._observer, None, None
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join(1.0)

    def _start(self) -> None:
        from watchdog.events import (
            FileClosedEvent,
            FileCreatedEvent,
            FileModifiedEvent,
            FileMovedEvent,
            FileSystemEventHandler,
        )
        from watchdog.observers import Observer

        told = self._on_file

        class Tell(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                if isinstance(event, FileMovedEvent):
                    told(os.fsdecode(event.dest_path), 0.0)  # a rename brings a whole file
                else:
                    is_open = isinstance(event, FileModifiedEvent)
                    seconds = OPEN_SECONDS if is_open else CLOSED_SECONDS
                    told(os.fsdecode(event.src_path), seconds)

        # reading makes events of opening and closing too: they would wake us for ever
        kinds: list[type[FileSystemEvent]] = [
            *(FileCreatedEvent, FileModifiedEvent, FileMovedEvent, FileClosedEvent)
        ]
        self._observer = Observer()
        self._observer.schedule(Tell(), self._folder, recursive=True, event_filter=kinds)
        self._observer.start()


def _identity(folder: str) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if os.path.isdir(folder) else None
