"""What people attached to lines of readiness: the table, and what is asked of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.attached import Attached
from mlops_tui.index.lines import clean, is_number

_LONGEST = 4096


def note_attached(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note what a person attached or took back, from a line of a project journal.

    Of several lines about one test the latest stands, in whichever order they come.
    """
    test, t = _text(record, "test"), record.get("t")
    if not test or not is_number(t):
        return
    connection.execute(
        "INSERT INTO attached VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " evidence = excluded.evidence, why = excluded.why, person = excluded.person,"
        " host = excluded.host, t = excluded.t, removed = excluded.removed"
        " WHERE (excluded.t, excluded.host) >= (attached.t, attached.host)",
        (
            *(test, _text(record, "evidence"), _text(record, "why"), _text(record, "by")),
            *(_text(record, "host"), float(t), record.get("removed") is True),  # type: ignore[arg-type]
        ),
    )


def select_attached(connection: sqlite3.Connection) -> dict[str, Attached]:
    """Return what is attached, by test."""
    rows = connection.execute(
        "SELECT test, evidence, why, person, t FROM attached WHERE removed = 0 ORDER BY test"
    )
    return {row[0]: Attached(*row) for row in rows}


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return clean(value)[:_LONGEST] if isinstance(value, str) else ""
