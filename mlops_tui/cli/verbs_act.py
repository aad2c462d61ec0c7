"""The verbs that start runs, end them, keep them or not, and say something of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.arguments import key_values
from mlops_tui.cli.reading import named_ids, one_run, open_index, project_folder
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.engine import actions


def do_run(options: argparse.Namespace) -> int:
    """Start a job and print the id of its run at once; of every run where it is a sweep."""
    project = project_folder(options.project)
    params = _params(project, options.job, options.params)
    if options.sweep:
        from mlops_tui.cli.sweeping import do_sweep

        return do_sweep(project, options, params)
    if options.dry_run:
        return _dry_run(project, options, params)
    run_id = actions.launch(
        project,
        options.job,
        params,
        name=options.name,
        priority=options.priority,
        slots=options.slots,
        tags=key_values(options.tag, "tag"),
    )
    if options.json:
        output.json_line({"id": run_id})
    else:
        output.data_now(run_id)
    if not options.follow:
        if not options.json:
            output.words(f"queued; to watch it: mlops-tui logs {run_id} --follow")
        return 0
    from mlops_tui.cli.follow_job import follow_job

    return follow_job(project, run_id, is_json=options.json)


def do_retry(options: argparse.Namespace) -> int:
    """Start an ended run again and print the new id."""
    project = project_folder(options.project)
    with open_index(project) as index:
        run = one_run(index, options.run)
    new_id = actions.retry(project, run.id, _params(project, run.job, options.params))
    if options.json:
        output.json_data({"id": new_id, "retry_of": run.id})
    else:
        output.data(new_id)
    return 0


def do_stop(options: argparse.Namespace) -> int:
    """Stop runs; one that cannot be stopped does not keep the others."""
    project = project_folder(options.project)
    return _each(project, options, lambda run_id: actions.stop(project, run_id).value)


def do_lost(options: argparse.Namespace) -> int:
    """Give up runs of other hosts."""
    project = project_folder(options.project)

    def give_up(run_id: str) -> str:
        actions.mark_lost(project, run_id)
        return "marked lost"

    return _each(project, options, give_up)


def do_delete(options: argparse.Namespace) -> int:
    """Hide ended runs."""
    project = project_folder(options.project)
    ids = named_ids(project, options.runs)
    changed = actions.delete(project, ids)
    _tell_changed(options, "deleted", ids, changed)
    if changed and not options.json:
        output.words("hint: mlops-tui restore brings them back")
    return 0


def do_restore(options: argparse.Namespace) -> int:
    """Show deleted runs again."""
    project = project_folder(options.project)
    ids = named_ids(project, options.runs, deleted_first=True)
    _tell_changed(options, "restored", ids, actions.restore(project, ids))
    return 0


def do_rename(options: argparse.Namespace) -> int:
    """Give a run another name."""
    project = project_folder(options.project)
    (run_id,) = named_ids(project, [options.run])
    actions.rename(project, run_id, options.name)
    return _told(options, run_id, "name", options.name)


def do_tag(options: argparse.Namespace) -> int:
    """Set tags of runs, and take others away."""
    if not options.tag and not options.remove:
        raise InputError("nothing to do", "give --tag NAME=VALUE or --remove NAME")
    project = project_folder(options.project)
    ids = named_ids(project, options.runs)
    tags = {name: value for name, _, value in (text.partition("=") for text in options.tag)}
    _tell_changed(options, "tagged", ids, actions.tag(project, ids, tags, options.remove))
    return 0


def do_note(options: argparse.Namespace) -> int:
    """Note something about a run."""
    project = project_folder(options.project)
    (run_id,) = named_ids(project, [options.run])
    actions.note(project, run_id, options.text)
    return _told(options, run_id, "note", options.text.strip() or None)


def do_priority(options: argparse.Namespace) -> int:
    """Put a queued run before others."""
    project = project_folder(options.project)
    (run_id,) = named_ids(project, [options.run])
    actions.set_priority(project, run_id, options.priority)
    return _told(options, run_id, "priority", options.priority)


def do_move(options: argparse.Namespace) -> int:
    """Let queued runs start sooner or later."""
    from mlops_tui.engine.actions_queue import FARTHEST

    project = project_folder(options.project)
    ids = named_ids(project, options.runs)
    far = FARTHEST if options.first or options.last else 0
    by = (options.down or far) - (options.up or 0)
    changed = actions.move(project, ids, -far if options.first else by)
    if options.json:
        queued = actions.queue_status(project).queued
        output.json_data({"moved": changed, "queue": [run.id for run in queued]})
    else:
        output.words(f"{len(changed)} moved; mlops-tui queue shows the order")
    return 0


def _params(project: Path, job: str, pairs: list[str]) -> dict[str, str]:
    """Return the parameters as typed.

    Raises:
        InputError: one is no `key=value`, or a secret, which history and `ps` would show.
    """
    params = key_values(pairs, "parameter")
    if not params:
        return params
    from mlops_tui.domain.params import secrets_of
    from mlops_tui.domain.projectfile import load_project  # no other verb here reads one

    recipe = load_project(project).jobs.get(job)
    for secret in secrets_of(recipe) if recipe is not None else ():
        if secret.name in params:
            raise InputError(
                f"{secret.name} is a secret: typed here, your shell's history and `ps` show it",
                f"set it in the environment: read -rs {secret.env}; export {secret.env}",
            )
    return params


def _dry_run(project: Path, options: argparse.Namespace, params: dict[str, str]) -> int:
    from mlops_tui.domain.params import preview

    plan = actions.plan_launch(project, options.job, params)
    dry = actions.dry_run(plan)
    if options.json:
        output.json_data(
            {
                "job": plan.job.name,
                "params": dict(plan.params),
                "argv": list(plan.argv),
                "secrets": dict(plan.secret_names),
                "command": list(dry.argv),
                "cwd": dry.cwd,
                "interpreter": dry.interpreter,
                "environment": dict(dry.environment),
            }
        )
        return 0
    output.data(preview(plan.argv))
    output.words(f"in {dry.cwd}")
    output.words(f"python is {dry.interpreter or 'nowhere on PATH'}")
    for name, value in dry.environment.items():
        output.words(f"{name}={value}")
    output.words("nothing was started: --dry-run")
    return 0


def _each(project: Path, options: argparse.Namespace, act: Callable[[str], str]) -> int:
    """Act on every run named, tell of each, and return the worst exit code."""
    results: list[dict[str, object]] = []
    code = 0
    for run_id in named_ids(project, options.runs):
        try:
            result, error = act(run_id), None
        except MlopsTuiError as problem:
            result, error = None, problem.message
            code = max(code, problem.exit_code)
            if not options.json:
                output.error(problem)
        else:
            if not options.json:
                output.words(f"{run_id}: {result}")
        results.append({"id": run_id, "result": result, "error": error})
    if options.json:
        output.json_data(results)
    return code


def _tell_changed(
    options: argparse.Namespace, did: str, ids: list[str], changed: list[str]
) -> None:
    unchanged = [run_id for run_id in ids if run_id not in changed]
    if options.json:
        output.json_data({did: changed, "unchanged": unchanged})
        return
    for run_id in ids:
        output.words(f"{run_id}: " + (f"is {did} already" if run_id in unchanged else did))


def _told(options: argparse.Namespace, run_id: str, key: str, value: object) -> int:
    if options.json:
        output.json_data({"id": run_id, key: value})
    else:
        output.words(f"{run_id}: {key} is {value} now")
    return 0
