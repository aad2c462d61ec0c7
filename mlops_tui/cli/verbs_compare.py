"""The verb `compare`: what differs between runs and model versions."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.cli.table import Column
from mlops_tui.domain.attribution import Attribution
from mlops_tui.domain.compare import Row, Section
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.evaluations import Figure
from mlops_tui.domain.text import short_number
from mlops_tui.engine import actions
from mlops_tui.engine.actions_compare_models import ModelComparison, Subject, compare_models
from mlops_tui.engine.figure_rows import FigureRow
from mlops_tui.engine.fronts import Front
from mlops_tui.engine.subjects import is_version

_BEST = " *"
"""Behind the best value of a row."""


def do_compare(options: argparse.Namespace) -> int:
    """Show what differs between runs and model versions."""
    project = project_folder(options.project)
    metrics = [it.strip() for it in options.pareto.split(",") if it.strip()]
    compared = compare_models(project, _names(project, options.runs), metrics)
    changes = actions.changed_files(project, compared.comparison.runs)
    rows = [*compared.rows, *compared.spread(changes.rows)]
    attribution = compared.comparison.attribution
    if options.json:
        told = {"attribution": _attribution_shape(attribution)}
        output.json_data(_compare_shape(compared, rows) | told)
        return 0
    shown = rows if options.all else [row for row in rows if row.differs]
    _print_comparison(compared, shown)
    if compared.front is not None:
        _print_front(compared, compared.front)
    if attribution is not None:
        output.data("")
        output.data(attribution.words)
    same = len(rows) - len([row for row in rows if row.differs])
    if same and not options.all:
        output.words(f"{same} facts are the same; --all shows them")
    if changes.note:
        output.words(changes.note)
    return 0


def _names(project: Path, words: Sequence[str]) -> list[str]:
    """Return the ids of runs and the names of versions that are meant.

    Raises:
        InputError: there are fewer than two.
    """
    with open_index(project) as index:
        names = [it if is_version(it) else one_run(index, it).id for it in words]
    if len(set(names)) < 2:
        raise InputError("comparing needs two different runs", "mlops-tui compare RUN RUN...")
    return names


def _print_front(compared: ModelComparison, front: Front) -> None:
    names = [it.name for it in compared.subjects]
    best = ", ".join(names[it] for it in front.places) or "none"
    output.data("")
    output.data(f"beaten by none in {' and '.join(front.metrics)}: {best}")
    for name, others in zip(names, front.beaten_by, strict=True):
        if others:
            output.data(f"{name} is beaten by {', '.join(names[it] for it in others)}")
    for note in front.notes:
        output.words(note)


def _compare_shape(compared: ModelComparison, rows: Sequence[Row]) -> dict[str, object]:
    sides = {
        section.value: [
            {"key": row.key, "values": list(row.values), "differs": row.differs}
            for row in rows
            if row.section is section
        ]
        for section in Section
    }
    runs = [it.run for it in compared.subjects]
    metrics = [
        {} if run is None else {name: asdict(m) for name, m in run.metrics.items()} for run in runs
    ]
    front = compared.front
    return {
        "runs": [_subject_shape(it) for it in compared.subjects],
        **sides,
        "best": {name: list(it) for name, it in compared.best.items()},
        "evaluations": [_figure_shape(it) for it in compared.figures],
        "pareto": None if front is None else list(front.places),
        "beaten_by": None if front is None else [_places(it) for it in front.beaten_by],
        "metric_summaries": metrics,
    }


def _places(beaten_by: Sequence[int] | None) -> list[int] | None:
    return None if beaten_by is None else list(beaten_by)


def _subject_shape(it: Subject) -> dict[str, object]:
    return {
        "id": None if it.run is None else it.run.id,
        "name": it.name,
        "state": None if it.run is None else it.run.state.value,
        "version": None if it.version is None else it.version.name,
    }


def _figure_shape(it: FigureRow) -> dict[str, object]:
    return {
        "metric": it.metric,
        "dataset": it.dataset,
        "data_versions": list(it.versions),
        "values": [None if figure is None else asdict(figure) for figure in it.figures],
        "direction": None if it.direction is None else it.direction.value,
        "best": list(it.best),
        "is_clear": it.is_clear,
    }


def _attribution_shape(found: Attribution | None) -> dict[str, object] | None:
    if found is None:
        return None
    changes = [{**asdict(it), "change": it.change} for it in found.changes]
    return {**asdict(found), "changes": changes}


def _print_comparison(compared: ModelComparison, rows: Sequence[Row]) -> None:
    states = [it.run.state.value if it.run is not None else "-" for it in compared.subjects]
    lines: list[list[str]] = [["", "state", *states]]
    last: Section | None = None
    for row in rows:
        section = row.section.value if row.section is not last else ""
        last = row.section
        cells = [_cell(value) for value in row.values]
        best = compared.best.get(row.key, ()) if row.section is Section.METRICS else ()
        lines.append([section, row.key, *_marked(cells, best)])
    lines += _evaluated_lines(compared.figures)
    heads = [Column(""), Column(""), *(Column(it.name) for it in compared.subjects)]
    print_table(heads, lines)
    if any(compared.best.values()) or any(it.best for it in compared.figures):
        output.words("* the best of its row by its value alone; better A B --metric M says whether")


def _evaluated_lines(figures: Sequence[FigureRow]) -> list[list[str]]:
    lines: list[list[str]] = []
    last: str | None = ""
    for it in figures:
        if it.dataset != last:
            last = it.dataset
            versions: Mapping[str | None, None] = dict.fromkeys(it.versions)
            told = [version[:SHORT] for version in versions if version is not None]
            where = f"{it.dataset or 'data not named'}"
            lines.append([f"on {where}", "version", *(_short(v) for v in it.versions)])
            if len(told) > 1:
                output.words(f"{where}: measured on {len(told)} versions, so that nothing is best")
        lines.append(["", it.metric, *_marked([_figure(x) for x in it.figures], it.best)])
    return lines


def _short(version: str | None) -> str:
    return "-" if version is None else version[:SHORT]


def _marked(cells: Sequence[str], best: Sequence[int]) -> list[str]:
    return [f"{it}{_BEST}" if at in best else it for at, it in enumerate(cells)]


def _figure(it: Figure | None) -> str:
    if it is None or it.value is None:
        return "-"
    if it.low is None or it.high is None:
        return short_number(it.value, 4)
    return f"{short_number(it.value, 4)} ({short_number(it.low, 3)} to {short_number(it.high, 3)})"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return short_number(value, 6)
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
