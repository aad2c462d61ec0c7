"""One value of every run by the name of a field: what filters, sorts and columns read."""

from __future__ import annotations

import json
import math
import sqlite3
import time

from mlops_tui.index.labels import NO_LABEL
from mlops_tui.index.values import FieldFacts

STATE = (
    "CASE WHEN end_source > 0 THEN end_state WHEN phase = 0 THEN 'queued'"
    " WHEN phase = 1 THEN 'starting' ELSE 'running' END"
)
STARTED = "ifnull(started, end_started)"
_ATTRIBUTES = {
    **{name: name for name in ("id", "name", "job", "kind", "created", "ended", "host")},
    **{name: name for name in ("machine", "reason", "exit_code", "signal", "attempt")},
    **{name: name for name in ("retry_of", "parent", "note", "heard", "priority", "deleted")},
    "state": STATE,
    "started": STARTED,
    "duration": f"max(0, ifnull(ended, :now) - {STARTED})",
    "unreadable_lines": "unreadable",
    "backward_points": "backward",
    "progress": "progress_done / progress_total",
}
_COUNTED = ("job", "kind", "host", "note", "attempt", "reason", "exit_code")
"""Attributes of which it is known whether runs differ in them."""
_SUMMARIES = {
    "metric": "last",
    "last": "last",
    "first": "first",
    "min": "low",
    "max": "high",
    "count": "size",
    "last_step": "last_step",
}

_SCALARS = json.JSONDecoder()

Values = dict[int, object]
"""Row of a run -> value; what is missing has no key."""


def read_field(connection: sqlite3.Connection, field: str) -> Values:
    """Return the values of a field for all runs that have one.

    A bare name is an attribute of the run, else its parameter, else its metric, else its tag.
    """
    if field in _ATTRIBUTES:
        return _attribute(connection, _ATTRIBUTES[field])
    if field == "tags":
        return _all_tags(connection)
    prefix, dot, rest = field.partition(".")
    if dot and prefix in ("param", "tag"):
        return _label(connection, prefix, rest)
    if dot and prefix in _SUMMARIES:
        return _summary(connection, _SUMMARIES[prefix], rest)
    return {
        **_label(connection, "tag", field),
        **_summary(connection, "last", field),
        **_label(connection, "param", field),
    }


def read_field_facts(connection: sqlite3.Connection) -> list[FieldFacts]:
    """Return the parameters, metrics and tags of all runs and some attributes, sorted by name."""
    shown = "known = 1 AND purged = 0 AND deleted = 0"
    among = f"IN (SELECT num FROM runs WHERE {shown})"
    rows = connection.execute(
        "SELECT kind || '.' || names.name, count(*), count(DISTINCT value) FROM labels"
        f" JOIN names ON id = labels.name WHERE run {among} AND value != '{NO_LABEL}'"
        " GROUP BY kind, labels.name"
        " UNION ALL SELECT 'metric.' || names.name, count(DISTINCT run), count(DISTINCT last)"
        f" FROM series JOIN names ON names.id = series.name WHERE size > 0 AND run {among}"
        " GROUP BY series.name ORDER BY 1"
    ).fetchall()
    counted = ", ".join(f"count({name}), count(DISTINCT {name})" for name in _COUNTED)
    counts = connection.execute(f"SELECT {counted} FROM runs WHERE {shown}").fetchone()
    rows += [(name, *counts[2 * at : 2 * at + 2]) for at, name in enumerate(_COUNTED)]
    return [FieldFacts(*row) for row in rows]


def decode_value(text: str) -> object:
    """Return the scalar that stands in the index as JSON."""
    return _SCALARS.raw_decode(text)[0]


def _attribute(connection: sqlite3.Connection, expression: str) -> Values:
    rows = connection.execute(f"SELECT num, {expression} FROM runs", {"now": time.time()})
    return {num: value for num, value in rows if value is not None}


def _label(connection: sqlite3.Connection, kind: str, name: str) -> Values:
    rows = connection.execute(
        "SELECT run, value FROM labels"
        f" WHERE kind = ? AND value != '{NO_LABEL}'"
        " AND name = (SELECT id FROM names WHERE name = ?)",
        (kind, name),
    )
    return {run: decode_value(value) for run, value in rows}


def _summary(connection: sqlite3.Connection, column: str, name: str) -> Values:
    rows = connection.execute(
        f"SELECT run, {column} FROM series WHERE name = (SELECT id FROM names WHERE name = ?)",
        (name,),
    )
    if column in ("low", "high"):
        return {run: value for run, value in rows if value is not None}
    return {run: math.nan if value is None else value for run, value in rows}


def _all_tags(connection: sqlite3.Connection) -> Values:
    tags: dict[int, dict[str, object]] = {}
    rows = connection.execute(
        "SELECT run, names.name, value FROM labels JOIN names ON id = labels.name"
        f" WHERE kind = 'tag' AND value != '{NO_LABEL}'"
    )
    for run, name, value in rows:
        tags.setdefault(run, {})[name] = decode_value(value)
    return dict(tags)
