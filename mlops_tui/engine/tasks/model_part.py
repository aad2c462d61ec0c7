"""What a comparison of two tables says of the model: how it does, and which drift matters to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.engine.tasks.performance import Ask, ask_of, performance_of, plain
from mlops_tui.evaluate.columns import Column
from mlops_tui.evaluate.outcomes import Roles, read_outcomes
from mlops_tui.monitor.matters import effects

if TYPE_CHECKING:
    import pandas as pd

    from mlops_tui.monitor.drift import ColumnDrift

Columns = Mapping[str, Column]


def model_part(
    frames: tuple[pd.DataFrame, pd.DataFrame],
    columns: tuple[Columns, Columns],
    judged: Sequence[ColumnDrift],
    given: Mapping[str, Any] | None,
    is_brief: bool = False,
) -> tuple[dict[str, object], list[str]]:
    """Return `performance` and `matters` of a report, null where they cannot be told, and why not.

    Args:
        frames: reference and batch.
        columns: the same, as they were compared.
        judged: what has drifted.
        given: fields of `performance.Ask`; None, or without a prediction: nothing is told.
        is_brief: where nothing has drifted, nothing is told of what matters.
    """
    found: dict[str, object] = {"performance": None, "matters": None}
    notes: list[str] = []
    ask = ask_of(given or {})
    if ask.prediction is None and not ask.scores:
        return found, notes
    if ask.truth is not None and ask.truth in frames[0]:
        try:
            found["performance"] = performance_of(*frames, ask)
        except InputError as error:
            notes.append(f"performance is not judged: {error.message}")
    if is_brief and not any(it.verdict == "drift" for it in judged):
        return found, notes
    try:
        found["matters"] = _matters(frames, columns, judged, ask)
    except InputError as error:
        notes.append(f"whether drift matters is not told: {error.message}")
    return found, list(dict.fromkeys(notes))


def _matters(
    frames: tuple[pd.DataFrame, pd.DataFrame],
    columns: tuple[Columns, Columns],
    judged: Sequence[ColumnDrift],
    ask: Ask,
) -> dict[str, object]:
    roles = ask.roles
    if roles.truth is None or roles.truth not in frames[0]:
        roles = _without_truth(roles)
    outcomes = read_outcomes(*frames, roles)
    apart = {*ask.roles.columns, *ask.leave_out, ask.time}
    sides = [{name: it for name, it in side.items() if name not in apart} for side in columns]
    drifted = {
        it.column: it.score / it.threshold if it.threshold > 0 else it.score
        for it in judged
        if it.verdict == "drift"
    }
    found: dict[str, Any] = plain(asdict(effects(outcomes, (sides[0], sides[1]), drifted)))
    for it in found["columns"]:
        it["drift"] = drifted.get(it["column"])
        it["rank"] = it["importance_share"] * (it["drift"] or 0.0)
    return found


def _without_truth(roles: Roles) -> Roles:
    """Return roles by which predictions are read where nothing says what was true."""
    if roles.prediction is not None:
        return replace(roles, truth=roles.prediction)
    name = next(iter(roles.scores.values()))
    if len(roles.scores) > 1:
        raise InputError("no column says what was true, and none which class was predicted")
    return Roles(name, name, {}, ProblemKind.REGRESSION)
