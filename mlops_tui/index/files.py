"""How far each file is read: the rows that make every line count exactly once."""

from __future__ import annotations

import sqlite3

from mlops_tui.index.gather import Piece
from mlops_tui.journal.tail import Position


def stored_position(connection: sqlite3.Connection, run: int, name: str) -> Position:
    """Return how far a file of a run is read; run 0 has the journals of the project."""
    row = connection.execute(
        "SELECT offset, inode, head FROM files WHERE run = ? AND name = ?", (run, name)
    ).fetchone()
    return Position() if row is None else Position(*row)


def file_number(connection: sqlite3.Connection, run: int, name: str) -> int:
    """Return the row of a file, made where there is none."""
    row = connection.execute(
        "SELECT id FROM files WHERE run = ? AND name = ?", (run, name)
    ).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO files (run, name) VALUES (?, ?) RETURNING id", (run, name)
        ).fetchone()
    return int(row[0])


def move(connection: sqlite3.Connection, file: int, piece: Piece) -> None:
    """Store how far a file is read; its size only where it is read to the end.

    A file of which more is to be read must differ from what is stored, or it would be left alone.
    """
    position = piece.chunk.position
    size = position.offset if piece.chunk.has_more else piece.size
    connection.execute(
        "UPDATE files SET offset = ?, inode = ?, head = ?, size = ? WHERE id = ?",
        (*position, size, file),
    )
