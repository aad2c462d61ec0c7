"""Which parameters matter: asks a person of which metric, and has a worker grow forests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.screen import Screen

from mlops_tui.domain.direction import known_direction
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.filters import Filter
from mlops_tui.domain.project import Project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe
from mlops_tui.engine.actions_importance import LEAST_RUNS, importance
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.errors import describe
from mlops_tui.ui.heavy import HeavyWork, ProgressTold
from mlops_tui.ui.importance_rows import importance_content, importance_title
from mlops_tui.ui.objective import objective_metric
from mlops_tui.ui.screens.dialogs import MessageDialog
from mlops_tui.ui.screens.listed import ListedScreen
from mlops_tui.ui.screens.pick import OnePicker

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

NO_METRIC = "None of them comes from a run that recorded a metric"


@dataclass
class ImportanceTold(Message):
    """What forests found, or why there is nothing."""

    found: Mapping[str, Any] | None
    error: MlopsTuiError | None = None


class ImportanceAsking:
    """One question at a time; owned by the screen that gets the answer as `ImportanceTold`."""

    def __init__(self, screen: Screen[None], heavy: HeavyWork) -> None:
        self._screen = screen
        self._heavy = heavy

    def ask(self, project: Project, runs: Sequence[Run], where: Filter | None) -> None:
        """Ask for the metric; over these runs where they are enough, else over all listed."""
        metrics = metrics_first(project, runs)
        if not metrics:
            self._screen.app.notify(NO_METRIC, markup=False, timeout=3)
            return
        is_enough = len(runs) >= LEAST_RUNS
        scope = f"over the {len(runs)} compared" if is_enough else "over all runs listed"
        ids = [it.id for it in runs] if is_enough else None

        def picked(metric: str | None) -> None:
            if metric is not None:
                self._begin(project, metric, where, ids)

        choices = [Choice(it, safe(it), scope) for it in metrics]
        picker = OnePicker("Which parameters matter", "for which metric", choices)
        self._screen.app.push_screen(picker, picked)

    def _begin(
        self, project: Project, metric: str, where: Filter | None, ids: Sequence[str] | None
    ) -> None:
        def work(on_progress: OnProgress, cancellation: Cancellation) -> Mapping[str, Any]:
            return importance(project.path, metric, where, on_progress, cancellation, ids)

        words = f"growing forests for {metric}"
        self._heavy.start(words, work, ImportanceTold, lambda error: ImportanceTold(None, error))
        self._screen.post_message(ProgressTold(words, None))

    def show(self, told: ImportanceTold) -> None:
        """Show the parameters, or say why nothing is told of them."""
        if told.found is not None:
            found = told.found
            screen = ListedScreen(importance_title(found), importance_content(found))
            self._screen.app.push_screen(screen)
        elif told.error is not None:
            self._screen.app.push_screen(MessageDialog("Nothing to tell", describe(told.error)))


def metrics_first(project: Project, runs: Sequence[Run]) -> list[str]:
    """Return the metrics of runs: the objective's, then those that get better one way."""
    names = dict.fromkeys(name for run in runs for name in run.metrics)
    meant = objective_metric(project)
    return sorted(names, key=lambda it: (it != meant, known_direction(project, it) is None))
