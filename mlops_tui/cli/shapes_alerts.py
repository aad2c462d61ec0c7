"""Alerts as people read them."""

from __future__ import annotations

import shlex
import textwrap
from typing import TYPE_CHECKING

from mlops_tui.cli.shapes import ago, local_time, when
from mlops_tui.domain.alerts import AlertState
from mlops_tui.domain.remedies import command_of

if TYPE_CHECKING:
    from mlops_tui.domain.alerts import Alert, RecordedAlert, Remedy, Sending

INDENT = " " * 10


def alert_lines(found: RecordedAlert, now: float, width: int) -> list[str]:
    """Return an alert as a few lines: what, how sure, since when, what it costs, what to do."""
    alert = found.alert
    paragraphs = [*alert.detail.split("\n"), *_sure_lines(alert), _time_words(found, now)]
    paragraphs += [_state_words(found, now), *(_sending_words(it) for it in found.sendings)]
    room = max(40, width) - len(INDENT)
    first, *more = textwrap.wrap(f"{alert.severity}: {alert.title}", room) or [""]
    lines = [f"{found.id:<{len(INDENT)}}{first}", *(INDENT + line for line in more)]
    lines += [INDENT + line for text in paragraphs for line in textwrap.wrap(text, room)]
    remedies = enumerate(alert.remedies, 1)
    return lines + [f"{INDENT}{number}) {_remedy_words(it)}" for number, it in remedies]


def _sure_lines(alert: Alert) -> list[str]:
    lines = [f"how sure: {alert.certainty}"] if alert.certainty else []
    if alert.cost is not None:
        lines.append(f"what it costs: {alert.cost.told}")
    return lines


def _time_words(found: RecordedAlert, now: float) -> str:
    since = found.first if found.alert.since is None else found.alert.since
    words = f"since {when(since, now)}"
    if found.count > 1:
        words += f", seen {found.count} times, last {ago(found.last, now)}"
    if found.reopened:
        words += f", came back {found.reopened} time{'' if found.reopened == 1 else 's'}"
    return words


def _state_words(found: RecordedAlert, now: float) -> str:
    """Return who put it aside and why; nothing where it is open and was never."""
    state = found.state_at(now)
    who = f" by {found.by}" if found.by else ""
    why = f": {found.reason}" if found.reason else ""
    if state is AlertState.OPEN:
        return f"reopened{who}{why}" if found.by and found.reopened else ""
    until = f" until {local_time(found.until)}" if state is AlertState.SNOOZED else ""
    itself = " by itself" if state is AlertState.RESOLVED and not found.by else ""
    return f"{state}{until}{who}{itself} {ago(found.changed, now)}{why}"


def _sending_words(sending: Sending) -> str:
    if sending.is_done:
        return f"sent to {sending.receiver} {local_time(sending.t)}"
    times = f"{sending.attempts} attempt{'' if sending.attempts == 1 else 's'}"
    return f"NOT sent to {sending.receiver} after {times}: {sending.problem}"


def _remedy_words(remedy: Remedy) -> str:
    """Return what to do, on one line that can be copied."""
    command = command_of(remedy)
    return remedy.words + (f": {shlex.join(command)}" if command else "")
