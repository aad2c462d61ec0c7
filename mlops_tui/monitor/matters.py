"""Does it matter? What a drifted column does to a model's predictions, told by a surrogate of it.

The model itself is not asked: to load it would be to run it. Trees learn its recorded predictions
from the columns of the reference instead, and say how well they agree with it; where they do not,
nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate.columns import Column, Kind
from mlops_tui.evaluate.figures import Floats
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.monitor import nulls
from mlops_tui.monitor.multivariate import encode, usable_columns
from mlops_tui.monitor.swapping import swapped

LEAST_AGREEMENT = 0.7
"""The share of the predictions' variance that a surrogate has to explain, on rows that it has not
seen; with less it is another model."""
THRESHOLDS = {"probability": 0.01, "sd": 0.05}
"""A mean change of predictions that matters: a point of probability, or of numbers a twentieth of
their spread."""
LEAST_ROWS = 200
"""Of the reference, to learn from."""
MOST_COLUMNS = 100
_MOST_ROWS = 20_000
_PROBES = 500
"""Rows of the reference in which columns are swapped."""
_CHANCE_DRAWS = 12
_FOLDS = 3
_TREES = 60
_MOST_CLASSES = 10
_SEED = 31


class Matter(StrEnum):
    """What may be said of a column's effect."""

    MATTERS = "matters"
    DOES_NOT_MATTER = "does_not_matter"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class ColumnEffect:
    """What one column does to the predictions."""

    column: str
    importance: float
    """The mean change of predictions when its values are shuffled over the reference."""
    importance_share: float
    """Of the importance of all columns."""
    effect: float
    """The mean absolute change of predictions when the reference gets the batch's values of this
    column alone, each row by its rank."""
    lower: float
    upper: float
    """95 % bounds, by chance of the batch's rows."""
    shift: float
    """The mean change, with its sign."""
    flipped: float
    """The share of rows that get another class by it, the likeliest; NaN for a regression."""
    chance_q99: float
    """The effect that a batch of this size from the reference has once in a hundred times."""
    verdict: Matter
    words: str
    n_current: int
    n_reference: int


@dataclass(frozen=True)
class Effects:
    """What the columns of a batch do to a model."""

    why_not: str
    """Why nothing is said; else empty."""
    agreement: float
    """R2 of the surrogate on rows of the reference that it has not seen; NaN: none was made."""
    agreement_current: float
    """The same on the batch, by the variance of the reference; NaN without predictions."""
    unit: str
    """`probability`, or `sd` of the reference's predictions."""
    threshold: float
    columns: tuple[ColumnEffect, ...]
    """The largest effect first."""
    n_reference: int


def effects(
    outcomes: tuple[Outcomes, Outcomes],
    columns: tuple[Mapping[str, Column], Mapping[str, Column]],
    drifted: Mapping[str, float],
) -> Effects:
    """Return what the columns of a batch do to a model's predictions.

    Args:
        outcomes: of reference and batch; only what was predicted is looked at.
        columns: features of both, with the kinds of the reference.
        drifted: columns that have drifted, and how many times their score is the threshold.
    """
    reference, current = outcomes
    unit = "sd" if reference.problem is ProblemKind.REGRESSION else "probability"
    names = usable_columns(*columns)
    said = _said(reference)
    usable = np.flatnonzero(np.isfinite(said).all(axis=1))
    why = _why_not(names, len(usable), said)
    if why:
        return _nothing(why, unit, len(usable))
    spread = max(float(said[usable].std()), 1e-300) if unit == "sd" else 1.0
    said = said / spread
    before = encode(*columns[:1], columns[0], names)
    draw = np.random.default_rng(_SEED)
    if len(usable) > _MOST_ROWS:
        usable = np.sort(draw.choice(usable, _MOST_ROWS, replace=False))
    surrogate, agreement = _kept(before[usable], said[usable])
    if agreement < LEAST_AGREEMENT:
        words = (
            f"what the model says cannot be told from these columns: a surrogate explains "
            f"{max(agreement, 0):.0%} of its predictions on {len(usable):,} rows, and "
            f"{LEAST_AGREEMENT:.0%} is needed"
        )
        return _nothing(words, unit, len(usable), agreement)
    after = encode(columns[0], columns[1], names)
    live = _said(current) / spread
    told = np.flatnonzero(np.isfinite(live).all(axis=1))
    # a model that says nearly the same of all rows has no variance of its own to explain
    now = math.nan
    if len(told):
        missed = ((live[told] - surrogate.predict(after[told])) ** 2).mean(axis=0).sum()
        now = 1 - float(missed / max(float(said[usable].var(axis=0).sum()), 1e-300))
    probes = before[np.sort(draw.choice(usable, min(_PROBES, len(usable)), replace=False))]
    has_classes = unit == "probability"
    sides = (before[usable], after)
    found = _measured(surrogate, probes, *sides, names, columns[0], draw, has_classes)
    judged = [
        _judged(it, drifted, THRESHOLDS[unit], unit, is_known=not now < LEAST_AGREEMENT)
        for it in found
    ]
    judged.sort(key=lambda it: -it.effect)
    return Effects("", agreement, now, unit, THRESHOLDS[unit], tuple(judged), len(usable))


