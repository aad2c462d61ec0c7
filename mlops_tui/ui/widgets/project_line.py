"""The line over a project's panes: what it is after, how near it is, and what goes on."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_tui.domain.alerts import AlertCounts, Severity
from mlops_tui.domain.project import Project
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import count, safe, short_number
from mlops_tui.ui import intents
from mlops_tui.ui.alert_news import AlertNews
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.objective import is_reached, objective_metric, target_words, value_of
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.pieces import Piece


class ProjectLine(PieceLine):
    """Composed from the project file, the best run, and the runs that have not ended."""

    def __init__(self, project: Project, settings: LaunchSettings) -> None:
        super().__init__(id="project-line")
        self._settings = settings
        self._news = AlertNews()
        self._project = project
        self._best: Run | None = None
        self._live: Sequence[Run] = ()
        self._doing = ""
        self._alerts = AlertCounts()
        self._before = "read-only, " if settings.is_read_only else ""

    def on_mount(self) -> None:
        self._compose_line()

    def set_project(self, project: Project) -> None:
        self._project = project
        self._compose_line()

    def set_doing(self, words: str) -> None:
        """Say at the right end what keeps the app busy; empty for what the runs do."""
        self._doing = words
        self._compose_line()

    def on_summary_read(self, event: intents.SummaryRead) -> None:
        event.stop()
        self._best, self._live = event.best, event.live
        self._compose_line()

    def on_alerts_read(self, event: intents.AlertsRead) -> None:
        """Show how many alerts are open, and tell of those that are new."""
        event.stop()
        self._alerts = event.counts
        self._compose_line()
        told = self._news.of(event.opened)
        if self._settings.alert_toasts:
            for title, words, severity in told:
                self.app.notify(words, title=title, severity=severity, markup=False, timeout=8)
        if told and self._settings.alert_bell:
            self.app.bell()

    def on_click(self) -> None:
        self.post_message(intents.PaneRequested("alerts" if self._alerts.open else "jobs"))

    def _compose_line(self) -> None:
        project = self._project
        pieces: list[Piece] = [(f" {safe(project.name)} ", "strong")]
        if project.is_broken and project.has_file:
            pieces.append((" ✗ mlops.toml is broken: l shows why ", "bad"))
        if self._alerts.open:
            kind = "bad-strong" if self._alerts.worst is Severity.CRITICAL else "warn"
            pieces.append((f" ▲ {count(self._alerts.open, 'alert')}: ! ", kind))
        pieces += objective_pieces(project, self._best)
        self.show(pieces, self._before + (self._doing or live_words(self._live)) + " ")


def objective_pieces(project: Project, best: Run | None) -> list[Piece]:
    """Return the target and the best value so far, with the run that has it."""
    words = target_words(project)
    if not words:
        return [("  " + safe(project.description), "dim")] if project.description else []
    value = value_of(best, objective_metric(project))
    if value is None or best is None:
        return [(f"  {words}", ""), ("  unmeasured", "dim")]
    kind = "best" if is_reached(project, value) else "warn"
    mark = " ✓" if is_reached(project, value) else ""
    return [
        (f"  {words}", ""),
        ("  best ", "dim"),
        (short_number(value) + mark, kind),
        (f" {safe(best.name)}", "dim"),
    ]


def live_words(live: Sequence[Run]) -> str:
    """Return such as `2 running, 1 queued`; `nothing running` where all have ended."""
    queued = sum(run.state is RunState.QUEUED for run in live)
    words = []
    if len(live) > queued:
        words.append(f"{len(live) - queued} running")
    if queued:
        words.append(f"{queued} queued")
    return ", ".join(words) or "nothing running"
