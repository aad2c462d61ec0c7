"""Doing what an alert offers; what only shows something is for who shows things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mlops_tui.domain.alerts import AlertState, Remedy, RemedyKind, Scalar
from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.remedies import command_of
from mlops_tui.engine.actions_alerts import acknowledge
from mlops_tui.engine.actions_launch import launch
from mlops_tui.engine.actions_stop import stop
from mlops_tui.engine.project_editing import edit_project_file
from mlops_tui.engine.proposals.value_writer import path_of, with_value
from mlops_tui.index import Index

ACTING = frozenset(
    {RemedyKind.STOP_RUN, RemedyKind.START_JOB, RemedyKind.RAISE_THRESHOLD}
    | {RemedyKind.ROLL_BACK, RemedyKind.RECALIBRATE, RemedyKind.QUARANTINE}
)
"""What changes something; all others show what is to be looked at."""

Arguments = Mapping[str, Scalar]


def apply_remedy(project: Path, alert_id: str, remedy: Remedy, reason: str = "") -> str:
    """Do what a remedy offers, and acknowledge its alert; return what was done, in words.

    Args:
        project: The project's folder.
        alert_id: The alert that offers it; one that is resolved meanwhile stays so.
        remedy: One of `ACTING`.
        reason: Why; a threshold is raised for a reason only, which is written beside it. Without
            one, a model is rolled back and a batch put aside because of the alert.

    Raises:
        RefusedError: it only shows something, or the state of things forbids it.
        InputError: a reason is missing, or what it names is not there (any more).
        ProjectFileError: the project file has problems.
        StorageError: the disk failed.
    """
    act = _ACTS.get(remedy.kind)
    if act is None:
        command = " ".join(command_of(remedy) or ())
        raise RefusedError(f"nothing to do: {remedy.words}", command)
    try:
        done = act(project, remedy.arguments, reason.strip() or _told(project, alert_id, remedy))
    except KeyError as error:
        raise InputError(f"this remedy does not say {error}") from error
    try:
        acknowledge(project, [alert_id], f"{done}: {reason.strip()}" if reason.strip() else done)
    except RefusedError:
        pass  # it was resolved meanwhile: what was done is done
    return done


def _stop_run(project: Path, arguments: Arguments, reason: str) -> str:
    return f"run {arguments['run']}: {stop(project, str(arguments['run'])).value}"


def _start_job(project: Path, arguments: Arguments, reason: str) -> str:
    params = {name: value for name, value in arguments.items() if name != "job"}
    run_id = launch(project, str(arguments["job"]), params)
    return f"queued {run_id}"


def _raise_threshold(project: Path, arguments: Arguments, reason: str) -> str:
    if not reason:
        hint = "it is written into mlops.toml beside the value"
        raise InputError("a threshold is raised for a reason", hint)
    key, value = str(arguments["key"]), arguments["value"]
    path = path_of(key)
    if path[:1] != ("monitor",) and path[:2] != ("alerts", "rules"):
        # a journal is written by whoever shares the project: it must not change what is run
        raise RefusedError(f"{key} is no threshold", "write it into mlops.toml by hand")

    def change(text: str) -> str:
        return with_value(with_value(text, path, value), (*path[:-1], "reason"), reason)

    edit_project_file(load_project(project), "the value", change)
    return f"{key} is {value} now"


def _told(project: Path, alert_id: str, remedy: Remedy) -> str:
    """Return the alert as the reason, for what an alert is reason enough for."""
    if remedy.kind not in (RemedyKind.ROLL_BACK, RemedyKind.QUARANTINE):
        return ""
    with Index.open(project) as index:
        index.ingest()
        found = index.alerts(frozenset(AlertState), ids=[alert_id])
    return ": ".join([f"alert {alert_id}", *(it.alert.title for it in found)])


def _roll_back(project: Path, arguments: Arguments, reason: str) -> str:
    from mlops_tui.engine.actions_promote import rollback

    model, alias = str(arguments["model"]), str(arguments["alias"])
    with Index.open(project) as index:
        index.ingest()
        moves = index.alias_moves(model, alias)
        now = moves[0].to if moves else None
        if now != arguments["from"]:
            words = f"{alias} of {model} was moved meanwhile: it is version {now or 'none'} now"
            raise RefusedError(words, f"look at it first: mlops-tui models history {model}")
        done = rollback(project, index, model, reason, alias, int(arguments["to"]))
    return f"{alias} of {model} is version {done.to} again, no more {done.before}"


def _recalibrate(project: Path, arguments: Arguments, reason: str) -> str:
    from mlops_tui.engine.actions_calibrate import calibrate_model

    found = calibrate_model(project, str(arguments["version"]))
    words = f"{found.version.name} is {found.source.name} calibrated on {found.dataset}"
    return f"{words}, n {found.report['n']:,}"


def _quarantine(project: Path, arguments: Arguments, reason: str) -> str:
    from mlops_tui.engine.actions_quarantine import quarantine_batch

    with Index.open(project) as index:
        batch = quarantine_batch(project, index, str(arguments["batch"]), reason)
    return f"{batch.key} of {batch.dataset} is in quarantine"


_ACTS: dict[RemedyKind, Callable[[Path, Arguments, str], str]] = {
    RemedyKind.STOP_RUN: _stop_run,
    RemedyKind.START_JOB: _start_job,
    RemedyKind.RAISE_THRESHOLD: _raise_threshold,
    RemedyKind.ROLL_BACK: _roll_back,
    RemedyKind.RECALIBRATE: _recalibrate,
    RemedyKind.QUARANTINE: _quarantine,
}
