"""The verbs that list alerts and say something of them."""

from __future__ import annotations

import argparse
import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.listing import terminal_width
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.cli.shapes import local_time
from mlops_tui.cli.shapes_alerts import alert_lines
from mlops_tui.domain.alert_shape import alert_shape
from mlops_tui.domain.alerts import UNRESOLVED, AlertCounts, AlertState
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.remedies import command_of
from mlops_tui.engine import actions

WIDEST = 100


def do_alerts_list(options: argparse.Namespace) -> int:
    """Show alerts, the open ones first and of these the worst; 0 whatever there is."""
    states = frozenset(AlertState(state) for state in options.states)
    states = states or (frozenset(AlertState) if options.all else UNRESOLVED)
    now = time.time()
    with open_index(project_folder(options.project)) as index:
        run_id = one_run(index, options.run).id if options.run else None
        found = index.alerts(states, run_id=run_id, now=now)
        counts = index.alert_counts(now)
    if options.json:
        output.json_data([alert_shape(alert, now) for alert in found])
        return 0
    for alert in found:
        for line in alert_lines(alert, now, min(WIDEST, terminal_width())):
            output.data(line)
    output.words(counts_words(counts))
    return 0


def counts_words(counts: AlertCounts) -> str:
    """Return how many alerts there are in words."""
    told = {state.value: getattr(counts, state.value) for state in AlertState}
    some = [f"{count} {name}" for name, count in told.items() if count]
    if not some:
        return "no alerts"
    worst = f" (the worst: {counts.worst})" if counts.worst else ""
    return "alerts: " + ", ".join(some) + worst


def do_alerts_ack(options: argparse.Namespace) -> int:
    """Acknowledge alerts."""
    return _say(options, "acknowledged", actions.acknowledge)


def do_alerts_resolve(options: argparse.Namespace) -> int:
    """Resolve alerts."""
    return _say(options, "resolved", actions.resolve)


def do_alerts_reopen(options: argparse.Namespace) -> int:
    """Open alerts again."""
    return _say(options, "open", actions.reopen)


def do_alerts_snooze(options: argparse.Namespace) -> int:
    """Put alerts aside until a time."""
    from mlops_tui.domain import moments

    until = moments.parse_moment(options.until, time.time())
    if until is None:
        raise InputError(f"{options.until!r} is no time", moments.HINT)

    def snooze(project: Path, ids: Sequence[str], reason: str) -> list[str]:
        return actions.snooze(project, ids, until, reason)

    code = _say(options, "snoozed", snooze, until=until)
    if not options.json:
        output.words(f"until {local_time(until)}")
    return code


def do_alerts_remedy(options: argparse.Namespace) -> int:
    """Do what an alert offers, or show what it offers to look at."""
    from mlops_tui.engine.actions_remedies import ACTING

    project = project_folder(options.project)
    with open_index(project) as index:
        (found,) = index.alerts(frozenset(AlertState), ids=[index.resolve_alert(options.alert)])
    remedies = found.alert.remedies
    if not 1 <= options.number <= len(remedies):
        hint = "mlops-tui alerts list shows them with their numbers"
        raise InputError(f"{found.id} has {len(remedies)} remedies, not {options.number}", hint)
    remedy = remedies[options.number - 1]
    command = command_of(remedy)
    if remedy.kind not in ACTING and command is not None:
        from mlops_tui.cli.main import main

        output.words(f"{remedy.words}: {shlex.join(command)}")
        as_json = ["--json"] if options.json else []
        return main([*command[1:], "-C", str(project), *as_json])
    done = actions.apply_remedy(project, found.id, remedy, options.reason)
    if options.json:
        output.json_data({"id": found.id, "remedy": remedy.kind.value, "done": done})
    else:
        output.words(f"{found.id}: {done}")
    return 0


def _say(
    options: argparse.Namespace,
    did: str,
    act: Callable[[Path, Sequence[str], str], list[str]],
    **more: object,
) -> int:
    project = project_folder(options.project)
    with open_index(project) as index:
        ids = list(dict.fromkeys(index.resolve_alert(name) for name in options.alerts))
        titles = {it.id: it.alert.title for it in index.alerts(frozenset(AlertState), ids=ids)}
    changed = act(project, ids, options.reason)
    if options.json:
        unchanged = [it for it in ids if it not in changed]
        output.json_data({did: changed, "unchanged": unchanged, **more})
        return 0
    for alert_id in ids:
        already = "" if alert_id in changed else " already"
        output.words(f"{alert_id}: {did}{already}: {titles.get(alert_id, '')}")
    return 0