def _why_not(names: Sequence[str], rows: int, said: Floats) -> str:
    if not names:
        return "there is no column to explain predictions by"
    if len(names) > MOST_COLUMNS:
        return f"{len(names)} columns are too many to tell apart (at most {MOST_COLUMNS})"
    if rows < LEAST_ROWS:
        return f"{rows} rows of the reference have a prediction: too few to learn from"
    if not said.shape[1]:
        return f"more than {_MOST_CLASSES} classes without scores are too many"
    finite = said[np.isfinite(said).all(axis=1)]
    return "the model always says the same" if float(np.ptp(finite, axis=0).max()) == 0 else ""


def _nothing(why: str, unit: str, rows: int, agreement: float = math.nan) -> Effects:
    return Effects(why, agreement, math.nan, unit, THRESHOLDS[unit], (), rows)


def _said(outcomes: Outcomes) -> Floats:
    """Return what was predicted as numbers, (n, m): scores where there are any, else classes."""
    if outcomes.problem is ProblemKind.REGRESSION:
        return outcomes.predicted[:, None]
    k = len(outcomes.classes)
    if outcomes.scores.shape[1] and k <= _MOST_CLASSES:
        said = outcomes.scores
    elif k <= _MOST_CLASSES:
        is_there = outcomes.predicted >= 0
        said = np.where(
            is_there[:, None], outcomes.predicted[:, None] == np.arange(k)[None, :], np.nan
        )
    else:
        return np.empty((len(outcomes), 0))
    return said[:, 1:] if k == 2 else said


class _Surrogate:
    """Trees for each number that the model says of a row."""

    def __init__(self, rows: Floats, said: Floats) -> None:
        from sklearn.ensemble import HistGradientBoostingRegressor

        self._models: list[Any] = [
            HistGradientBoostingRegressor(
                max_iter=_TREES, max_leaf_nodes=15, early_stopping=False, random_state=_SEED
            ).fit(rows, said[:, at])
            for at in range(said.shape[1])
        ]

    def predict(self, rows: Floats) -> Floats:
        """Return what the model would say, (n, m)."""
        return np.column_stack([model.predict(rows) for model in self._models])


def _kept(rows: Floats, said: Floats) -> tuple[_Surrogate, float]:
    """Return what `_learned` does, the one at hand where these rows were learned from last.

    Batch after batch is compared with the same reference, and learning takes a second.
    """
    key = nulls.digest(rows, said)
    if key not in _LEARNED:
        found = _learned(rows, said)
        _LEARNED.clear()
        _LEARNED[key] = found
    return _LEARNED[key]


def _learned(rows: Floats, said: Floats) -> tuple[_Surrogate, float]:
    """Return a surrogate and its agreement on rows that it has not seen."""
    from threadpoolctl import threadpool_limits

    draw = np.random.default_rng(_SEED)
    fold = draw.permutation(np.arange(len(rows)) % _FOLDS)
    held = np.empty_like(said)
    # threads that wait for each other in a spin take seconds where other work shares the cores
    with threadpool_limits(1):
        for at in range(_FOLDS):
            model = _Surrogate(rows[fold != at], said[fold != at])
            held[fold == at] = model.predict(rows[fold == at])
        return _Surrogate(rows, said), _agreement(said, held)


def _agreement(said: Floats, guessed: Floats) -> float:
    """Return the share of variance that is explained (R2), over all numbers together."""
    total = float(((said - said.mean(axis=0)) ** 2).sum())
    return 1 - float(((said - guessed) ** 2).sum()) / total if total > 0 else math.nan


_LEARNED: dict[str, tuple[_Surrogate, float]] = {}


@dataclass(frozen=True)
class _Measured:
    column: str
    importance: float
    share: float
    effect: float
    error: float
    shift: float
    flipped: float
    chance_mean: float
    chance_q99: float
    n: int
    rows: int


