"""Is B better than A, by what is recorded of both: on the same rows, or over repeated runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.direction import is_lower_better
from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.domain.groups import SEED_LIKE
from mlops_tui.domain.runs import ParamValue, Run, RunState
from mlops_tui.engine import workers
from mlops_tui.engine.data_sources import sound_datasets
from mlops_tui.engine.evaluation_questions import dataset_shape, own_metric
from mlops_tui.engine.subjects import Predicted, find_run, predicted_by
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.index import Index

_BUDGET = re.compile(
    r"(^|[_.\-])(epochs?|(max_?)?steps|(max_?)?iter(ation)?s?|budget|n_?trials|max_?time|minutes"
    r"|train_?rows|n_?samples)([_.\-]|$)",
    re.IGNORECASE,
)
"""Parameters that say how much work went into a model."""


@dataclass(frozen=True, slots=True)
class BetterQuestion:
    """How two models are to be compared."""

    metric: str
    dataset: str | None = None
    """Whose rows; may be left out where both have predictions on one dataset only."""
    min_difference: float | None = None
    """The difference that a person wants to see, > 0."""
    positive: str | None = None
    problem: str | None = None
    is_anyway: bool = False
    """Whether to compare over different data or budgets, and say so."""
    seed: int = 0


def compare_models(
    project: Path,
    a: str,
    b: str,
    question: BetterQuestion,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Return whether B is better than A by their recorded predictions, paired by id.

    Args:
        project: the project's folder.
        a: a run.
        b: another.
        question: by which metric, and how.
        on_progress: told how far it is.
        cancellation: ends it from another thread.

    Returns:
        as `actions_evaluate.compare_predictions`, with `dataset`.

    Raises:
        RefusedError: they were measured on different versions of the data, or trained with
            different budgets.
        NotFoundError: there is no such run, or it has no predictions there.
        InputError: rows cannot be paired, or the metric cannot be told.
        WorkerError: the worker process was lost.
    """
    _require_positive(question.min_difference)
    described = sound_datasets(project)
    with Index.open(project) as index:
        index.ingest()
        sides = [predicted_by(described.path, index, it, question.dataset) for it in (a, b)]
    notes = _require_fair(sides, question.is_anyway)
    objective = described.objective
    cost = objective.cost if objective is not None else None
    name = question.dataset or sides[0].dataset
    arguments = {
        "paths": [str(it.path) for it in sides],
        "names": [it.words for it in sides],
        "metric": question.metric,
        "dataset": dataset_shape(described, name),
        "ask": {
            "cost": None if cost is None else asdict(cost),
            "problem": question.problem,
            "positive": question.positive,
            "min_difference": question.min_difference,
            "seed": question.seed,
            "own": own_metric(described, question.metric),
        },
    }
    found: dict[str, Any] = workers.work("evaluating.compare", arguments, on_progress, cancellation)
    return found | {"notes": [*notes, *found["notes"]], "dataset": name, "problems": []}


