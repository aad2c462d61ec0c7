"""The verbs that move aliases of models, and tell who moved them when and why."""

from __future__ import annotations

import argparse
import time

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import open_index, project_folder
from mlops_tui.cli.shapes import local_time
from mlops_tui.cli.shapes_models import history_shape, move_shape
from mlops_tui.cli.table import Column
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters_values import ValueProblemError, read_literal
from mlops_tui.domain.models import AliasMove, parse_version
from mlops_tui.engine import actions_aliases, actions_models


def do_models_alias(options: argparse.Namespace) -> int:
    """Point an alias at a version, or take it away."""
    folder = project_folder(options.project)
    reasons = actions_aliases.Reasons(options.why)
    with open_index(folder) as index:
        if options.remove:
            model = parse_version(options.version).model
            move = actions_aliases.remove_alias(folder, index, model, options.alias, reasons)
        else:
            move = actions_aliases.move_alias(
                folder, index, options.version, options.alias, reasons
            )
    if options.json:
        output.json_data(move_shape(move))
    else:
        output.words(moved_words(move))
    return 0


def moved_words(move: AliasMove) -> str:
    """Return in words what a move did."""
    was = "" if move.before is None else f", it was {move.model}:{move.before}"
    if move.to is None:
        return f"{move.model} has no {move.alias} now{was}"
    return f"{move.alias} is {move.model}:{move.to} now{was}"


def do_models_history(options: argparse.Namespace) -> int:
    """Show the moves of aliases, and what they pointed at."""
    folder = project_folder(options.project)
    at = moment(options.at)
    with open_index(folder) as index:
        history = actions_models.model_history(
            folder, index, options.name, options.alias, at, options.limit
        )
    if options.json:
        output.json_data(history_shape(history))
        return 0
    when = "now" if at is None else f"on {local_time(at)}"
    for alias, number in history.stood.items():
        what = "nothing" if number is None else f"{history.model}:{number}"
        output.data(f"{when} {alias} {'is' if at is None else 'was'} {what}")
    if not history.moves:
        output.words("no alias was moved" + ("" if at is None else " until then"))
        return 0
    heads = [Column("when", is_fixed=True), Column("alias"), Column("from", True)]
    heads += [Column("to", True), Column("how"), Column("by"), Column("why")]
    rows = [
        [
            *(local_time(it.at), it.alias, _number(it.before), _number(it.to), _how(it), it.by),
            it.why,
        ]
        for it in history.moves
    ]
    print_table(heads, rows)
    return 0


def _number(number: int | None) -> str:
    return "-" if number is None else str(number)


def _how(move: AliasMove) -> str:
    if move.gate == "red":
        return f"{move.kind.value}, gate red"
    return move.kind.value


def moment(text: str | None) -> float | None:
    """Return the moment that `--at` names, Unix seconds.

    Raises:
        InputError: it names none.
    """
    if text is None:
        return None
    try:
        return read_literal("created", text).at(time.time())
    except ValueProblemError as error:
        raise InputError(str(error), "write -30d, 2026-03-01 or 2026-03-01T18:00") from error
