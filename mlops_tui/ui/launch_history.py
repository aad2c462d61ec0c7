"""What earlier runs of a job tell the one who launches it, and what a launch would start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.message_pump import MessagePump

from mlops_tui.domain.estimate import at_once, expected_seconds
from mlops_tui.domain.filters import parse_filter
from mlops_tui.domain.filters_ast import Compare
from mlops_tui.domain.text import count, short_duration
from mlops_tui.ui.objective import best_first, objective_metric

if TYPE_CHECKING:
    from mlops_tui.domain.project import Job, Project
    from mlops_tui.domain.runs import Run
    from mlops_tui.engine.actions_dry import DryRun
    from mlops_tui.ui.project_source import ProjectSource
    from mlops_tui.ui.reads import RunReader

NEWEST_RUNS = 30
"""Enough for a median; older runs had other data and other code."""


@dataclass(frozen=True, slots=True)
class LaunchHistory:
    """Earlier runs of one job, and how much of the host a new one takes."""

    job: str
    last: Run | None = None
    best: Run | None = None
    durations: tuple[float, ...] = ()
    """Seconds that the newest finished runs took."""
    host_slots: int = 1
    host_gpus: int = 0


@dataclass
class HistoryRead(Message):
    """What earlier runs of a job tell."""

    history: LaunchHistory


@dataclass
class DryRunRead(Message):
    """What a launch would start."""

    dry: DryRun
    count: int
    """How many runs it is the first of."""


def ask_history(source: ProjectSource, to: MessagePump, project: Project, job: Job) -> None:
    """Have `HistoryRead` posted to `to`."""

    def work(reader: RunReader) -> LaunchHistory:
        return read_history(reader, project, job)

    source.ask("earlier runs", work, HistoryRead, to)


def ask_dry_run(
    source: ProjectSource, to: MessagePump, job: str, params: Mapping[str, object], runs: int
) -> None:
    """Have `DryRunRead` posted to `to`."""

    def work(_: RunReader) -> DryRunRead:
        from mlops_tui.engine import actions

        plan = actions.plan_launch(source.project, job, params)
        return DryRunRead(actions.dry_run(plan), runs)

    source.ask("the dry run", work, lambda read: read, to)


def read_history(reader: RunReader, project: Project, job: Job) -> LaunchHistory:
    """Return what the index knows of a job's runs."""
    from mlops_tui.engine.executors import executor_of

    of_job = Compare("job", "=", job.name)
    ids = reader.run_ids(parse_filter(str(of_job)), limit=1)
    finished = parse_filter(f"{of_job} and state = finished")
    done = reader.runs(reader.run_ids(finished, limit=NEWEST_RUNS))
    took = [run.duration_seconds(run.ended) for run in done if run.ended is not None]
    metric = objective_metric(project)
    best: list[Run] = []
    if metric is not None:
        sort = best_first(project, metric)
        best = reader.runs(reader.run_ids(parse_filter(str(of_job)), sort, limit=1))
    host = executor_of(project.path).resources(with_gpus=job.gpus > 0)
    return LaunchHistory(
        job.name,
        next(iter(reader.runs(ids)), None),
        next((run for run in best if metric in run.metrics), None),
        tuple(seconds for seconds in took if seconds is not None),
        host.slots,
        host.gpus,
    )


def plan_words(history: LaunchHistory, job: Job, runs: int, slots: int | None = None) -> str:
    """Return such as `12 runs, about 6 m 00 s at 2 at a time`."""
    side = at_once(slots or job.slots, job.gpus, history.host_slots, history.host_gpus)
    seconds = expected_seconds(runs, side, history.durations)
    words = count(runs, "run")
    if seconds is not None:
        words += f", about {short_duration(seconds)}"
    if runs == 1:
        return words
    return f"{words}, one at a time" if side == 1 else f"{words} at {min(side, runs)} at a time"