def compare_repeated(
    project: Path,
    a: str,
    b: str,
    question: BetterQuestion,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Return whether B is better than A over runs that differ from them in their seed only.

    The values are the last ones of the metric, or where a dataset is named what was evaluated on
    it. Runs of the same seeds are paired.

    Args:
        project: the project's folder.
        a: a run; it stands for all finished ones alike but for the seed.
        b: another.
        question: by which metric, and how.
        cancellation: ends it from another thread.

    Returns:
        as `compare_models`; with `values_a` and `values_b`.

    Raises:
        RefusedError: budgets differ.
        NotFoundError: there is no such run.
        InputError: there are fewer than two runs of either, or both are the same group.
        WorkerError: the worker process was lost.
    """
    _require_positive(question.min_difference)
    described = sound_datasets(project)
    with Index.open(project) as index:
        index.ingest()
        one, other = (find_run(index, it) for it in (a, b))
        groups = [_alike(index, it) for it in (one, other)]
        if groups[0] == groups[1]:
            raise InputError(f"{one.name} and {other.name} differ in their seed only")
        values = [_values(index, it, question) for it in groups]
    notes = _budget_notes([one, other], question.is_anyway)
    lists, is_paired, alone = _paired(values)
    if alone:
        notes.append(f"{alone} runs are left out: there is none of the same seed to pair them with")
    arguments = {
        "metric": question.metric,
        "a": lists[0],
        "b": lists[1],
        "is_paired": is_paired,
        "is_lower_better": is_lower_better(described, question.metric),
        "min_difference": question.min_difference,
    }
    found: dict[str, Any] = workers.work("evaluating.compare_seeds", arguments, None, cancellation)
    told = {"values_a": lists[0], "values_b": lists[1], "dataset": question.dataset}
    return found | told | {"notes": [*notes, *found["notes"]], "problems": []}


def _paired(
    values: Sequence[Mapping[object, float]],
) -> tuple[list[list[float]], bool, int]:
    """Return the values of both in one order where most seeds are common, and how many are not.

    Runs that are paired tell more; to drop many of them for that would tell less.
    """
    common = sorted(set(values[0]) & set(values[1]), key=repr)
    if len(common) < 2 or 2 * len(common) <= max(map(len, values)):
        return [list(it.values()) for it in values], False, 0
    alone = sum(map(len, values)) - 2 * len(common)
    return [[it[key] for key in common] for it in values], True, alone


def _require_positive(difference: float | None) -> None:
    if difference is not None and not 0 < difference < float("inf"):
        raise InputError(f"{difference:g} is no difference to see", "a number above 0")


def _require_fair(sides: Sequence[Predicted], is_anyway: bool) -> list[str]:
    """Return what is to be said of what both were measured on.

    Raises:
        RefusedError: that differs, and nobody said to compare anyway.
    """
    notes = []
    if sides[0].dataset != sides[1].dataset:
        on = " and ".join(f"{it.words} on {it.dataset or 'data not named'}" for it in sides)
        notes.append(f"they were measured on different data: {on}")
    versions = [it.data_version for it in sides]
    if None not in versions and versions[0] != versions[1]:
        on = " and ".join(f"{it.words} on {str(it.data_version)[:SHORT]}" for it in sides)
        notes.append(f"they were measured on different versions of {sides[0].dataset}: {on}")
    if notes and not is_anyway:
        raise RefusedError(notes[0], "evaluate both on one version, or say --anyway")
    unknown = [it.words for it in sides if it.data_version is None]
    if unknown:
        notes.append(f"which version of the data it was is not recorded of {' and '.join(unknown)}")
    runs = [it.run for it in sides if it.run is not None]
    return notes + (_budget_notes(runs, is_anyway) if len(runs) == len(sides) else [])


def _budget_notes(runs: Sequence[Run], is_anyway: bool) -> list[str]:
    budgets = [budget_of(it.params) for it in runs]
    differs = [
        f"{name} {budgets[0][name]} and {budgets[1][name]}"
        for name in budgets[0]
        if name in budgets[1] and budgets[0][name] != budgets[1][name]
    ]
    if not differs:
        return []
    words = f"they had different budgets: {', '.join(differs)}"
    if not is_anyway:
        raise RefusedError(words, "give both the same, or say --anyway")
    return [words]


def budget_of(params: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    """Return the parameters that say how much work went into a model."""
    return {name: value for name, value in params.items() if _BUDGET.search(name)}


def _alike(index: Index, run: Run) -> list[Run]:
    """Return the finished runs that differ from one in their seeds only, the oldest first."""
    wanted = _apart_from_seeds(run)
    found = index.runs(list(reversed(index.run_ids())))
    return [
        it
        for it in found
        if it.job == run.job and it.state is RunState.FINISHED and _apart_from_seeds(it) == wanted
    ]


def _apart_from_seeds(run: Run) -> dict[str, str]:
    return {k: repr(v) for k, v in run.params.items() if not SEED_LIKE.search(k)}


def _values(index: Index, runs: Sequence[Run], question: BetterQuestion) -> dict[object, float]:
    """Return the value of each run by its seeds, or by the run where two have the same."""
    seeds = [tuple(sorted((k, repr(v)) for k, v in it.params.items() if SEED_LIKE.search(k)))
             for it in runs]  # fmt: skip
    are_apart = len(set(seeds)) == len(seeds) and all(seeds)
    found: dict[object, float] = {}
    for run, key in zip(runs, seeds, strict=True):
        value = _value(index, run, question)
        if value is not None:
            found[key if are_apart else run.id] = value
    if len(found) < 2:
        where = f" on {question.dataset}" if question.dataset else ""
        words = (
            f"{len(found)} of {len(runs)} runs like {runs[0].name} have {question.metric}{where}"
        )
        raise InputError(words, "repeat them with other seeds: mlops-tui run JOB --sweep seed=1..5")
    return found


def _value(index: Index, run: Run, question: BetterQuestion) -> float | None:
    if question.dataset is not None:
        for it in index.evaluations(run_ids=[run.id], dataset=question.dataset):
            if question.metric in it.figures:
                return it.figures[question.metric].value
        return None
    summary = run.metrics.get(question.metric)
    return None if summary is None or summary.last != summary.last else summary.last
