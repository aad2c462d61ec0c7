"""What a launch would start, to be read and closed."""

from __future__ import annotations

import shlex

from mlops_tui.domain.text import count, safe
from mlops_tui.engine.actions_dry import DryRun
from mlops_tui.ui.screens.dialogs import ReadingDialog
from mlops_tui.ui.widgets.wrapped_view import Lines, hanging


class DryRunDialog(ReadingDialog):
    """The command, its folder, its interpreter and what is added to its environment."""

    def __init__(self, dry: DryRun, runs: int) -> None:
        title = "Nothing was started. This would be:"
        if runs > 1:
            title += f" (the first of {count(runs, 'run')})"
        self._parts = parts_of(dry)
        words = "\n\n".join("\n".join((heading, *lines)) for heading, lines in self._parts)
        super().__init__(title, words)

    def lines_for(self, width: int) -> Lines:
        lines = self.title_lines(width)
        for heading, texts in self._parts:
            lines += [[], [(heading, "heading")]]
            for text in texts:
                lines += hanging("  ", "", safe(text), "", width)
        return lines


def parts_of(dry: DryRun) -> list[tuple[str, list[str]]]:
    """Return all of a dry run under its headings."""
    return [
        ("command", [shlex.join(dry.argv)]),
        ("folder", [dry.cwd]),
        ("python", [dry.interpreter or "none on PATH"]),
        (
            "environment, beside what is there where it is launched",
            [f"{name}={value}" for name, value in dry.environment.items()],
        ),
    ]
