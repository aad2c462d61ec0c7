"""What a launch would start, in full, without starting it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mlops_tui.domain import places
from mlops_tui.engine import interpreter
from mlops_tui.engine.actions_launch import LaunchPlan
from mlops_tui.engine.run_data import data_of

HIDDEN = "(secret)"
"""Stands for a secret's value."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """A command as it would be started here and now."""

    argv: tuple[str, ...]
    """With the interpreter put in."""
    cwd: str
    interpreter: str | None
    """What `python` means there; None where there is none."""
    environment: Mapping[str, str]
    """What it gets beside the environment it is launched from; `RUN` stands for the run's id."""


def dry_run(plan: LaunchPlan, environ: Mapping[str, str] = os.environ) -> DryRun:
    """Return what a run of this plan would be, no secret in it."""
    folder = plan.project.path
    hidden = dict.fromkeys(plan.secrets, HIDDEN)
    made = {"PYTHONUNBUFFERED": "1", **environ, **plan.job.env, **hidden}
    if plan.job.gpus:
        made["CUDA_VISIBLE_DEVICES"] = f"{plan.job.gpus} of this host's, chosen at the start"
    made |= contract(folder, plan.params, data_of(plan))
    resolved = interpreter.resolve(plan.argv, made, folder)
    added = {k: v for k, v in resolved.environment.items() if environ.get(k) != v or k in hidden}
    path = environ.get("PATH", interpreter.NO_PATH)
    if "PATH" in added:
        added["PATH"] = added["PATH"].removesuffix(path) + "$PATH"
    return DryRun(tuple(resolved.argv), str(folder), resolved.interpreter, added)


def contract(
    project: Path, params: Mapping[str, object], data: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Return the variables that every command finds, with `RUN` for the id of its run."""
    folder = places.runs_dir(project) / "RUN"
    return {
        "MLOPS_RUN_DIR": str(folder),
        "MLOPS_RUN_ID": "RUN",
        "MLOPS_EVENTS": str(folder / "events.jsonl"),
        "MLOPS_PARAMS": json.dumps(dict(params)),
        "MLOPS_PROJECT": str(project),
        "MLOPS_DATA": json.dumps(dict(data)),
    }
