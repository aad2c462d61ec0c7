"""Lines about alerts kept, and alerts stamped as changed; what every reading of a journal needs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from mlops_tui.index.lines import clean

LONGEST_CAUSE = 1000
"""As `domain.alert_lines` cuts it."""


def note_alert_line(connection: sqlite3.Connection, record: Mapping[str, Any]) -> set[str]:
    """Keep a line of a project journal about an alert; return its cause, nothing without one."""
    cause = record.get("cause")
    cause = " ".join(clean(cause)[:LONGEST_CAUSE].split()) if isinstance(cause, str) else ""
    if not cause:
        return set()
    line = clean(json.dumps(record, ensure_ascii=False))
    connection.execute("INSERT OR IGNORE INTO alert_facts VALUES (?, ?)", (cause, line))
    return {cause}


def mark_alerts(connection: sqlite3.Connection, causes: Iterable[str], version: int) -> None:
    """Stamp the alerts of some causes as changed."""
    connection.executemany(
        "UPDATE alerts SET version = ? WHERE cause = ?", [(version, cause) for cause in causes]
    )


def changed_alerts(connection: sqlite3.Connection, version: int) -> dict[str, int]:
    """Return the ids of alerts stamped since a version, with their stamps."""
    return dict(connection.execute("SELECT id, version FROM alerts WHERE version > ?", (version,)))


def unresolved_causes(connection: sqlite3.Connection, prefix: str) -> list[str]:
    """Return the causes beginning with `prefix` that have an unresolved alert, sorted."""
    rows = connection.execute(
        "SELECT cause FROM alerts WHERE state != 'resolved'"
        " AND substr(cause, 1, length(:prefix)) = :prefix ORDER BY cause",
        {"prefix": clean(prefix)},
    )
    return [row[0] for row in rows]
