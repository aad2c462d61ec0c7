"""The verb `compare`: what differs between runs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.cli.table import Column
from mlops_tui.domain.attribution import Attribution
from mlops_tui.domain.compare import Row, Section
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import short_number
from mlops_tui.engine import actions


def do_compare(options: argparse.Namespace) -> int:
    """Show what differs between runs."""
    project = project_folder(options.project)
    with open_index(project) as index:
        runs = [one_run(index, name) for name in options.runs]
    if len({run.id for run in runs}) < 2:
        raise InputError("comparing needs two different runs", "mlops-tui compare RUN RUN...")
    compared = actions.compare_runs(project, runs)
    changes = actions.changed_files(project, compared.runs)
    rows = [*compared.rows, *changes.rows]
    if options.json:
        told = _attribution_shape(compared.attribution)
        output.json_data(_compare_shape(runs, rows) | {"attribution": told})
        return 0
    shown = rows if options.all else [row for row in rows if row.differs]
    _print_comparison(runs, shown)
    if compared.attribution is not None:
        output.data("")
        output.data(compared.attribution.words)
    same = len(rows) - len([row for row in rows if row.differs])
    if same and not options.all:
        output.words(f"{same} facts are the same; --all shows them")
    if changes.note:
        output.words(changes.note)
    return 0


def _compare_shape(runs: Sequence[Run], rows: Sequence[Row]) -> dict[str, object]:
    sides = {
        section.value: [
            {"key": row.key, "values": list(row.values), "differs": row.differs}
            for row in rows
            if row.section is section
        ]
        for section in Section
    }
    shapes = [{"id": run.id, "name": run.name, "state": run.state.value} for run in runs]
    metrics = [{name: asdict(m) for name, m in run.metrics.items()} for run in runs]
    return {"runs": shapes, **sides, "metric_summaries": metrics}


def _attribution_shape(found: Attribution | None) -> dict[str, object] | None:
    if found is None:
        return None
    changes = [{**asdict(it), "change": it.change} for it in found.changes]
    return {**asdict(found), "changes": changes}


def _print_comparison(runs: Sequence[Run], rows: Sequence[Row]) -> None:
    lines: list[list[str]] = [["", "state", *(run.state.value for run in runs)]]
    last: Section | None = None
    for row in rows:
        section = row.section.value if row.section is not last else ""
        last = row.section
        lines.append([section, row.key, *(_cell(value) for value in row.values)])
    print_table([Column(""), Column(""), *(Column(run.name) for run in runs)], lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return short_number(value, 6)
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
