"""The versions of a model, and what can be done with the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.gates import GateResult
from mlops_tui.domain.models import CHALLENGER, CHAMPION, ModelVersion, require_name
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.heavy import HeavyWork
from mlops_tui.ui.project_source import READ_ONLY, ProjectSource
from mlops_tui.ui.screens.pick import OnePicker, PromptDialog
from mlops_tui.ui.screens.row_marks import need_reason
from mlops_tui.ui.widgets.pieces import Piece
from mlops_tui.ui.widgets.place_table import PlaceTable
from mlops_tui.ui.widgets.run_table import MARK
from mlops_tui.ui.with_index import with_index

if TYPE_CHECKING:
    from mlops_tui.engine.actions_trust import VersionScan
    from mlops_tui.engine.workers import Cancellation, OnProgress
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
        self.marked: set[str] = set()
        """Names of versions."""
        self._heavy = HeavyWork(self)

    @dataclass
    class GateAsked(Message):
        """What the gate says of a version."""

        gate: GateResult

    @dataclass
    class Scanned(Message):
        """What loading a version would import."""

        found: VersionScan

    @dataclass
    class Stressed(Message):
        """How far a version falls where its inputs go wrong."""

        found: Mapping[str, Any]

    def know(self, versions: Sequence[ModelVersion]) -> None:
        """Take what the rows of versions stand for."""
        self._versions = {it.name: it for it in versions}
        self.marked &= set(self._versions)

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        mark = (MARK, "series-1") if key in self.marked else (" " * len(MARK), "")
        return [mark, *super().row_pieces(key, width)[1:]]

    def action_mark(self) -> None:
        """Mark the version, or take its mark off."""
        if (here := self.version) is not None:
            self.marked ^= {here.name}
            self.refresh_changed()
            self.action_move(1)

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

        def work(index: Index) -> str:
            from mlops_tui.engine.actions_aliases import Reasons, move_alias

            move_alias(project, index, version.name, alias, Reasons(why))
            return f"{version.name} is {alias} now"

        self._do(f"{alias} stays where it is", work)

    def action_verify(self) -> None:
        """Read the files of the version and compare their digests."""
        here = self.version
        if here is None:
            return
        project = self._source.project

        def work(on_progress: OnProgress, cancellation: Cancellation) -> intents.ActionDone:
            from mlops_tui.engine.actions_models import verify_version

            found = with_index(self._source, lambda it: verify_version(project, it, here.name))
            words = "; ".join(found.problems)
            good = f"{here.name} is what was registered: every byte was read"
            return intents.ActionDone(f"{here.name} is DAMAGED: {words}" if words else good)

        self._begin(f"verifying {here.name}", work, lambda it: it)

    def action_gate(self) -> None:
        """Ask the gate, which evaluates and compares what is missing, in worker processes."""
        here = self.version
        if here is None:
            return
        project = self._source.project

        def work(on_progress: OnProgress, cancellation: Cancellation) -> GateResult:
            from mlops_tui.engine.actions_promote import ask_gate

            is_complete = not self._source.is_read_only
            return with_index(
                self._source,
                lambda it: ask_gate(
                    *(project, it, here.name, None, is_complete), on_progress, cancellation
                ),
            )

        self._begin("asking the gate", work, self.GateAsked)

    def action_scan(self) -> None:
        """Look what loading the version would import; nothing is loaded."""
        here = self.version
        if here is None:
            return
        project = self._source.project

        def work(on_progress: OnProgress, cancellation: Cancellation) -> VersionScan:
            from mlops_tui.engine.actions_trust import scan_version

            return with_index(
                self._source,
                lambda it: scan_version(project, it, here.name, on_progress, cancellation),
            )

        self._begin(f"scanning {here.name}", work, self.Scanned)

    def action_stress(self) -> None:
        """Have a worker process try what can go wrong with the inputs, on validation data."""
        here = self.version
        if here is None:
            return
        project = self._source.project

        def work(on_progress: OnProgress, cancellation: Cancellation) -> Mapping[str, Any]:
            from mlops_tui.engine.actions_stress import stress_model

            return stress_model(project, here.name, None, on_progress, cancellation)

        self._begin(f"stressing {here.name}", work, self.Stressed)

    def action_calibrate(self) -> None:
        """Make the next version: the same with calibrated scores."""
        here = self.version
        if here is None or not self._may_write():
            return
        project = self._source.project

        def work(on_progress: OnProgress, cancellation: Cancellation) -> intents.ActionDone:
            from mlops_tui.engine.actions_calibrate import calibrate_model

            done = calibrate_model(project, here.name, None, None, on_progress, cancellation)
            before, after = (done.report[side]["ece"] for side in ("before", "after"))
            words = f"ece {before:.3g} before, {after:.3g} after, cross-fitted on {done.dataset}"
            return intents.ActionDone(f"{done.version.name} is {here.name}, calibrated: {words}")

        self._begin(f"calibrating {here.name}", work, lambda it: it)

    def _begin(
        self,
        what: str,
        work: Callable[[OnProgress, Cancellation], T],
        answer: Callable[[T], Message],
    ) -> None:
        words = (
            f"{what} ..." if self._heavy.start(what, work, answer) else f"still {self._heavy.what}"
        )
        self.app.notify(safe(words), markup=False, timeout=2)

    def action_rollback(self, is_drill: bool) -> None:
        """Point champion back at what it was before, or rehearse that."""
        version = next(iter(self._versions.values()), None)
        if version is None or not self._may_write():
            return
        model, project = version.model, self._source.project

        def work(index: Index, why: str) -> str:
            from mlops_tui.engine.actions_promote import rollback

            done = rollback(project, index, model, why, is_drill=is_drill)
            words = f"{done.alias} of {model}: :{done.before} to :{done.to} in {done.seconds:.2f} s"
            if not is_drill:
                return f"Rolled back {words}"
            return f"Rehearsed {words}: " + ("; ".join(done.problems) or "it would work")

        def answered(why: str | None) -> None:
            if why is not None:
                self._do("Nothing was rolled back", lambda it: work(it, why))

        if is_drill:
            self._do("The rehearsal failed", lambda it: work(it, "a drill"))
        else:
            question = f"Why does champion of {safe(model)} go back to what it was before?"
            self.app.push_screen(PromptDialog(question, "", need_reason), answered)

    def action_delete(self) -> None:
        """Hide the version, after a reason was given."""
        here = self.version
        if here is None or not self._may_write():
            return
        project = self._source.project

        def answered(why: str | None) -> None:
            def work(index: Index) -> str:
                from mlops_tui.engine.actions_models import delete_version

                delete_version(project, index, here.name, why or "")
                return f"{here.name} is deleted; purge removes its files"

            if why is not None:
                self._do("The version stays", work)

        question = f"Why is {safe(here.name)} deleted? Its files stay until they are purged."
        self.app.push_screen(PromptDialog(question, "", need_reason), answered)

    def _may_write(self) -> bool:
        if self._source.is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
        return not self._source.is_read_only

    def _do(self, failing: str, work: Callable[[Index], str]) -> None:
        def act() -> intents.ActionDone:
            return intents.ActionDone(with_index(self._source, work))

        self._source.act(self, failing, act)


def _need_alias(text: str) -> None:
    require_name(text, "alias")
