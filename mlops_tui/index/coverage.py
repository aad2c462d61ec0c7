"""Sizes of event files that heartbeats saw, by which lines without a time are dated."""

from __future__ import annotations

import sqlite3
from array import array

from mlops_tui.index.lines import clean


def coverage(
    connection: sqlite3.Connection, run: int, name: str
) -> tuple[array[int], array[float]]:
    """Return the sizes of a file that heartbeats saw, growing, and when they did."""
    sizes, times = array("q"), array("d")
    row = connection.execute(
        "SELECT sizes, times FROM coverage WHERE run = ? AND file = ?", (run, name)
    ).fetchone()
    if row is not None:
        sizes.frombytes(row[0])
        times.frombytes(row[1])
    return sizes, times


def save_coverage(
    connection: sqlite3.Connection, run: int, name: str, sizes: array[int], times: array[float]
) -> None:
    """Replace what heartbeats saw of a file."""
    if sizes:
        connection.execute(
            "INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, ?)",
            (run, name, sizes.tobytes(), times.tobytes()),
        )
    else:
        connection.execute("DELETE FROM coverage WHERE run = ? AND file = ?", (run, name))


def add_sizes(
    sizes: dict[str, tuple[array[int], array[float]]], files: object, t: float | None
) -> None:
    """Add what one heartbeat saw: sizes by file, growing, and when."""
    if t is None or not isinstance(files, dict):
        return
    for name, size in files.items():
        if isinstance(size, int) and 0 < size < 2**63:
            seen_sizes, times = sizes.setdefault(clean(name), (array("q"), array("d")))
            if not seen_sizes or size > seen_sizes[-1]:
                seen_sizes.append(size)
                times.append(t)


def extend_coverage(
    connection: sqlite3.Connection,
    run: int,
    name: str,
    seen_sizes: array[int],
    seen_times: array[float],
) -> None:
    """Add sizes beyond all known ones, and beyond what is read and dated of the file."""
    row = connection.execute(
        "SELECT ifnull(undated, offset) FROM files WHERE run = ? AND name = ?", (run, name)
    ).fetchone()
    sizes, times = coverage(connection, run, name)
    floor = max(row[0] if row else 0, sizes[-1] if sizes else 0)
    news = [(size, t) for size, t in zip(seen_sizes, seen_times, strict=True) if size > floor]
    if news:
        sizes.extend([size for size, _ in news])
        times.extend([t for _, t in news])
        save_coverage(connection, run, name, sizes, times)
