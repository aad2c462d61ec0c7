"""Points written into the chunks of a series and read from them."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from mlops_tui.index.columns import Column
from mlops_tui.index.packing import (
    BUCKET_POINTS,
    CHUNK_POINTS,
    Points,
    decimate,
    in_order,
    merge,
    no_points,
    pack,
    thin,
    unpack,
)

PIECE_POINTS = 256
"""A piece of a tail grows to this size before the next one begins: few bytes an append."""
_READ_WHOLE_POINTS = 16384
"""So many points are read faster than their pyramid is worth."""


class Totals(NamedTuple):
    """What is known of a whole series; NaN is None, as SQLite has it."""

    size: int = 0
    nans: int = 0
    first: float | None = None
    last: float | None = None
    low: float | None = None
    high: float | None = None
    last_step: int | None = None
    low_step: int | None = None
    high_step: int | None = None


_TOTALS = ", ".join(Totals._fields)
_MARKS = ", ".join("?" * (5 + len(Totals._fields)))
_SET_TOTALS = ", ".join(f"{name} = ?" for name in Totals._fields)


def read_totals(connection: sqlite3.Connection, file: int) -> dict[str, tuple[int, Totals]]:
    """Return the series of a file: metric -> row and totals."""
    rows = connection.execute(f"SELECT metric, id, {_TOTALS} FROM series WHERE file = ?", (file,))
    return {metric: (series, Totals(*totals)) for metric, series, *totals in rows}


def add_series(
    connection: sqlite3.Connection, run: int, file: int, metric: str, name: int, column: Column
) -> None:
    """Begin a series with its first points."""
    points = _points(column)
    totals = _added(Totals(), points)
    series = connection.execute(
        f"INSERT INTO series (run, file, metric, name, previous_step, {_TOTALS})"
        f" VALUES ({_MARKS}) RETURNING id",
        (run, file, metric, name, column.steps[-1], *totals),
    ).fetchone()[0]
    _append(connection, series, 0, points)


def write_column(
    connection: sqlite3.Connection, series: int, totals: Totals, column: Column, is_new: bool = True
) -> None:
    """Put the points of `column` into a series; they come after all points it was given before.

    Args:
        connection: inside a write transaction.
        series: its row.
        totals: what is known of it up to now.
        column: what to add.
        is_new: these lines were not read before; otherwise only their times are corrected.
    """
    points = _points(column)
    if totals.last_step is None or points.steps[0] > totals.last_step:
        _append(connection, series, totals.size, points)
        totals = _added(totals, points)
    else:
        totals = _insert(connection, series, totals.size, points)
    connection.execute(
        f"UPDATE series SET {_SET_TOTALS}, previous_step = ifnull(?, previous_step) WHERE id = ?",
        (*totals, column.steps[-1] if is_new else None, series),
    )


def read_points(
    connection: sqlite3.Connection,
    series: int,
    first_step: int | None = None,
    last_step: int | None = None,
) -> Points:
    """Return all points of a series between two steps, both of them included."""
    points = no_points()
    for chunk in _chunks(connection, series, "data", first_step, last_step):
        points.extend(unpack(chunk[0]))
    points.extend(_tail(connection, series))
    return points.within(first_step, last_step)


def read_few_points(
    connection: sqlite3.Connection,
    series: int,
    limit: int,
    first_step: int | None = None,
    last_step: int | None = None,
) -> Points:
    """Return at most `limit` points with the extremes, at a cost of about `limit`."""
    spans = list(_chunks(connection, series, "first_step, last_step", first_step, last_step))
    if len(spans) * CHUNK_POINTS <= max(_READ_WHOLE_POINTS, 16 * limit):
        return decimate(read_points(connection, series, first_step, last_step), limit)
    level = "coarse" if len(spans) >= 2 * limit else "fine"
    points = no_points()
    cut = _cut_chunks(spans, first_step, last_step)
    rows = _chunks(connection, series, f"seq, {level}", first_step, last_step)
    for position, (seq, packed) in enumerate(rows):
        if position in cut:
            points.extend(_chunk(connection, series, seq).within(first_step, last_step))
        else:
            points.extend(unpack(packed))
    points.extend(_tail(connection, series).within(first_step, last_step))
    return decimate(points, limit)


def delete_points(connection: sqlite3.Connection, series: Iterable[int]) -> None:
    """Remove series with all their points."""
    for number in series:
        for table, key in (("chunks", "series"), ("tails", "series"), ("series", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (number,))


def _points(column: Column) -> Points:
    points = Points(column.steps, column.times, column.values)
    return points if column.is_growing else in_order(*points)


def _append(connection: sqlite3.Connection, series: int, count: int, points: Points) -> None:
    """Add points that come after the `count` ones there are."""
    full, tail_count = divmod(count, CHUNK_POINTS)
    if tail_count + len(points.steps) < CHUNK_POINTS:
        _grow_tail(connection, series, tail_count, points)
        return
    if tail_count:
        whole = _tail(connection, series)
        whole.extend(points)
        connection.execute("DELETE FROM tails WHERE series = ?", (series,))
    else:
        whole = points
    end = len(whole.steps) // CHUNK_POINTS * CHUNK_POINTS
    for seq, start in enumerate(range(0, end, CHUNK_POINTS), full):
        chunk = whole.between(start, start + CHUNK_POINTS)
        connection.execute(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _chunk_row(series, seq, chunk)
        )
    if end < len(whole.steps):
        _grow_tail(connection, series, 0, whole.between(end, len(whole.steps)))


def _chunk_row(series: int, seq: int, chunk: Points) -> tuple[object, ...]:
    fine = thin(chunk, BUCKET_POINTS)
    coarse = thin(fine, len(fine.steps))
    steps = chunk.steps
    packed = (pack(coarse), pack(fine), pack(chunk))
    return (series, seq, steps[0], steps[-1], _nans(chunk), *packed)


def _grow_tail(
    connection: sqlite3.Connection, series: int, tail_count: int, points: Points
) -> None:
    seq = 0
    if tail_count:
        seq, count, data = connection.execute(
            "SELECT seq, count, data FROM tails WHERE series = ? ORDER BY seq DESC LIMIT 1",
            (series,),
        ).fetchone()
        if count < PIECE_POINTS:
            piece = unpack(data)
            piece.extend(points)
            points = piece
        else:
            seq += 1
    connection.execute(
        "INSERT OR REPLACE INTO tails VALUES (?, ?, ?, ?)",
        (series, seq, len(points.steps), pack(points)),
    )


def _insert(connection: sqlite3.Connection, series: int, count: int, points: Points) -> Totals:
    """Merge points among those there are: all from the first chunk concerned on is written anew."""
    seq = connection.execute(
        "SELECT min(seq) FROM chunks WHERE series = ? AND last_step >= ?", (series, points.steps[0])
    ).fetchone()[0]
    if seq is None:
        seq = count // CHUNK_POINTS
    later = no_points()
    rows = connection.execute(
        "SELECT data FROM chunks WHERE series = ? AND seq >= ? ORDER BY seq", (series, seq)
    )
    for (data,) in rows:
        later.extend(unpack(data))
    later.extend(_tail(connection, series))
    connection.execute("DELETE FROM chunks WHERE series = ? AND seq >= ?", (series, seq))
    connection.execute("DELETE FROM tails WHERE series = ?", (series,))
    _append(connection, series, seq * CHUNK_POINTS, merge(later, points))
    return _totals(connection, series)


def _added(totals: Totals, points: Points) -> Totals:
    """Return the totals of a series with points behind its last one."""
    nans = _nans(points)
    low, high = _low_and_high(points, nans)
    is_lower = low[0] is not None and (totals.low is None or low[0] < totals.low)
    is_higher = high[0] is not None and (totals.high is None or high[0] > totals.high)
    low = low if is_lower else (totals.low, totals.low_step)
    high = high if is_higher else (totals.high, totals.high_step)
    return Totals(
        totals.size + len(points.steps),
        totals.nans + nans,
        totals.first if totals.size else _or_none(points.values[0]),
        _or_none(points.values[-1]),
        low[0],
        high[0],
        points.steps[-1],
        low[1],
        high[1],
    )


def _totals(connection: sqlite3.Connection, series: int) -> Totals:
    """Return the totals worked out from the chunks alone."""
    extremes = no_points()
    chunks = connection.execute(
        "SELECT coarse, nans FROM chunks WHERE series = ? ORDER BY seq", (series,)
    ).fetchall()
    nans = sum(row[1] for row in chunks)
    for coarse, _ in chunks:
        extremes.extend(unpack(coarse))
    tail = _tail(connection, series)
    nans += _nans(tail)
    extremes.extend(tail)
    totals = _added(Totals(), extremes)
    ends = [_end_value(connection, series, order) for order in ("ASC", "DESC")] if chunks else []
    first = ends[0] if ends else totals.first
    last = ends[1] if ends and not tail.steps else totals.last
    last_step = tail.steps[-1] if tail.steps else _last_step(connection, series)
    size = len(chunks) * CHUNK_POINTS + len(tail.steps)
    return totals._replace(size=size, nans=nans, first=first, last=last, last_step=last_step)


def _end_value(connection: sqlite3.Connection, series: int, order: str) -> float | None:
    data = connection.execute(
        f"SELECT data FROM chunks WHERE series = ? ORDER BY seq {order} LIMIT 1", (series,)
    ).fetchone()[0]
    values = unpack(data).values
    return _or_none(values[0] if order == "ASC" else values[-1])


def _last_step(connection: sqlite3.Connection, series: int) -> int:
    query = "SELECT max(last_step) FROM chunks WHERE series = ?"
    return int(connection.execute(query, (series,)).fetchone()[0])


def _low_and_high(
    points: Points, nans: int
) -> tuple[tuple[float | None, int | None], tuple[float | None, int | None]]:
    """Return the least and the greatest value, each with its first step; NaN counts for neither."""
    values, steps = points.values, points.steps
    if nans == len(values):
        return (None, None), (None, None)
    real = [value for value in values if value == value] if nans else values
    low, high = min(real), max(real)
    return (low, steps[values.index(low)]), (high, steps[values.index(high)])


def _nans(points: Points) -> int:
    if math.isnan(sum(points.values)):
        return sum(map(math.isnan, points.values))
    return 0


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _tail(connection: sqlite3.Connection, series: int) -> Points:
    points = no_points()
    for (data,) in connection.execute(
        "SELECT data FROM tails WHERE series = ? ORDER BY seq", (series,)
    ):
        points.extend(unpack(data))
    return points


def _chunk(connection: sqlite3.Connection, series: int, seq: int) -> Points:
    query = "SELECT data FROM chunks WHERE series = ? AND seq = ?"
    return unpack(connection.execute(query, (series, seq)).fetchone()[0])


def _chunks(
    connection: sqlite3.Connection,
    series: int,
    columns: str,
    first_step: int | None,
    last_step: int | None,
) -> sqlite3.Cursor:
    """Return columns of the chunks that have points between two steps, in order."""
    return connection.execute(
        f"SELECT {columns} FROM chunks WHERE series = ? AND last_step >= ifnull(?, last_step)"
        " AND first_step <= ifnull(?, first_step) ORDER BY seq",
        (series, first_step, last_step),
    )


def _cut_chunks(
    spans: list[tuple[int, int]], first_step: int | None, last_step: int | None
) -> set[int]:
    """Return the positions of chunks of which only a part is asked for."""
    cut = set()
    for position in (0, len(spans) - 1):
        low, high = spans[position]
        if (first_step is not None and low < first_step) or (
            last_step is not None and high > last_step
        ):
            cut.add(position)
    return cut