def _measured(
    surrogate: _Surrogate,
    probes: Floats,
    before: Floats,
    after: Floats,
    names: Sequence[str],
    kinds: Mapping[str, Column],
    draw: np.random.Generator,
    has_classes: bool,
) -> list[_Measured]:
    from threadpoolctl import threadpool_limits

    ranked = [kinds[name].kind is Kind.NUMERIC for name in names]
    with threadpool_limits(1):
        base = surrogate.predict(probes)
        change = _Change(surrogate, probes, base, has_classes)
        shuffled = change.of([draw.permutation(column) for column in probes.T])
        effect = change.of(_swap(probes, before, after, ranked, draw))
        n = len(after)
        draws = np.array(
            [
                change.of(_swap(probes, before, _some(before, n, draw), ranked, draw))
                for _ in range(_CHANCE_DRAWS)
            ]
        )
    chance, sds = draws[:, 0], draws.std(axis=0, ddof=1)
    mean, sd = chance.mean(axis=0), sds.max(axis=0)
    total = max(float(shuffled[0].sum()), 1e-300)
    return [
        _Measured(
            *(name, float(shuffled[0][at]), float(shuffled[0][at]) / total),
            *(float(effect[0][at]), float(sd[at]), float(effect[1][at])),
            *(float(effect[2][at]), float(mean[at])),
            chance_q99=float(mean[at] + 2.326 * sds[0][at]),
            n=n,
            rows=len(before),
        )
        for at, name in enumerate(names)
    ]


class _Change:
    """How far predictions move when one column of the probes is put in place of the other."""

    def __init__(
        self, surrogate: _Surrogate, probes: Floats, base: Floats, has_classes: bool
    ) -> None:
        self._surrogate, self._probes, self._base = surrogate, probes, base
        self._has_classes = has_classes

    def of(self, columns: Sequence[Floats]) -> tuple[Floats, Floats, Floats]:
        """Return the mean absolute change, the mean change, and the share of other classes.

        Of each column alone, (columns,).
        """
        count = len(self._probes)
        stacked = np.tile(self._probes, (len(columns), 1))
        for at, column in enumerate(columns):
            stacked[at * count : (at + 1) * count, at] = column
        moved = self._surrogate.predict(stacked).reshape(len(columns), count, -1) - self._base
        # of several classes what one gains others lose
        absolute = np.abs(moved).sum(axis=2) / (2 if moved.shape[2] > 1 else 1)
        flipped = np.full(len(columns), np.nan)
        if self._has_classes:
            flipped = (_class_of(moved + self._base) != _class_of(self._base)).mean(axis=1)
        return absolute.mean(axis=1), moved[:, :, 0].mean(axis=1), flipped


def _class_of(said: Floats) -> Floats:
    """Return the likeliest class of (..., m) numbers; of two, whether it is the last."""
    if said.shape[-1] == 1:
        return np.asarray(said[..., 0] >= 0.5, dtype=np.float64)
    return np.asarray(said.argmax(axis=-1), dtype=np.float64)


def _swap(
    probes: Floats,
    before: Floats,
    after: Floats,
    ranked: Sequence[bool],
    draw: np.random.Generator,
) -> list[Floats]:
    return [
        swapped(probes[:, at], before[:, at], after[:, at], is_ranked, draw)
        for at, is_ranked in enumerate(ranked)
    ]


def _some(rows: Floats, n: int, draw: np.random.Generator) -> Floats:
    return np.asarray(rows[draw.integers(0, len(rows), n)], dtype=np.float64)


def _judged(
    it: _Measured, drifted: Mapping[str, float], threshold: float, unit: str, is_known: bool
) -> ColumnEffect:
    half = 1.96 * it.error
    # swapping moves a little by chance alone
    lower, upper = max(0.0, it.effect - it.chance_mean - half), it.effect + half
    verdict = Matter.CANNOT_TELL
    if lower >= threshold and it.effect > it.chance_q99:
        verdict = Matter.MATTERS
    elif upper < threshold and is_known:
        verdict = Matter.DOES_NOT_MATTER
    words = _words(it, lower, upper, verdict, unit, it.column in drifted)
    facts = (it.importance, it.share, it.effect, lower, upper, it.shift, it.flipped)
    return ColumnEffect(it.column, *facts, it.chance_q99, verdict, words, it.n, it.rows)


def _words(
    it: _Measured, lower: float, upper: float, verdict: Matter, unit: str, has_drifted: bool
) -> str:
    """Return a sentence about a drifted column; empty for the others."""
    if not has_drifted:
        return ""
    of = "points of probability" if unit == "probability" else "% of their spread"
    n = f"n {it.n:,}"
    if verdict is Matter.DOES_NOT_MATTER:
        # trees that never ask for a column show no change at all
        most = f"{max(100 * upper, 0.01):.2g} {of}"
        return (
            f"{it.column} moved, the model does not care: alone it changes predictions by "
            f"{most} at most, {n}"
        )
    moved = f"{100 * it.effect:.2g} {of} ({100 * lower:.2g} to {100 * upper:.2g}, {n})"
    if verdict is Matter.MATTERS:
        words = f"{it.column} moved, and alone it changes predictions by {moved}"
        return (
            words if math.isnan(it.flipped) else f"{words}, the class in {it.flipped:.1%} of rows"
        )
    return f"{it.column} moved; whether the model cares cannot be told: {moved}"
