"""What a launch form comes to: how many runs, how long, the first command, what is wrong."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from mlops_tui.domain.project import Job
from mlops_tui.domain.sweep import too_many
from mlops_tui.ui.launch_history import LaunchHistory, plan_words
from mlops_tui.ui.prefill import first_command
from mlops_tui.ui.widgets.launch_fields import Filled
from mlops_tui.ui.widgets.piece_line import PieceLine


class LaunchSummary(Vertical):
    """Two lines and a word of trouble, changed only where they say something else."""

    def __init__(self) -> None:
        super().__init__(id="summary")
        self._command = ""

    def compose(self) -> ComposeResult:
        yield PieceLine(id="plan")
        yield Static("", markup=False, id="preview")
        yield Static("", markup=False, id="form-error")

    def show(self, job: Job, filled: Filled, history: LaunchHistory, more: str) -> None:
        """Show what would be launched; `more` is what is set and not seen."""
        runs = filled.grid.count
        words, kind = too_many(runs), "bad"
        if not words:
            words = plan_words(history, job, runs, filled.options.get("slots"))
            kind = "strong" if runs > 1 else "dim"
        pieces = [(" " + words, kind), (f"  {more}" if more else "", "dim")]
        right = f"first, {runs - 1} more:" if runs > 1 else ""
        self.query_one("#plan", PieceLine).show(pieces, right)
        command = first_command(job, filled.grid)
        if command != self._command:
            self._command = command
            self.query_one("#preview", Static).update(Text("$ " + command), layout=False)

    def tell(self, words: str) -> None:
        """Say what a person should know before anything is launched."""
        self.query_one("#form-error", Static).update(Text(words))
