"""The verbs that show data: datasets, their versions and what is in them."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling
from mlops_tui.cli.reading import open_index, project_folder
from mlops_tui.cli.shapes import ago
from mlops_tui.cli.table import Column
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import short_bytes
from mlops_tui.engine import actions

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_tui.domain.datasets import DataVersion
    from mlops_tui.engine.actions import DatasetState


def do_data_list(options: argparse.Namespace) -> int:
    """List the datasets that a project declares."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        states = actions.data_states(load_project(folder), index.data_versions())
    if options.json:
        output.json_data([_state_shape(state) for state in states])
    elif states:
        now = time.time()
        heads = [
            *(Column(name) for name in ("name", "role")),
            *(Column(it, is_right=True) for it in ("size", "files", "versions", "runs", "marks")),
            *(Column(name) for name in ("latest", "seen", "now", "path")),
        ]
        print_table(heads, [_state_cells(state, now) for state in states])
    else:
        output.words("no datasets: declare them in mlops.toml as [datasets.NAME]")
    return 0


def _state_cells(state: DatasetState, now: float) -> list[str]:
    latest = state.latest
    return [
        state.dataset.name,
        state.dataset.role.value if state.dataset.role else "-",
        "-" if state.size_bytes is None else short_bytes(state.size_bytes),
        "-" if state.files is None else str(state.files),
        str(state.versions),
        str(state.runs),
        str(state.marks) if state.marks else "-",
        latest.version[:SHORT] if latest else "-",
        ago(latest.last_seen, now) if latest else "-",
        _now_words(state),
        state.dataset.path,
    ]


def _now_words(state: DatasetState) -> str:
    if not state.is_there:
        return "missing"
    if state.current is None:
        return "not looked at"
    is_latest = state.latest is not None and state.current == state.latest.version
    return "the latest" if is_latest else state.current[:SHORT]


def _state_shape(state: DatasetState) -> dict[str, object]:
    dataset = state.dataset
    return {
        "name": dataset.name,
        "path": dataset.path,
        "role": dataset.role.value if dataset.role else None,
        "target": dataset.target,
        "description": dataset.description,
        "is_there": state.is_there,
        "files": state.files,
        "size_bytes": state.size_bytes,
        "current": state.current,
        "latest": version_shape(state.latest) if state.latest else None,
        "versions": state.versions,
        "runs": state.runs,
        "marks": state.marks,
    }


def version_shape(version: DataVersion) -> dict[str, object]:
    """Return a version of a dataset as `data versions --json` gives it."""
    return {
        "name": version.name,
        "version": version.version,
        "path": version.path,
        "files": version.files,
        "size_bytes": version.size_bytes,
        "first_seen": version.first_seen,
        "last_seen": version.last_seen,
        "runs": list(version.run_ids),
    }


def do_data_versions(options: argparse.Namespace) -> int:
    """Show the versions of data that were seen, after a look at those that are named."""
    folder = project_folder(options.project)
    now = dict(_look_at(folder, word) for word in options.data)
    with open_index(folder) as index:
        found = [version for name in now or [None] for version in index.data_versions(name)]
    if options.json:
        shapes = [version_shape(it) | {"is_current": _is_current(it, now)} for it in found]
        output.json_data(shapes)
    elif found:
        moment = time.time()
        heads = [
            *(Column("name"), Column("version", is_fixed=True)),
            *(Column(name, is_right=True) for name in ("size", "files")),
            *(Column(name) for name in ("first seen", "last seen")),
            *(Column("runs", is_right=True), Column("newest run"), Column("")),
        ]
        cells = [
            [
                it.name,
                it.version[:SHORT],
                "-" if it.size_bytes is None else short_bytes(it.size_bytes),
                "-" if it.files is None else str(it.files),
                ago(it.first_seen, moment),
                ago(it.last_seen, moment),
                str(len(it.run_ids)),
                it.run_ids[0] if it.run_ids else "-",
                "now" if _is_current(it, now) else "",
            ]
            for it in found
        ]
        print_table(heads, cells)
    else:
        output.words("no version was seen yet: mlops-tui data versions DATA looks at one")
    return 0


def _is_current(version: DataVersion, now: dict[str, str]) -> bool | None:
    """Say whether this is what lies there now; None where that was not looked at."""
    return now[version.name] == version.version if version.name in now else None


def _look_at(folder: Path, word: str) -> tuple[str, str]:
    with telling("reading") as tell:
        name, found = actions.record_version(load_project(folder), word, tell)
    return name, str(found.version)
