"""The screens that lie over the one of a project, by the name of their place."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.projectfile import load_project
from mlops_tui.ui import keys
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.project_source import ProjectSource, best_run
from mlops_tui.ui.readiness_rows import readiness_content
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.screens.place import PlaceScreen

LATEST_RUNS = 50


def screen_of(place: str, source: ProjectSource, settings: LaunchSettings) -> AppScreen:
    """Return the screen of a place; each is loaded when it is first gone to."""
    if place == keys.DATA:
        from mlops_tui.ui.screens.data import DataScreen

        return DataScreen(source)
    if place == keys.MONITOR:
        from mlops_tui.ui.screens.monitor import MonitorScreen

        return MonitorScreen(source)
    if place == keys.ALERTS:
        from mlops_tui.ui.screens.alerts import AlertsScreen

        return AlertsScreen(source)
    if place == keys.MODELS:
        from mlops_tui.ui.screens.models import ModelsScreen

        return ModelsScreen(source)
    if place == keys.READINESS:
        return ReadinessScreen(source)
    from mlops_tui.ui.screens.jobs import JobsScreen

    return JobsScreen(source, settings.settle_seconds)


class ReadinessScreen(PlaceScreen):
    """Says what stands between the project and its objective."""

    place: ClassVar[str] = keys.READINESS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)

    def read(self, reader: RunReader) -> PlaceContent:
        project = load_project(self._source.project)
        runs = reader.runs(reader.run_ids(limit=LATEST_RUNS))
        return readiness_content(project, best_run(reader, project), runs, date.today())  # noqa: DTZ011
