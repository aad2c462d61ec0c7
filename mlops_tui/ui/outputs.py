"""Reads and searches long texts, such as the output logs of runs, for the reading threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from mlops_tui.domain import places
from mlops_tui.ui.logpages import LineCounts, LogWindow, Wish, read_window
from mlops_tui.ui.logsearch import Query, find

TOLD_SECONDS = 0.25
"""How often a search says how far it is."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search in a text, and how to stop it."""

    query: Query
    start: int
    """Where it begins: a byte where a line begins, or ends if it goes back."""
    is_forward: bool
    stopped: threading.Event


class Outputs:
    """Any number of threads may read at once; lines are counted by one of them at a time."""

    def __init__(self, open_text: Callable[[str], IO[bytes]]) -> None:
        """Read what `open_text` opens by name; it may raise `OSError`."""
        self._open = open_text
        self._lock = threading.Lock()
        self._counts = LineCounts()
        self._counted: str | None = None

    def read(self, name: str, wish: Wish) -> LogWindow:
        """Return a part of a text; an empty one where there is none yet.

        Raises:
            OSError: it cannot be read.
        """
        try:
            with self._open(name) as file:
                size = file.seek(0, os.SEEK_END)
                window = read_window(file, size, wish.offset)
                with self._lock:
                    if name != self._counted:
                        self._counts, self._counted = LineCounts(), name
                    self._counts.extend(file, size)
                    first = window.starts[0] if window.starts else 0
                    before = self._counts.before(file, first)
                    total, is_exact = self._counts.total(file, size)
                return replace(window, lines_before=before, total=total, is_total_exact=is_exact)
        except FileNotFoundError:
            return LogWindow()

    def find(self, name: str, search: Search, told: Callable[[float], object]) -> int | None:
        """Return the offset of the nearest match, None without one or if it was stopped.

        Raises:
            OSError: it cannot be read.
            RefusedError: a regular expression takes too long.
            StorageError: it could not be searched.
        """
        next_told = time.monotonic() + TOLD_SECONDS

        def go_on(share: float) -> bool:
            nonlocal next_told
            if time.monotonic() >= next_told:
                next_told = time.monotonic() + TOLD_SECONDS
                told(share)
            return not search.stopped.is_set()

        with self._open(name) as file:
            size = file.seek(0, os.SEEK_END)
            start, end = (search.start, size) if search.is_forward else (0, search.start)
            if search.query.is_pattern and (fd := _descriptor(file)) is not None:
                from mlops_tui.ui.search_child import find_apart

                span, forward = (start, end), search.is_forward
                return find_apart(fd, search.query, span, forward, go_on, search.stopped)
            return find(file, search.query, start, end, search.is_forward, go_on)


def _descriptor(file: IO[bytes]) -> int | None:
    """Return what another process can read the file by; None where it is in memory only."""
    try:
        return file.fileno()
    except OSError:
        return None


def open_output(project: Path, run_id: str) -> IO[bytes]:
    """Return the output log of a run.

    Raises:
        OSError: it is not there or cannot be read.
    """
    return open(places.run_dir(project, run_id) / "output.log", "rb", buffering=0)
