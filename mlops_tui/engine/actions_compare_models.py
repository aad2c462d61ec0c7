"""Runs and model versions side by side: what differs, what was evaluated, and what is best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from mlops_tui.domain.compare import Row, Section, Value
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.direction import known_direction
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.evaluations import Evaluation, Predictions
from mlops_tui.domain.models import Gate, ModelVersion, parse_version
from mlops_tui.domain.pareto import best_of
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.engine.actions_compare import Comparison, compare_runs
from mlops_tui.engine.figure_rows import FigureRow, figure_rows
from mlops_tui.engine.fronts import Front, choosable, front_of, usual_metrics
from mlops_tui.engine.model_manifest import read_manifest
from mlops_tui.engine.subjects import find_run, is_version
from mlops_tui.index import Index

Recorded = Mapping[Section, Mapping[str, Value]]


class Records(Protocol):
    """What is asked of an index about runs and versions that are compared."""

    def runs(self, ids: Sequence[str]) -> list[Run]:
        """Return these runs in this order; those not there are left out."""

    def evaluations(
        self,
        *,
        run_ids: Sequence[str] | None = None,
        model: str | None = None,
        number: int | None = None,
    ) -> list[Evaluation]:
        """Return evaluations, newest first."""

    def predictions(self, run_ids: Sequence[str]) -> list[Predictions]:
        """Return the files of predictions of some runs."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One of what is compared."""

    name: str
    """A run's name, or `NAME:3`."""
    run: Run | None
    """Of a version, the run that made it; None where it was registered from a file."""
    version: ModelVersion | None
    evaluations: tuple[Evaluation, ...]
    """The newest on each dataset."""
    predicted: tuple[str | None, ...] = ()
    """Datasets of what the run predicted, evaluated or not; None for one that is not named."""

    @property
    def word(self) -> str:
        """Return what actions know it by: the id of a run, the name of a version."""
        return self.name if self.run is None or self.version is not None else self.run.id


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Some runs and versions, and every fact of any of them side by side."""

    subjects: tuple[Subject, ...]
    rows: tuple[Row, ...]
    best: Mapping[str, tuple[int, ...]]
    """By metric that runs recorded, the places of the best."""
    figures: tuple[FigureRow, ...]
    comparison: Comparison
    """Of those that have a run."""
    front: Front | None = None
    """None where no metrics were chosen."""

    def spread(self, rows: Sequence[Row]) -> list[Row]:
        """Return rows of those that have a run as rows of all."""
        return [_spread(row, _places(self.subjects)) for row in rows]


def compare_models(
    project: Path, names: Sequence[str], metrics: Sequence[str] = ()
) -> ModelComparison:
    """Return what runs and model versions have side by side.

    Args:
        project: the project's folder.
        names: of runs, or `NAME:3`, `NAME@champion`.
        metrics: by which none of the front is beaten: `accuracy`, or `accuracy@holdout` for an
            evaluated one on a dataset.

    Raises:
        NotFoundError: there is no such run or version.
        AmbiguousError: there are several.
        InputError: nobody knows which way one of the metrics gets better.
    """
    with Index.open(project) as index:
        index.ingest()
        subjects = []
        for name in names:
            if is_version(name):
                version = index.model_version(parse_version(name))
                subjects.append(version_subject(index, version))
            else:
                subjects += run_subjects(index, [find_run(index, name)])
    return compare_subjects(load_project(project), subjects, metrics)


def run_subjects(records: Records, runs: Sequence[Run]) -> list[Subject]:
    """Return runs as what can be compared."""
    evaluated: dict[str, list[Evaluation]] = {}
    predicted: dict[str, list[str | None]] = {}
    ids = [run.id for run in runs]
    for it in records.evaluations(run_ids=ids):
        evaluated.setdefault(it.run_id or "", []).append(it)
    for table in records.predictions(ids):
        predicted.setdefault(table.run_id, []).append(table.dataset)
    return [
        Subject(
            *(run.name, run, None, _newest(evaluated.get(run.id, ()))),
            tuple(predicted.get(run.id, ())),
        )
        for run in runs
    ]


def version_subject(records: Records, version: ModelVersion) -> Subject:
    """Return a version as what can be compared; what its run predicted counts as its own."""
    found = records.evaluations(model=version.model, number=version.number)
    runs = records.runs([version.run_id]) if version.run_id is not None else []
    if runs:
        found += records.evaluations(run_ids=[runs[0].id])
    return Subject(version.name, runs[0] if runs else None, version, _newest(found))


def compare_subjects(
    described: Project, subjects: Sequence[Subject], metrics: Sequence[str] = ()
) -> ModelComparison:
    """Return what runs and versions have side by side; as `compare_models`, with the same errors.

    What cannot be read counts as not there.
    """
    found = compare_runs(described.path, [it.run for it in subjects if it.run is not None])
    rows = _with_recorded(
        [_spread(row, _places(subjects)) for row in found.rows],
        [_recorded(described.path, it) if it.run is None else {} for it in subjects],
    )
    best = {
        row.key: best_of([_number(it) for it in row.values], known_direction(described, row.key))
        for row in rows
        if row.section is Section.METRICS
    }
    figures = figure_rows(described, [it.evaluations for it in subjects])
    front = front_of(described, rows, figures, len(subjects), metrics) if metrics else None
    return ModelComparison(tuple(subjects), tuple(rows), best, figures, found, front)


def with_front(
    described: Project, found: ModelComparison, chosen: Sequence[str] | None
) -> ModelComparison:
    """Return a comparison with the front over some metrics; None for those that are usual.

    There is none where fewer than two are usual: what is best in one is marked anyway.

    Raises:
        InputError: one of the chosen metrics is gone.
    """
    metrics = chosen
    if metrics is None:
        known = [name for name, _ in choosable(described, found.rows, found.figures)]
        gate = common_gate(described, found.subjects)
        metrics = usual_metrics(described, found.figures, known, gate)
        metrics = metrics if len(metrics) > 1 else ()
    if not metrics:
        return found
    front = front_of(described, found.rows, found.figures, len(found.subjects), metrics)
    return replace(found, front=front)


def common_gate(described: Project, subjects: Sequence[Subject]) -> Gate | None:
    """Return the gate of the model that all are versions of; None where there is none."""
    models = {None if it.version is None else it.version.model for it in subjects}
    model = models.pop() if len(models) == 1 else None
    return described.gate_of(model)


def _newest(found: Sequence[Evaluation]) -> tuple[Evaluation, ...]:
    by_dataset: dict[str | None, Evaluation] = {}
    for it in found:
        if it.error is None:
            by_dataset.setdefault(it.dataset, it)
    return tuple(by_dataset.values())


def _places(subjects: Sequence[Subject]) -> list[int | None]:
    places: list[int | None] = []
    count = 0
    for it in subjects:
        places.append(count if it.run is not None else None)
        count += it.run is not None
    return places


def _spread(row: Row, places: Sequence[int | None]) -> Row:
    values = tuple(None if at is None else row.values[at] for at in places)
    return Row(row.section, row.key, values)


def _recorded(project: Path, subject: Subject) -> Recorded:
    """Return what the manifest of a version without a run says of where it comes from."""
    version = subject.version
    if version is None:
        return {}
    try:
        told: Mapping[str, Any] = read_manifest(project, version)
    except (MlopsTuiError, OSError):
        return {}
    environment, git = told.get("environment") or {}, told.get("git") or {}
    versions = {
        f"version of {it['name']}": str(it["version"])[:SHORT]
        for it in told.get("datasets") or ()
        if it.get("version")
    }
    python = {"python": environment["python"]} if environment.get("python") else {}
    return {
        Section.PARAMS: told.get("params") or {},
        Section.METRICS: version.metrics,
        Section.DATA: versions,
        Section.CODE: {f"git {key}": git[key] for key in sorted(git)},
        Section.ENVIRONMENT: {**python, **(environment.get("packages") or {})},
    }


def _with_recorded(rows: Sequence[Row], recorded: Sequence[Recorded]) -> list[Row]:
    """Return the rows with what is recorded of those that have no run."""
    found = {(row.section, row.key): row.values for row in rows}
    nothing: tuple[Value, ...] = (None,) * len(recorded)
    for at, sections in enumerate(recorded):
        for section, facts in sections.items():
            for key, value in facts.items():
                before = found.get((section, key), nothing)
                found[section, key] = (*before[:at], value, *before[at + 1 :])
    order = list(Section)
    placed = sorted(found.items(), key=lambda it: order.index(it[0][0]))
    return [Row(section, key, values) for (section, key), values in placed]


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]
