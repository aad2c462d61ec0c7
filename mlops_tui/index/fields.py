"""One value of every run by the name of a field: what filters, sorts and columns read."""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Sequence

from mlops_tui.domain.runs import WORD_FIELDS, WORDS
from mlops_tui.index.datasets import short_versions
from mlops_tui.index.labels import NO_LABEL
from mlops_tui.index.schema import limited
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
_MOVING = frozenset({"duration"})
"""What changes while the index does not."""
MOST_KEPT = 12
MOST_LISTED = 20_000
"""A list of more runs takes more memory than it saves time."""
_SUMMARIES = {
    "metric": "last",
    "last": "last",
    "first": "first",
    "min": "low",
    "max": "high",
    "count": "size",
    "last_step": "last_step",
    "min_step": "low_step",
    "max_step": "high_step",
}

_SCALARS = json.JSONDecoder()

Values = dict[int, object]
"""Row of a run -> value; what is missing has no key."""
Rows = Sequence[tuple[int, str]]
"""Row and id of runs."""


class Fields:
    """Values of all runs by the name of a field, kept until the index changes.

    Who types a filter asks for the same ones again with every letter.
    """

    def __init__(self) -> None:
        self._of: object = None
        self._kept: dict[str, Values] = {}
        self._listed: dict[bool, Rows] = {}

    def runs(self, connection: sqlite3.Connection, deleted: bool) -> Rows:
        """Return the row and the id of each run that is deleted, or is not; newest first."""
        self._renew(connection)
        if deleted not in self._listed:
            rows = select_runs_listed(connection, deleted)
            if len(rows) > MOST_LISTED:
                return rows
            self._listed[deleted] = rows
        return self._listed[deleted]

    def _renew(self, connection: sqlite3.Connection) -> None:
        elsewhere = connection.execute("PRAGMA data_version").fetchone()[0]
        now_of = (connection, elsewhere, connection.total_changes)
        if self._of != now_of:
            self._of, self._kept, self._listed = now_of, {}, {}

    def read(self, connection: sqlite3.Connection, field: str) -> Values:
        """Return the values of a field for all runs that have one, as `read_field`."""
        self._renew(connection)
        if field in _MOVING:
            return read_field(connection, field)
        if field not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[field] = read_field(connection, field)
        return self._kept[field]


def select_runs_listed(
    connection: sqlite3.Connection, deleted: bool, limit: int | None = None
) -> Rows:
    """Return the row and the id of the newest runs that are deleted, or are not; newest first."""
    return connection.execute(
        "SELECT num, id FROM runs WHERE known = 1 AND purged = 0 AND deleted = ?"
        " ORDER BY created DESC, id DESC LIMIT ?",
        (deleted, limited(limit)),
    ).fetchall()


def read_field(connection: sqlite3.Connection, field: str) -> Values:
    """Return the values of a field for all runs that have one.

    A bare name is an attribute of the run, else its parameter, else its metric, else its tag.
    """
    if field in _ATTRIBUTES:
        return _attribute(connection, _ATTRIBUTES[field])
    if field == "tags":
        return _all_tags(connection)
    if field == WORDS:
        return _words(connection)
    prefix, dot, rest = field.partition(".")
    if dot and prefix in ("param", "tag"):
        return _label(connection, prefix, rest)
    if dot and prefix == "data":
        return short_versions(connection, rest)
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


def _decode_all(texts: list[str]) -> list[object]:
    """Return the scalars of many texts, in a tenth of the time that one by one takes."""
    found: list[object] = _SCALARS.decode(f"[{','.join(texts)}]")
    return found


def _attribute(connection: sqlite3.Connection, expression: str) -> Values:
    rows = connection.execute(f"SELECT num, {expression} FROM runs", {"now": time.time()})
    return {num: value for num, value in rows if value is not None}


def _label(connection: sqlite3.Connection, kind: str, name: str) -> Values:
    rows = connection.execute(
        "SELECT run, value FROM labels"
        f" WHERE kind = ? AND value != '{NO_LABEL}'"
        " AND name = (SELECT id FROM names WHERE name = ?)",
        (kind, name),
    ).fetchall()
    values = _decode_all([value for _, value in rows])
    return {run: value for (run, _), value in zip(rows, values, strict=True)}


def _summary(connection: sqlite3.Connection, column: str, name: str) -> Values:
    rows = connection.execute(
        f"SELECT run, {column} FROM series WHERE name = (SELECT id FROM names WHERE name = ?)",
        (name,),
    )
    if column in ("low", "high", "low_step", "high_step"):
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


def _words(connection: sqlite3.Connection) -> Values:
    from mlops_tui.domain.filters_match import with_tags  # who filters has it already

    tags = _all_tags(connection)
    texts = " || char(10) || ".join(f"ifnull({field}, '')" for field in WORD_FIELDS)
    rows = connection.execute(f"SELECT num, {texts} FROM runs WHERE known = 1")
    return {num: with_tags(text, tags.get(num)) for num, text in rows}
