"""The Textual app: themes, screens and what holds everywhere; no facts and no selection."""

from __future__ import annotations

import asyncio
import io
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.console import Console
from textual.binding import BindingType
from textual.filter import LineFilter

from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys, palette, themes
from mlops_tui.ui.clipboard import fits, tell_tmux
from mlops_tui.ui.commands import Command, commands_of
from mlops_tui.ui.last_place import save_last_project
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.preferences import THEMES
from mlops_tui.ui.project_source import READ_ONLY, ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.screens.command import CommandDialog
from mlops_tui.ui.screens.dialogs import HelpDialog, MessageDialog
from mlops_tui.ui.screens.project import ProjectScreen
from mlops_tui.ui.terminal_cells import LeanApp
from mlops_tui.ui.terminal_filter import AsciiOnly, TerminalSafe
from mlops_tui.ui.widgets.panes import NAMES

if TYPE_CHECKING:
    from mlops_tui.ui.screens.projects import ProjectsScreen


@dataclass(frozen=True, slots=True)
class Relaunch:
    """Begin anew: Textual decides about the mouse at its start only."""

    mouse: bool
    workspace: Path
    project: Path | None
    theme: str


@dataclass(frozen=True, slots=True)
class Doors:
    """What the app needs from the layers below, as functions that load them when first called."""

    open_reader: Callable[[Path], RunReader]
    """Opens the index of a project as it is."""
    open_fresh: Callable[[Path], RunReader]
    """Opens the index of a project and brings it up to date."""
    tending: Callable[[], Callable[[Path, Sequence[Run]], object]]
    """Gives what settles runs that died and sees to it that somebody looks after the others."""


class MlopsApp(LeanApp[Relaunch]):
    """Opens a workspace, or straight away its only project."""

    TITLE = "mlops-tui"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = ["styles/screens.tcss", "styles/widgets.tcss"]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.EVERYWHERE, keys.REFUSED)

    def __init__(
        self,
        workspace: Path,
        doors: Doors,
        settings: LaunchSettings,
        project: Path | None = None,
    ) -> None:
        self._safe_filters: list[LineFilter] = [TerminalSafe()]
        if not settings.is_unicode:
            self._safe_filters.append(AsciiOnly())
        super().__init__()
        for theme in themes.OWN:
            self.register_theme(theme)
        self._crash = io.StringIO()
        # Textual prints tracebacks here when it stops; no person should read one on the screen
        self.error_console = Console(file=self._crash, width=100, markup=False, highlight=False)
        self._workspace = workspace
        self._doors = doors
        self._settings = settings
        self._project = project
        self.first_words: Sequence[str] = ()
        """Lines to show as soon as there is a screen."""
        self.when_ready: Callable[[], object] = lambda: None
        """Called when the first screen is painted."""

    @property
    def crash_report(self) -> str:
        """What made the app stop by itself; empty where it did not."""
        return self._crash.getvalue()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._safe_filters]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return palette.theme_variables(self.current_theme.dark)

    def on_mount(self) -> None:
        with suppress(RuntimeError):  # headless in a thread: signals are the business of another
            asyncio.get_running_loop().add_signal_handler(
                signal.SIGTERM, partial(self.exit, return_code=128 + signal.SIGTERM)
            )
        self.set_class(not self._settings.is_unicode, "-ascii")
        if self._project is not None:
            self._enter(self._project)
        else:
            self.push_screen(self._projects(enters_single=True))

    def on_ready(self) -> None:
        self.when_ready()
        if self.first_words:
            title = "Settings that are not understood"
            dialog = MessageDialog(title, "\n".join(self.first_words))
            self.call_after_refresh(self.push_screen, dialog)

    def _projects(
        self, came_from: Path | None = None, *, enters_single: bool = False
    ) -> ProjectsScreen:
        from mlops_tui.ui.screens.projects import ProjectsScreen

        return ProjectsScreen(
            self._workspace,
            self._doors.open_fresh,
            came_from,
            enters_single,
            is_read_only=self._settings.is_read_only,
        )

    def _enter(self, project: Path) -> None:
        source = ProjectSource(
            project,
            lambda: self._doors.open_reader(project),
            self._settings.live_hz,
            self._doors.tending(),
            is_read_only=self._settings.is_read_only,
        )
        self._project = project
        workspace = self._workspace
        source.keep(lambda: save_last_project(workspace, project))
        self._show(ProjectScreen(source, self._settings))

    def _show(self, screen: AppScreen) -> None:
        if isinstance(self.screen, AppScreen):
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def on_projects_screen_project_chosen(self, event: ProjectsScreen.ProjectChosen) -> None:
        self._enter(event.project)

    def on_projects_screen_samples_copied(self, event: ProjectsScreen.SamplesCopied) -> None:
        self._workspace = event.done.folder
        self._show(self._projects())
        self.notify(safe(event.done.words), markup=False)

    def on_project_screen_leave_requested(self) -> None:
        came_from, self._project = self._project, None
        self._show(self._projects(came_from))

    def on_pane_requested(self, event: intents.PaneRequested) -> None:
        while isinstance(self.screen, AppScreen) and not isinstance(self.screen, ProjectScreen):
            self.pop_screen()
        if not isinstance(self.screen, ProjectScreen):
            return
        if event.pane in NAMES:
            self.screen.panes.pane = event.pane
            if event.run_id is not None:
                self.screen.runs_pane.list_soon(event.run_id)
        else:
            from mlops_tui.ui.screens.places import screen_of  # the first screen does without them

            self.push_screen(screen_of(event.pane, self.screen.source, self._settings))

    def copy_to_clipboard(self, text: str) -> None:
        if not fits(text):
            self.notify("too long for the clipboard of a terminal", severity="warning")
            return
        super().copy_to_clipboard(text)
        tell_tmux(text)

    def action_help(self) -> None:
        if isinstance(self.screen, AppScreen):
            self.push_screen(HelpDialog(keys.help_keys(self.screen.place)))

    def action_command(self) -> None:
        if isinstance(self.screen, AppScreen):
            self.push_screen(
                CommandDialog(commands_of(self.screen, self.screen.place)), self._carry_out
            )

    async def _carry_out(self, command: Command | None) -> None:
        if command is not None:
            await self.run_action(command.action, command.node)

    def action_refuse(self) -> None:
        self.notify(READ_ONLY, markup=False, timeout=3)

    def action_mouse(self) -> None:
        mouse = not self._settings.mouse
        self.exit(Relaunch(mouse, self._workspace, self._project, self.theme))

    def action_next_theme(self) -> None:
        names = list(THEMES)
        here = next((name for name in names if THEMES[name] == self.theme), names[-1])
        name = names[(names.index(here) + 1) % len(names)]
        self.theme = THEMES[name]
        self.notify(f'theme = "{name}" in config.toml keeps it', markup=False, timeout=3)
