"""Batches of live data that people have put aside: the table, and who wins of several words."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.lifecycle import BATCH_QUARANTINED
from mlops_tui.index.lines import clean, is_number

_LONGEST = 4096
WHY = "(SELECT why FROM quarantine WHERE quarantine.batch = batches.id AND is_in = 1)"
"""Why a row of `batches` is put aside; NULL where it is not."""


def note_quarantine(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note that a batch was put aside or taken back; the latest word counts."""
    batch = record.get("batch")
    if not isinstance(batch, str) or not batch:
        return
    why, t = record.get("why"), record.get("t")
    moment = float(t) if is_number(t) else 0.0  # type: ignore[arg-type]
    words = clean(why)[:_LONGEST] if isinstance(why, str) else ""
    is_in = record.get("event") == BATCH_QUARANTINED
    connection.execute(
        "INSERT INTO quarantine VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET t = excluded.t, is_in = excluded.is_in, why = excluded.why"
        " WHERE (excluded.t, excluded.is_in, excluded.why) > (t, is_in, why)",
        (clean(batch)[:_LONGEST], moment, is_in, words),
    )
