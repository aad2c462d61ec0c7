"""The screen of runs in groups: over seeds, or by one parameter, tag or attribute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer

from mlops_tui.domain.filters import Filter
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import count, safe
from mlops_tui.engine.feed import Batch
from mlops_tui.engine.grouping import Grouped, filter_of, group_runs
from mlops_tui.index import FieldFacts
from mlops_tui.ui import keys
from mlops_tui.ui.charted import Meaning
from mlops_tui.ui.chosen_columns import Choice, title_of
from mlops_tui.ui.grouped import as_text, head_and_rows
from mlops_tui.ui.objective import metric_meaning
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.look import LookScreen
from mlops_tui.ui.screens.pick import PickDialog
from mlops_tui.ui.widgets.cell_table import CellTable
from mlops_tui.ui.widgets.row_table import RowTable

RENEW_SECONDS = 1.0
"""While runs go on, groups are read anew so often at most."""
OVER_SEEDS = Choice("", "over seeds", "all that is no seed")
ATTRIBUTES = ("job", "host")
ABOUT = {"param": "parameter", "tag": "tag"}


class GroupsScreen(LookScreen):
    """Reads the runs that pass a filter, in a thread; Enter shows those of one group."""

    place: ClassVar[str] = keys.GROUPS
    table: GroupTable

    @dataclass
    class GroupsRead(Message):
        """The groups there are, what runs can be grouped by, and how metrics are meant."""

        found: Grouped
        facts: list[FieldFacts]
        meaning: Meaning

    def __init__(
        self,
        source: ProjectSource,
        where: Filter | None,
        show_those: Callable[[str], None],
    ) -> None:
        """Group the runs that pass `where`; `show_those` gets the filter of a group to look at."""
        super().__init__(source)
        self._where = where
        self._show_those = show_those
        self._field = ""
        self._found: Grouped | None = None
        self._facts: Sequence[FieldFacts] = ()
        self._rows: list[tuple[str, ...]] = []
        self._head: tuple[str, ...] = ()
        self._renewal: Timer | None = None
        self.table = GroupTable("Reading the runs ...")

    def on_mount(self) -> None:
        self.table.focus()
        self._show_line()
        self._ask()

    def take(self, batch: Batch) -> None:
        """Read the groups again soon where something about runs has changed."""
        if self._renewal is None and batch.runs | batch.points:
            self._renewal = self.set_timer(RENEW_SECONDS, self._renew)

    def _renew(self) -> None:
        self._renewal = None
        self._ask()

    def _ask(self) -> None:
        fields = [self._field] if self._field else []
        where, project = self._where, self._source.project

        def work(reader: RunReader) -> GroupsScreen.GroupsRead:
            about, facts = load_project(project), reader.field_facts()
            found = group_runs(reader, about, facts, fields, where=where)
            return self.GroupsRead(found, facts, metric_meaning(about))

        self._source.ask("the groups", work, lambda read: read, self, "groups")

    def on_groups_screen_groups_read(self, event: GroupsRead) -> None:
        found = event.found
        self._facts = event.facts
        head, rows = head_and_rows(found, event.meaning)
        is_new = self._found is None or self._found.fields != found.fields
        self._found = found
        if is_new or (head, rows) != (self._head, self._rows):
            self._head, self._rows = head, rows
            self.table.empty = "No run passes the filter." if self._where else "No runs yet."
            self.table.show(head, rows)
        self._show_line()

    def _show_line(self) -> None:
        by = f"by {title_of(self._field).rstrip('=:')}" if self._field else "over seeds"
        groups = count(len(self._rows), "group")
        told = [] if self._found is None else [groups]
        if self._where is not None:
            told.append(f"of {safe(str(self._where))}")
        if self.table.words:
            told.append(self.table.words)
        about = "  mean of last values ±95 %, where runs are repetitions"
        self.line.show([(f" Runs {by}", "strong"), (about, "dim")], ", ".join(told) + " ")

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()
        self._show_line()

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        if self._found is not None:
            group = self._found.groups[self.table.cursor]
            by = list(zip(self._found.fields, group.by, strict=True))
            self.dismiss()
            if by:
                self._show_those(str(filter_of(by, self._where)))

    # What keys do

    def action_pick(self) -> None:
        offered = [OVER_SEEDS, *groupable(self._facts)]
        self.app.push_screen(GroupPicker(offered, self._field), self._picked)

    def _picked(self, field: str | None) -> None:
        if field is not None and field != self._field:
            self._field = field
            self._ask()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(as_text(self._head, self._rows))
        self.app.notify("Copied the groups", markup=False, timeout=3)


class GroupTable(CellTable):
    """One line a group."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.GROUPS)


class GroupPicker(PickDialog[str]):
    """Is left with the field to group by; the empty one stands for all that is no seed."""

    def __init__(self, choices: Sequence[Choice], chosen: str) -> None:
        super().__init__("Group runs by", "part of a name", choices)
        self._chosen = chosen

    def prepare(self) -> None:
        """Point at what they are grouped by now."""
        self.list.show_key(self._chosen)

    def action_take(self) -> None:
        if self.here is not None:
            self.dismiss(self.here.id)


def groupable(facts: Sequence[FieldFacts]) -> list[Choice]:
    """Return the fields by which runs can be told apart, those in which they differ first."""
    found = []
    for fact in sorted(facts, key=lambda fact: (fact.values < 2, fact.field)):
        kind, dot, _ = fact.field.partition(".")
        if kind in ABOUT and dot:
            found.append(Choice(fact.field, title_of(fact.field), ABOUT[kind]))
        elif fact.field in ATTRIBUTES:
            found.append(Choice(fact.field, fact.field, "attribute"))
    return found
