"""Is B better than A: asks a person by what, has a worker compare, and tells what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.screen import Screen

from mlops_tui.domain.errors import MlopsTuiError, RefusedError
from mlops_tui.domain.project import Project
from mlops_tui.domain.text import safe
from mlops_tui.engine.actions_compare_models import Subject
from mlops_tui.engine.better_choices import BetterChoice, better_choices
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.compared_figures import choice_words
from mlops_tui.ui.errors import describe
from mlops_tui.ui.heavy import HeavyWork, ProgressTold
from mlops_tui.ui.screens.dialogs import ConfirmDialog, MessageDialog
from mlops_tui.ui.screens.pick import OnePicker

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

NOTHING = (
    "There is nothing to compare {} and {} by: they have no predictions on one dataset, nor a"
    " metric that both recorded and that is known to get better one way.\n\n"
    "e on a version evaluates it; run.predictions(ids, y_true, y_pred, y_score) in a script keeps"
    " what its model said of each row."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a person has put."""

    a: Subject
    b: Subject
    choice: BetterChoice
    is_anyway: bool = False
    """Whether to compare over different data or budgets too."""


@dataclass
class BetterTold(Message):
    """What a comparison came to: found, or why there is nothing."""

    asked: Asked
    found: Mapping[str, Any] | None
    error: MlopsTuiError | None = None


class BetterAsking:
    """One question at a time; owned by the screen that gets the answers as `BetterTold`."""

    def __init__(self, screen: Screen[None], heavy: HeavyWork) -> None:
        self._screen = screen
        self._project: Project | None = None
        self._heavy = heavy

    def ask(self, project: Project, subjects: Sequence[Subject]) -> None:
        """Ask which of several is meant, where there are more than two, and by what."""
        self._project = project
        first, *others = subjects
        if len(others) == 1:
            self._ask_metric(first, others[0])
            return

        def picked(at: str | None) -> None:
            if at is not None:
                self._ask_metric(first, others[int(at)])

        choices = [Choice(str(at), safe(it.name), "") for at, it in enumerate(others)]
        title = f"Which one may be better than {safe(first.name)}?"
        self._screen.app.push_screen(OnePicker(title, "which one", choices), picked)

    def _ask_metric(self, a: Subject, b: Subject) -> None:
        assert self._project is not None
        found = better_choices(self._project, a, b)
        if not found:
            words = NOTHING.format(safe(a.name), safe(b.name))
            self._screen.app.push_screen(MessageDialog("Nothing to compare by", words))
            return
        if len(found) == 1:
            self.begin(Asked(a, b, found[0]))
            return

        def picked(at: str | None) -> None:
            if at is not None:
                self.begin(Asked(a, b, found[int(at)]))

        choices = [Choice(str(at), choice_words(it), it.about) for at, it in enumerate(found)]
        title = f"Is {safe(b.name)} better than {safe(a.name)}?"
        self._screen.app.push_screen(OnePicker(title, "by which metric", choices), picked)

    def begin(self, asked: Asked) -> None:
        """Have a worker compare."""
        assert self._project is not None
        folder, choice = self._project.path, asked.choice

        def work(on_progress: OnProgress, cancellation: Cancellation) -> Mapping[str, Any]:
            from mlops_tui.engine import actions_better

            question = actions_better.BetterQuestion(
                *(choice.metric, choice.dataset, choice.margin), is_anyway=asked.is_anyway
            )
            a, b = _word(asked.a, choice), _word(asked.b, choice)
            if choice.is_repeated:
                return actions_better.compare_repeated(folder, a, b, question, cancellation)
            return actions_better.compare_models(folder, a, b, question, on_progress, cancellation)

        words = f"comparing {asked.b.name} with {asked.a.name}"
        self._heavy.start(
            words,
            work,
            lambda found: BetterTold(asked, found),
            lambda error: BetterTold(asked, None, error),
        )
        self._screen.post_message(ProgressTold(words, None))

    def tell_failure(self, told: BetterTold) -> None:
        """Say why nothing was found; what is unfair can be compared all the same, and says so."""
        error, asked = told.error, told.asked
        if error is None:
            return
        if isinstance(error, RefusedError) and not asked.is_anyway:

            def answered(yes: bool | None) -> None:
                if yes:
                    self.begin(replace(asked, is_anyway=True))

            lines = ["", "Compare them anyway? What is unfair is told beside the answer."]
            self._screen.app.push_screen(ConfirmDialog(error.message, lines), answered)
        else:
            self._screen.app.push_screen(MessageDialog("Not compared", describe(error)))


def _word(subject: Subject, choice: BetterChoice) -> str:
    """Return what the action knows a side by: repeated runs are runs, of a version too."""
    return subject.run.id if choice.is_repeated and subject.run is not None else subject.word
