"""The verb `files`: what a run kept, where it comes from and what came of it."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.cli.shapes import ago
from mlops_tui.cli.table import Column
from mlops_tui.domain import places
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import short_bytes
from mlops_tui.engine.lineage import Lineage, read_lineage
from mlops_tui.engine.run_files import FileKind, RunFile, list_files


def do_files(options: argparse.Namespace) -> int:
    """List the files of a run."""
    project = project_folder(options.project)
    with open_index(project) as index:
        run = one_run(index, options.run)
        files = list_files(places.run_dir(project, run.id), index.artifacts(run.id))
        lineage = read_lineage(project, load_project(project).datasets, index, run)
    if options.json:
        output.json_data(
            {
                "artifacts": [asdict(file) for file in files.artifacts],
                "records": [asdict(file) for file in files.records],
                "has_more": files.has_more,
                "lineage": _lineage_shape(lineage),
            }
        )
        return 0
    now = time.time()
    rows = [_row(file, now) for file in (*files.artifacts, *files.records)]
    print_table([Column("path"), Column("size", True), Column("changed"), Column("")], rows)
    if files.has_more:
        output.words("there are more")
    return 0


def _row(file: RunFile, now: float) -> list[str]:
    size = "-" if file.size_bytes is None else short_bytes(file.size_bytes)
    note = "" if file.kind is FileKind.FILE else file.kind.value
    return [file.path, size, ago(file.modified, now), note]


def _lineage_shape(lineage: Lineage) -> dict[str, object]:
    relatives = [
        {
            "relation": it.relation,
            "id": it.run_id,
            "name": it.run.name if it.run is not None else None,
            "state": it.run.state.value if it.run is not None else None,
        }
        for it in lineage.relatives
    ]
    return {
        "relatives": relatives,
        "sweep": lineage.sweep or None,
        "siblings": lineage.siblings,
        "inputs": [asdict(place) for place in lineage.inputs],
        "outputs": [asdict(place) for place in lineage.outputs],
    }
