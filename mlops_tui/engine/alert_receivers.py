"""Who is told about alerts, and telling them once; waits for them, so never on a thread that acts.

Nothing here records or prints a URL: a receiver goes by a name without secrets.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain.alert_rules import AlertSettings
from mlops_tui.domain.alert_shape import alert_shape
from mlops_tui.domain.alerts import RecordedAlert
from mlops_tui.domain.errors import InputError, RefusedError, WorkCancelledError
from mlops_tui.domain.project import Project
from mlops_tui.domain.remedies import command_of
from mlops_tui.domain.text import safe
from mlops_tui.engine import detached, workers

PATIENCE_SECONDS = 60.0
"""A receiver that takes longer is given up, for this time."""
_ENV = "env:"
_LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Receiver:
    """A service or a program that is told about alerts."""

    name: str
    url: str = ""
    """As in the project file: it may name a variable of the environment."""
    command: tuple[str, ...] = ()


def receivers_of(settings: AlertSettings) -> list[Receiver]:
    """Return who is to be told, each by a name of its own: a variable, or the kind of service."""
    found: list[Receiver] = []
    for url in settings.send:
        name = url if url.startswith(_ENV) else url.partition("://")[0]
        same = sum(it.name.partition(" ")[0] == name for it in found)
        found.append(Receiver(f"{name} {same + 1}" if same else name, url=url))
    if settings.command:
        name = f"command {os.path.basename(settings.command[0])}"
        found.append(Receiver(name, command=settings.command))
    return found


def tell(
    receiver: Receiver,
    project: Project,
    found: RecordedAlert,
    now: float,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Tell a receiver about an alert, and wait until it has taken it.

    Raises:
        InputError: it cannot be told at all, however often that is tried.
        MlopsTuiError: it did not take it.
    """
    if receiver.command:
        _run(receiver.command, project, found, now)
    else:
        _notify(_url_of(receiver, environ), project, found)


def message_of(project: Project, found: RecordedAlert) -> tuple[str, str]:
    """Return the subject and the text that tell a person about an alert."""
    alert = found.alert
    lines = alert.detail.split("\n")
    if alert.certainty:
        lines.append(f"How sure: {alert.certainty}")
    if alert.cost is not None:
        lines.append(f"What it costs: {alert.cost.told}")
    for remedy in alert.remedies:
        command = command_of(remedy)
        lines.append(f"- {remedy.words}" + (f": {shlex.join(command)}" if command else ""))
    lines.append(f"mlops-tui alerts ack {found.id} -C {shlex.quote(str(project.path))}")
    text = "\n".join(safe(line) for line in lines if line)
    return safe(f"[{project.name}] {alert.severity}: {alert.title}"), text


def _url_of(receiver: Receiver, environ: Mapping[str, str]) -> str:
    if not receiver.url.startswith(_ENV):
        return receiver.url
    name = receiver.url.removeprefix(_ENV)
    if not environ.get(name):
        hint = "set it, then: mlops-tui agent stop; the next agent has it"
        raise InputError(f"{name} is not set in the environment of the agent", hint)
    return environ[name]


def _notify(url: str, project: Project, found: RecordedAlert) -> None:
    title, body = message_of(project, found)
    cancellation = workers.Cancellation()
    timer = threading.Timer(PATIENCE_SECONDS, cancellation.cancel)
    timer.start()
    arguments = {"url": url, "title": title, "body": body, "severity": found.alert.severity.value}
    try:
        problem = workers.work("alerts.notify", arguments, cancellation=cancellation)
    except WorkCancelledError as error:
        raise RefusedError(f"no answer within {PATIENCE_SECONDS:.0f} s") from error
    finally:
        timer.cancel()
    if problem:
        raise RefusedError(str(problem))


def _run(command: tuple[str, ...], project: Project, found: RecordedAlert, now: float) -> None:
    """Run a program with the alert on its stdin."""
    shape = {"project": project.name, "path": str(project.path), **alert_shape(found, now)}
    data = json.dumps(shape, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    try:
        process = subprocess.Popen(
            command,
            cwd=project.path,
            env={**detached.environment(), **_variables(project, found)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,
        )
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{os.path.basename(command[0])} cannot be started: {words}") from error
    with process:
        try:
            _, told = process.communicate(data, PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise RefusedError(f"it did not end within {PATIENCE_SECONDS:.0f} s") from error
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        last = (told.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
        words = f"exit code {process.returncode}" + (f": {last}" if last else "")
        raise RefusedError(safe(words)[:_LONGEST_WORDS])


def _variables(project: Project, found: RecordedAlert) -> dict[str, str]:
    return {
        "MLOPS_PROJECT": str(Path(project.path)),
        "MLOPS_ALERT_ID": safe(found.id),
        "MLOPS_ALERT_SEVERITY": found.alert.severity.value,
        "MLOPS_ALERT_KIND": safe(found.alert.kind),
        "MLOPS_ALERT_TITLE": safe(found.alert.title),
    }
