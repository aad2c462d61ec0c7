"""Alerts as rows: what is the matter, since when, how sure it is, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_tui.domain.alerts import (
    Alert,
    AlertState,
    RecordedAlert,
    Remedy,
    RemedyKind,
    Sending,
    Severity,
)
from mlops_tui.domain.text import count, safe, short_number
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.formats import ago, moment
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.widgets.pieces import Piece

HEADS = (Head("Alert"), Head("Since"), Head("Seen", True), Head("What"))
REMEDY_KEYS = {
    RemedyKind.ROLL_BACK: "b",
    RemedyKind.RECALIBRATE: "c",
    RemedyKind.QUARANTINE: "Q",
}
"""What is carried out with one key; Enter offers all of them."""
OPEN = {
    Severity.CRITICAL: ("✗ critical", "bad-strong"),
    Severity.WARNING: ("▲ warning", "warn"),
    Severity.INFO: ("· info", ""),
}
ASIDE = {
    AlertState.ACKNOWLEDGED: ("✓ known", "dim"),
    AlertState.SNOOZED: ("~ snoozed", "dim"),
    AlertState.RESOLVED: ("✓ resolved", "good"),
}


def alert_content(found: Sequence[RecordedAlert], now: float) -> PlaceContent:
    """Return what the screen of alerts shows; `now` is Unix seconds."""
    rows = [PlaceRow(it.id, _cells(it, now), alert_facts(it, now)) for it in found]
    opened = sum(it.state_at(now) is AlertState.OPEN for it in found)
    return PlaceContent(HEADS, rows, f"{opened} open of {len(rows)}" if rows else "")


def _cells(found: RecordedAlert, now: float) -> list[Piece]:
    state = found.state_at(now)
    is_open = state is AlertState.OPEN
    return [
        OPEN[found.alert.severity] if is_open else ASIDE[state],
        (ago(_since(found), now), "" if is_open else "dim"),
        (f"{found.count}x", "dim"),
        (safe(found.alert.title), "" if is_open else "dim"),
    ]


def _since(found: RecordedAlert) -> float:
    return found.first if found.alert.since is None else found.alert.since


def alert_facts(found: RecordedAlert, now: float) -> list[Fact]:
    """Return all that is known of an alert."""
    alert = found.alert
    told = [alert.title, *alert.detail.split("\n")]
    facts = [("alert", "\n".join(safe(line) for line in told if line))]
    facts += [("how sure", safe(alert.certainty))] * bool(alert.certainty)
    if alert.cost is not None:
        facts.append(("cost", safe(alert.cost.told)))
    facts.append(("since", _time_words(found, now)))
    if words := _state_words(found, now):
        facts.append(("state", words))
    if words := _evidence_words(alert):
        facts.append(("evidence", words))
    if alert.remedies:
        facts.append(("remedies", "\n".join(_remedy_words(it) for it in alert.remedies)))
    facts += [("sent", _sending_words(it, now)) for it in found.sendings]
    return [*facts, ("id", found.id)]


def _remedy_words(remedy: Remedy) -> str:
    key = REMEDY_KEYS.get(remedy.kind)
    return safe(remedy.words) if key is None else f"{safe(remedy.words)} ({key})"


def _time_words(found: RecordedAlert, now: float) -> str:
    since = _since(found)
    words = f"{moment(since)}, {ago(since, now)}"
    if found.count > 1:
        words += f"; seen {count(found.count, 'time')}, last {ago(found.last, now)}"
    return words + (f"; came back {count(found.reopened, 'time')}" if found.reopened else "")


def _state_words(found: RecordedAlert, now: float) -> str:
    state = found.state_at(now)
    if state is AlertState.OPEN:
        return ""
    until = f" until {moment(found.until)}" if state is AlertState.SNOOZED and found.until else ""
    who = f" by {safe(found.by)}" if found.by else " by itself"
    why = f": {safe(found.reason)}" if found.reason else ""
    return f"{state}{until}{who}, {ago(found.changed, now)}{why}"


def _evidence_words(alert: Alert) -> str:
    evidence = alert.evidence
    sizes = (("n", evidence.n), ("against", evidence.n_reference))
    words = [f"{name} {number:,}" for name, number in sizes if number is not None]
    words += [f"{safe(name)} {short_number(it)}" for name, it in evidence.numbers.items()]
    words += [f"columns {safe(', '.join(evidence.columns))}"] * bool(evidence.columns)
    return ", ".join(words)


def _sending_words(sending: Sending, now: float) -> str:
    receiver = safe(sending.receiver)
    if sending.is_done:
        return f"to {receiver}, {ago(sending.t, now)}"
    return f"NOT to {receiver}, {count(sending.attempts, 'attempt')}: {safe(sending.problem)}"
