"""The door to the interface: settings first, then Textual, then the app; nothing else."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.ui.last_place import first_project
from mlops_tui.ui.launch_settings import (
    LaunchSettings,
    launch_settings,
    prepare_environment,
    with_preferences,
)
from mlops_tui.ui.preferences import preferences_file, read_preferences

if TYPE_CHECKING:
    from mlops_tui.ui.mlops_app import Doors
    from mlops_tui.ui.reads import RunReader

NO_TERMINAL = (
    "mlops-tui: this is no terminal that the app can draw on.\n"
    "Try `mlops-tui runs`, or `mlops-tui --help` for all that works without one.\n"
)


def run_app(workspace: Path, is_read_only: bool = False) -> int:
    """Show the workspace until the person quits, and return the exit code.

    Args:
        workspace: The folder of a project, or one above projects.
        is_read_only: Nothing is to be started, stopped or written, whatever the preferences say.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or os.environ.get("TERM") == "dumb":
        sys.stderr.write(NO_TERMINAL)
        return 2
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # `nohup` above us: leave with the terminal anyway
    for name in ("COLUMNS", "LINES"):  # a size of before; the terminal knows its own
        os.environ.pop(name, None)
    gc.disable()  # until all is loaded: looking for garbage there takes a tenth of the start
    preferences = read_preferences(preferences_file())
    settings = with_preferences(launch_settings(os.environ, sys.stderr.encoding or ""), preferences)
    if is_read_only:
        settings = replace(settings, is_read_only=True)
    workspace = Path(os.path.abspath(workspace))
    project, theme = first_project(workspace), preferences.theme
    with textual_settings(settings):
        from mlops_tui.ui import keys

        table, complaints = keys.rebound(preferences.keys, keys.KEYS)
        keys.use(keys.for_looking(table) if settings.is_read_only else table)
        from mlops_tui.ui.mlops_app import MlopsApp, Relaunch
    from mlops_tui.ui.errors import log_crash, start_logging

    start_logging()
    while True:
        app = MlopsApp(workspace, doors(), settings, project)
        if theme is not None:
            app.theme = theme
        app.when_ready = _leave_in_peace
        app.first_words = [*map(str, preferences.problems), *complaints]
        result = app.run(mouse=settings.mouse)
        if crash := app.crash_report:
            sys.stderr.write(log_crash(crash))
            return 1
        if not isinstance(result, Relaunch):
            return app.return_code or 0
        settings = replace(settings, mouse=result.mouse)
        workspace, project, theme = result.workspace, result.project, result.theme


def _leave_in_peace() -> None:
    """Never look for garbage again in what is loaded now: a pass over it takes 40 ms of a key."""
    gc.freeze()
    gc.enable()


@contextmanager
def textual_settings(settings: LaunchSettings) -> Iterator[None]:
    """Set the environment while Textual is imported; commands that are started never see it."""
    before = dict(os.environ)
    prepare_environment(os.environ, settings)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]


def doors() -> Doors:
    """Return the ways to the layers below; each loads what it needs when it is first used."""
    from mlops_tui.engine.tending import Tending
    from mlops_tui.ui.mlops_app import Doors

    def open_reader(project: Path) -> RunReader:
        from mlops_tui.index import Index

        return Index.open(project)

    def open_fresh(project: Path) -> RunReader:
        from mlops_tui.index import Index

        index = Index.open(project)
        index.ingest()
        return index

    return Doors(open_reader, open_fresh, Tending)
