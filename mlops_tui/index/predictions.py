"""Predictions that runs wrote: the table, and what is asked of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlops_tui.domain.evaluations import Predictions
from mlops_tui.index.lines import BadLineError, clean, is_number

_LONGEST = 4096


def to_predictions(value: object, t: object) -> dict[str, Any]:
    """Return what a line says of predictions, ready for the table.

    Raises:
        BadLineError: it is no object with a path.
    """
    if not isinstance(value, dict) or not _text(value, "path"):
        raise BadLineError("predictions must be an object with a path")
    rows = value.get("rows")
    is_count = isinstance(rows, int) and not isinstance(rows, bool) and 0 <= rows < 2**63
    return {
        "path": _text(value, "path"),
        "dataset": _text(value, "dataset"),
        "model": _text(value, "model"),
        "rows": rows if is_count else None,
        "t": float(t) if is_number(t) else 0.0,  # type: ignore[arg-type]
    }


def add_predictions(
    connection: sqlite3.Connection, run: int, origin: str, found: Iterable[Mapping[str, Any]]
) -> None:
    """Note predictions that the event file `origin` names; of one dataset the later line stands."""
    connection.executemany(
        "INSERT OR REPLACE INTO predictions VALUES"
        " (:run, :dataset, :origin, :t, :path, :model, :rows)",
        [{**it, "run": run, "origin": origin} for it in found],
    )


def select_predictions(connection: sqlite3.Connection, run_ids: Sequence[str]) -> list[Predictions]:
    """Return the predictions of some runs, by run and then by dataset.

    Of several processes that wrote some for one dataset, the one that did last.
    """
    rows = connection.execute(
        "SELECT runs.id, path, dataset, model, rows, iif(t > 0, t, created) FROM predictions"
        " JOIN runs ON num = run WHERE runs.id IN (SELECT value FROM json_each(?))"
        " ORDER BY runs.id, dataset, t, origin",
        (json.dumps([clean(run_id) for run_id in run_ids]),),
    )
    last = {(run_id, dataset): (path, model, n, t) for run_id, path, dataset, model, n, t in rows}
    return [
        Predictions(run_id, path, dataset or None, model or None, n, t)
        for (run_id, dataset), (path, model, n, t) in last.items()
    ]


def select_unevaluated(connection: sqlite3.Connection, kind: str, limit: int) -> list[Predictions]:
    """Return predictions of finished runs of a kind that nobody has evaluated, the newest first."""
    rows = connection.execute(
        "SELECT DISTINCT runs.id FROM predictions JOIN runs ON num = predictions.run"
        " WHERE runs.kind = ? AND end_state = 'finished' AND deleted = 0 AND purged = 0"
        " AND NOT EXISTS (SELECT 1 FROM evaluations WHERE evaluations.run = runs.id AND"
        "  predictions.dataset IN ('', ifnull(evaluations.dataset, '')))"
        " ORDER BY ended DESC, runs.id DESC LIMIT ?",
        (kind, limit),
    ).fetchall()
    found = select_predictions(connection, [row[0] for row in rows])
    known = connection.execute(
        "SELECT run, ifnull(dataset, '') FROM evaluations WHERE run IN"
        " (SELECT value FROM json_each(?))",
        (json.dumps([row[0] for row in rows]),),
    ).fetchall()
    evaluated = {run_id for run_id, _ in known}
    return [
        it
        for it in found
        if (it.run_id, it.dataset or "") not in known
        and not (it.dataset is None and it.run_id in evaluated)
    ]


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return clean(found)[:_LONGEST] if isinstance(found, str) else ""
