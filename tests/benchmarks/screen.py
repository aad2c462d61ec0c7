"""The real app on a real pseudo-terminal, and when what came on its screen."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pyte

from tests.ui.terminal import PRIVATE, Terminal

MLOPS_TUI = (sys.executable, "-m", "mlops_tui")
UNFINISHED = re.compile(rb"\x1b[^a-zA-Z]*$")
BRAILLE = re.compile("[\u2801-\u28ff]")
Shows = Callable[[str], object]


class Screen(Terminal):
    """Notes when each piece of output came; making it a picture waits until nobody is timed."""

    def __init__(self, project: Path, columns: int = 160, rows: int = 45, **env: str) -> None:
        self.arrived: list[tuple[float, bytes]] = []
        self.pressed = (0.0, 0)
        """When keys were last measured, and how much had come before."""
        self._drawn = 0
        self._rest = b""
        self._picture = pyte.Screen(columns, rows)
        self._pen = pyte.ByteStream(self._picture)
        super().__init__(str(project), columns=columns, rows=rows, argv=MLOPS_TUI, **env)
        self.process = psutil.Process(self.pid)

    def read(self, seconds: float) -> bytes:
        """Return what arrives within `seconds`, which may be nothing."""
        if data := super().read(seconds):
            self.arrived.append((time.monotonic(), data))
        return data

    def collect(self, seconds: float, quiet: float = 0.0) -> None:
        """Read for so long, or until nothing came for `quiet` seconds."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end and self.is_alive:
            if not self.read(min(end - now, quiet or 1.0)) and quiet:
                break

    def until_came(self, data: bytes, since: int = 0, seconds: float = 60.0) -> float:
        """Read until `data` came after `since` bytes, without drawing; return when it had."""
        end = time.monotonic() + seconds
        while data not in self.output[since:]:
            assert self.is_alive, self.output[-2000:]
            assert time.monotonic() < end, self.output[-2000:]
            self.read(0.05)
        return self.arrived[-1][0]

    def type(self, keys: str) -> float:
        """Type `keys` without waiting for an answer; return when that was."""
        os.write(self._fd, keys.encode())
        return time.monotonic()

    def shown(self) -> str:
        """The screen as text, as far as it was drawn."""
        return "\n".join(self._picture.display)

    def __enter__(self) -> Screen:
        return self

    def seen(self, shows: Shows) -> float | None:
        """Draw what came on and on; return when `shows` became true, None if it did not yet."""
        while self._drawn < len(self.arrived):
            when, data = self.arrived[self._drawn]
            self._drawn += 1
            data = self._rest + data
            cut = UNFINISHED.search(data)
            data, self._rest = (data[: cut.start()], cut.group()) if cut else (data, b"")
            self._pen.feed(PRIVATE.sub(b"", data))
            if shows(self.shown()):
                return when
        return None

    def first(self, shows: Shows) -> float:
        """Return how many seconds after the start `shows` became true."""
        seen = self.seen(shows)
        assert seen is not None, f"not seen:\n{self.shown()}\n{self.output[-500:]!r}"
        return seen - self.started

    def highlighted(self, rows: Sequence[int]) -> int | None:
        """The one of these rows, as far as drawn, whose colour the others do not have."""
        colours = {row: self._picture.buffer[row][20].bg for row in rows}
        alone = [row for row in rows if list(colours.values()).count(colours[row]) == 1]
        return alone[0] if alone else None

    def wait_for(self, shows: Shows, seconds: float = 20.0) -> float:
        """Read and draw until `shows` is true; return when it became so."""
        if shows(self.shown()):
            return time.monotonic()
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.is_alive:
            if (when := self.seen(shows)) is not None:
                return when
            self.read(0.05)
        raise AssertionError(f"not seen within {seconds} s:\n{self.shown()}")

    def cpu_seconds(self) -> float:
        """The processor time that the app has taken so far."""
        times = self.process.cpu_times()
        return times.user + times.system


def has_chart(text: str) -> bool:
    """Say whether a line is drawn on the screen: some cells of dots."""
    return len(BRAILLE.findall(text)) >= 20
