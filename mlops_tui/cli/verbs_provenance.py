"""The verbs about where models come from: card, lineage, training one once more."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from mlops_tui.cli import output
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import short_duration
from mlops_tui.engine import actions_models


def do_models_card(options: argparse.Namespace) -> int:
    """Print the card of a version, or write it to a file."""
    from mlops_tui.engine.actions_card import version_card

    folder = project_folder(options.project)
    with open_index(folder) as index:
        actions_models.catch_up(folder, index)
        name = actions_models.find_version(folder, index, options.version).name
        card = version_card(folder, index, name)
    if options.output is not None:
        try:
            options.output.write_text(card, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{options.output}: {error.strerror or error}") from error
    if options.json:
        output.json_data({"name": name, "card": card})
    elif options.output is not None:
        output.words(f"the card of {name} is in {options.output}")
    else:
        for line in card.rstrip("\n").split("\n"):
            output.data(line)
    return 0


def do_models_lineage(options: argparse.Namespace) -> int:
    """Show what a version, a run or data comes from, and what came of it."""
    from mlops_tui.engine import model_lineage

    folder = project_folder(options.project)
    given = [it for it in (options.version, options.run, options.data) if it is not None]
    if len(given) != 1:
        raise InputError("the lineage of what?", "give a model, --run RUN or --data DATASET")
    with open_index(folder) as index:
        if options.run is not None:
            run = one_run(index, options.run)
            found = model_lineage.lineage_of_run(folder, index, run.id)
        elif options.data is not None:
            found = model_lineage.lineage_of_data(folder, index, options.data)
        else:
            found = model_lineage.lineage_of_model(folder, index, options.version)
    if options.json:
        edges = [{"from": it.before, "to": it.after, "how": it.how} for it in found.edges]
        nodes = [{**asdict(it), "kind": it.kind.value} for it in found.nodes]
        told = {"start": found.start, "nodes": nodes, "edges": edges, "has_more": found.has_more}
        output.json_data(told)
        return 0
    for line in model_lineage.tree_lines(found):
        output.data(line)
    if found.has_more:
        output.words(f"only the first {model_lineage.MOST_NODES} are shown")
    return 0


def do_models_reproduce(options: argparse.Namespace) -> int:
    """Train a version once more and compare; exit code 1 where something else comes out."""
    from mlops_tui.engine.model_reproducing import reproduce_version

    folder = project_folder(options.project)
    with open_index(folder) as index:
        if not options.json:
            output.words(f"training {options.version} once more, in a clean worktree")
        done = reproduce_version(folder, index, options.version, options.tolerance)
    if options.json:
        told = asdict(done)
        output.json_data({**told, "version": done.version.name})
    else:
        commit, took = done.commit[:12], short_duration(done.seconds)
        output.data(f"{done.version.name}: {done.verdict}, at {commit} in {took}")
        for it in done.differences:
            after = "nothing" if it.after is None else f"{it.after:.6g}"
            output.data(f"  {it.metric}: {it.before:.6g} then, {after} now")
        for note in done.notes:
            output.words(note)
        if not done.differences and done.compared:
            metrics = "metric is" if done.compared == 1 else "metrics are"
            output.words(f"{done.compared} {metrics} the same")
    return 1 if done.verdict == "differs" else 0
