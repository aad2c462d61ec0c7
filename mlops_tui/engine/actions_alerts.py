"""Raising alerts, and what people say of them; every change is one line of the project's journal.

How others use it:

- Whoever finds that something is the matter builds an `Alert` (`domain/alerts.py`) and calls
  `raise_alert(project, alert)`. It may call at every look: while an alert of that cause is not
  resolved it is only counted, and a line is written ever more rarely (`is_due`).
- Whoever finds that all is well again calls `clear(project, cause)`, also at every look: it writes
  only where an alert of that cause was not resolved. `clear_others(project, prefix, still)` does
  so for all causes that begin with `prefix` and are not in `still`; so a monitor clears whatever
  its last batch did not confirm, with a prefix of its own such as `drift:live:`.
- Who holds an index gives it along: `raise_alert(project, alert, index=index)`. An agent is woken
  where the project names somebody who is to be told.
- Causes are names such as `drift:live:pressure` or `run:20261121-101500-3f2a1b:nan:loss`.
- Readers ask `index.alerts(states)`, `index.alert_counts()`; the feed's `Batch.alerts` says when.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain import lifecycle
from mlops_tui.domain.alert_lines import alert_object, alert_of
from mlops_tui.domain.alerts import Alert, AlertState, RecordedAlert
from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError, StorageError
from mlops_tui.engine.actions_label import checked_note
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.creation import ensure_project_folders, record_fact

if TYPE_CHECKING:
    from mlops_tui.index import Index

LEAST_SEEN_SECONDS = 60.0
SEEN_SHARE = 0.1
"""The same observation again is written once the alert got a tenth older: about ten lines for
each time that its age grows by e, 84 in a month."""


RUN_CAUSE = "run:"
"""How the causes of all alerts about runs begin."""


def run_prefix(run_id: str) -> str:
    """Return how the causes of all alerts about a run begin."""
    return f"{RUN_CAUSE}{run_id}:"


def raise_alert(
    project: Path,
    alert: Alert,
    *,
    index: Index | None = None,
    now: float | None = None,
    wakes: bool = True,
) -> str:
    """Make known that something is the matter; return the id of its alert.

    Args:
        project: The project's folder.
        alert: What is the matter; the same cause is the same alert until that is resolved, and for
            the project's `cool_down` after.
        index: The caller's own, or one is opened.
        now: Unix seconds; the clock's if left out.
        wakes: Have an agent look, where the project names somebody who is to be told.

    Raises:
        InputError: it has no cause or no title.
        StorageError: the disk failed.
    """
    moment = time.time() if now is None else now
    sound = alert_of(alert_object(alert))
    if sound is None:
        raise InputError("an alert needs a cause and a title")
    with _opened(project, index) as reader:
        known = reader.alerts_of([sound.cause]).get(sound.cause)
        cool_down = _cool_down_seconds(project, known)
        if known is not None and not is_due(known, sound, moment, cool_down):
            return known.id
        reader.ingest()
        known = reader.alerts_of([sound.cause]).get(sound.cause)
    cool_down = _cool_down_seconds(project, known)
    if known is not None and not is_due(known, sound, moment, cool_down):
        return known.id
    event, alert_id = lifecycle.ALERT_SEEN, known.id if known is not None else ""
    if known is None or _is_over(known, moment, cool_down):
        event, alert_id = lifecycle.ALERT_RAISED, os.urandom(4).hex()
    elif known.state is AlertState.RESOLVED:
        event = lifecycle.ALERT_REOPENED
    ensure_project_folders(project)
    body = alert_object(sound)
    record_fact(project, event, moment, id=alert_id, cause=sound.cause, alert=body)
    if wakes:
        _have_it_sent(project)
    return alert_id


def _have_it_sent(project: Path) -> None:
    """Wake or start the agent where the project names somebody who is to be told."""
    from mlops_tui.domain.alert_rules import settings_of
    from mlops_tui.domain.projectfile import load_project
    from mlops_tui.engine import wake

    settings = settings_of(load_project(project))
    if settings.send or settings.command:
        with contextlib.suppress(StorageError):  # it is listed all the same
            wake.ensure_agent(project)


def _cool_down_seconds(project: Path, known: RecordedAlert | None) -> float:
    """Return how long what was resolved stays warm, as the project says."""
    if known is None or not _is_resolved(known):
        return 0.0
    from mlops_tui.domain.alert_rules import settings_of
    from mlops_tui.domain.projectfile import load_project

    return settings_of(load_project(project)).cool_down_seconds


def is_due(known: RecordedAlert, alert: Alert, now: float, cool_down_seconds: float) -> bool:
    """Say whether one more observation of the cause of a known alert is to be written.

    What a person resolved keeps quiet for `cool_down_seconds`, and for ever where the alert is of
    a fact that will not change. What is worse than before, or about another run or batch, is
    written at once; the same again after a tenth of the time since it was first seen.
    """
    if known.state is AlertState.RESOLVED:
        is_quiet = alert.once or now - known.changed < cool_down_seconds
        return not (known.by and is_quiet)
    if alert.severity.rank > known.alert.severity.rank:
        return True
    if alert.evidence.subject != known.alert.evidence.subject:
        return True
    if [it.kind for it in alert.remedies] != [it.kind for it in known.alert.remedies]:
        return True
    age = max(0.0, now - known.first)
    return abs(now - known.last) >= max(LEAST_SEEN_SECONDS, SEEN_SHARE * age)


def _is_over(known: RecordedAlert, now: float, cool_down_seconds: float) -> bool:
    """Say whether a resolved alert is too long ago to come back."""
    is_resolved = known.state is AlertState.RESOLVED
    return is_resolved and (bool(known.by) or now - known.changed >= cool_down_seconds)


def clear(
    project: Path,
    cause: str,
    why: str = "the cause is gone",
    *,
    index: Index | None = None,
    now: float | None = None,
) -> bool:
    """Resolve the alert of a cause that is gone; say whether there was one.

    Raises:
        StorageError: the disk failed.
    """
    return bool(_clear(project, [cause], why, index, now))


def clear_others(
    project: Path,
    prefix: str,
    still: Collection[str] = (),
    why: str = "the cause is gone",
    *,
    index: Index | None = None,
    now: float | None = None,
) -> list[str]:
    """Resolve the alerts of all causes beginning with `prefix` but those in `still`.

    Returns:
        The causes of those that were not resolved before.

    Raises:
        StorageError: the disk failed.
    """
    with _opened(project, index) as reader:
        causes = [cause for cause in reader.unresolved_causes(prefix) if cause not in still]
        return _clear(project, causes, why, reader, now) if causes else []


def forget_runs(project: Path, run_ids: Sequence[str]) -> None:
    """Resolve the alerts about runs that were deleted.

    Raises:
        StorageError: the disk failed.
    """
    with _opened(project, None) as reader:
        if not reader.unresolved_causes(RUN_CAUSE):
            return
        for run_id in run_ids:
            clear_others(project, run_prefix(run_id), (), "the run was deleted", index=reader)


def _clear(
    project: Path, causes: Sequence[str], why: str, index: Index | None, now: float | None
) -> list[str]:
    moment = time.time() if now is None else now
    with _opened(project, index) as reader:
        found = [it for it in reader.alerts_of(causes).values() if not _is_resolved(it)]
    for known in found:
        facts = {"id": known.id, "cause": known.alert.cause, "by": "", "reason": why}
        record_fact(project, lifecycle.ALERT_RESOLVED, moment, **facts)
    return [known.alert.cause for known in found]


def acknowledge(project: Path, ids: Sequence[str], reason: str = "") -> list[str]:
    """Say that a person knows of alerts; return the ids of those that this changed.

    Until they get worse or come back they raise no attention any more.

    Raises:
        NotFoundError: one is not there; nothing is changed then.
        RefusedError: one is resolved; nothing is changed then.
        InputError: the reason is too long.
        StorageError: the disk failed.
    """
    return _say(project, lifecycle.ALERT_ACKNOWLEDGED, ids, reason)


def snooze(project: Path, ids: Sequence[str], until: float, reason: str = "") -> list[str]:
    """Put alerts aside until a time, Unix seconds; return the ids of those that this changed.

    Raises:
        NotFoundError: one is not there; nothing is changed then.
        RefusedError: one is resolved; nothing is changed then.
        InputError: the time is over, or the reason is too long.
        StorageError: the disk failed.
    """
    if until <= time.time():
        raise InputError("the time to snooze until is over", "give one that is to come, such as 2h")
    return _say(project, lifecycle.ALERT_SNOOZED, ids, reason, until=until)


def resolve(project: Path, ids: Sequence[str], reason: str = "") -> list[str]:
    """Say that alerts are dealt with; return the ids of those that this changed.

    Raises:
        NotFoundError: one is not there; nothing is changed then.
        InputError: the reason is too long.
        StorageError: the disk failed.
    """
    return _say(project, lifecycle.ALERT_RESOLVED, ids, reason)


def reopen(project: Path, ids: Sequence[str], reason: str = "") -> list[str]:
    """Open alerts again that were acknowledged, snoozed or resolved; return whose state changed.

    Raises:
        NotFoundError: one is not there; nothing is changed then.
        InputError: the reason is too long.
        StorageError: the disk failed.
    """
    return _say(project, lifecycle.ALERT_REOPENED, ids, reason)


_NOTHING_TO_DO = {
    lifecycle.ALERT_ACKNOWLEDGED: AlertState.ACKNOWLEDGED,
    lifecycle.ALERT_RESOLVED: AlertState.RESOLVED,
    lifecycle.ALERT_REOPENED: AlertState.OPEN,
}


def _say(project: Path, event: str, ids: Sequence[str], reason: str, **more: object) -> list[str]:
    words = checked_note(reason) or ""
    now = time.time()
    is_about_unresolved = event in (lifecycle.ALERT_ACKNOWLEDGED, lifecycle.ALERT_SNOOZED)
    changed = []
    for known in _find(project, ids, is_about_unresolved):
        if known.state_at(now) is not _NOTHING_TO_DO.get(event):
            facts = {"id": known.id, "cause": known.alert.cause, "by": user_name(), **more}
            record_fact(project, event, now, **facts, reason=words)
            changed.append(known.id)
    return changed


def _find(project: Path, ids: Sequence[str], is_about_unresolved: bool) -> list[RecordedAlert]:
    wanted = list(dict.fromkeys(ids))
    with _opened(project, None) as reader:
        reader.ingest()
        by_id = {it.id: it for it in reader.alerts(frozenset(AlertState), ids=wanted)}
    missing = [it for it in wanted if it not in by_id]
    if missing:
        raise NotFoundError(f"no alert {', '.join(missing)}", "mlops-tui alerts list shows them")
    over = [it for it in by_id.values() if _is_resolved(it)]
    if over and is_about_unresolved:
        named = ", ".join(f"{it.id} ({it.alert.title})" for it in over)
        raise RefusedError(f"resolved already: {named}", "mlops-tui alerts reopen ALERT")
    return [by_id[it] for it in wanted]


def _is_resolved(known: RecordedAlert) -> bool:
    return known.state is AlertState.RESOLVED


@contextlib.contextmanager
def _opened(project: Path, index: Index | None) -> Iterator[Index]:
    """Give the caller's index, or one of our own brought up to date."""
    from mlops_tui.index import Index as OwnIndex  # a launch does without it and is quicker

    if index is not None:
        yield index
        return
    with OwnIndex.open(project) as own:
        own.ingest()
        yield own
