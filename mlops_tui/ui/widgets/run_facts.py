"""The facts of one run, wrapped at the pane's width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.widgets import Static

from mlops_tui.ui.facts import Fact


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
        label_style = self.get_component_rich_style("run-facts--label", partial=True)
        text = Text(no_wrap=False)
        for label, value in self._facts:
            text.append(f"{label:>9} ", label_style)
            text.append(value + "\n")
        self.update(text, layout=False)

    @property
    def text(self) -> str:
        return "\n".join(f"{label} {value}" for label, value in self._facts)
