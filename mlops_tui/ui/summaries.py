"""What the list of projects says about each: read in a thread, from the project's own files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.alerts import AlertCounts
from mlops_tui.domain.discover import find_candidates, find_projects
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.ui.project_source import best_run
from mlops_tui.ui.reads import RunReader


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """One line of the list of projects."""

    project: Project
    runs: int = 0
    live: tuple[Run, ...] = ()
    last: Run | None = None
    """The run that was created last."""
    best: Run | None = None
    alerts: AlertCounts = field(default_factory=AlertCounts)
    problem: str = ""
    """Why its runs cannot be read; empty where they can."""


def project_folders(workspace: Path) -> list[Path]:
    """Return the projects of a workspace, folders that could be some, and the one for the rest."""
    found = find_projects(workspace) + find_candidates(workspace)
    unfiled = places.unfiled_project()
    if unfiled.is_dir() and unfiled not in found:
        found.append(unfiled)
    return found


def summarise(folder: Path, open_fresh: Callable[[Path], RunReader]) -> ProjectSummary:
    """Return what there is to say about the project in `folder`; never raises for its content."""
    project = load_project(folder)
    if not places.project_dot(folder).is_dir():
        return ProjectSummary(project)
    try:
        reader = open_fresh(folder)
        try:
            ids = reader.run_ids()
            last = reader.runs(ids[:1])
            live = tuple(reader.live())
            best = best_run(reader, project)
            alerts = reader.alert_counts()
        finally:
            reader.close()
    except (MlopsTuiError, OSError) as error:
        return ProjectSummary(project, problem=str(error))
    return ProjectSummary(project, len(ids), live, last[0] if last else None, best, alerts)
