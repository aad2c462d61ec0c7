"""What remedies are on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mlops_tui.domain.alerts import Remedy, RemedyKind, Scalar

Arguments = Mapping[str, Scalar]


def command_of(remedy: Remedy) -> tuple[str, ...] | None:
    """Return the words of the command that does or shows it, None where there is none.

    It is for a person who is in the project's folder; every argument is one word.
    """
    command = _COMMANDS.get(remedy.kind)
    try:
        words = command(remedy.arguments) if command is not None else ()
    except KeyError:
        return None
    return ("mlops-tui", *words) if words else None


def _show_run(arguments: Arguments) -> tuple[str, ...]:
    if arguments.get("metric"):
        return "series", str(arguments["run"]), str(arguments["metric"])
    return "show", str(arguments["run"])


def _start_job(arguments: Arguments) -> tuple[str, ...]:
    params = [f"{name}={_value(value)}" for name, value in arguments.items() if name != "job"]
    return "run", str(arguments["job"]), *(word for pair in params for word in ("-p", pair))


def _value(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _open_report(arguments: Arguments) -> tuple[str, ...]:
    if arguments.get("batch"):
        return "monitor", "show", str(arguments["batch"])
    files = ("--reference", str(arguments["reference"]), "--current", str(arguments["current"]))
    return "monitor", "run", *files


_COMMANDS: dict[RemedyKind, Callable[[Arguments], tuple[str, ...]]] = {
    RemedyKind.SHOW_RUN: _show_run,
    RemedyKind.STOP_RUN: lambda it: ("stop", str(it["run"])),
    RemedyKind.START_JOB: _start_job,
    RemedyKind.OPEN_REPORT: _open_report,
    RemedyKind.PROPOSE_CHECKS: lambda it: ("data", "propose-checks", str(it["dataset"])),
    RemedyKind.ROLL_BACK: lambda it: (
        *("models", "rollback", str(it["model"]), "--alias", str(it["alias"])),
        *("--to", str(it["to"]), "--why", "REASON"),
    ),
    RemedyKind.RECALIBRATE: lambda it: ("models", "calibrate", str(it["version"])),
    RemedyKind.QUARANTINE: lambda it: (
        *("monitor", "quarantine", str(it["batch"]), "--why", "REASON"),
    ),
    RemedyKind.FREE_DISK: lambda it: ("purge",),
}
