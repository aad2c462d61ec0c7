"""Launching many runs in one act: all combinations of the values of some parameters."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import InputError, StorageError
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.sweep import Grid, too_many
from mlops_tui.engine.actions_launch import (
    LaunchPlan,
    checked_options,
    plan_run,
    queue_run,
    require_data,
    sound_job,
    wake_for,
)
from mlops_tui.engine.actions_tags import SWEEP_TAG
from mlops_tui.engine.run_names import checked_name

Axes = Mapping[str, Sequence[ParamValue]]


@dataclass(frozen=True, slots=True)
class Launched:
    """What one launch put into the queue."""

    run_ids: tuple[str, ...]
    """In the order of the combinations, the last parameter changing fastest."""
    sweep: str | None
    """The value of the tag `sweep` that they share; None where it is one run alone."""


def plan_sweep(
    project: Path, job: str, params: Mapping[str, object], axes: Axes
) -> list[LaunchPlan]:
    """Return what `launch_sweep` would do, one plan a run.

    Raises:
        ProjectFileError: `mlops.toml` has problems.
        NotFoundError: it has no such job.
        InputError: a value of any run is missing or wrong, or they are too many.
    """
    described, recipe = sound_job(project, job)
    grid = Grid({name: tuple(values) for name, values in axes.items()})
    if problem := too_many(grid.count):
        raise InputError(problem, "give fewer values, or launch it in parts")
    if grid.count == 0:
        raise InputError("a parameter of the sweep has no values")
    return [plan_run(described, recipe, {**params, **point}) for point in grid.points()]


def launch_sweep(
    project: Path,
    job: str,
    params: Mapping[str, object],
    axes: Axes,
    *,
    name: str | None = None,
    priority: int = 0,
    slots: int | None = None,
    tags: Mapping[str, str] | None = None,
) -> Launched:
    """Queue a run for every combination of `axes`; all is checked before the first is written.

    Args:
        project: the project's folder.
        job: a name under `[jobs]`.
        params: what all runs share; values or text by parameter name, defaults fill the rest.
        axes: the values of the other parameters.
        name: what people call the run; several are called NAME-1, NAME-2 and so on.
        priority: greater ones start first.
        slots: how many of the host's slots each takes; the job's own number if left out.
        tags: text by name. Several runs share one more, `sweep`, unless it is among them.

    Raises:
        ProjectFileError: `mlops.toml` has problems.
        InputError: the job, a value, a secret or an option is wrong, or the runs are too many.
        StorageError: not all of them could be written; those that were are queued, and counted
            in the message.
    """
    plans = plan_sweep(project, job, params, axes)
    require_data(plans[0])
    options = checked_options(name, priority, slots, tags)
    sweep = None
    each = [options]
    if len(plans) > 1:
        sweep = options["tags"].get(SWEEP_TAG) or f"{job}-{os.urandom(3).hex()}"
        shared = options | {"tags": {**options["tags"], SWEEP_TAG: sweep}}
        each = [shared | {"name": _numbered(name, n)} for n in range(1, len(plans) + 1)]
    return Launched(tuple(_queue_all(plans, each)), sweep)


def _numbered(name: str | None, number: int) -> str:
    return "" if name is None else checked_name(f"{name.strip()}-{number}")


def _queue_all(plans: Sequence[LaunchPlan], options: Sequence[Mapping[str, Any]]) -> list[str]:
    folder, run_ids = plans[0].project.path, list[str]()
    for plan, mine in zip(plans, options, strict=True):
        try:
            run_ids.append(queue_run(plan, mine))
        except StorageError as error:
            if not run_ids:
                raise
            done = f"{len(run_ids)} of {len(plans)} runs"
            wake_for(folder, done)
            raise StorageError(f"{done} are queued, then: {error.message}", error.hint) from error
    wake_for(folder, run_ids[0] if len(run_ids) == 1 else f"{len(run_ids)} runs")
    return run_ids
