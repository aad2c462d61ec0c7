"""The screens that lie over the one of a project, by the name of their place."""

from __future__ import annotations

from mlops_tui.ui import keys
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.screens.app_screen import AppScreen

LATEST_RUNS = 50


def screen_of(place: str, source: ProjectSource, settings: LaunchSettings) -> AppScreen:
    """Return the screen of a place; each is loaded when it is first gone to."""
    if place == keys.DATA:
        from mlops_tui.ui.screens.data import DataScreen

        return DataScreen(source)
    if place == keys.MONITOR:
        from mlops_tui.ui.screens.monitor import MonitorScreen

        return MonitorScreen(source, settings.symbols)
    if place == keys.ALERTS:
        from mlops_tui.ui.screens.alerts import AlertsScreen

        return AlertsScreen(source, settings.symbols)
    if place == keys.MODELS:
        from mlops_tui.ui.screens.models import ModelsScreen

        return ModelsScreen(source, settings.symbols)
    if place == keys.READINESS:
        from mlops_tui.ui.screens.readiness import ReadinessScreen

        return ReadinessScreen(source)
    if place == keys.DISK:
        from mlops_tui.ui.screens.disk import DiskScreen

        return DiskScreen(source)
    from mlops_tui.ui.screens.jobs import JobsScreen

    return JobsScreen(source, settings.settle_seconds)
