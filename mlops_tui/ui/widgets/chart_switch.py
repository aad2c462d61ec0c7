"""Charts of metrics and charts of what the system gave, one of them at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from mlops_tui.ui import keys
from mlops_tui.ui.widgets.chart_grid import ChartGrid
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.usage_grid import UsageGrid


class ChartSwitch(Holder):
    """Knows which of the two is shown."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.CHART_KIND)

    @dataclass
    class Switched(Message):
        """The other charts are shown now."""

        shown: ChartGrid

    def __init__(self, metrics: ChartGrid, usage: UsageGrid) -> None:
        super().__init__()
        self._other: ChartGrid = usage
        self.shown = metrics
        usage.display = False

    def compose(self) -> ComposeResult:
        yield self.shown
        yield self._other

    def action_switch(self) -> None:
        self.shown, self._other = self._other, self.shown
        self.post_message(self.Switched(self.shown))
        self.shown.display = True
        self.screen.set_focus(self.shown)
        self._other.display = False
