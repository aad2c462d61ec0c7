"""Models that were evaluated: the table, and what is asked of it."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.domain.evaluations import Evaluation, Figure, Looks
from mlops_tui.index.lines import clean, is_number
from mlops_tui.index.schema import limited

_LONGEST = 4096
_MOST_METRICS = 1000
_FACTS = (
    "id, run, model, number, dataset, version, role, problem, rows, metrics, report, predictions,"
    " t, person, host, error"
)


def note_evaluation(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note an evaluation, from a line of a project journal.

    Of several lines about one the latest counts, in whichever order they come.
    """
    name, t = _text(record, "evaluation"), _number(record, "t") or 0.0
    number = _count(record, "number")
    model = _text(record, "model") if number is not None else None
    if not name or not (model or _text(record, "run")):
        return
    values = (
        *(name, _text(record, "run"), model, number if model else None),
        *(_text(record, key) for key in ("dataset", "data_version", "role")),
        *(_text(record, "problem") or "", _count(record, "rows") or 0),
        json.dumps(_figures(record.get("metrics")), sort_keys=True),
        *(_text(record, key) for key in ("report", "predictions")),
        *(t, _text(record, "by") or "", _text(record, "host") or "", _text(record, "error")),
    )
    connection.execute("DELETE FROM evaluations WHERE id = ? AND (t, host) < (?, ?)",
                       (name, t, values[14]))  # fmt: skip
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT OR IGNORE INTO evaluations VALUES ({marks})", values)


def select_evaluations(
    connection: sqlite3.Connection,
    run_ids: Sequence[str] | None,
    model: str | None,
    number: int | None,
    dataset: str | None,
    limit: int | None,
) -> list[Evaluation]:
    """Return evaluations, newest first; what is None is not asked for."""
    wanted: list[tuple[str, object]] = []
    if run_ids is not None:
        among = json.dumps([clean(run_id) for run_id in run_ids])
        wanted.append(("run IN (SELECT value FROM json_each(?))", among))
    if model is not None:
        wanted.append(("model = ?", clean(model)))
    if number is not None:
        wanted.append(("number = ?", number))
    if dataset is not None:
        wanted.append(("dataset = ?", clean(dataset)))
    where = " AND ".join(condition for condition, _ in wanted) or "1"
    rows = connection.execute(
        f"SELECT {_FACTS} FROM evaluations WHERE {where} ORDER BY t DESC, id DESC LIMIT ?",
        (*(value for _, value in wanted), limited(limit)),
    )
    return [_evaluation(row) for row in rows]


def find_evaluation(connection: sqlite3.Connection, name: str) -> Evaluation:
    """Return the evaluation that goes by an id or the unique beginning of one.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several.
    """
    rows = connection.execute(
        f"SELECT {_FACTS} FROM evaluations WHERE ?1 != '' AND substr(id, 1, length(?1)) = ?1"
        " ORDER BY id = ?1 DESC, t DESC",
        (clean(name),),
    ).fetchall()
    if not rows:
        raise NotFoundError(f"no evaluation goes by {name!r}", "mlops-tui evaluate --list has all")
    if len(rows) > 1 and rows[0][0] != name:
        candidates = [row[0] for row in rows[:20]]
        raise AmbiguousError(f"{len(rows)} evaluations go by {name!r}", candidates, "give the id")
    return _evaluation(rows[0])


def select_looks(connection: sqlite3.Connection) -> list[Looks]:
    """Return how often each dataset was looked at, by name; failed ones are no looks."""
    rows = connection.execute(
        "SELECT dataset, count(*), count(DISTINCT ifnull(model || ':' || number, run)),"
        " count(DISTINCT version), min(t), max(t) FROM evaluations"
        " WHERE dataset IS NOT NULL AND error IS NULL GROUP BY dataset ORDER BY dataset"
    )
    return [Looks(*row) for row in rows]


def _evaluation(row: Sequence[Any]) -> Evaluation:
    figures = {name: Figure(*numbers) for name, numbers in json.loads(row[9]).items()}
    return Evaluation(*(*row[:9], figures, *row[10:]))


def _figures(value: object) -> dict[str, list[float | int | None]]:
    if not isinstance(value, dict):
        return {}
    found: dict[str, list[float | int | None]] = {}
    for name, it in list(value.items())[:_MOST_METRICS]:
        if isinstance(it, dict):
            bounds = [_number(it, key) for key in ("value", "low", "high")]
            found[clean(str(name))[:_LONGEST]] = [*bounds, _count(it, "n")]
    return found


def _text(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    return clean(value)[:_LONGEST] or None if isinstance(value, str) else None


def _number(record: Mapping[str, Any], key: str) -> float | None:
    value = record.get(key)
    if not is_number(value):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _count(record: Mapping[str, Any], key: str) -> int | None:
    value = record.get(key)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return value if is_count else None
