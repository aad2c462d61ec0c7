"""How a model did on batches of live data: the table, and what timelines ask of it.

A batch is judged when it comes, and once more for every other truth that is known of it later. Of
several judgements the one by a later truth counts, else the latest, whichever order the lines of
several hosts come in.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.domain.performed import DEGRADED, ESTIMATED, REALISED, Performed, figures_of
from mlops_tui.index.lines import clean, is_number

_LONGEST = 4096
_MOST_METRICS = 50
_UNSURE = "too_little_data"
_VERDICTS = ("ok", DEGRADED, _UNSURE)
_FIGURES = ("value", "lower", "upper", "reference", "sampling_error", "threshold", "adjusted_p")
_OF_WORSE = ("value", "lower", "upper", "reference", "adjusted_p")
"""Without these nothing is called worse."""
_OF_OBJECTIVE = ("value", "lower", "upper", "target")


def note_performed(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note how a model did on a batch, from a line of a project journal that tells of it."""
    found = record.get("performance")
    batch = record.get("batch")
    if not isinstance(found, dict) or not isinstance(batch, str) or not batch:
        return
    if found.get("verdict") not in _VERDICTS or not isinstance(found.get("metrics"), list):
        return
    labels, host = (_text(record, name) for name in ("labels", "host"))
    t = record.get("t")
    moment = float(t) if is_number(t) else 0.0  # type: ignore[arg-type]
    figures = json.dumps(_figures(found), sort_keys=True)
    connection.execute(
        "INSERT INTO batch_performed VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET t = excluded.t, host = excluded.host, figures = excluded.figures"
        " WHERE (excluded.t, excluded.host, excluded.figures) > (t, host, figures)",
        (clean(batch)[:_LONGEST], labels, moment, host, figures),
    )


def _figures(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures as they are to be relied upon; what is no figure is left out."""
    told = [_metric(it) for it in found["metrics"][:_MOST_METRICS] if _is_metric(it)]
    is_worse = any(it["verdict"] == DEGRADED for it in told)
    verdict = found["verdict"]
    if verdict == DEGRADED and not is_worse:
        verdict = _UNSURE
    counts = {name: _count(found.get(name)) for name in ("n_reference", "n_current", "n_labelled")}
    objective, trust = found.get("objective"), found.get("trust")
    parts = {
        "objective": objective if _has_numbers(objective, "objective", _OF_OBJECTIVE) else None,
        "trust": trust if _has_numbers(trust, "metric", ("realised", "estimated", "n")) else None,
    }
    return figures_of({"verdict": verdict, "metrics": told, **counts, **parts})


def _is_metric(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.get("verdict") in _VERDICTS
        and value.get("basis") in (REALISED, ESTIMATED)
        and isinstance(value.get("metric"), str)
    )


def _metric(it: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: it[name] if is_number(it.get(name)) else None for name in _FIGURES}
    counts = {name: _count(it.get(name)) for name in ("n", "n_reference")}
    is_told = all(numbers[name] is not None for name in _OF_WORSE)
    verdict = it["verdict"] if is_told or it["verdict"] != DEGRADED else _UNSURE
    return {**it, **numbers, **counts, "verdict": verdict}


def _has_numbers(value: object, name: str, numbers: Sequence[str]) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get(name), str)
        and all(is_number(value.get(it)) for it in numbers)
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**63 else 0


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return clean(value)[:_LONGEST] if isinstance(value, str) else ""


def select_performed(
    connection: sqlite3.Connection, batch_ids: Sequence[str]
) -> dict[str, Performed]:
    """Return by batch how the model did on it, as far as that was judged."""
    rows = connection.execute(
        "SELECT batch, labels, t, host, figures FROM batch_performed"
        " WHERE batch IN (SELECT value FROM json_each(?))"
        " ORDER BY labels != '', t, labels",
        (json.dumps([clean(batch_id) for batch_id in batch_ids]),),
    )
    return {
        batch: Performed(batch, labels, t, host, json.loads(figures))
        for batch, labels, t, host, figures in rows
    }


def is_noted(connection: sqlite3.Connection, batch_id: str, labels: str) -> bool:
    """Say whether a batch was judged by this truth, though another one may count by now."""
    row = connection.execute(
        "SELECT 1 FROM batch_performed WHERE batch = ? AND labels = ?",
        (clean(batch_id), clean(labels)),
    ).fetchone()
    return row is not None
