"""Checks every run: what the index says against what lies on disk; changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.ids import is_run_id
from mlops_tui.domain.runs import Run
from mlops_tui.engine.doctor_check import Check, Level
from mlops_tui.engine.recorded import RunFolder, read_facts
from mlops_tui.index import Index

MOST_NAMED = 20
"""Findings of one kind that are named; more are counted."""


def verify(project: Path) -> list[Check]:
    """Return what does not fit together in a project; one good check where all does."""
    with Index.open(project) as index:
        changes = index.ingest()
        runs = index.runs([*index.run_ids(), *index.run_ids(deleted=True)])
        damage = index.problems()
        unreadable = changes.unreadable
    findings = [finding for run in runs for finding in _run_findings(project, run)]
    findings += [
        f".mlops/{name}: cannot be read: {why}"
        for name, why in unreadable.items()
        if not name.endswith(("/", "/run.json", "/runner.jsonl"))  # told of the run already
    ]
    findings += _folder_findings(project, {run.id for run in runs})
    findings += [f"{problem}; it may be removed, it is rebuilt" for problem in damage]
    for journal in sorted(places.project_dot(project).glob("journal-*.jsonl")):
        if journal.name not in unreadable:
            findings += _journal_findings(journal)
    if not findings:
        return [Check("verify", Level.GOOD, f"{len(runs)} runs, files and index agree")]
    named = [Check("verify", Level.BAD, finding) for finding in findings[:MOST_NAMED]]
    rest = len(findings) - len(named)
    return [*named, *([Check("verify", Level.BAD, f"and {rest} more")] if rest else [])]


def _run_findings(project: Path, run: Run) -> list[str]:
    try:
        return _findings_in(RunFolder(project, run.id), run)
    except OSError as error:
        name = Path(error.filename).name if isinstance(error.filename, str) else "its folder"
        return [f"{run.id}: {name} cannot be read: {error.strerror or error}"]


def _findings_in(folder: RunFolder, run: Run) -> list[str]:
    if not folder.path.is_dir():
        return [f"{run.id}: its folder is gone"]
    found = []
    try:
        order = folder.order()
        if order.get("id") != run.id:
            found.append(f"{run.id}: run.json is of {order.get('id')!r}")
    except (OSError, ValueError) as error:
        found.append(f"{run.id}: run.json cannot be read: {error}")
    end = read_facts(folder).end
    if end is not None and end.get("state") != run.state.value:
        found.append(f"{run.id}: shown as {run.state}, ended as {end.get('state')}")
    if run.ended is not None and run.started is not None and run.ended < run.started:
        found.append(f"{run.id}: ended before it started")
    return found


def _folder_findings(project: Path, known: set[str]) -> list[str]:
    runs = places.runs_dir(project)
    if not runs.is_dir():
        return []
    names = sorted(path.name for path in runs.iterdir())
    found = [f"{name}: no run goes by this folder" for name in names if _is_stray(name, known)]
    for name in names:
        if name.startswith(".purged-"):
            found.append(f"{name}: a purge was cut off; the next one removes it")
    return found


def _is_stray(name: str, known: set[str]) -> bool:
    return is_run_id(name) and name not in known


def _journal_findings(path: Path) -> list[str]:
    found = []
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            try:
                is_fact = isinstance(json.loads(line), dict)
            except (ValueError, RecursionError):
                is_fact = False
            if line.strip() and line.endswith(b"\n") and not is_fact:
                found.append(f"{path}:{number}: no fact: {line[:60]!r}")
    return found
