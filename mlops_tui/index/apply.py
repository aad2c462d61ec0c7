"""Pieces of a run's files put into the tables, inside one write transaction."""

from __future__ import annotations

import json
import sqlite3
from array import array
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.lifecycle import VERSIONS_FILE
from mlops_tui.index.columns import Column, Dated, FileState, Undated, to_columns
from mlops_tui.index.coverage import coverage, save_coverage
from mlops_tui.index.datasets import apply_version_lines
from mlops_tui.index.facts import (
    apply_creation,
    apply_event_facts,
    apply_runner_lines,
    forget_files,
    hear,
)
from mlops_tui.index.files import file_number, move, stored_position
from mlops_tui.index.gather import CHUNK_BYTES, MAIN_EVENTS, RUNNER_FILE, Piece, RunNews
from mlops_tui.index.labels import name_number
from mlops_tui.index.lines import LONG_LINE, BadLineError, read_record, shown
from mlops_tui.index.points import add_series, read_totals, write_column
from mlops_tui.journal.tail import Position, read_chunk

if TYPE_CHECKING:
    from mlops_tui.index.events import EventLines

_START = "coalesce(started, end_started, created)"


def apply_news(connection: sqlite3.Connection, news: RunNews) -> bool:
    """Put what is new about one run into the tables; return False if another process was first."""
    run = news.run.num
    if news.run_json is not None:
        _apply_run_json(connection, run, news.run_json)
    for piece in news.pieces:
        if stored_position(connection, run, piece.name) != piece.before:
            return False
        if piece.chunk.restarted:
            forget_files(connection, run)
            return False
        if piece.name == RUNNER_FILE:
            apply_runner_lines(connection, run, piece.chunk.data)
            move(connection, file_number(connection, run, piece.name), piece)
        elif piece.name == VERSIONS_FILE:
            apply_version_lines(connection, run, piece.chunk.data)
            move(connection, file_number(connection, run, piece.name), piece)
        else:
            _apply_events(connection, run, piece)
    _date_again(connection, run, news.folder)
    if news.may_settle:
        connection.execute("UPDATE runs SET settled = 1 WHERE num = ?", (run,))
    return True


def _apply_run_json(connection: sqlite3.Connection, run: int, data: bytes) -> None:
    try:
        record = read_record(data)
    except BadLineError:
        record = {}
        _add_unreadable(connection, run, "", 1, "run.json: " + shown(data))
    apply_creation(connection, run, record)


def _apply_events(connection: sqlite3.Connection, run: int, piece: Piece) -> None:
    """Add what one stretch of an event file says."""
    base, chunk = piece.before.offset, piece.chunk
    number = file_number(connection, run, piece.name)
    found = _decode(chunk.data, base)
    state = _state(connection, run, number)
    dated = to_columns(found.lines, found.ends, base, state)
    if base == 0 and piece.name != MAIN_EVENTS:
        connection.execute("UPDATE files SET rank = ? WHERE id = ?", (found.first_rank, number))
        _label_files(connection, run)
    _write_columns(connection, run, number, dated.columns)
    apply_event_facts(connection, run, piece.name, found.facts)
    hear(connection, run, dated.heard)
    unreadable = found.unreadable + chunk.skipped_lines
    if unreadable:
        first = found.unreadable_first or LONG_LINE
        _add_unreadable(connection, run, piece.name, unreadable, first)
    backward = sum(column.backward for column in dated.columns.values())
    if backward:
        connection.execute("UPDATE runs SET backward = backward + ? WHERE num = ?", (backward, run))
    move(connection, number, piece)
    connection.execute("UPDATE files SET last_t = ? WHERE id = ?", (dated.last_t, number))
    if dated.undated is not None:
        _save_undated(connection, number, dated.undated, state.start, only_first=True)
    if state.covered_sizes:
        _prune_coverage(connection, run, piece.name)


def _decode(data: bytes, base: int) -> EventLines:
    from mlops_tui.index.events import decode_lines  # without new lines nobody waits for msgspec

    return decode_lines(data, base)


def _write_columns(
    connection: sqlite3.Connection, run: int, file: int, columns: dict[str, Column]
) -> None:
    if not columns:
        return
    known = read_totals(connection, file)
    label = connection.execute("SELECT label FROM files WHERE id = ?", (file,)).fetchone()[0]
    for metric, column in columns.items():
        if metric in known:
            write_column(connection, *known[metric], column)
        else:
            name = name_number(connection, _series_name(metric, label))
            add_series(connection, run, file, metric, name, column)


def _state(connection: sqlite3.Connection, run: int, file: int) -> FileState:
    """Return what the lines read of a file leave behind for the next one."""
    last_t, name, start = connection.execute(
        f"SELECT last_t, files.name, {_START} FROM files, runs WHERE files.id = ? AND num = ?",
        (file, run),
    ).fetchone()
    steps = connection.execute(
        "SELECT metric, previous_step FROM series WHERE file = ?", (file,)
    ).fetchall()
    sizes, times = coverage(connection, run, name)
    return FileState(start, last_t, dict(steps), sizes, times)


