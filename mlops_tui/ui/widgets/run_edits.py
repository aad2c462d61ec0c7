"""The keys that rename, hide and bring back runs of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.formats import count
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.screens.pick import PromptDialog
from mlops_tui.ui.widgets.run_table import RunTable


class RunEdits(Vertical):
    """Holds the table, which runs are out of sight, and which were deleted last."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.RUN_LIST)
    DEFAULT_CSS = "RunEdits { height: 1fr; }"

    def __init__(self, content: Widget, table: RunTable, source: ProjectSource) -> None:
        super().__init__(content)
        self.hidden: frozenset[str] = frozenset()
        self.shows_deleted = False
        self.deleted_last: Sequence[str] = ()
        self.marked: Sequence[str] = ()
        self._table = table
        self._source = source

    @property
    def words(self) -> str:
        """Say what is not as usual, for the title of the pane."""
        parts = [f"{len(self.hidden)} hidden"] if self.hidden else []
        return ", ".join([*parts, "deleted too"] if self.shows_deleted else parts)

    def action_rename(self) -> None:
        run = self._table.run_at_hand(self._table.cursor_key)
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

    def action_hide(self) -> None:
        key = self._table.cursor_key
        ids = list(self.marked) or ([key] if key is not None else [])
        self.hidden |= frozenset(ids)
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
            self.app.notify(safe(words), markup=False, timeout=3)
            return
        self.deleted_last = ()

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            restored = actions.restore(self._source.project, ids)
            return intents.ActionDone(f"Brought back {count(len(restored), 'run')}", ids[0])

        self._source.act(self, "Nothing was brought back", work)
