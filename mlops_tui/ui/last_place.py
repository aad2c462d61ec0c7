"""Where a person was when they left, and how they had parted the room; kept in the user's state."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.project import FILE_NAME
from mlops_tui.ui.kept import load_record, save_record

PANES = ("runs", "charts", "facts", "output")
STEP_PERCENT = 5
LEAST_PERCENT, MOST_PERCENT = 15, 85
LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True)
class Room:
    """How panes that stand side by side share it, in percent."""

    runs: int = 40
    """Of the height: the runs over all else."""
    charts: int = 60
    """Of the width below: the charts beside details and output."""
    facts: int = 40
    """Of the height there: the details over the output."""

    def with_more(self, pane: str, steps: int) -> Room:
        """Return it with so many steps more for a pane, fewer for the ones beside it."""
        shares = {"runs": self.runs, "charts": self.charts, "facts": self.facts}
        side, by = ("facts", -steps) if pane == "output" else (pane, steps)
        share = shares[side] + by * STEP_PERCENT
        return replace(self, **{side: max(LEAST_PERCENT, min(share, MOST_PERCENT))})


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a project a person is."""

    pane: str = "runs"
    run: str | None = None
    """Id of the run under the cursor."""
    metric: str | None = None
    """The chosen chart."""
    room: Room = Room()


def place_path(project: Path) -> Path:
    """Return the file that keeps the place in a project for this user."""
    return places.state_dir() / "places" / f"{places.project_key(project)}.json"


def load_place(path: Path) -> Place:
    """Return the place in a file; what is not understood is as at first."""
    record = load_record(path)
    pane = record.get("pane")
    room = record.get("room")
    shares = room if isinstance(room, dict) else {}
    return Place(
        pane if isinstance(pane, str) and pane in PANES else "runs",
        _name(record.get("run")),
        _name(record.get("metric")),
        Room(**{name: _percent(shares.get(name), name) for name in ("runs", "charts", "facts")}),
    )


def save_place(path: Path, place: Place) -> None:
    """Remember a place.

    Raises:
        OSError: the file cannot be written.
    """
    room = {"runs": place.room.runs, "charts": place.room.charts, "facts": place.room.facts}
    record = {"pane": place.pane, "run": place.run, "metric": place.metric, "room": room}
    save_record(path, record)


def _workspace_path(workspace: Path) -> Path:
    return places.state_dir() / "workspaces" / f"{places.project_key(workspace)}.json"


def save_last_project(workspace: Path, project: Path | None) -> None:
    """Remember in which project of a workspace a person is; None for the list of them.

    Raises:
        OSError: the file cannot be written.
    """
    record = {"project": None if project is None else os.fspath(project)}
    save_record(_workspace_path(workspace), record)


def first_project(workspace: Path) -> Path | None:
    """Return the project to begin with: the workspace itself, or the one left last if it is there.

    None for the list of projects.
    """
    if (workspace / FILE_NAME).is_file():
        return workspace
    last = _name(load_record(_workspace_path(workspace)).get("project"))
    if last is None or not os.path.isabs(last) or "\0" in last:
        return None
    return Path(last) if (Path(last) / FILE_NAME).is_file() else None


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME else None


def _percent(value: object, name: str) -> int:
    usual: int = getattr(Room(), name)
    if not isinstance(value, int) or isinstance(value, bool):
        return usual
    return max(LEAST_PERCENT, min(value, MOST_PERCENT))
