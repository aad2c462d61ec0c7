"""What the doctor says of a project's alerts: how many are open, and whether they can be sent."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from mlops_tui.domain.alert_rules import AlertSettings, settings_of
from mlops_tui.domain.alerts import Severity
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.project import Project
from mlops_tui.engine.alert_receivers import receivers_of
from mlops_tui.engine.doctor_check import Check, Level
from mlops_tui.index import Index

PATIENCE_SECONDS = 2.0
"""A project that was never opened here may take longer to read; the doctor does not wait."""


def examine_alerts(project: Project, environ: Mapping[str, str] = os.environ) -> list[Check]:
    """Return what there is to say: always how many are open; of sending only where it is wanted."""
    return [_open_alerts(project.path), *_sending(project, environ)]


def _open_alerts(folder: Path) -> Check:
    try:
        with Index.open(folder) as index:
            has_more = index.ingest(PATIENCE_SECONDS).more
            counts = index.alert_counts()
            unsent = [
                found.id for found in index.alerts() if any(not it.is_done for it in found.sendings)
            ]
    except MlopsTuiError as error:
        return Check("alerts", Level.WARN, error.message, error.hint)
    if has_more:
        hint = "any verb that lists runs reads on"
        return Check("alerts", Level.INFO, "not known yet: the journals are being read", hint)
    if not counts.open and not unsent:
        return Check("alerts", Level.GOOD, "none open")
    found = f"{counts.open} open" + (f", the worst is {counts.worst}" if counts.worst else "")
    if unsent:
        found += f"; could not be sent: {', '.join(unsent)}"
    level = Level.WARN if unsent or counts.worst is Severity.CRITICAL else Level.INFO
    return Check("alerts", level, found, "mlops-tui alerts list")


def _sending(project: Project, environ: Mapping[str, str]) -> list[Check]:
    settings = settings_of(project)
    names = [receiver.name for receiver in receivers_of(settings)]
    if not names:
        return []
    problems = list(_problems(project, settings, environ))
    told = f"to {', '.join(names)}, from {settings.least} on"
    if not problems:
        return [Check("sending", Level.GOOD, told)]
    hint = "the agent has the environment of whoever started it; mlops-tui agent stop ends it"
    return [Check("sending", Level.WARN, "\n".join([told, *problems]), hint)]


def _problems(project: Project, settings: AlertSettings, environ: Mapping[str, str]) -> list[str]:
    found = []
    if settings.send and importlib.util.find_spec("apprise") is None:
        found.append("apprise is not installed: pip install 'mlops-tui[alerts]'")
    for url in settings.send:
        name = url.removeprefix("env:")
        if name != url and not environ.get(name):
            found.append(f"{name} is not set here")
    program = settings.command[0] if settings.command else ""
    if program and shutil.which(program, path=environ.get("PATH")) is None:
        is_there = os.sep in program and os.access(project.path / program, os.X_OK)
        if not is_there:
            found.append(f"no program {os.path.basename(program)} on PATH")
    return found
