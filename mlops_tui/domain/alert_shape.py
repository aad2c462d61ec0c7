"""An alert and its life as JSON gives it, to programs and to who is told about it."""

from __future__ import annotations

from mlops_tui.domain.alert_lines import alert_object
from mlops_tui.domain.alerts import RecordedAlert, Remedy, Sending
from mlops_tui.domain.remedies import command_of


def alert_shape(found: RecordedAlert, now: float) -> dict[str, object]:
    """Return an alert as `alerts list --json` gives it; all keys always."""
    alert = alert_object(found.alert)
    return {
        "id": found.id,
        "state": found.state_at(now).value,
        **{key: alert[key] for key in ("severity", "kind", "cause", "title", "detail")},
        "certainty": found.alert.certainty,
        "since": found.first if found.alert.since is None else found.alert.since,
        "first": found.first,
        "last": found.last,
        "count": found.count,
        "reopened": found.reopened,
        "until": found.until,
        "changed": found.changed,
        "by": found.by or None,
        "reason": found.reason or None,
        "cost": alert["cost"],
        "evidence": alert["evidence"],
        "remedies": [_remedy_shape(remedy) for remedy in found.alert.remedies],
        "sendings": [_sending_shape(sending) for sending in found.sendings],
    }


def _remedy_shape(remedy: Remedy) -> dict[str, object]:
    command = command_of(remedy)
    return {
        "kind": remedy.kind.value,
        "words": remedy.words,
        "arguments": dict(remedy.arguments),
        "command": None if command is None else list(command),
    }


def _sending_shape(sending: Sending) -> dict[str, object]:
    return {
        "receiver": sending.receiver,
        "t": sending.t,
        "is_done": sending.is_done,
        "attempts": sending.attempts,
        "severity": sending.severity.value,
        "problem": sending.problem or None,
    }
