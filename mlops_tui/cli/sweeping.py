"""`run --sweep`: one run for every combination of the values given."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.arguments import key_values
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.params import preview, secrets_of
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.sweep import expand
from mlops_tui.domain.text import nearest
from mlops_tui.engine import actions


def do_sweep(project: Path, options: argparse.Namespace, params: Mapping[str, str]) -> int:
    """Queue the runs of a sweep and print their ids, or show their commands."""
    if options.follow:
        raise InputError(
            "--follow follows one run, and a sweep is several", "leave one of them out"
        )
    axes = _axes(project, options.job, options.sweep)
    if twice := sorted(set(axes) & set(params)):
        raise InputError(f"{', '.join(twice)}: given by -p and by --sweep", "leave one of them out")
    if options.dry_run:
        return _show(project, options, params, axes)
    launched = actions.launch_sweep(
        project,
        options.job,
        params,
        axes,
        name=options.name,
        priority=options.priority,
        slots=options.slots,
        tags=key_values(options.tag, "tag"),
    )
    for run_id in launched.run_ids:
        if options.json:
            output.json_line({"id": run_id, "sweep": launched.sweep})
        else:
            output.data(run_id)
    if launched.sweep is not None and not options.json:
        output.words(f"{len(launched.run_ids)} runs are queued; to list them:")
        output.words(f"mlops-tui runs --filter tag.sweep={launched.sweep}")
    return 0


def _axes(project: Path, job: str, pairs: list[str]) -> dict[str, list[ParamValue]]:
    """Return the values by parameter.

    Raises:
        ProjectFileError: `mlops.toml` has problems.
        InputError: a parameter is unknown, given twice or a secret, or a value is wrong.
    """
    texts = key_values(pairs, "sweep")
    if len(texts) < len(pairs):
        raise InputError("one parameter is swept twice", "write all of its values in one --sweep")
    described = load_project(project)
    described.require_sound()
    recipe = described.jobs.get(job)
    if recipe is None:
        return {}  # the launch says so, and which jobs there are
    hidden = {param.name for param in secrets_of(recipe)}
    axes: dict[str, list[ParamValue]] = {}
    for name, text in texts.items():
        param = recipe.params.get(name)
        if param is None:
            meant = nearest(name, list(recipe.params))
            hint = f"did you mean {meant}?" if meant else ", ".join(recipe.params)
            raise InputError(f"{name}: job {job} has no such parameter", hint)
        if name in hidden:
            raise InputError(f"{name} is a secret: it cannot be swept")
        axes[name] = expand(param, text, is_listed=True)
    return axes


def _show(
    project: Path,
    options: argparse.Namespace,
    params: Mapping[str, str],
    axes: Mapping[str, list[ParamValue]],
) -> int:
    plans = actions.plan_sweep(project, options.job, params, axes)
    if options.json:
        rows = [{"params": dict(plan.params), "argv": list(plan.argv)} for plan in plans]
        output.json_data({"job": options.job, "runs": rows})
        return 0
    for plan in plans:
        output.data(preview(plan.argv))
    output.words(f"{len(plans)} runs; nothing was started: --dry-run")
    return 0
