"""The keys that rename, tag, note, pin, hide and bring back runs of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import count, safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.picked import MOST_PINS, Picked, load_pins, pins_path, save_pins, toggled
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.run_questions import NO_RUN
from mlops_tui.ui.screens.pick import PromptDialog
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.run_table import RunTable


class RunEdits(Holder):
    """Holds the table, which runs are picked out or out of sight, and which were deleted last."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.RUN_LIST)

    @dataclass
    class PickedChanged(Message):
        """These runs are marked and pinned now."""

        picked: Picked

    @dataclass
    class PinsRead(Message):
        """These runs were pinned when the app was left."""

        pinned: tuple[str, ...]

    def __init__(self, content: Widget, table: RunTable, source: ProjectSource) -> None:
        super().__init__(content)
        self.hidden: frozenset[str] = frozenset()
        self.shows_deleted = False
        self.deleted_last: Sequence[str] = ()
        self.picked = Picked()
        self._table = table
        self._source = source

    def on_mount(self) -> None:
        path = pins_path(self._source.project)
        self._source.ask("the pinned runs", lambda _: load_pins(path), self.PinsRead, self)

    def on_run_edits_pins_read(self, event: PinsRead) -> None:
        event.stop()
        if event.pinned:
            self._pick(self.picked.with_other(pinned=event.pinned))

    def action_pin(self) -> None:
        ids = self._ids()
        pinned = toggled(self.picked.pinned, ids)
        if not ids or len(pinned) > MOST_PINS:
            self._say(f"{MOST_PINS} runs at most are pinned" if ids else NO_RUN)
            return
        self._pick(self.picked.with_other(pinned=pinned))
        path = pins_path(self._source.project)
        self._source.keep(lambda: save_pins(path, pinned))

    def toggle_mark(self) -> None:
        """Mark the run under the cursor, or no longer, and go on to the next."""
        key = self._table.cursor_key
        if key is not None:
            self._pick(self.picked.with_other(marked=toggled(self.picked.marked, [key])))
            self._table.action_move(1)

    def _pick(self, picked: Picked) -> None:
        self.picked = picked
        self._table.set_picked(picked)
        self.post_message(self.PickedChanged(picked))

    @property
    def words(self) -> str:
        """Say what is not as usual, for the title of the pane."""
        parts = [f"{len(self.hidden)} hidden"] if self.hidden else []
        return ", ".join([*parts, "deleted too"] if self.shows_deleted else parts)

    def action_rename(self) -> None:
        run = self._run_here()
        if run is None:
            return
        from mlops_tui.engine.run_names import checked_name

        def named(name: str | None) -> None:
            if name is not None and name.strip() != run.name:
                self._rename(run.id, run.name, name)

        dialog = PromptDialog(f"Another name for {run.name}", run.name, checked_name)
        self.app.push_screen(dialog, named)

    def _rename(self, run_id: str, old: str, name: str) -> None:
        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            actions.rename(self._source.project, run_id, name)
            return intents.ActionDone(f"{old} is called {name.strip()} now")

        self._source.act(self, f"{old} was not renamed", work)

    def action_tag(self) -> None:
        """Ask for the tags that all runs meant have in common; what is struck out goes."""
        ids = self._ids()
        known = [run for id_ in ids if (run := self._table.run_at_hand(id_)) is not None]
        if not known:
            self._say(NO_RUN)
            return
        from mlops_tui.engine.actions_tags import read_tags, tags_text

        first, *others = (run.tags.items() for run in known)
        is_sure = len(known) == len(ids)
        common = dict(sorted(set(first).intersection(*others))) if is_sure else {}
        what = known[0].name if len(ids) == 1 else count(len(ids), "marked run")

        def tagged(text: str | None) -> None:
            if text is not None and (tags := read_tags(text)) != common:
                gone = [name for name in common if name not in tags]
                self._tag(ids, what, tags, gone)

        question = f"Tags of {what}, such as best, team=forms"
        self.app.push_screen(PromptDialog(question, tags_text(common), read_tags), tagged)

    def _tag(self, ids: list[str], what: str, tags: dict[str, str], gone: list[str]) -> None:
        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            changed = actions.tag(self._source.project, ids, tags, gone)
            return intents.ActionDone(f"Changed the tags of {count(len(changed), 'run')}")

        self._source.act(self, f"The tags of {what} were not changed", work)

    def action_note(self) -> None:
        run = self._run_here()
        if run is None:
            return
        from mlops_tui.engine.actions_label import checked_note

        before = run.note or ""

        def noted(text: str | None) -> None:
            if text is not None and text.strip() != before:
                self._note(run.id, run.name, text)

        self.app.push_screen(PromptDialog(f"A note on {run.name}", before, checked_note), noted)

    def _note(self, run_id: str, name: str, text: str) -> None:
        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            actions.note(self._source.project, run_id, text)
            return intents.ActionDone(f"Noted on {name}" if text.strip() else f"No note on {name}")

        self._source.act(self, f"Nothing was noted on {name}", work)

    def _run_here(self) -> Run | None:
        run = self._table.run_at_hand(self._table.cursor_key)
        if run is None:
            self._say(NO_RUN)
        return run

    def _say(self, words: str) -> None:
        self.app.notify(safe(words), markup=False, timeout=3)

    def _ids(self) -> list[str]:
        key = self._table.cursor_key
        return list(self.picked.marked) or ([key] if key is not None else [])

    def action_hide(self) -> None:
        if self._run_here() is None:
            return
        self.hidden |= frozenset(self._ids())
        self.post_message(intents.ListWanted())

    def action_unhide(self) -> None:
        self.hidden = frozenset()
        self.post_message(intents.ListWanted())

    def action_toggle_deleted(self) -> None:
        self.shows_deleted = not self.shows_deleted
        self.post_message(intents.ListWanted())

    def action_undo_delete(self) -> None:
        run = self._table.run_at_hand(self._table.cursor_key)
        ids = [run.id] if run is not None and run.deleted else list(self.deleted_last)
        if not ids:
            words = "Nothing was deleted here: D shows what was deleted before"
            self._say(words)
            return
        self.deleted_last = ()

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            restored = actions.restore(self._source.project, ids)
            return intents.ActionDone(f"Brought back {count(len(restored), 'run')}", ids[0])

        self._source.act(self, "Nothing was brought back", work)
