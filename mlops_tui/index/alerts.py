"""Alerts in the tables: lines kept by their cause, and the alerts that these tell of."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from mlops_tui.domain.alert_life import tell
from mlops_tui.domain.alert_lines import alert_object, alert_of
from mlops_tui.domain.alerts import (
    UNRESOLVED,
    AlertCounts,
    AlertState,
    RecordedAlert,
    Sending,
    Severity,
)
from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.index.lines import clean

_STATE_NOW = f"iif(state = '{AlertState.SNOOZED}' AND until <= :now, '{AlertState.OPEN}', state)"
_COLUMNS = (
    "id, alert, state, first, last, count, reopened, until, person, reason, changed, sendings"
)


def tell_alerts(connection: sqlite3.Connection, causes: Iterable[str]) -> None:
    """Tell the alerts of some causes again from all lines about them."""
    for cause in causes:
        rows = connection.execute("SELECT line FROM alert_facts WHERE cause = ?", (cause,))
        found = tell([json.loads(row[0]) for row in rows])
        connection.execute("DELETE FROM alerts WHERE cause = ?", (cause,))
        connection.executemany(
            "INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            [_row(cause, alert) for alert in found],
        )


def select_alerts(
    connection: sqlite3.Connection,
    now: float,
    states: Collection[AlertState],
    run_id: str | None,
    ids: Collection[str] | None,
) -> list[RecordedAlert]:
    """Return alerts: the open ones first, of these the worst first, then by when they were seen."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM alerts WHERE (:all OR state != '{AlertState.RESOLVED}')"
        f" AND {_STATE_NOW} IN (SELECT value FROM json_each(:states))"
        " AND (:run IS NULL OR run = :run)"
        " AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))"
        f" ORDER BY instr(:order, {_STATE_NOW}), severity DESC, last DESC, id",
        {
            "now": now,
            "all": AlertState.RESOLVED in states,
            "states": json.dumps(sorted(states)),
            "run": None if run_id is None else clean(run_id),
            "ids": None if ids is None else json.dumps([clean(it) for it in ids]),
            "order": " ".join(AlertState),
        },
    )
    return [_alert(row) for row in rows]


def select_of_causes(
    connection: sqlite3.Connection, causes: Iterable[str]
) -> dict[str, RecordedAlert]:
    """Return by cause the unresolved alert, else the one resolved last; nothing where none was."""
    found: dict[str, RecordedAlert] = {}
    for cause in causes:
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM alerts WHERE cause = ?"
            f" ORDER BY state = '{AlertState.RESOLVED}', changed DESC, id LIMIT 1",
            (clean(cause),),
        ).fetchone()
        if row is not None:
            found[cause] = _alert(row)
    return found


def count_alerts(connection: sqlite3.Connection, now: float) -> AlertCounts:
    """Return how many alerts are in each state at a time."""
    rows = connection.execute(
        f"SELECT {_STATE_NOW}, count(*), max(severity) FROM alerts"
        f" WHERE state != '{AlertState.RESOLVED}' GROUP BY 1"
        f" UNION ALL SELECT '{AlertState.RESOLVED}', count(*), 0 FROM alerts"
        f" WHERE state = '{AlertState.RESOLVED}'",
        {"now": now},
    ).fetchall()
    counts: dict[str, int] = {state: count for state, count, _ in rows}
    worst = next((rank for state, _, rank in rows if state == AlertState.OPEN), None)
    return AlertCounts(
        open=counts.get(AlertState.OPEN, 0),
        acknowledged=counts.get(AlertState.ACKNOWLEDGED, 0),
        snoozed=counts.get(AlertState.SNOOZED, 0),
        resolved=counts.get(AlertState.RESOLVED, 0),
        worst=None if worst is None else list(Severity)[worst],
    )


def resolve_alert(connection: sqlite3.Connection, name: str) -> str:
    """Return the id of the alert that goes by an id or the unique beginning of one.

    Unresolved alerts are looked at first.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several.
    """
    wanted = clean(name)
    rows = connection.execute(
        "SELECT id, state, alert FROM alerts"
        " WHERE :name != '' AND substr(id, 1, length(:name)) = :name ORDER BY last DESC, id",
        {"name": wanted},
    ).fetchall()
    if any(row[0] == wanted for row in rows):
        return wanted
    chosen = [row for row in rows if row[1] in UNRESOLVED] or rows
    if not chosen:
        raise NotFoundError(f"no alert goes by {name!r}", "mlops-tui alerts list --all lists them")
    if len(chosen) > 1:
        candidates = [f"{id_}  {state}  {json.loads(it)['title']}" for id_, state, it in chosen]
        raise AmbiguousError(f"{len(chosen)} alerts go by {name!r}", candidates, "give more of it")
    return str(chosen[0][0])


def _row(cause: str, found: RecordedAlert) -> tuple[object, ...]:
    return (
        *(found.id, cause, json.dumps(alert_object(found.alert), ensure_ascii=False)),
        *(found.alert.severity.rank, found.alert.evidence.run, found.state.value),
        *(found.first, found.last, found.count, found.reopened, found.until),
        *(found.by, found.reason, found.changed),
        json.dumps([asdict(sending) for sending in found.sendings], ensure_ascii=False),
    )


def _alert(row: tuple[Any, ...]) -> RecordedAlert:
    id_, text, state, first, last, count, reopened, until, by, reason, changed, sendings = row
    alert = alert_of(json.loads(text))
    assert alert is not None, "it was written from one"
    return RecordedAlert(
        *(id_, alert, AlertState(state), first, last, count, reopened, until, by, reason, changed),
        sendings=tuple(_sending(sending) for sending in json.loads(sendings)),
    )


def _sending(record: dict[str, Any]) -> Sending:
    return Sending(**{**record, "severity": Severity(record["severity"])})
