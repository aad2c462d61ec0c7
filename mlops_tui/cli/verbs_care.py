"""The verbs that look after things: projects, queue, agent, doctor."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import open_index, project_folder
from mlops_tui.cli.shapes import ago, machine_lines, queue_shape
from mlops_tui.cli.table import Column
from mlops_tui.domain.discover import find_projects
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.runs import RunState
from mlops_tui.engine import actions

if TYPE_CHECKING:
    from mlops_tui.engine.doctor import Check


MEASURED_SECONDS = 0.2
"""How long the cores are watched."""


def do_projects(options: argparse.Namespace) -> int:
    """List the projects below a folder."""
    workspace = Path(options.path) if options.path else options.project
    if not workspace.is_dir():
        raise InputError(f"{workspace} is no folder", "name the folder that holds your projects")
    shapes = [_project_shape(folder) for folder in find_projects(workspace)]
    if options.json:
        output.json_data(shapes)
        return 0
    if not shapes:
        output.words(f"no mlops.toml in {workspace} or three folders below; mlops-tui init")
        return 0
    keys = ("name", "jobs", "runs", "running", "queued", "alerts", "problems", "path")
    cells = [[_count(shape[key]) for key in keys] for shape in shapes]
    heads = [Column(key, is_right=key not in ("name", "path")) for key in keys]
    print_table(heads, cells)
    return 0


def do_queue(options: argparse.Namespace) -> int:
    """Show, pause or resume this host's queue."""
    project = project_folder(options.project)
    if options.act == "pause":
        actions.pause_queue(project)
    elif options.act == "resume":
        actions.resume_queue(project)
    with open_index(project):
        status = actions.queue_status(project)
    if status.queued and not status.is_paused:
        _wake_agent(project)
    if options.json:
        output.json_data(queue_shape(status))
        return 0
    state = "paused: nothing more starts" if status.is_paused else "open"
    counts = f"{len(status.running)} running, {len(status.queued)} waiting"
    output.words(f"the queue of {status.host} is {state}; {counts}")
    if status.queued:
        heads = [Column("id", is_fixed=True), Column("name"), Column("priority", True)]
        heads += [Column("waiting since"), Column("slots", True), Column("gpus", True)]
        heads += [Column("why")]
        now = time.time()
        rows = [
            [row.id, status.runs[row.id].name, str(row.priority), ago(row.created, now),
             str(row.slots), str(row.gpus), status.reasons[row.id]]
            for row in status.queued
        ]  # fmt: skip
        print_table(heads, rows)
    return 0


def _wake_agent(project: Path) -> None:
    """See to it that what can start does: an agent that was killed leaves a queue behind."""
    from mlops_tui.engine import wake

    try:
        wake.ensure_agent(project)
    except MlopsTuiError as error:
        output.error(error)


def do_agent(options: argparse.Namespace) -> int:
    """Show or stop the background process of this project on this host."""
    project = project_folder(options.project)
    if options.act == "stop":
        was_alive = actions.agent_stop(project)
        if options.json:
            output.json_data({"stopped": was_alive})
        else:
            output.words(
                "the agent was told to end; running jobs go on"
                if was_alive
                else "no agent is running"
            )
        return 0
    status = actions.agent_status(project)
    if options.json:
        output.json_data({"running": status.is_running, "pid": status.pid, "log": str(status.log)})
        return 0
    if status.is_running:
        pid = f" (pid {status.pid})" if status.pid else ""
        output.data(f"running{pid}")
    else:
        output.data("not running")
        output.words("it starts by itself when there is something to look after")
    output.words(f"log: {status.log}")
    return 0


def do_machine(options: argparse.Namespace) -> int:
    """Show what this host does at the moment."""
    from mlops_tui.engine.machine import Machine

    machine = Machine(options.project)
    try:
        machine.look()
        time.sleep(MEASURED_SECONDS)
        load = machine.look()
    finally:
        machine.close()
    if options.json:
        output.json_data(asdict(load))
        return 0
    for line in machine_lines(load):
        output.data(line)
    return 0


def do_doctor(options: argparse.Namespace) -> int:
    """Check host, disk and project; exit code 1 where something does not work."""
    from mlops_tui.engine import doctor

    try:
        project: Path | None = project_folder(options.project)
    except InputError:
        project = None
    checks = doctor.examine(project)
    if options.verify and project is not None:
        checks += doctor.verify(project)
    if options.json:
        output.json_data([_check_shape(check) for check in checks])
    else:
        for check in checks:
            _print_check(check)
    return 1 if any(check.level == "bad" for check in checks) else 0


def _check_shape(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "level": check.level.value,
        "found": check.found,
        "hint": check.hint or None,
    }


def _print_check(check: Check) -> None:
    first, *more = check.found.split("\n")
    output.data(f"{check.level.value:<5} {check.name:<14} {first}")
    for line in more:
        output.data(f"{'':<20} {line}")
    if check.hint:
        output.data(f"{'':<20} -> {check.hint}")


def _project_shape(folder: Path) -> dict[str, object]:
    from mlops_tui.domain.projectfile import load_project  # no other verb here reads one

    project = load_project(folder)
    keys = ("runs", "running", "queued", "alerts")
    counts: dict[str, object] = dict.fromkeys(keys)
    error = None
    try:
        with open_index(project.path) as index:
            live = [run.state for run in index.live()]
            counts["runs"] = len(index.run_ids())
            counts["queued"] = live.count(RunState.QUEUED)
            counts["running"] = len(live) - live.count(RunState.QUEUED)
            counts["alerts"] = asdict(index.alert_counts())
    except MlopsTuiError as problem:
        error = problem.message
    return {
        "name": project.name,
        "path": str(project.path),
        "description": project.description,
        "jobs": list(project.jobs),
        **counts,
        "problems": [str(problem) for problem in project.problems],
        "error": error,
    }


def _count(value: object) -> str:
    if isinstance(value, list):
        return str(len(value))
    if isinstance(value, dict):
        return str(value["open"])
    return "?" if value is None else str(value)
