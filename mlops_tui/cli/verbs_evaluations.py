"""What `evaluate` does in a project: evaluates runs, and lists what was evaluated."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling_share
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.cli.shapes import ago, local_time
from mlops_tui.cli.shapes_evaluations import (
    TELLING,
    evaluation_shape,
    looks_shape,
    told_figures,
)
from mlops_tui.cli.table import Column
from mlops_tui.cli.verbs_evaluate import print_evaluation, refuse_own
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.sealed import worth_words
from mlops_tui.engine import actions_evaluations
from mlops_tui.engine.evaluation_questions import RunQuestion
from mlops_tui.engine.subjects import is_version

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_tui.domain.evaluations import Evaluation, Looks
    from mlops_tui.domain.runs import Run
    from mlops_tui.engine.actions_evaluations import Evaluated
    from mlops_tui.index import Index


def show_evaluation(options: argparse.Namespace) -> int:
    """Evaluate what a run predicted, unless that was done before, and show the report."""
    if options.subject is None:
        raise InputError("nothing is named to evaluate", "evaluate RUN, --predictions FILE, --list")
    project = project_folder(options.project)
    name, found = _evaluated(project, options)
    looks = actions_evaluations.looks_at(project, found.evaluation)
    if options.json:
        about = evaluation_shape(found.evaluation) | {"is_new": found.is_new}
        told = None if looks is None else looks_shape(looks)
        output.json_data({"evaluation": about, "looks": told, **found.report})
        return 0
    _print_subject(name, found.evaluation, looks)
    print_evaluation(found.report)
    return 0


def _evaluated(project: Path, options: argparse.Namespace) -> tuple[str, Evaluated]:
    """Return the evaluation of a run's predictions, or of a registered model, and its name."""
    question = _question(options)
    version = None
    with open_index(project) as index:
        try:
            run = None if is_version(options.subject) else one_run(index, options.subject)
        except NotFoundError:
            if not any(it.name == options.subject for it in index.models()):
                raise
            run = None
        if run is not None:
            version = _version_of(index, run, question)
    if run is not None and version is None:
        with telling_share(f"evaluating {run.name}") as tell:
            return run.name, actions_evaluations.evaluate_run(project, run, question, tell)
    from mlops_tui.engine.actions_model_evaluation import evaluate_version

    with telling_share(f"evaluating {version or options.subject}") as tell:
        found = evaluate_version(project, version or options.subject, question, tell)
    return found.evaluation.subject, found


def _version_of(index: Index, run: Run, question: RunQuestion) -> str | None:
    """Return the model that a run registered, where it has predicted nothing of what is asked."""
    told = index.predictions([run.id])
    if any(question.dataset in (None, it.dataset) or it.dataset is None for it in told):
        return None
    versions = index.model_versions_of([run.id])
    return versions[0].name if len(versions) == 1 else None


def _question(options: argparse.Namespace) -> RunQuestion:
    refuse_own(options)
    names = [name.strip() for name in options.segments.split(",") if name.strip()]
    return RunQuestion(
        dataset=options.on,
        segments=tuple(names) or None,
        positive=options.positive,
        problem=options.problem,
        is_again=options.again,
    )


def _print_subject(name: str, evaluation: Evaluation, looks: Looks | None) -> None:
    version = f" at {evaluation.data_version[:SHORT]}" if evaluation.data_version else ""
    on = f" on {evaluation.dataset}{version}" if evaluation.dataset else ""
    output.data(f"{name}{on}  (evaluation {evaluation.id}, {local_time(evaluation.at)})")
    if looks is not None:
        metric = _main_metric(evaluation)
        figure = evaluation.figures[metric] if metric else None
        half = None
        if figure is not None and figure.low is not None and figure.high is not None:
            half = (figure.high - figure.low) / 2
        output.data(f"{looks.dataset} is sealed, {worth_words(looks, half, metric)}")


def list_evaluations(options: argparse.Namespace) -> int:
    """List what was evaluated, newest first, and how often each dataset was looked at."""
    project = project_folder(options.project)
    if options.limit < 1:
        raise InputError(f"--limit {options.limit} asks for nothing", "give a number from 1 on")
    names: dict[str, str] = {}
    with open_index(project) as index:
        run_ids = None if options.subject is None else [one_run(index, options.subject).id]
        found = actions_evaluations.list_evaluations(
            project, run_ids=run_ids, dataset=options.on, limit=options.limit
        )
        wanted = {it.run_id for it in found.evaluations if it.run_id is not None}
        names = {run.id: run.name for run in index.runs(sorted(wanted))}
    if options.json:
        shapes = [evaluation_shape(it) for it in found.evaluations]
        output.json_data({"evaluations": shapes, "looks": [looks_shape(it) for it in found.looks]})
        return 0
    if not found.evaluations:
        output.words("nothing was evaluated yet: mlops-tui evaluate RUN")
        return 0
    now = time.time()
    heads = [Column(it) for it in ("evaluation", "of", "on", "version", "when")]
    rows = [_row(it, names, now) for it in found.evaluations]
    print_table([*heads, Column("n", True), Column("metrics")], rows)
    for looks in found.looks:
        if any(it.dataset == looks.dataset and it.role == "holdout" for it in found.evaluations):
            output.data(f"{looks.dataset}: {worth_words(looks)}")
    return 0


def _row(it: Evaluation, names: dict[str, str], now: float) -> list[str]:
    subject = names.get(it.run_id or "", it.subject) if it.model is None else it.subject
    version = it.data_version[:SHORT] if it.data_version else "-"
    return [
        *(it.id, subject, it.dataset or "-", version, ago(it.at, now)),
        *("-" if it.error else f"{it.rows:,}", it.error or told_figures(it)),
    ]


def _main_metric(it: Evaluation) -> str:
    return next((name for name in TELLING if name in it.figures), "")
