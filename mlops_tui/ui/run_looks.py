"""Screens that look closer at runs: opened by key over the screen of a project."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.text import safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.compared import reference_first
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.run_questions import NO_RUN
from mlops_tui.ui.run_verbs import RunVerbs
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.runs_pane import RunsPane


class RunLooks(Holder):
    """Holds what has the runs, and the keys that open screens about them."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.LOOKS)

    def __init__(
        self,
        source: ProjectSource,
        verbs: RunVerbs,
        runs: RunsPane,
        has_blocks: bool,
        symbols: Symbols,
    ) -> None:
        super().__init__(verbs)
        self._has_blocks = has_blocks
        self._symbols = symbols
        self._source = source
        self._verbs = verbs
        self._runs = runs

    def take(self, batch: Batch) -> None:
        """Hand on what has changed to the screens that lie over ours."""
        for screen in self.app.screen_stack:
            if isinstance(screen, AppScreen) and screen is not self.screen:
                screen.take(batch)

    def on_runs_deleted(self, event: intents.RunsDeleted) -> None:
        event.stop()
        self._runs.edits.deleted_last = event.ids

    def action_compare(self) -> None:
        table = self._runs.table
        baseline = self._runs.view_keys.lens.baseline
        here = table.run_at_hand(table.cursor_key)
        ids = reference_first(self._verbs.marked, here, baseline.id if baseline else None)
        if ids:
            from mlops_tui.ui.screens.compare import CompareScreen  # the first screen is not late

            where = self._runs.where
            self.app.push_screen(CompareScreen(self._source, ids, where, self._symbols))
        else:
            self.app.notify(NO_RUN, markup=False, timeout=3)

    def on_groups_wanted(self, event: intents.GroupsWanted) -> None:
        from mlops_tui.ui.screens.groups import GroupsScreen  # for the same reason

        event.stop()
        runs = self._runs
        self.app.push_screen(GroupsScreen(self._source, runs.where, runs.filter_by))

    def action_files(self) -> None:
        key = self._runs.table.cursor_key
        if key is None:
            self.app.notify(NO_RUN, markup=False, timeout=3)
        else:
            from mlops_tui.ui.screens.files import FilesScreen  # for the same reason

            self.app.push_screen(FilesScreen(self._source, key, self._go_to, self._has_blocks))

    def action_evaluation(self) -> None:
        run = self._runs.table.run_at_hand(self._runs.table.cursor_key)
        if run is None:
            self.app.notify(NO_RUN, markup=False, timeout=3)
        else:
            from mlops_tui.ui.run_evaluation import evaluation_of  # for the same reason

            self.app.push_screen(evaluation_of(self._source, run))

    def _go_to(self, run_id: str) -> None:
        """Put the cursor on another run, where the list has it."""
        table = self._runs.table
        if table.has_all([run_id]):
            table.show_key(run_id)
        else:
            words = f"{run_id} is not in the list: filtered, hidden or deleted"
            self.app.notify(safe(words), markup=False, timeout=5)
