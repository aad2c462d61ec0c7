"""The panes of a project: side by side where there is room, one at a time where there is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.reactive import reactive
from textual.widget import Widget

from mlops_tui.ui import intents, keys
from mlops_tui.ui.last_place import Room
from mlops_tui.ui.widgets.chart_grid import ChartGrid
from mlops_tui.ui.widgets.chart_switch import ChartSwitch
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.pane import PaneTitle
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.run_detail import RunDetail

NAMES = {"runs": "Runs", "charts": "Charts", "facts": "Details", "output": "Output"}
TABS = NAMES | {"jobs": "Jobs"}
"""The panes, and the first screen that lies over them."""
PLACES = {
    "runs": "Runs",
    "jobs": "Jobs",
    "data": "Data",
    "monitor": "Monitor",
    "models": "Models",
    "readiness": "Readiness",
    "alerts": "Alerts",
}
"""The screens of a project."""
WIDE_COLUMNS = 100


class Panes(Holder):
    """Knows which pane is looked at; the style sheet hides the others on narrow terminals."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PANES, keys.PLACES)

    pane: reactive[str] = reactive("runs", init=False)
    is_alone: reactive[bool] = reactive(False, init=False)
    """One pane has all the room, as on a narrow terminal."""
    room: reactive[Room] = reactive(Room(), init=False)
    """How panes share it where they stand side by side."""

    def __init__(self, *children: Widget, contents: Mapping[str, Widget]) -> None:
        super().__init__(*children, id="body", classes="-on-runs")
        self._contents = contents
        self._is_narrow = False

    def watch_pane(self, old: str, new: str) -> None:
        self.remove_class(f"-on-{old}")
        self.add_class(f"-on-{new}")
        # at once, not by `focus()`, which comes later: two quick keys would chase each other's echo
        self.screen.set_focus(self._contents[new])
        self.call_after_refresh(self.query_one(RunDetail).renew)

    def watch_is_alone(self, is_alone: bool) -> None:
        self.set_class(is_alone, "-alone")
        self._name_panes()
        self.call_after_refresh(self._settle_in)

    def action_alone(self) -> None:
        self.is_alone = not self.is_alone

    def action_resize(self, steps: int) -> None:
        if self._is_narrow or self.is_alone:
            alone = "z brings the others back" if self.is_alone else ""
            words = alone or f"side by side needs {WIDE_COLUMNS} columns"
            self.app.notify(words, markup=False, timeout=3)
            return
        self.room = self.room.with_more(self.pane, steps)

    def watch_room(self, room: Room) -> None:
        for pane, share in (("runs", room.runs), ("facts", room.facts)):
            self.query_one(f"#pane-{pane}").styles.height = f"{share}fr"
        self.query_one("#detail").styles.height = f"{100 - room.runs}fr"
        self.query_one("#pane-output").styles.height = f"{100 - room.facts}fr"
        self.query_one("#pane-charts").styles.width = f"{room.charts}fr"
        self.query_one("#side").styles.width = f"{100 - room.charts}fr"
        self.call_after_refresh(self._settle_in)

    def step_out(self) -> bool:
        """Undo the last enlargement; say whether there was one."""
        charts = self.query_one(RunDetail).switch.shown
        if self.pane == "charts" and charts.paging.is_single:
            charts.action_enlarge(False)
            return True
        if self.pane == "output" and self.query_one(RunDetail).output.step_out():
            return True
        was_alone, self.is_alone = self.is_alone, False
        return was_alone

    def on_chart_switch_switched(self, event: ChartSwitch.Switched) -> None:
        event.stop()
        self._contents = {**self._contents, "charts": event.shown}

    def on_chart_grid_enlarged(self, event: ChartGrid.Enlarged) -> None:
        event.stop()
        self.is_alone = True

    def action_next_pane(self, by: int) -> None:
        names = list(NAMES)
        self.pane = names[(names.index(self.pane) + by) % len(names)]

    def action_show_pane(self, pane: str) -> None:
        if pane in NAMES:
            self.pane = pane
        else:
            self.post_message(intents.PaneRequested(pane))

    def action_charts(self, pages: int) -> None:
        self.query_one(RunDetail).switch.shown.turn_page(pages)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for pane, content in self._contents.items():
            # the screen knows at once what has the focus, its widgets learn it one after the other
            if content is event.widget and self.screen.focused is content:
                self.pane = pane

    def on_resize(self, event: events.Resize) -> None:
        self._is_narrow = event.size.width < WIDE_COLUMNS
        self._name_panes()
        self.call_after_refresh(self._settle_in)

    def _name_panes(self) -> None:
        for title in self.query(PaneTitle):
            title.set_narrow(self._is_narrow or self.is_alone)

    def _settle_in(self) -> None:
        self.query_one(RunDetail).renew()
        if self.screen.focused is None:
            self._contents[self.pane].focus()

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        self.pane = "charts"

    def on_pane_title_pane_chosen(self, event: PaneTitle.PaneChosen) -> None:
        event.stop()
        self.action_show_pane(event.pane)
