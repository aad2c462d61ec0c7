"""Keeps sealed data out of training: a job of kind `train` does not start on a holdout."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.project import FILE_NAME, JobKind, Role

if TYPE_CHECKING:
    from mlops_tui.engine.actions_launch import LaunchPlan


def require_sealed(plan: LaunchPlan) -> None:
    """Return quietly unless a training would read a dataset whose role is `holdout`.

    Looked at are the inputs, the data that the command names, and arguments that are its path.

    Raises:
        RefusedError: it would; the words name file and line.
    """
    project, job = plan.project, plan.job
    is_sealed = any(it.role is Role.HOLDOUT for it in project.datasets.values())
    if job.kind is not JobKind.TRAIN or not is_sealed:
        return
    from mlops_tui.domain.sealed import holdout_at  # few projects seal anything
    from mlops_tui.engine.run_data import data_of

    for at, given in enumerate(job.inputs):
        name = holdout_at(project, [given])
        if name is not None:
            raise _refusal(plan, name, job.input_lines[at] if job.input_lines else job.line)
    name = holdout_at(project, [*data_of(plan), *plan.argv])
    if name is not None:
        raise _refusal(plan, name, job.run_line or job.line)


def _refusal(plan: LaunchPlan, name: str, line: int) -> RefusedError:
    file = os.path.join(plan.project.path, FILE_NAME)
    words = (
        f"{file}, line {line}: the job {plan.job.name} trains on {name}, which is sealed: what a "
        "model has learned from says nothing about how good it is"
    )
    hint = 'train on other data; a job of kind = "evaluate" may read it'
    return RefusedError(words, hint)
