"""The facts of one run, wrapped at the pane's width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from mlops_tui.ui.facts import Fact

LABEL_COLUMNS = 9


class RunFacts(Static, can_focus=True):
    """Labels and values; sent again only where they say something else."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"run-facts--label"}

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", markup=False, id=id)
        self._facts: list[Fact] = []

    def show(self, facts: Sequence[Fact]) -> None:
        if list(facts) == self._facts:
            return
        self._facts = list(facts)
        plain = self.rich_style
        label_style = self.get_component_rich_style("run-facts--label")
        grid = Table.grid(padding=(0, 1))
        grid.add_column(justify="right", no_wrap=True, min_width=LABEL_COLUMNS)
        grid.add_column(overflow="fold")
        for label, value in self._facts:
            grid.add_row(Text(label, label_style), Text(value, plain))
        self.update(grid, layout=False)

    @property
    def text(self) -> str:
        return "\n".join(f"{label} {value}" for label, value in self._facts)
