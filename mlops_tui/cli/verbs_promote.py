"""The verbs that ask a gate, promote, roll back and rehearse that."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import open_index, project_folder
from mlops_tui.cli.shapes_models import move_shape
from mlops_tui.cli.table import Column
from mlops_tui.cli.verbs_aliases import moved_words
from mlops_tui.domain.models import parse_version
from mlops_tui.engine import actions_promote

if TYPE_CHECKING:
    from mlops_tui.domain.gates import Condition, GateResult

_DIGITS = 4


def do_models_gate(options: argparse.Namespace) -> int:
    """Show what the gate of a model says of a version; exit code 1 where it is red."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        gate = actions_promote.ask_gate(folder, index, options.version, options.to)
    if options.json:
        output.json_data(actions_promote.gate_record(gate))
    else:
        _print_gate(gate)
    return 1 if gate.verdict == "red" else 0


def do_models_promote(options: argparse.Namespace) -> int:
    """Point an alias at a version if the gate lets it."""
    folder = project_folder(options.project)
    try:
        with open_index(folder) as index:
            done = actions_promote.promote(
                folder, index, options.version, options.to, options.why, options.override
            )
    except actions_promote.GateRefusedError as error:
        if options.json:
            record = actions_promote.gate_record(error.gate)
            output.json_data({"promoted": False, "move": None, "gate": record})
        else:
            _print_gate(error.gate)
        raise
    if options.json:
        record = actions_promote.gate_record(done.gate)
        output.json_data({"promoted": True, "move": move_shape(done.move), "gate": record})
        return 0
    _print_gate(done.gate)
    output.words(moved_words(done.move))
    return 0


def _print_gate(gate: GateResult) -> None:
    name = gate.version.name
    if not gate.is_declared:
        model = gate.version.model
        output.words(f"no gate is declared for {model}: add [models.{model}.gate] to mlops.toml")
        return
    on = f" on {gate.dataset}" if gate.dataset is not None else ""
    against = "nothing" if gate.champion is None else f"{gate.version.model}:{gate.champion}"
    output.data(f"{name}{on}, {gate.alias} is {against}: the gate is {gate.verdict}")
    heads = [Column(""), Column("condition", is_fixed=True), Column("wanted")]
    heads += [Column("is", True), Column("95 % interval"), Column("n", True), Column("why")]
    rows = [
        [
            *(_light(it), it.name, it.wanted, _number(it.value), _interval(it)),
            *("-" if it.n is None else f"{it.n:,}", it.words),
        ]
        for it in gate.conditions
    ]
    print_table(heads, rows)


def _light(condition: Condition) -> str:
    light = condition.light.value
    return f"{light}, optional" if condition.holds and light != "green" else light


def _interval(condition: Condition) -> str:
    if condition.low is None or condition.high is None:
        return "-"
    return f"{_number(condition.low)} to {_number(condition.high)}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.{_DIGITS}g}" if abs(value) < 1e6 else f"{value:,.0f}"


def do_models_rollback(options: argparse.Namespace) -> int:
    """Point an alias back at what it was before, or rehearse that; 1 where it would not work."""
    folder = project_folder(options.project)
    to = _wanted(options.name, options.to)
    with open_index(folder) as index:
        done = actions_promote.rollback(
            folder, index, options.name, options.why, options.alias, to, options.drill
        )
    if options.json:
        output.json_data(
            {
                "model": done.model,
                "alias": done.alias,
                "from": done.before,
                "to": done.to,
                "seconds": done.seconds,
                "is_drill": done.move is None,
                "problems": list(done.problems),
                "move": None if done.move is None else move_shape(done.move),
            }
        )
    elif done.move is not None:
        output.words(f"{moved_words(done.move)} ({1000 * done.seconds:.0f} ms)")
    else:
        for problem in done.problems:
            output.data(problem)
        words = "would fail" if done.problems else "would work"
        output.words(
            f"a rollback of {done.alias} from {done.model}:{done.before} to "
            f"{done.model}:{done.to} {words}; rehearsed in {1000 * done.seconds:.0f} ms, on record"
        )
    return 1 if done.problems else 0


def _wanted(model: str, text: str | None) -> int | None:
    """Return the number that `--to` names: `3`, or `NAME:3`."""
    if text is None:
        return None
    return parse_version(text if ":" in text else f"{model}:{text}").number
