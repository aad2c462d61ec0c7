"""The facts of one run, wrapped at the pane's width; scrolls where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.ui import keys
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.widgets.pieces import fit
from mlops_tui.ui.widgets.wrapped_view import Lines, WrappedView, hanging

LABEL_COLUMNS = 9


class RunFacts(WrappedView):
    """Labels and values; only the parts that say something else are sent again."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.FACTS)

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts: list[Fact] = []

    def show(self, facts: Sequence[Fact]) -> None:
        """Show these facts; a person who has scrolled stays there while the run is the same."""
        if list(facts) != self._facts:
            self._facts = list(facts)
            self.wrap()

    @property
    def text(self) -> str:
        return "\n".join(f"{label} {value}" for label, value in self._facts)

    def lines_for(self, width: int) -> Lines:
        if width <= LABEL_COLUMNS + 1:
            return []
        lines: Lines = []
        for label, value in self._facts:
            name = fit(label, LABEL_COLUMNS, right=True) + " "
            lines += hanging(name, "dim", value, "", width)
        return lines
