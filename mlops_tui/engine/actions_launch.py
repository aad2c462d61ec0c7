"""Launching and retrying: from a job and its parameters to a queued run."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain import params as job_params
from mlops_tui.domain import places
from mlops_tui.domain.errors import NotFoundError, RefusedError, StorageError
from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.domain.ids import is_run_id, new_run_id
from mlops_tui.domain.lifecycle import RUN_RETRIED
from mlops_tui.domain.project import Job, Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.text import nearest
from mlops_tui.engine import run_data, secrets, wake
from mlops_tui.engine.actions_lookup import find_run, read_record, user_name
from mlops_tui.engine.actions_queue import checked_priority
from mlops_tui.engine.actions_tags import checked_slots, checked_tags
from mlops_tui.engine.creation import create_run, guarding, record_fact
from mlops_tui.engine.run_names import checked_name, next_name
from mlops_tui.engine.sealed_inputs import require_sealed

RECORDED_ENVIRONMENT = (
    *("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONHASHSEED"),
    *("VIRTUAL_ENV", "CONDA_DEFAULT_ENV", "SLURM_JOB_ID"),
)
"""What changes results and is no secret; of all else not even the name is recorded."""


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """All that a launch will do, checked, before anything is written."""

    project: Project
    job: Job
    params: Mapping[str, ParamValue]
    """What will be recorded: no secrets."""
    argv: tuple[str, ...]
    secrets: Mapping[str, str]
    """Environment variable to value; never recorded."""
    secret_names: Mapping[str, str]
    """Parameter to environment variable."""


def plan_launch(project: Path, job: str, params: Mapping[str, object]) -> LaunchPlan:
    """Return what `launch` would do with these parameters.

    Raises:
        ProjectFileError: `mlops.toml` has problems.
        NotFoundError: it has no such job.
        InputError: parameters are missing or wrong (all of them in one), or a secret is not there.
    """
    described, recipe = sound_job(project, job)
    return plan_run(described, recipe, params)


def sound_job(project: Path, job: str) -> tuple[Project, Job]:
    """Return the project as its file describes it now, and its job of this name.

    Raises:
        ProjectFileError: `mlops.toml` has problems.
        NotFoundError: it has no such job.
    """
    described = load_project(Path(os.path.realpath(project)))
    described.require_sound()
    recipe = described.jobs.get(job)
    if recipe is None:
        raise _no_job(job, list(described.jobs))
    return described, recipe


def plan_run(described: Project, recipe: Job, params: Mapping[str, object]) -> LaunchPlan:
    """Return what one run of a job will do.

    Raises:
        RefusedError: it would train on data that is sealed.
        InputError: parameters are missing or wrong (all of them in one), or a secret is not there.
    """
    values = job_params.resolve(recipe, params)
    plan = LaunchPlan(
        described,
        recipe,
        values,
        tuple(job_params.build_argv(recipe, values, _written_paths(described))),
        job_params.resolve_secrets(recipe, params),
        {param.name: param.env for param in job_params.secrets_of(recipe)},
    )
    require_sealed(plan)
    return plan


def launch(
    project: Path,
    job: str,
    params: Mapping[str, object],
    *,
    name: str | None = None,
    priority: int = 0,
    slots: int | None = None,
    tags: Mapping[str, str] | None = None,
    retry_of: str | None = None,
    attempt: int = 1,
    now: float | None = None,
) -> str:
    """Queue a run of `job` and return its id; the fact is on disk when this returns.

    Args:
        project: the project's folder.
        job: a name under `[jobs]`.
        params: values or text by parameter name; defaults fill the rest.
        name: what people call the run; `JOB-N` if left out.
        priority: greater ones start first.
        slots: how many of the host's slots it takes; the job's own number if left out.
        tags: text by name, to find the run by.
        retry_of: the id of the run that this one repeats.
        attempt: 1 for a first one.
        now: Unix seconds; the clock if left out.

    Raises:
        ProjectFileError: `mlops.toml` has problems.
        InputError: the job, a parameter, a secret, the name or another option is wrong.
        RefusedError: it requires checks of its data, and they are known to fail.
        StorageError: it cannot be written; nothing is left behind then. Or it is queued and there
            is nobody to start it, which the message says.
    """
    plan = plan_launch(project, job, params)
    require_data(plan)
    options = checked_options(name, priority, slots, tags)
    run_id = queue_run(plan, options | {"retry_of": retry_of, "attempt": attempt}, now)
    wake_for(plan.project.path, run_id)
    return run_id


def require_data(plan: LaunchPlan) -> None:
    """Return quietly unless the job requires checks of its data that are known to fail.

    Raises:
        RefusedError: they are.
    """
    if plan.job.require_checks:
        from mlops_tui.engine.required_checks import require_not_failing  # few jobs ask for it

        require_not_failing(plan.project, plan.job)


def checked_options(
    name: str | None, priority: int, slots: int | None, tags: Mapping[str, str] | None
) -> dict[str, Any]:
    """Return what a person may say of any run, as `queue_run` takes it.

    Raises:
        InputError: one of them cannot be.
    """
    options: dict[str, Any] = {
        "name": "" if name is None else checked_name(name),
        "priority": checked_priority(priority),
        "tags": checked_tags(tags or {}),
    }
    return options if slots is None else options | {"slots": checked_slots(slots)}


def queue_run(plan: LaunchPlan, options: Mapping[str, Any], now: float | None = None) -> str:
    """Put a planned run into the queue, wake nobody, and return its id.

    Raises:
        StorageError: it cannot be written; nothing is left behind then.
    """
    created = time.time() if now is None else now
    run_id = new_run_id(created)
    first = {"priority": 0, "retry_of": None, "attempt": 1}
    record = _record(plan, run_id, created) | first | dict(options)
    _hand_over(plan.project.path, run_id, plan, record)
    return run_id


def wake_for(project: Path, what: str) -> None:
    """See to it that somebody starts what was queued.

    Raises:
        StorageError: there is nobody to start `what`; it stays queued.
    """
    try:
        wake.ensure_agent(project)
    except StorageError as error:
        raise StorageError(f"{what} is queued, but {error.message}", error.hint) from error


def retry(project: Path, run_id: str, overrides: Mapping[str, object]) -> str:
    """Queue a new run with the parameters of an ended one and return its id.

    Raises:
        NotFoundError: there is no such run, or its job is gone from `mlops.toml`.
        RefusedError: it has not ended, or it was not started from a job.
        ProjectFileError: `mlops.toml` has problems.
        InputError: a parameter does not fit the job any more.
        StorageError: the disk failed.
    """
    run = find_run(project, run_id)
    if not run.state.is_ended:
        raise RefusedError(f"{run.name} is still {run.state}", f"mlops-tui stop {run_id} first")
    record = read_record(project, run_id)
    if record.get("source") == "track":
        raise RefusedError(f"{run.name} started by itself, not from a job", "run its script again")
    old, tags = record.get("params"), record.get("tags")
    params = {**(old if isinstance(old, dict) else {}), **overrides}
    new_id = launch(
        project,
        run.job,
        params,
        priority=_whole(record.get("priority")),
        tags={str(k): str(v) for k, v in tags.items()} if isinstance(tags, dict) else None,
        retry_of=run_id,
        attempt=run.attempt + 1,
    )
    record_fact(project, RUN_RETRIED, time.time(), run=run_id, by_run=new_id, by=user_name())
    return new_id


def _record(plan: LaunchPlan, run_id: str, created: float) -> dict[str, Any]:
    parent = os.environ.get("MLOPS_RUN_ID", "")
    return {
        "id": run_id,
        "name": "",
        "job": plan.job.name,
        "kind": plan.job.kind.value,
        "project": plan.project.name,
        "created": created,
        "host": host_name(),
        "machine": machine_id(),
        "user": user_name(),
        "cwd": str(plan.project.path),
        "argv": list(plan.argv),
        "params": dict(plan.params),
        "tags": {},
        "inputs": list(plan.job.inputs),
        "require_checks": plan.job.require_checks,
        "outputs": list(plan.job.outputs),
        "timeout_seconds": plan.job.timeout_seconds,
        "retries": plan.job.retries,
        "retries_left": plan.job.retries,
        "slots": plan.job.slots,
        "gpus": plan.job.gpus,
        "source": "launch",
        "secrets": dict(plan.secret_names),
        "env": _recorded_environment() | dict(plan.job.env),
        "interpreter": None,
        "parent": parent if is_run_id(parent) else None,
        **run_data.order_of(plan),
    }


def _written_paths(project: Project) -> dict[str, str]:
    return {name: it.path for name, it in project.datasets.items()}


def _recorded_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in RECORDED_ENVIRONMENT if name in os.environ}


def _hand_over(project: Path, run_id: str, plan: LaunchPlan, record: dict[str, Any]) -> None:
    def choose_name() -> str:
        return next_name(project, plan.job.name)

    with guarding(places.state_dir()):
        secrets.save(run_id, plan.secrets)
    try:
        create_run(project, record, None if record["name"] else choose_name)
    except StorageError:
        secrets.drop(run_id)
        raise


def _no_job(job: str, known: list[str]) -> NotFoundError:
    meant = nearest(job, known)
    listed = "jobs are " + ", ".join(known) if known else "mlops.toml declares no job"
    return NotFoundError(f"no job {job!r}", f"did you mean {meant}?" if meant else listed)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
