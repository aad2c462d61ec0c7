"""The evaluations of what a run predicted, or a version of a model, as a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_tui.domain.evaluations import Evaluation
from mlops_tui.domain.models import ModelVersion
from mlops_tui.domain.runs import Run
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.evaluation import EvaluationScreen

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress


def evaluation_of(source: ProjectSource, run: Run) -> EvaluationScreen:
    """Return the screen of the evaluations of what a run predicted."""

    def find(reader: RunReader) -> list[Evaluation]:
        return reader.evaluations(run_ids=[run.id])

    def measure(on_progress: OnProgress, cancellation: Cancellation, dataset: str | None) -> object:
        from mlops_tui.engine.actions_evaluations import evaluate_run
        from mlops_tui.engine.evaluation_questions import RunQuestion

        again = RunQuestion(dataset, is_again=True)
        return evaluate_run(source.project, run, again, on_progress, cancellation)

    return EvaluationScreen(source, run.name, find, measure)


def evaluation_of_version(source: ProjectSource, version: ModelVersion) -> EvaluationScreen:
    """Return the screen of the evaluations of a version: its own, and what its run predicted."""

    def find(reader: RunReader) -> list[Evaluation]:
        own = reader.evaluations(model=version.model, number=version.number)
        of_run = reader.evaluations(run_ids=[version.run_id]) if version.run_id else []
        return own + [it for it in of_run if it.model is None]

    def measure(on_progress: OnProgress, cancellation: Cancellation, dataset: str | None) -> object:
        from mlops_tui.engine.actions_model_evaluation import evaluate_version
        from mlops_tui.engine.evaluation_questions import RunQuestion

        again = RunQuestion(dataset, is_again=True)
        return evaluate_version(source.project, version.name, again, on_progress, cancellation)

    return EvaluationScreen(source, version.name, find, measure, asks_where=True)
