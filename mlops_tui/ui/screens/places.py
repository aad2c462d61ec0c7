"""The screens that lie over the one of a project, by the name of their place."""

from __future__ import annotations

import time
from datetime import date
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.filters import parse_filter
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.ui import intents, keys
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.model_rows import model_content
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.project_source import ProjectSource, best_run
from mlops_tui.ui.readiness_rows import readiness_content
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.screens.place import PlaceScreen
from mlops_tui.ui.widgets.place_table import ModelTable, PlaceTable
from mlops_tui.ui.widgets.row_table import RowTable

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
        return ModelsScreen(source)
    if place == keys.READINESS:
        return ReadinessScreen(source)
    from mlops_tui.ui.screens.jobs import JobsScreen

    return JobsScreen(source, settings.settle_seconds)


class ModelsScreen(PlaceScreen):
    """Lists what train jobs declare as their outputs."""

    place: ClassVar[str] = keys.MODELS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)
    EMPTY: ClassVar[str] = (
        "No train job declares what it writes yet.\n\n"
        'In mlops.toml, `outputs = ["models/best.joblib"]` in a job of `kind = "train"` names it;'
        " then it is told here which run wrote it, with which parameters and how good it was."
    )

    def __init__(self, source: ProjectSource) -> None:
        super().__init__(source)
        self._runs: dict[str, str] = {}
        """The last run that finished, by its job."""

    def make_table(self) -> PlaceTable:
        return ModelTable()

    def read(self, reader: RunReader) -> PlaceContent:
        def last_run(job: str) -> Run | None:
            quoted = job.replace("\\", "\\\\").replace('"', '\\"')
            ids = reader.run_ids(parse_filter(f'job="{quoted}" and state=finished'), limit=1)
            return next(iter(reader.runs(ids)), None)

        project = load_project(self._source.project)
        self._runs = {job: run.id for job in project.jobs if (run := last_run(job)) is not None}
        return model_content(project, last_run, time.time())

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        run_id = self._runs.get(event.key.partition(" ")[0])
        self.post_message(intents.PaneRequested("runs", run_id))


class ReadinessScreen(PlaceScreen):
    """Says what stands between the project and its objective."""

    place: ClassVar[str] = keys.READINESS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)

    def read(self, reader: RunReader) -> PlaceContent:
        project = load_project(self._source.project)
        runs = reader.runs(reader.run_ids(limit=LATEST_RUNS))
        return readiness_content(project, best_run(reader, project), runs, date.today())  # noqa: DTZ011
