"""The screen of evaluations: what was measured of a run or a version of a model, and how surely."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.evaluations import Evaluation, Looks
from mlops_tui.domain.project import Role
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import count, safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.errors import describe
from mlops_tui.ui.evaluation_rows import evaluation_shelves, number
from mlops_tui.ui.formats import moment
from mlops_tui.ui.heavy import HeavyWork, ProgressTold
from mlops_tui.ui.place_rows import PlaceContent, Shelf
from mlops_tui.ui.project_source import READ_ONLY, ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.pick import OnePicker
from mlops_tui.ui.screens.shelves import ShelvesScreen

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

Find = Callable[[RunReader], Sequence[Evaluation]]
Measure = Callable[["OnProgress", "Cancellation", "str | None"], object]
"""The last: on which dataset; None for the usual one."""
TOPIC = "evaluations"
WHERE: dict[Role | None, int] = {Role.HOLDOUT: 0, Role.VALIDATION: 1}
"""What data to measure on comes first."""
NOTHING = (
    "Nothing of {} was evaluated yet.\n\n"
    "run.predictions(ids, y_true, y_pred, y_score) in the script keeps what a model said of each"
    " row; e here then measures it: metrics with intervals, segments, thresholds, calibration."
    ' What a job of `kind = "evaluate"` predicted is measured by itself.'
)


class EvaluationScreen(ShelvesScreen):
    """Shows the newest evaluation first; the others are one key away."""

    place: ClassVar[str] = keys.EVALUATION
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.EVALUATION)

    @dataclass
    class Found(Message):
        """What was evaluated, and the report of the one that is to be shown."""

        evaluations: Sequence[Evaluation]
        report: Mapping[str, Any] | None
        looks: Looks | None

    def __init__(
        self,
        source: ProjectSource,
        name: str,
        find: Find,
        measure: Measure,
        asks_where: bool = False,
    ) -> None:
        """Show what `find` gives of what goes by `name`; `measure` evaluates it once more.

        With `asks_where` a person chooses on which dataset.
        """
        super().__init__(f"Evaluation of {name}")
        self._source = source
        self._called = name
        self._find = find
        self._measure = measure
        self._asks_where = asks_where
        self._found: Sequence[Evaluation] = ()
        self._wanted = ""
        """The id of the one to show; empty for the newest."""
        self._heavy = HeavyWork(self)

    def on_mount(self) -> None:
        self._ask()

    def on_unmount(self) -> None:
        self._heavy.cancel()

    def take(self, batch: Batch) -> None:
        if TOPIC in batch.topics:
            self._ask()

    def _ask(self) -> None:
        project, wanted = self._source.project, self._wanted

        def work(reader: RunReader) -> EvaluationScreen.Found:
            from mlops_tui.engine.actions_evaluations import looks_at, read_report

            found = list(self._find(reader))
            here = next((it for it in found if it.id == wanted), found[0] if found else None)
            if here is None:
                return self.Found((), None, None)
            found = [here, *(it for it in found if it is not here)]
            if here.error is not None:
                return self.Found(found, None, None)
            return self.Found(found, read_report(project, here), looks_at(project, here))

        self._source.ask("the evaluation", work, lambda it: it, self, "evaluation")

    def on_evaluation_screen_found(self, event: Found) -> None:
        event.stop()
        self._found = event.evaluations
        if not self._found:
            empty = Shelf("Metrics", PlaceContent((), ()), NOTHING.format(safe(self._called)))
            self.put(f"Evaluation of {self._called}", [empty])
            return
        here = self._found[0]
        if event.report is None:
            words = (
                f"It could not be evaluated: {safe(here.error or 'no report')}\n\ne tries again."
            )
            self.put(self._title(here), [Shelf("Metrics", PlaceContent((), ()), words)])
        else:
            self.put(self._title(here, event.looks), evaluation_shelves(event.report))

    def _title(self, here: Evaluation, looks: Looks | None = None) -> str:
        on = ""
        if here.dataset:
            version = f" {here.data_version[:SHORT]}" if here.data_version else ""
            on = f" on {here.dataset}{version}"
        sealed = "" if looks is None else f", look {looks.looks} at sealed data"
        return f"{self._called}{on}, {moment(here.at)}{sealed}"

    # What keys do

    def action_others(self) -> None:
        """Offer the other evaluations."""

        def picked(wanted: str | None) -> None:
            if wanted is not None:
                self._wanted = wanted
                self._ask()

        if len(self._found) < 2:
            self.app.notify("There is no other evaluation of it", markup=False, timeout=3)
            return
        choices = [Choice(it.id, _words(it), moment(it.at)) for it in self._found]
        title = f"Evaluations of {safe(self._called)}"
        self.app.push_screen(OnePicker(title, "which one", choices), picked)

    def action_evaluate(self) -> None:
        """Measure it again, in a worker process."""
        if self._source.is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
        elif self._asks_where:
            project = load_project(self._source.project)
            choices = [
                Choice(it.name, safe(it.name), it.role or "")
                for it in sorted(project.datasets.values(), key=lambda it: WHERE.get(it.role, 2))
            ]
            title = f"Evaluate {safe(self._called)}"
            self.app.push_screen(OnePicker(title, "on which dataset", choices), self._begin)
        else:
            self._begin("")

    def _begin(self, dataset: str | None) -> None:
        """Evaluate on this dataset; empty for the usual one, None for not at all."""

        def work(on_progress: OnProgress, cancellation: Cancellation) -> object:
            return self._measure(on_progress, cancellation, dataset or None)

        if dataset is not None and self._heavy.start(
            "evaluating", work, lambda _: intents.ActionDone("")
        ):
            self.line.show([(" Evaluating ..., Esc stops", "strong")])

    def on_progress_told(self, event: ProgressTold) -> None:
        event.stop()
        if event.share is not None:
            words = f" Evaluating ..., {event.share:.0%}, Esc stops"
            self.line.show([(words, "strong")])

    def on_action_done(self, event: intents.ActionDone) -> None:
        event.stop()
        self._wanted = ""
        self._ask()

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.app.notify(describe(event.error), severity="error", markup=False)
        self.show_shelf()

    def action_leave(self) -> None:
        if self._heavy.cancel():
            self.show_shelf()
        else:
            self.dismiss()


def _words(it: Evaluation) -> str:
    """Return such as `holdout: roc_auc 0.9951, 143 rows`."""
    where = safe(it.dataset or "predictions")
    if it.error is not None:
        return f"{where}: failed"
    first = next(iter(it.figures.items()), None)
    figure = "" if first is None else f" {safe(first[0])} {number(first[1].value)},"
    return f"{where}:{figure} {count(it.rows, 'row')}"