def _date_again(connection: sqlite3.Connection, run: int, folder: Path) -> None:
    """Correct the times of lines that a heartbeat covers now, or whose run has a start now."""
    rows = connection.execute(
        "SELECT files.id, files.name, offset, inode, undated, undated_end, undated_start,"
        f" undated_last_t, undated_steps, {_START} FROM files JOIN runs ON num = run"
        " WHERE run = ? AND undated IS NOT NULL",
        (run,),
    ).fetchall()
    for file, name, offset, inode, undated, end, start_then, last_t, steps, start in rows:
        sizes, times = coverage(connection, run, name)
        if start == start_then and not (sizes and sizes[-1] >= end):
            continue
        state = FileState(start, last_t, json.loads(steps), sizes, times)
        first, state.last_t = _date_stretch(
            connection, file, folder / name, Position(undated, inode), offset, state
        )
        connection.execute("UPDATE files SET last_t = ? WHERE id = ?", (state.last_t, file))
        _save_undated(connection, file, first, start)
        _prune_coverage(connection, run, name)


def _date_stretch(
    connection: sqlite3.Connection,
    file: int,
    path: Path,
    position: Position,
    end: int,
    state: FileState,
) -> tuple[Undated | None, float | None]:
    """Write the points from `position` to `end` again with their times by what is known now."""
    first: Undated | None = None
    while position.offset < end:
        try:
            chunk = read_chunk(path, position, CHUNK_BYTES)
        except OSError:
            break
        if chunk.position.offset == position.offset:
            break
        data = chunk.data[: end - position.offset]
        found = _decode(data, position.offset)
        dated: Dated = to_columns(found.lines, found.ends, position.offset, state)
        known = read_totals(connection, file)
        for metric, column in dated.columns.items():
            if metric in known:
                write_column(connection, *known[metric], column, is_new=False)
            state.previous_steps[metric] = column.steps[-1]
        state.last_t = dated.last_t
        first = first or dated.undated
        position = chunk.position
    return first, state.last_t


def _save_undated(
    connection: sqlite3.Connection,
    file: int,
    undated: Undated | None,
    start: float,
    only_first: bool = False,
) -> None:
    condition = " AND undated IS NULL" if only_first else ""
    values: tuple[object, ...] = (None,) * 5
    if undated is not None:
        steps = json.dumps(dict(undated.previous_steps))
        values = (undated.offset, undated.end, start, undated.last_t, steps)
    connection.execute(
        "UPDATE files SET undated = ?, undated_end = ?, undated_start = ?, undated_last_t = ?,"
        f" undated_steps = ? WHERE id = ?{condition}",
        (*values, file),
    )


def _prune_coverage(connection: sqlite3.Connection, run: int, name: str) -> None:
    """Forget what heartbeats saw of lines that are dated: no later line needs it."""
    floor = connection.execute(
        "SELECT ifnull(undated, offset) FROM files WHERE run = ? AND name = ?", (run, name)
    ).fetchone()[0]
    sizes, times = coverage(connection, run, name)
    kept = bisect_right(sizes, floor)
    if kept:
        later: array[int] = sizes[kept:]
        save_coverage(connection, run, name, later, times[kept:])


def _label_files(connection: sqlite3.Connection, run: int) -> None:
    """Name the series of all files but the main one by rank, or by a running number."""
    files = connection.execute(
        "SELECT id, rank, label FROM files WHERE run = ? AND name NOT IN (?, ?, ?) ORDER BY name",
        (run, MAIN_EVENTS, RUNNER_FILE, VERSIONS_FILE),
    ).fetchall()
    taken: set[int] = set()
    ranks: dict[int, int] = {}
    for file, rank, _ in files:
        if rank is not None and rank not in taken:
            taken.add(rank)
            ranks[file] = rank
    for file, _, _ in files:
        if file not in ranks:
            ranks[file] = next(n for n in range(1, len(files) + len(taken) + 1) if n not in taken)
            taken.add(ranks[file])
    for file, _, label in files:
        if label != f"rank{ranks[file]}":
            _rename_series(connection, file, f"rank{ranks[file]}")


def _rename_series(connection: sqlite3.Connection, file: int, label: str) -> None:
    connection.execute("UPDATE files SET label = ? WHERE id = ?", (label, file))
    rows = connection.execute("SELECT id, metric FROM series WHERE file = ?", (file,)).fetchall()
    for series, metric in rows:
        name = name_number(connection, _series_name(metric, label))
        connection.execute("UPDATE series SET name = ? WHERE id = ?", (name, series))


def _series_name(metric: str, label: str) -> str:
    return f"{metric}@{label}" if label else metric


def _add_unreadable(
    connection: sqlite3.Connection, run: int, origin: str, lines: int, first: str
) -> None:
    connection.execute("UPDATE runs SET unreadable = unreadable + ? WHERE num = ?", (lines, run))
    connection.execute(
        "UPDATE runs SET unreadable_first = ?, unreadable_origin = ?"
        " WHERE num = ? AND (unreadable_first IS NULL OR unreadable_origin < ?)",
        (first, origin, run, origin),
    )
