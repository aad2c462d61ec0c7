"""The life of alerts told from the lines about them, whatever order these were read in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from mlops_tui.domain.alert_lines import alert_of, number_of, severity_of, text_of
from mlops_tui.domain.alerts import Alert, AlertState, RecordedAlert, Sending, Severity
from mlops_tui.domain.lifecycle import (
    ALERT_ACKNOWLEDGED,
    ALERT_EVENTS,
    ALERT_RAISED,
    ALERT_REOPENED,
    ALERT_RESOLVED,
    ALERT_SEEN,
    ALERT_SENT,
    ALERT_SNOOZED,
)

LONGEST_ID = 64
"""What is longer nobody types, and no file is named by."""
MOST_ATTEMPTS = 1000
_STATES = {
    ALERT_ACKNOWLEDGED: AlertState.ACKNOWLEDGED,
    ALERT_SNOOZED: AlertState.SNOOZED,
    ALERT_RESOLVED: AlertState.RESOLVED,
}


class _Fact(NamedTuple):
    t: float
    rank: int
    text: str
    """The line itself: orders what happened at the same moment."""
    event: str
    id: str
    record: Mapping[str, Any]


def tell(records: Iterable[Mapping[str, Any]]) -> list[RecordedAlert]:
    """Return the alerts of one cause, the first one first; at most one of them is unresolved.

    The answer is the same for any order of `records`, and for records that are there twice. What
    another host raised while an alert of the cause was unresolved counts as that alert seen again,
    and either id names it. A clock that is behind does not make anything happen before its alert
    was raised; what is told of an alert that nobody raised (yet) is left out.

    Args:
        records: lines of journals, each with one of `ALERT_EVENTS`.
    """
    story = _Story()
    for fact in _ordered(records):
        story.add(fact)
    return story.alerts


def _ordered(records: Iterable[Mapping[str, Any]]) -> list[_Fact]:
    facts: set[tuple[str, str]] = set()
    found: list[_Fact] = []
    raised: dict[str, float] = {}
    for record in records:
        event, id_ = text_of(record, "event"), text_of(record, "id")
        text = json.dumps(record, sort_keys=True)
        is_named = 0 < len(id_) <= LONGEST_ID
        if event not in ALERT_EVENTS or not is_named or (id_, text) in facts:
            continue
        facts.add((id_, text))
        t = number_of(record, "t") or 0.0
        if event == ALERT_RAISED:
            raised[id_] = min(t, raised.get(id_, t))
        found.append(_Fact(t, ALERT_EVENTS.index(event), text, event, id_, record))
    known = [fact._replace(t=max(fact.t, raised[fact.id])) for fact in found if fact.id in raised]
    return sorted(known, key=lambda fact: fact[:3])


class _Story:
    """Alerts of one cause as they are told, fact by fact."""

    def __init__(self) -> None:
        self.alerts: list[RecordedAlert] = []
        self._place: dict[str, int] = {}
        self._unresolved: int | None = None
        self._judged: dict[int, Severity] = {}
        """How bad it was when a person acknowledged or snoozed it."""

    def add(self, fact: _Fact) -> None:
        """Go on with the next fact."""
        if fact.event in (ALERT_RAISED, ALERT_SEEN, ALERT_REOPENED):
            self._observe(fact)
        elif fact.id in self._place:
            self._act(self._place[fact.id], fact)

    def _observe(self, fact: _Fact) -> None:
        alert = alert_of(fact.record.get("alert"))
        if alert is not None:
            alert = replace(alert, cause=text_of(fact.record, "cause"))
        at = self._place.get(fact.id) if self._unresolved is None else self._unresolved
        if at is not None:
            self._place.setdefault(fact.id, at)
            self._see(at, fact, alert)
        elif alert is not None:
            self._place[fact.id] = self._unresolved = len(self.alerts)
            state = AlertState.OPEN
            self.alerts.append(RecordedAlert(fact.id, alert, state, fact.t, fact.t, changed=fact.t))

    def _see(self, at: int, fact: _Fact, alert: Alert | None) -> None:
        found = self.alerts[at]
        by = text_of(fact.record, "by")
        if alert is not None:
            since = min(found.alert.since or found.first, alert.since or fact.t)
            found = replace(found, alert=replace(alert, since=since))
        if not by:
            found = replace(found, last=fact.t, count=found.count + 1)
        self.alerts[at] = found
        if self._comes_back(at, fact, by):
            self._open_again(at, fact, by)

    def _comes_back(self, at: int, fact: _Fact, by: str) -> bool:
        """Say whether an observation, or a person, opens an alert that was put aside."""
        found = self.alerts[at]
        if found.state is AlertState.OPEN:
            return False
        if fact.event == ALERT_REOPENED and (by or found.state is AlertState.RESOLVED):
            return True
        if found.state is AlertState.RESOLVED:
            return not found.by
        return found.alert.severity.rank > self._judged.get(at, found.alert.severity).rank

    def _open_again(self, at: int, fact: _Fact, by: str) -> None:
        self._unresolved = at
        found = self.alerts[at]
        self.alerts[at] = replace(
            found,
            state=AlertState.OPEN,
            reopened=found.reopened + 1,
            until=None,
            by=by,
            reason=text_of(fact.record, "reason"),
            changed=fact.t,
        )

    def _act(self, at: int, fact: _Fact) -> None:
        found = self.alerts[at]
        if fact.event == ALERT_SENT:
            self.alerts[at] = replace(found, sendings=_with_sending(found.sendings, fact))
            return
        if found.state is AlertState.RESOLVED:
            return
        until = number_of(fact.record, "until") if fact.event == ALERT_SNOOZED else None
        if fact.event == ALERT_SNOOZED and until is None:
            return
        if fact.event == ALERT_RESOLVED:
            self._unresolved = None
        self._judged[at] = found.alert.severity
        self.alerts[at] = replace(
            found,
            state=_STATES[fact.event],
            until=until,
            by=text_of(fact.record, "by"),
            reason=text_of(fact.record, "reason"),
            changed=fact.t,
        )


def _with_sending(sendings: tuple[Sending, ...], fact: _Fact) -> tuple[Sending, ...]:
    receiver = text_of(fact.record, "receiver")
    if not receiver:
        return sendings
    new = Sending(
        receiver,
        fact.t,
        fact.record.get("is_done") is True,
        int(min(max(number_of(fact.record, "attempts") or 1, 1), MOST_ATTEMPTS)),
        text_of(fact.record, "problem"),
        severity_of(fact.record),
    )
    others = [it for it in sendings if it.receiver != receiver]
    return tuple(sorted([*others, new], key=lambda it: it.receiver))
