"""The dialog that shows a report about data."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_tui.ui.data_reports import Part
from mlops_tui.ui.screens.dialogs import ReadingDialog
from mlops_tui.ui.widgets.wrapped_view import Lines, hanging

LABEL_CELLS = 13


class ReportDialog(ReadingDialog):
    """Parts below each other, each text beside its label."""

    def __init__(self, title: str, parts: Sequence[Part]) -> None:
        words = [f"{part.label:<{LABEL_CELLS}}{part.text}".rstrip() for part in parts]
        super().__init__(title, "\n".join([title, "", *words]))
        self._parts = parts

    def lines_for(self, width: int) -> Lines:
        lines = [*self.title_lines(width), []]
        for label, kind, text in self._parts:
            lines += hanging(f"{label:<{LABEL_CELLS}}", kind, text, "" if label else "dim", width)
        return lines
