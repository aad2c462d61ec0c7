"""Reading any part of an output log of any size: windows of lines by byte offset, lines counted."""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass
from typing import IO

PIECE_BYTES = 8 * 1024
"""A line longer than this is shown in pieces; a file without any newline has lines then, too."""
WINDOW_BYTES = 512 * 1024
"""How much of a log is held at a time."""
BLOCK_BYTES = 1 << 20
COUNT_SECONDS = 0.05
"""How long a read goes on to count lines, so that it is answered soon."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which part of a log is wanted: the one around `offset`, or else its end."""

    offset: int | None = None
    row: int = 0
    """Where on the screen the line with `offset` should stand."""
    is_jump: bool = False
    """The person wants to go there; else what stands on the screen should stay there."""


@dataclass(frozen=True, slots=True)
class LogWindow:
    """Whole lines of a log, raw. A piece of a line that is too long counts as a line here."""

    base: int = 0
    """The offset of the first byte of `data`."""
    data: bytes = b""
    starts: tuple[int, ...] = ()
    """The offsets where lines begin."""
    end: int = 0
    """The offset where the last line ends."""
    size: int = 0
    """Bytes of the whole log."""
    lines_before: int | None = 0
    """Lines before the first one here; None where nobody has counted them yet."""
    total: int = 0
    """Lines of the whole log."""
    is_total_exact: bool = True

    def end_of(self, line: int) -> int:
        """Return the offset behind a line, its newline included."""
        return self.starts[line + 1] if line + 1 < len(self.starts) else self.end

    def raw(self, line: int) -> bytes:
        """Return the bytes of a line without its newline."""
        data = self.data[self.starts[line] - self.base : self.end_of(line) - self.base]
        return data[:-1] if data.endswith(b"\n") else data

    def continues(self, line: int) -> bool:
        """Say whether a line is the next piece of the one before."""
        at = self.starts[line] - self.base - 1
        return at >= 0 and self.data[at] != 0x0A

    def line_with(self, offset: int) -> int | None:
        """Return which line has this byte; None where it lies outside."""
        if not self.starts or not self.starts[0] <= offset <= self.end:
            return None
        return bisect_right(self.starts, offset) - 1

    def number_of(self, line: int) -> int | None:
        """Return the number of a line in the whole log, from 1, as far as it is known."""
        if self.lines_before is None or not self.starts:
            return None
        first = self.starts[0] - self.base
        newlines = self.data.count(b"\n", first, self.starts[line] - self.base)
        return self.lines_before + newlines + 1

    @property
    def has_start(self) -> bool:
        """Nothing of the log lies before this."""
        return not self.starts or self.starts[0] == 0

    @property
    def has_end(self) -> bool:
        """Nothing of the log lies behind this."""
        return self.end >= self.size


def read_window(file: IO[bytes], size: int, offset: int | None = None) -> LogWindow:
    """Return the lines around `offset`, or else the last ones; nothing is counted.

    Args:
        file: The log.
        size: Its bytes; what has come since is not looked at.
        offset: Any byte of the log.
    """
    if offset is None:
        begin, end = max(0, size - WINDOW_BYTES), size
    else:
        begin = max(0, min(offset, size) - WINDOW_BYTES // 2)
        end = min(size, begin + WINDOW_BYTES)
    base = max(0, begin - PIECE_BYTES)
    file.seek(base)
    data = file.read(end - base)
    end = base + len(data)
    starts = _line_starts(data, base, begin, end)
    if end < size and len(starts) > 1:
        end = starts.pop()
    return LogWindow(base, data, tuple(starts), end, max(size, end), None)


def _line_starts(data: bytes, base: int, begin: int, end: int) -> list[int]:
    """Return where lines begin in `begin` to `end`: the same offsets, wherever reading began.

    That is behind newlines, and at a multiple of `PIECE_BYTES` with no newline so far before it.
    """
    starts = [0] if begin == 0 and end > 0 else []
    last_newline = base + data.rfind(b"\n", 0, begin - base)
    if begin > 0 and last_newline == begin - 1:
        starts.append(begin)
    next_break = -(-max(begin, 1) // PIECE_BYTES) * PIECE_BYTES
    position = begin - base
    while True:
        found = data.find(b"\n", position)
        newline = base + found if found >= 0 else end
        while next_break <= newline and next_break < end:
            if next_break - 1 - last_newline >= PIECE_BYTES:
                starts.append(next_break)
            next_break += PIECE_BYTES
        if found < 0 or newline + 1 >= end:
            return starts
        starts.append(newline + 1)
        last_newline = newline
        position = found + 1


class LineCounts:
    """Counts the lines of a growing log, a bit at each read; one thread at a time."""

    def __init__(self) -> None:
        self._before = [0]
        """Newlines before each whole block."""

    def extend(self, file: IO[bytes], size: int, seconds: float = COUNT_SECONDS) -> None:
        """Count on for about so long; from the start if the log has become shorter."""
        if size < (len(self._before) - 1) * BLOCK_BYTES:
            self._before = [0]
        deadline = time.monotonic() + seconds
        while len(self._before) * BLOCK_BYTES <= size:
            file.seek((len(self._before) - 1) * BLOCK_BYTES)
            block = file.read(BLOCK_BYTES)
            if len(block) < BLOCK_BYTES:
                return
            self._before.append(self._before[-1] + block.count(b"\n"))
            if time.monotonic() >= deadline:
                return

    def before(self, file: IO[bytes], offset: int) -> int | None:
        """Return how many newlines lie before `offset`; None where nobody has counted so far."""
        block = offset // BLOCK_BYTES
        if block >= len(self._before):
            return None
        file.seek(block * BLOCK_BYTES)
        return self._before[block] + file.read(offset - block * BLOCK_BYTES).count(b"\n")

    def total(self, file: IO[bytes], size: int) -> tuple[int, bool]:
        """Return how many lines a log of `size` bytes has, and whether that is exact."""
        before = self.before(file, size)
        if before is None:
            counted = (len(self._before) - 1) * BLOCK_BYTES
            return (round(self._before[-1] / counted * size) if counted else 0), False
        if size:
            file.seek(size - 1)
            before += file.read(1) != b"\n"
        return before, True
