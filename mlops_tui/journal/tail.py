"""Reading a journal from a byte offset on; whole lines only. Python 3.9, standard library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

CHUNK_BYTES = 4 << 20
LONGEST_LINE_BYTES = 1 << 20
"""A longer line is no event: it is skipped whole, whatever its size, in bounded memory."""


class Position(NamedTuple):
    """How far a file was read, and which file that was."""

    offset: int = 0
    inode: int = 0
    head: bytes = b""
    """The file's first bytes (at most 64), which tell a replaced file from a grown one."""


class Chunk(NamedTuple):
    """Whole lines of a journal and where they end."""

    data: bytes
    """Zero or more lines, each with its newline; NUL bytes of a power cut still inside."""
    position: Position
    restarted: bool
    """The file was replaced or truncated: this chunk begins at its start again."""
    skipped_lines: int
    """Lines longer than `LONGEST_LINE_BYTES` that were left out."""
    has_more: bool


def read_chunk(path: Path, position: Position, chunk_bytes: int = CHUNK_BYTES) -> Chunk:
    """Return the whole lines that follow `position`; a torn last line is not there yet.

    A file of another inode whose first bytes are the same (a copy, an rsync) goes on where it was.

    Raises:
        OSError: the file cannot be read (`FileNotFoundError` where it is gone).
    """
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        stat = os.fstat(fd)
        head = os.pread(fd, 64, 0)
        restarted = _is_other_file(position, stat.st_size, head)
        start = 0 if restarted else position.offset
        data = os.pread(fd, chunk_bytes, start)
        end = data.rfind(b"\n") + 1
        skipped = 0
        consumed = end
        if not end and len(data) >= min(chunk_bytes, LONGEST_LINE_BYTES):
            consumed = _length_of_long_line(fd, start)
            skipped = 1 if consumed else 0
        offset = start + consumed
        return Chunk(
            data[:end],
            Position(offset, stat.st_ino, head),
            restarted,
            skipped,
            has_more=consumed > 0 and offset < stat.st_size,
        )
    finally:
        os.close(fd)


def _is_other_file(position: Position, size: int, head: bytes) -> bool:
    if not position.offset:
        return False
    return size < position.offset or not head.startswith(position.head)


def _length_of_long_line(fd: int, start: int) -> int:
    """Return the bytes up to and with the next newline, 0 if there is none yet."""
    offset = start
    while True:
        block = os.pread(fd, 1 << 20, offset)
        if not block:
            return 0
        end = block.find(b"\n")
        if end >= 0:
            return offset + end + 1 - start
        offset += len(block)
