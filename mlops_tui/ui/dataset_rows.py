"""The datasets of a project as rows: what they are, which version lies there, who used it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlops_tui.domain.datasets import SHORT, DataVersion
from mlops_tui.domain.project import Dataset
from mlops_tui.domain.text import count, safe, short_bytes
from mlops_tui.engine.actions_data import DatasetState
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.formats import ago
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.widgets.pieces import Piece

HEADS = (
    Head("Dataset"),
    Head("Role"),
    Head("Now"),
    Head("Size", True),
    Head("Checks"),
    Head("Versions", True),
    Head("Runs", True),
    Head("Seen"),
    Head("Path"),
)
MOST_VERSIONS = 20
MOST_RUNS = 6


def dataset_content(
    states: Sequence[DatasetState],
    versions: Sequence[DataVersion],
    names: Mapping[str, str],
    checked: Mapping[str, Piece],
    now: float,
) -> PlaceContent:
    """Return what the data screen shows.

    Args:
        states: the declared datasets.
        versions: all that were seen, by name and then the newest first.
        names: of runs, by id.
        checked: what the checks of a dataset came to, by its name.
        now: Unix seconds.
    """
    rows = []
    for state in states:
        name = state.dataset.name
        own = [it for it in versions if it.name == name]
        result = checked.get(name, ("none", "dim"))
        rows.append(PlaceRow(name, _cells(state, result, now), _facts(state, own, names, now)))
    return PlaceContent(HEADS, rows, count(len(rows), "dataset"))


def _cells(state: DatasetState, checked: Piece, now: float) -> list[Piece]:
    dataset, latest = state.dataset, state.latest
    return [
        (safe(dataset.name), ""),
        (dataset.role.value if dataset.role else "-", "dim"),
        now_piece(state),
        ("-" if state.size_bytes is None else short_bytes(state.size_bytes), ""),
        checked,
        (str(state.versions), ""),
        (str(state.runs), ""),
        (ago(latest.last_seen, now) if latest else "never", "dim"),
        (safe(dataset.path), "dim"),
    ]


def now_piece(state: DatasetState) -> Piece:
    """Say what lies there now against what was seen last."""
    if not state.is_there:
        return ("missing", "bad")
    if state.latest is None:
        return ("never read", "dim")
    if state.current is None:
        return ("not looked at", "dim")
    return (
        ("as last seen", "good") if state.current == state.latest.version else ("changed", "warn")
    )


def _facts(
    state: DatasetState, versions: Sequence[DataVersion], names: Mapping[str, str], now: float
) -> list[Fact]:
    dataset = state.dataset
    files = "" if state.files is None else f", {count(state.files, 'file')}"
    size = "" if state.size_bytes is None else f" ({short_bytes(state.size_bytes)}{files})"
    facts = [
        ("dataset", safe(dataset.name)),
        ("path", safe(dataset.path) + size),
        ("about", safe(dataset.description)),
        ("columns", _columns(dataset)),
        ("checks", f"{count(len(dataset.checks), 'check')} declared" if dataset.checks else ""),
        ("versions", "\n".join(_version(it, names, now) for it in versions[:MOST_VERSIONS])),
    ]
    return [(label, value) for label, value in facts if value]


def _columns(dataset: Dataset) -> str:
    declared = (
        ("target", dataset.target),
        ("id", dataset.id),
        ("time", dataset.timestamp),
        ("group", dataset.group),
    )
    return ", ".join(f"{what} {safe(column)}" for what, column in declared if column)


def _version(version: DataVersion, names: Mapping[str, str], now: float) -> str:
    runs = [safe(names.get(run_id, run_id)) for run_id in version.run_ids[:MOST_RUNS]]
    more = len(version.run_ids) - len(runs)
    used = ", ".join(runs) + (f" and {more} more" if more else "")
    size = "" if version.size_bytes is None else f", {short_bytes(version.size_bytes)}"
    seen = f"{version.version[:SHORT]}  seen {ago(version.last_seen, now)}{size}"
    return f"{seen}, used by {used}" if used else f"{seen}, no run used it"
