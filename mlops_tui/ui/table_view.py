"""What a person chose to see of runs, and its way to the user's state and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.filters import Sort, SortKey
from mlops_tui.ui.kept import load_record, save_record


@dataclass(frozen=True, slots=True)
class TableView:
    """Columns, order and how values are shown."""

    columns: tuple[str, ...] | None = None
    """Ids in order; None where the table takes what matters most."""
    only_differing: bool = False
    """Leave out columns in which all runs have the same."""
    sorted_by: SortKey | None = None
    """None for the newest first."""
    shows_deltas: bool = False
    """Metrics as differences to the baseline, where there is one."""

    @property
    def sort(self) -> Sort | None:
        """Return the order for the index."""
        return None if self.sorted_by is None else Sort((self.sorted_by,))


@dataclass(frozen=True, slots=True)
class Views:
    """The views of one project."""

    last: TableView = TableView()
    """The one that was on the screen last."""
    named: Mapping[str, TableView] = field(default_factory=dict)


def views_path(project: Path) -> Path:
    """Return the file that keeps the views of a project for this user."""
    return places.state_dir() / "views" / f"{places.project_key(project)}.json"


def load_views(path: Path) -> Views:
    """Return the views in a file; what cannot be read or understood is not there."""
    found = load_record(path)
    named = found.get("views")
    return Views(
        view_of(found.get("last")),
        {name: view_of(view) for name, view in named.items()} if isinstance(named, dict) else {},
    )


def save_last(path: Path, last: TableView) -> Views:
    """Remember what is on the screen and return all views.

    Raises:
        OSError: the file cannot be written.
    """
    return _save(path, replace(load_views(path), last=last))


def save_named(path: Path, name: str, view: TableView | None) -> Views:
    """Keep a view under a name, or forget the one of that name, and return all views.

    Raises:
        OSError: the file cannot be written.
    """
    views = load_views(path)
    named = {key: value for key, value in views.named.items() if key != name}
    if view is not None:
        named[name] = view
    return _save(path, replace(views, named=named))


def _save(path: Path, views: Views) -> Views:
    record = {
        "last": record_of(views.last),
        "views": {name: record_of(view) for name, view in sorted(views.named.items())},
    }
    save_record(path, record)
    return views


def record_of(view: TableView) -> dict[str, object]:
    """Return a view as JSON has it."""
    return {
        "columns": None if view.columns is None else list(view.columns),
        "only_differing": view.only_differing,
        "sort": None if view.sorted_by is None else str(view.sorted_by),
        "deltas": view.shows_deltas,
    }


def view_of(record: object) -> TableView:
    """Return the view that a record stands for; what is not understood is left at its default."""
    if not isinstance(record, dict):
        return TableView()
    columns, sort = record.get("columns"), record.get("sort")
    ids = None
    if isinstance(columns, list):
        ids = tuple(dict.fromkeys(column for column in columns if isinstance(column, str)))
    key = None
    if isinstance(sort, str) and sort.strip("-"):
        key = SortKey(sort.removeprefix("-"), sort.startswith("-"))
    return TableView(ids, record.get("only_differing") is True, key, record.get("deltas") is True)
