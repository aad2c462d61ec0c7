"""The versions of a model, and what can be done with the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import BindingType

from mlops_tui.domain.models import CHALLENGER, CHAMPION, AliasMove, ModelVersion, require_name
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.heavy import HeavyWork
from mlops_tui.ui.project_source import READ_ONLY, ProjectSource
from mlops_tui.ui.screens.pick import OnePicker, PromptDialog
from mlops_tui.ui.screens.row_marks import need_reason
from mlops_tui.ui.widgets.place_table import PlaceTable

if TYPE_CHECKING:
    from mlops_tui.index import Index

T = TypeVar("T")
OTHER = ""
"""The choice of an alias that is to be typed."""


class VersionTable(PlaceTable):
    """What is done is told to the screen, as `ActionDone` or `ActionFailed`."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.MODEL)

    def __init__(self, source: ProjectSource) -> None:
        super().__init__()
        self._source = source
        self._versions: dict[str, ModelVersion] = {}
        self._heavy = HeavyWork(self)

    def know(self, versions: Sequence[ModelVersion]) -> None:
        """Take what the rows of versions stand for."""
        self._versions = {it.name: it for it in versions}

    def on_unmount(self) -> None:
        self._heavy.cancel()

    def at(self, key: str | None) -> ModelVersion | None:
        """Return the version that a row stands for; None for one of the history."""
        return self._versions.get(key or "")

    @property
    def version(self) -> ModelVersion | None:
        """The version under the cursor."""
        found = self.at(self.cursor_key)
        if found is None:
            words = "A version has to be under the cursor: Tab goes to the list of them"
            self.app.notify(words, markup=False, timeout=3)
        return found

    def action_alias(self) -> None:
        """Point an alias at the version."""
        here = self.version
        if here is None or not self._may_write():
            return
        known = dict.fromkeys((CHAMPION, CHALLENGER))
        known |= dict.fromkeys(alias for it in self._versions.values() for alias in it.aliases)
        choices = [Choice(it, safe(it), self._pointed(it)) for it in known]
        choices.append(Choice(OTHER, "another alias ...", ""))

        def picked(alias: str | None) -> None:
            if alias == OTHER:
                question = "Which alias?"
                self.app.push_screen(PromptDialog(question, "", _need_alias), picked)
            elif alias is not None:
                question = f"Why is {safe(here.name)} the {safe(alias)}? It is kept in its history."
                self.app.push_screen(
                    PromptDialog(question, "", need_reason),
                    lambda why: None if why is None else self._move(here, alias, why),
                )

        title = f"What {safe(here.name)} is to be"
        self.app.push_screen(OnePicker(title, "alias", choices), picked)

    def _pointed(self, alias: str) -> str:
        """Return what an alias points at now."""
        here = next((it for it in self._versions.values() if alias in it.aliases), None)
        return "points at nothing" if here is None else f"is :{here.number}"

    def _move(self, version: ModelVersion, alias: str, why: str) -> None:
        project = self._source.project

        def work(index: Index) -> AliasMove:
            from mlops_tui.engine.actions_aliases import Reasons, move_alias

            return move_alias(project, index, version.name, alias, Reasons(why))

        self._do(f"{alias} stays where it is", work, f"{version.name} is {alias} now")

    def action_verify(self) -> None:
        """Read the files of the version and compare their digests."""
        here = self.version
        if here is None:
            return
        project = self._source.project

        def work(on_progress: object, cancellation: object) -> intents.ActionDone:
            from mlops_tui.engine.actions_models import verify_version

            found = with_index(self._source, lambda it: verify_version(project, it, here.name))
            words = "; ".join(found.problems)
            good = f"{here.name} is what was registered: every byte was read"
            return intents.ActionDone(f"{here.name} is DAMAGED: {words}" if words else good)

        self._heavy.start(f"verifying {here.name}", work, lambda it: it)

    def action_delete(self) -> None:
        """Hide the version, after a reason was given."""
        here = self.version
        if here is None or not self._may_write():
            return
        project = self._source.project

        def answered(why: str | None) -> None:
            def work(index: Index) -> ModelVersion:
                from mlops_tui.engine.actions_models import delete_version

                return delete_version(project, index, here.name, why or "")

            if why is not None:
                self._do("The version stays", work, f"{here.name} is deleted; purge empties it")

        question = f"Why is {safe(here.name)} deleted? Its files stay until they are purged."
        self.app.push_screen(PromptDialog(question, "", need_reason), answered)

    def _may_write(self) -> bool:
        if self._source.is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
        return not self._source.is_read_only

    def _do(self, failing: str, work: Callable[[Index], object], words: str) -> None:
        def act() -> intents.ActionDone:
            with_index(self._source, work)
            return intents.ActionDone(words)

        self._source.act(self, failing, act)


def with_index(source: ProjectSource, work: Callable[[Index], T]) -> T:
    """Return what `work` makes of the index, brought up to date; for a thread."""
    from mlops_tui.index import Index

    with Index.open(source.project) as index:
        index.ingest()
        return work(index)


def _need_alias(text: str) -> None:
    require_name(text, "alias")
