"""What is new in the files of a run, read but not interpreted; no write, no lock held."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mlops_tui.domain.lifecycle import VERSIONS_FILE
from mlops_tui.journal.tail import Chunk, Position, read_chunk

CHUNK_BYTES = 1 << 20
"""Decoding so much takes about 10 ms, during which no other Python thread runs."""
RUNNER_FILE = "runner.jsonl"
MAIN_EVENTS = "events.jsonl"
_LARGEST_RUN_JSON = 16 << 20


class RunRow(NamedTuple):
    """A run whose files are not all read to their ends."""

    num: int
    id: str
    known: bool
    may_settle: bool
    """It ended long enough ago to be left alone once its files are read."""


class Piece(NamedTuple):
    """What follows the stored position of one file."""

    name: str
    before: Position
    chunk: Chunk
    size: int


@dataclass(slots=True)
class RunNews:
    """What is new about one run."""

    run: RunRow
    folder: Path
    pieces: list[Piece] = field(default_factory=list)
    run_json: bytes | None = None
    """Content of `run.json`, where the run's creation was not read before."""
    is_at_end: bool = True
    """There is nothing more to read now."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Files that are there and cannot be read, and why; empty for the folder itself."""

    @property
    def size_bytes(self) -> int:
        """Bytes read."""
        return sum(len(piece.chunk.data) for piece in self.pieces)

    @property
    def matters(self) -> bool:
        """Say whether something is to be written."""
        return bool(self.pieces) or self.run_json is not None or self.may_settle

    @property
    def may_settle(self) -> bool:
        """Say whether nothing more is to be expected of the run."""
        return self.is_at_end and self.run.may_settle and not self.unreadable

    @property
    def has_facts(self) -> bool:
        """Say whether what is known of the run changes."""
        return self.run_json is not None or any(
            piece.chunk.position.offset != piece.before.offset for piece in self.pieces
        )

    @property
    def has_lines(self) -> bool:
        """Say whether lines of an event file are there."""
        return any(
            piece.chunk.data
            for piece in self.pieces
            if piece.name not in (RUNNER_FILE, VERSIONS_FILE)
        )


def positions(connection: sqlite3.Connection, run: int) -> dict[str, tuple[Position, int]]:
    """Return how far the files of a run were read, and how great they were then."""
    rows = connection.execute(
        "SELECT name, offset, inode, head, size FROM files WHERE run = ?", (run,)
    )
    return {name: (Position(*position), size) for name, *position, size in rows}


def gather(folder: Path, run: RunRow, known: dict[str, tuple[Position, int]]) -> RunNews:
    """Return what is new in the folder of a run: at most one chunk of each of its files.

    The runner's file is read to its end before the events, which it helps to date.
    """
    news = RunNews(run, folder)
    if not run.known:
        try:
            news.run_json = _read_whole(folder / "run.json")
        except FileNotFoundError:
            return news
        except OSError as error:
            news.unreadable["run.json"] = reason_of(error)
            return news
    for name, size, inode in _files_to_read(news):
        before, size_then = known.get(name, (Position(), 0))
        if size == size_then and (inode == before.inode or not size):
            continue
        try:
            chunk = read_chunk(folder / name, before, CHUNK_BYTES)
        except FileNotFoundError:
            continue
        except OSError as error:
            news.unreadable[name] = reason_of(error)
            continue
        news.pieces.append(Piece(name, before, chunk, size))
        if chunk.has_more:
            news.is_at_end = False
            if name == RUNNER_FILE:
                break
    return news


def reason_of(error: OSError) -> str:
    """Return in words why a file cannot be read."""
    return error.strerror or str(error)


def _files_to_read(news: RunNews) -> list[tuple[str, int, int]]:
    try:
        return _event_files(news.folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        news.unreadable[""] = reason_of(error)
        return []


def event_files(folder: Path) -> list[tuple[str, int, int]]:
    """Return name, size and inode of the files in a run's folder that are read: the runner's first.

    The order of the others does not matter to what the index says.
    """
    try:
        return _event_files(folder)
    except OSError:
        return []


def _event_files(folder: Path) -> list[tuple[str, int, int]]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name in (RUNNER_FILE, MAIN_EVENTS, VERSIONS_FILE) or (
                name.startswith("events-") and name.endswith(".jsonl")
            ):
                stat = entry.stat()
                found.append((name, stat.st_size, stat.st_ino))
    return sorted(found, key=lambda file: (file[0] != RUNNER_FILE, file[0]))


def _read_whole(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(_LARGEST_RUN_JSON)
