"""The keys by which a person chooses what the table of runs shows, and what was chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.filters import SortKey
from mlops_tui.domain.text import count, safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.chosen_columns import (
    NEWEST,
    Choice,
    Lens,
    choices,
    is_descending_first,
    sort_choices,
    sort_field,
    sorted_column,
    title_of,
)
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.screens.pick import ColumnPicker, SortPicker, ViewPicker
from mlops_tui.ui.table_view import TableView, Views, save_last, save_named, views_path
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.run_table import RunTable

UP, DOWN = "▲", "▼"


class ViewKeys(Holder):
    """Holds the table and the choice of columns, order and baseline."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.RUN_VIEW)

    def __init__(self, table: RunTable, source: ProjectSource) -> None:
        super().__init__(table)
        self.table = table
        self.view = TableView()
        self.views = Views()
        self.lens = Lens()
        self._source = source
        self._picker: ColumnPicker | SortPicker | None = None
        self._offered: list[Choice] = []

    def on_mount(self) -> None:
        self._source.ask_views(self)

    @property
    def words(self) -> str:
        """Say what is not as usual, for the title of the pane."""
        parts = []
        if self.lens.baseline is not None:
            parts.append(f"base {safe(self.lens.baseline.name)}")
        if self.view.only_differing:
            parts.append("what differs")
        key = self.view.sorted_by
        if key is None:
            parts.append(NEWEST)
        else:
            parts.append(f"by {title_of(key.field)} {DOWN if key.descending else UP}")
        return ", ".join(parts)

    def set_meaning(self, is_lower_better: Callable[[str], bool]) -> None:
        """Know which metrics get better downwards."""
        self._look_through(replace(self.lens, is_lower_better=is_lower_better))

    def renew_fields(self) -> None:
        """Find out again in what runs differ, where that decides what is shown."""
        if self.view.only_differing:
            self._source.ask_fields(self)

    def action_groups(self) -> None:
        self.post_message(intents.GroupsWanted())

    # What is kept

    def on_views_read(self, event: intents.ViewsRead) -> None:
        event.stop()
        self.views = event.views
        if event.is_first and event.views.last != self.view:
            self._show(event.views.last, is_kept=True)

    def _show(self, view: TableView, *, is_kept: bool = False) -> None:
        old, self.view = self.view, view
        self.table.set_view(view, self.lens)
        if view.only_differing and not old.only_differing:
            self._source.ask_fields(self)
        self.post_message(intents.ListWanted())
        if not is_kept:
            self._keep(lambda path: save_last(path, view))

    def _keep(self, save: Callable[[Path], Views]) -> None:
        project = self._source.project
        self._source.keep_views(self, lambda: save(views_path(project)))

    def _look_through(self, lens: Lens) -> None:
        self.lens = lens
        self.table.set_view(self.view, lens)

    def on_fields_read(self, event: intents.FieldsRead) -> None:
        event.stop()
        same = frozenset(facts.field for facts in event.fields if facts.values <= 1)
        self._offered = choices([facts.field for facts in event.fields], self.table.wishes)
        if same != self.lens.same:
            self._look_through(replace(self.lens, same=same))
        if isinstance(self._picker, SortPicker):
            self._picker.offer(sort_choices(self.table.shown, self._offered))
        elif self._picker is not None:
            self._picker.offer(self._offered)

    # Columns, order, views

    def action_pick_columns(self) -> None:
        shown = [column.id for column in self.table.shown]
        chosen = self.view.columns or tuple(shown)
        offered = {choice.id: choice for choice in self._offered}
        rest = [Choice(key, title_of(key), "") for key in chosen if key not in offered]
        self._picker = ColumnPicker(chosen, [*offered.values(), *rest])
        self.app.push_screen(self._picker, self._columns_picked)
        self._source.ask_fields(self)

    def _columns_picked(self, chosen: tuple[str, ...] | None) -> None:
        self._picker = None
        if chosen is not None:
            self._show(replace(self.view, columns=chosen or None))

    def action_pick_sort(self) -> None:
        arrow = DOWN if self.view.sorted_by and self.view.sorted_by.descending else UP
        sorted_id = sorted_column(self.table.shown, self.view.sorted_by, self.lens)
        offered = sort_choices(self.table.shown, self._offered)
        self._picker = SortPicker(offered, sorted_id, arrow)
        self.app.push_screen(self._picker, self._sort_picked)
        self._source.ask_fields(self)

    def _sort_picked(self, column_id: str | None) -> None:
        self._picker = None
        if column_id is None:
            return
        if not column_id:
            self._show(replace(self.view, sorted_by=None))
            return
        field, here = sort_field(column_id, self.lens), self.view.sorted_by
        descending = is_descending_first(column_id, self.lens)
        if here is not None and here.field == field:
            descending = not here.descending
        self._show(replace(self.view, sorted_by=SortKey(field, descending)))

    def action_pick_view(self) -> None:
        offered = [
            Choice(name, safe(name), view_words(view)) for name, view in self.views.named.items()
        ]
        self.app.push_screen(ViewPicker(offered), self._view_picked)

    def _view_picked(self, picked: tuple[str, str] | None) -> None:
        if picked is None:
            return
        verb, name = picked
        if verb == "take":
            self._show(self.views.named[name])
            return
        view = self.view if verb == "save" else None
        self._keep(lambda path: save_named(path, name, view))
        words = f"Saved view {name}" if view else f"Forgot view {name}"
        self.app.notify(safe(words), markup=False, timeout=3)

    def action_toggle_differing(self) -> None:
        self._show(replace(self.view, only_differing=not self.view.only_differing))

    # Baseline

    def action_baseline(self) -> None:
        run = self.table.run_at_hand(self.table.cursor_key)
        if run is None:
            return
        is_same = self.lens.baseline is not None and self.lens.baseline.id == run.id
        self._look_through(replace(self.lens, baseline=None if is_same else run))
        self._show(replace(self.view, shows_deltas=not is_same))

    def action_toggle_deltas(self) -> None:
        if self.lens.baseline is None:
            words = "b makes the run under the cursor the baseline first"
            self.app.notify(words, markup=False, timeout=3)
            return
        self._show(replace(self.view, shows_deltas=not self.view.shows_deltas))


def view_words(view: TableView) -> str:
    """Say in a few words what a view shows."""
    columns = "automatic" if view.columns is None else count(len(view.columns), "column")
    order = "" if view.sorted_by is None else f", by {title_of(view.sorted_by.field)}"
    return columns + order
