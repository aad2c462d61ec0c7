"""What runs are called by: parameters, tags and a note, from their files and from people."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from mlops_tui.domain.runs import ParamValue
from mlops_tui.index.lines import clean, to_tags

PERSON = "~"
"""Begins the origin of what a person said; it sorts after the names of all files."""
NO_LABEL = ""
"""Stands for the value of a tag that was taken away; no JSON is like it."""


def name_number(connection: sqlite3.Connection, name: str) -> int:
    """Return the row of a name of a metric, parameter or tag, made where there is none."""
    row = connection.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO names (name) VALUES (?) RETURNING id", (name,)
        ).fetchone()
    return int(row[0])


def add_labels(
    connection: sqlite3.Connection,
    run: int,
    kind: str,
    values: Mapping[str, ParamValue],
    origin: str,
) -> None:
    """Set parameters or tags of a run; those of an origin that sorts later are not replaced."""
    encoded = {name: encode_value(value) for name, value in values.items()}
    _set_labels(connection, run, kind, encoded, origin)


def _set_labels(
    connection: sqlite3.Connection, run: int, kind: str, values: Mapping[str, str], origin: str
) -> None:
    connection.executemany(
        "INSERT INTO labels VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET value = excluded.value, origin = excluded.origin WHERE excluded.origin >= origin",
        [
            (kind, name_number(connection, name), run, value, origin)
            for name, value in values.items()
        ],
    )


def encode_value(value: ParamValue) -> str:
    """Return a scalar as JSON; NaN and infinities bare, as Python's own decoder takes them."""
    return json.dumps(value, ensure_ascii=False)


def said_at(t: float) -> str:
    """Return the origin of what a person said of a run; it wins over files, the latest over all."""
    return f"{PERSON}{min(max(t, 0.0), 1e11):018.6f}"


def tag(connection: sqlite3.Connection, run: int, tags: object, origin: str) -> None:
    """Set tags of a run, and take away those that are null."""
    if isinstance(tags, dict):
        gone = {clean(name): NO_LABEL for name, value in tags.items() if value is None}
        told = to_tags({name: value for name, value in tags.items() if value is not None})
        add_labels(connection, run, "tag", told, origin)
        _set_labels(connection, run, "tag", gone, origin)


def set_note(connection: sqlite3.Connection, run: int, note: str | None, origin: str) -> None:
    """Set the note of a run, None for none; that of an origin that sorts later stays."""
    connection.execute(
        "UPDATE runs SET note = ?, note_origin = ? WHERE num = ? AND note_origin <= ?",
        (note, origin, run, origin),
    )
