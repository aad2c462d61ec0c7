"""Batches of live data that were judged: the tables, and what timelines and heat maps ask."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.domain.monitoring import BatchFacts, Cell, HeatMap
from mlops_tui.domain.verdicts import Verdict
from mlops_tui.index.lines import clean, is_number
from mlops_tui.index.performed import note_performed
from mlops_tui.index.quarantine import WHY
from mlops_tui.index.schema import limited

_LONGEST = 4096
_VERDICTS = tuple(Verdict)
"""No set: a line may have anything in a verdict's place."""
_FACTS = (
    "id, dataset, reference, key, at, start, end, rows, verdict, error, columns, drifted,"
    f" n_drifted, findings, report, t, host, {WHY}"
)


def note_batch(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note a batch that was judged, from a line of a project journal.

    Of several lines about one batch the latest counts; of several batches of one key it is the one
    that is judged last, whichever order the lines come in.
    """
    names = ("batch", "dataset", "cut", "key")
    batch_id, dataset, cut, key = (_text(record, name) for name in names)
    if not batch_id or not dataset:
        return
    note_performed(connection, {**record, "labels": ""})
    t = _number(record, "t") or 0.0
    row = connection.execute("SELECT num, t FROM batches WHERE id = ?", (batch_id,)).fetchone()
    if row is not None and row[1] > t:
        return
    if row is not None:
        connection.execute("DELETE FROM batch_columns WHERE batch = ?", (row[0],))
        connection.execute("DELETE FROM batches WHERE num = ?", (row[0],))
    number = connection.execute(
        "INSERT INTO batches (id, dataset, cut, reference, key, at, start, end, rows, verdict,"
        " error, columns, drifted, n_drifted, findings, report, t, host, size, mtime)"
        f" VALUES ({', '.join('?' * 20)}) RETURNING num",
        (batch_id, dataset, cut, _text(record, "reference"), key, *_values(record, t)),
    ).fetchone()[0]
    cells = record.get("columns")
    _add_cells(connection, number, cells if isinstance(cells, list) else [])
    connection.execute(
        "UPDATE batches SET newest = num = (SELECT num FROM batches WHERE dataset = :dataset"
        " AND key = :key ORDER BY t DESC, id DESC LIMIT 1)"
        " WHERE dataset = :dataset AND key = :key",
        {"dataset": dataset, "key": key},
    )


def _values(record: Mapping[str, Any], t: float) -> tuple[object, ...]:
    verdict = record.get("verdict")
    drifted = record.get("drifted")
    at = _number(record, "at")
    return (
        *(t if at is None else at, _number(record, "start"), _number(record, "end")),
        _count(record, "rows"),
        verdict if verdict in _VERDICTS else None,
        _text(record, "error") or None,
        _count(record, "n_columns"),
        json.dumps([clean(it) for it in drifted or () if isinstance(it, str)])
        if isinstance(drifted, list)
        else "[]",
        *(_count(record, "n_drifted"), _count(record, "n_findings")),
        *(_text(record, "report") or None, t, _text(record, "host")),
        *(_count(record, "size"), _count(record, "mtime_ns")),
    )


def _add_cells(connection: sqlite3.Connection, batch: int, cells: Iterable[object]) -> None:
    """Add the cells of a batch; of a column with several the first, which is the most urgent."""
    found = [cell for cell in map(_cell, cells) if cell is not None]
    connection.executemany(
        "INSERT OR IGNORE INTO names (name) VALUES (?)", [(cell[0],) for cell in found]
    )
    connection.executemany(
        "INSERT OR IGNORE INTO batch_columns VALUES"
        " (?, (SELECT id FROM names WHERE name = ?), ?, ?, ?, ?, ?, ?)",
        [(batch, *cell) for cell in found],
    )


def _cell(value: object) -> tuple[object, ...] | None:
    if not isinstance(value, list) or len(value) != 7 or not isinstance(value[0], str):
        return None
    name, verdict, *numbers, n, note = value
    if verdict not in _VERDICTS:
        return None
    told = [float(it) if is_number(it) else None for it in numbers]
    rows = n if isinstance(n, int) and 0 <= n < 2**63 else 0
    return clean(name), verdict, *told, rows, clean(note)[:100] if isinstance(note, str) else ""


def select_batches(
    connection: sqlite3.Connection,
    dataset: str | None = None,
    limit: int | None = None,
    before: float | None = None,
) -> list[BatchFacts]:
    """Return the newest batches, oldest first; of one key the content that was judged last.

    Of batches that were cut in several ways, those that were cut as the last one.
    """
    rows = connection.execute(
        f"SELECT {_FACTS} FROM batches WHERE newest = 1 AND (?1 IS NULL OR dataset = ?1)"
        " AND (?2 IS NULL OR at < ?2) AND cut = (SELECT last.cut FROM batches AS last"
        " WHERE last.dataset = batches.dataset ORDER BY last.t DESC, last.id DESC LIMIT 1)"
        " ORDER BY at DESC, key DESC LIMIT ?3",
        (None if dataset is None else clean(dataset), before, limited(limit)),
    )
    return [_batch(row) for row in reversed(rows.fetchall())]


def select_quarantined(connection: sqlite3.Connection, dataset: str) -> list[BatchFacts]:
    """Return the batches of a dataset that were put aside, of each key its newest content only."""
    rows = connection.execute(
        f"SELECT {_FACTS} FROM batches WHERE newest = 1 AND dataset = ? AND id IN"
        " (SELECT batch FROM quarantine WHERE is_in = 1) ORDER BY at, key",
        (clean(dataset),),
    )
    return [_batch(row) for row in rows]


def select_batch(connection: sqlite3.Connection, batch_id: str) -> BatchFacts | None:
    """Return one batch, whether or not its key has newer content; None where there is none."""
    row = connection.execute(
        f"SELECT {_FACTS} FROM batches WHERE id = ?", (clean(batch_id),)
    ).fetchone()
    return None if row is None else _batch(row)


def find_batch(connection: sqlite3.Connection, name: str) -> BatchFacts:
    """Return the batch that goes by an id, the unique beginning of one, or its key.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several.
    """
    rows = connection.execute(
        f"SELECT {_FACTS} FROM batches WHERE id = :name OR newest = 1 AND"
        " (key = :name OR :name != '' AND substr(id, 1, length(:name)) = :name)"
        " ORDER BY id = :name DESC, at DESC",
        {"name": clean(name)},
    ).fetchall()
    if not rows:
        raise NotFoundError(f"no batch goes by {name!r}", "mlops-tui monitor status lists them")
    if len(rows) > 1 and rows[0][0] != name:
        candidates = [f"{row[0]} ({row[1]}, {row[3]})" for row in rows[:20]]
        raise AmbiguousError(f"{len(rows)} batches go by {name!r}", candidates, "give the id")
    return _batch(rows[0])


def select_cells(
    connection: sqlite3.Connection, batch_ids: Sequence[str]
) -> dict[str, dict[str, Cell]]:
    """Return the cells of batches, by batch and then by column; those not there are left out."""
    rows = connection.execute(
        "SELECT batches.id, names.name, batch_columns.verdict, score, threshold, null_q99, n, note"
        " FROM batch_columns JOIN batches ON num = batch"
        " JOIN names ON names.id = batch_columns.name"
        " WHERE batches.id IN (SELECT value FROM json_each(?)) ORDER BY batch, names.name",
        (json.dumps([clean(batch_id) for batch_id in batch_ids]),),
    )
    found: dict[str, dict[str, Cell]] = {}
    for batch_id, name, *cell in rows:
        found.setdefault(batch_id, {})[name] = Cell(*cell)
    return found


def select_heat(
    connection: sqlite3.Connection, dataset: str, limit: int | None, columns: int | None
) -> HeatMap:
    """Return the cells of the newest batches of a dataset, the most urgent columns first."""
    batches = select_batches(connection, dataset, limit)
    cells = select_cells(connection, [batch.id for batch in batches])
    by_column: dict[str, list[Cell | None]] = {}
    for at, batch in enumerate(batches):
        for name, cell in cells.get(batch.id, {}).items():
            by_column.setdefault(name, [None] * len(batches))[at] = cell
    drifted = Counter(
        name
        for name, row in by_column.items()
        for cell in row
        if cell is not None and cell.verdict == Verdict.DRIFT
    )
    farthest = {
        name: max((cell.beyond for cell in row if cell is not None), default=0.0)
        for name, row in by_column.items()
    }
    ordered = sorted(by_column, key=lambda name: (-drifted[name], -farthest[name], name))
    shown = ordered if columns is None else ordered[:columns]
    return HeatMap(batches, shown, {name: by_column[name] for name in shown})


def select_known(
    connection: sqlite3.Connection, dataset: str, files: Sequence[tuple[str, int, int]]
) -> set[str]:
    """Return the keys of those files that were judged as they are now.

    Args:
        connection: the index.
        dataset: its name.
        files: key, size in bytes and time of the last change in ns.
    """
    wanted = json.dumps([[clean(key), size, mtime] for key, size, mtime in files])
    rows = connection.execute(
        "SELECT batches.key FROM json_each(?2) AS file"
        " JOIN batches ON batches.key = json_extract(file.value, '$[0]')"
        " WHERE dataset = ?1 AND newest = 1 AND size = json_extract(file.value, '$[1]')"
        " AND mtime = json_extract(file.value, '$[2]')",
        (clean(dataset), wanted),
    )
    return {row[0] for row in rows}


def select_newest(connection: sqlite3.Connection, batch_ids: Sequence[str]) -> set[str]:
    """Return those of these batches whose keys have no newer content."""
    rows = connection.execute(
        "SELECT id FROM batches WHERE newest = 1 AND id IN (SELECT value FROM json_each(?))",
        (json.dumps([clean(batch_id) for batch_id in batch_ids]),),
    )
    return {row[0] for row in rows}


def select_sizes(connection: sqlite3.Connection, dataset: str, before: float) -> list[int]:
    """Return how many rows the twenty batches before a moment had, oldest first.

    Those that were put aside are left out.
    """
    found = select_batches(connection, dataset, 20, before)
    return [it.rows for it in found if it.error is None and it.quarantined is None]


def _batch(row: Sequence[Any]) -> BatchFacts:
    drifted = tuple(json.loads(row[11]))
    return BatchFacts(*(*row[:11], drifted, *row[12:]))


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return clean(value)[:_LONGEST] if isinstance(value, str) else ""


def _number(record: Mapping[str, Any], key: str) -> float | None:
    value = record.get(key)
    if not is_number(value):
        return None
    number = float(value)  # type: ignore[arg-type]
    return number if abs(number) < 1e15 else None


def _count(record: Mapping[str, Any], key: str) -> int:
    value = record.get(key)
    return value if isinstance(value, int) and 0 <= value < 2**63 else 0
