"""Jobs whose data has to meet its checks before they start.

What is known is used at the launch: data that failed, and has not changed since, is refused at
once. What is not known is found out by the runner of the run, before it starts the command: it is
a process of its own, so neither the interface nor the queue waits, and it looks at the data as it
is when the run starts, not as it was when it was queued.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlops_tui.data.check_results import CheckReport, CheckResult, Status
from mlops_tui.domain.checks import failing_words
from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.project import Job, Project
from mlops_tui.engine import kept_checks
from mlops_tui.engine.actions_checks import check_data
from mlops_tui.engine.before_start import end_of_work, write_output
from mlops_tui.engine.data_sources import declared_source, sound_datasets
from mlops_tui.engine.endings import end_of
from mlops_tui.engine.patches import has_marks
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.engine.workers import Cancellation


def require_not_failing(project: Project, job: Job) -> None:
    """Return quietly unless data of `job` is known to fail; reads no data.

    Raises:
        RefusedError: it is; the message has the failing checks.
    """
    # what marks make of data is checked once they are applied
    names = [
        name
        for name in checked_inputs(project, job.inputs)
        if not has_marks(declared_source(project, name))
    ]
    known = (kept_checks.load(project, name) for name in names)
    failing = [report for report in known if report is not None and not is_met(report)]
    if failing:
        words = "\n".join(
            f"{report.dataset}: {result.told}" for report in failing for result in _unmet_of(report)
        )
        hint = f"mlops-tui data check {failing[0].dataset} shows the rows"
        raise RefusedError(f"{job.name} requires checks that are not met\n{words}", hint)


def checked_inputs(project: Project, inputs: tuple[str, ...] | list[str]) -> list[str]:
    """Return those of a job's inputs that are datasets with declared checks."""
    datasets = project.datasets
    return [name for name in inputs if name in datasets and datasets[name].checks]


def is_met(report: CheckReport) -> bool:
    """Say whether a job may start on this data: what cannot be told is not met."""
    return report.status is Status.OK


def unmet_words(report: CheckReport) -> str:
    """Return which checks are not met, in one line."""
    unmet = [result.told for result in _unmet_of(report)]
    return f"checks of {report.dataset} are not met: {failing_words(unmet)}"


def _unmet_of(report: CheckReport) -> list[CheckResult]:
    return [result for result in report.checks if result.status is not Status.OK]


def end_before_start(
    folder: RunFolder, order: Mapping[str, Any], is_stop_asked: Callable[[], bool], now: float
) -> dict[str, Any] | None:
    """Return how a run ends for its data's sake, None where its command may start.

    Reads the data in a worker unless it is known what its checks come to. What is not met stands
    in the output of the run too.

    Args:
        folder: the run's.
        order: its `run.json`.
        is_stop_asked: says whether this process was told to end.
        now: Unix seconds, for the end.
    """
    unmet: list[CheckReport] = []

    def look(cancellation: Cancellation) -> None:
        unmet.extend(_unmet(folder.project, order, cancellation))

    failing = "the checks of its data cannot be judged"
    end = end_of_work(folder, look, is_stop_asked, failing, now)
    if end is not None or not unmet:
        return end
    lines = [line for report in unmet for line in _page(report)]
    write_output(folder, [*lines, "the command was not started: the job requires these checks"])
    return end_of("failed", "; ".join(unmet_words(report) for report in unmet), ended=now)


def _unmet(
    project: Path, order: Mapping[str, Any], cancellation: Cancellation
) -> list[CheckReport]:
    described = sound_datasets(project)
    found = []
    for name in checked_inputs(described, list(map(str, order.get("inputs") or ()))):
        marked = (order.get("data_paths") or {}).get(name)
        report = kept_checks.load(described, name) if marked is None else None
        if report is None:
            source, like = (name, None) if marked is None else (marked, name)
            report = check_data(project, source, like, cancellation=cancellation)
        if not is_met(report):
            found.append(report)
    return found


def _page(report: CheckReport) -> list[str]:
    lines = []
    for result in _unmet_of(report):
        lines.append(f"{report.dataset}: {result.told}")
        for row in result.rows:
            values = ", ".join(f"{name}={value}" for name, value in row.values.items())
            lines.append(f"  {row.file}, {row.place}: {values}")
    return lines
