"""Is B better than A? Compared on the very same rows, never by two figures alone.

"better" and "worse" are said where the interval of the difference says so; else nothing is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist

import numpy as np

from mlops_tui.domain import evaluated
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost, Direction
from mlops_tui.domain.text import nearest
from mlops_tui.evaluate import metrics, sums
from mlops_tui.evaluate.estimating import Median, Units, quantile, standard_error
from mlops_tui.evaluate.figures import Floats, Ratio, Statistic
from mlops_tui.evaluate.measures import measures_of
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.sums import Codes, OfSums

CONFIDENCE = 0.95
POWER = 0.8
"""Rows needed are those with which a difference is seen so often."""
_FEW_DISCORDANT = 25
_MOST_COLUMNS = 12
"""More columns of sums have too many products for a studentised bootstrap."""
_MOST_RESAMPLED = 100_000_000
"""Rows times samples of a metric that is resampled in a plain loop."""
_OF_LOSSES = frozenset({"log_loss", "brier", "mae", "rmse", "mse", "mape", "msle", "rmsle", "r2"})
_SHARES = {"accuracy": None, "recall": 1, "specificity": 0}
"""Metrics that are shares of rows, and of which class."""


class Verdict(StrEnum):
    """What may be said of B."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Comparison:
    """B against A by one metric."""

    metric: str
    verdict: Verdict
    a: float
    b: float
    difference: float
    """B less A, in the metric's own unit: of a loss, less than 0 is better."""
    low: float
    high: float
    confidence: float
    n: int
    """Rows, seeds or splits that both were measured on."""
    method: str
    rows_needed: int | None
    """About so many more rows to see `wanted` in eight of ten times; 0 where it can be told; None
    where that cannot be known."""
    wanted: float
    """The difference that is to be seen."""
    wanted_by: str
    """`declared`, `observed`, or `practical margin`."""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return what `better --json` prints, under the keys that programs rely on."""
        names = ("difference", "low", "high", "confidence", "n", "method", "rows_needed")
        found = {name: getattr(self, name) for name in names}
        plain = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in found.items()}
        return {"verdict": self.verdict.value, **plain}


@dataclass(frozen=True)
class _Interval:
    low: float
    high: float
    error: float
    """The standard error of the difference."""
    method: str
    n: int


def compare(
    metric: str,
    a: Outcomes,
    b: Outcomes,
    units: Units | None = None,
    cost: Cost | None = None,
    min_difference: float | None = None,
    seed: int = 0,
    is_quick: bool = False,
) -> Comparison:
    """Return whether B is better than A on the same rows.

    Args:
        metric: by which.
        a: of all rows; with the same truth, rows and classes as `b`.
        b: the same.
        units: rows that belong together.
        cost: what errors cost, for the metric `cost`.
        min_difference: the difference that a person wants to see, > 0; by default what was
            observed, or where that is less, `metrics.margin`.
        seed: of the bootstrap.
        is_quick: without a bootstrap where the influence of rows does, for many comparisons.

    Raises:
        InputError: the metric is not defined for these rows.
    """
    is_kept = a.is_labelled & b.is_labelled
    kept = np.flatnonzero(is_kept)
    a, b = a.take(kept), b.take(kept)
    units = None if units is None else units.take(kept)
    before, after = (_statistic(metric, it, cost, what) for it, what in ((a, "A"), (b, "B")))
    difference = after.value - before.value
    found = _interval(metric, (a, b), (before, after), units, None if is_quick else seed)
    wanted, wanted_by = wanted_of(metric, before.value, difference, min_difference)
    verdict = verdict_of(metric, found.low, found.high)
    notes = []
    if len(is_kept) > len(kept):
        lost = len(is_kept) - len(kept)
        notes.append(f"{lost:,} of {len(is_kept):,} rows lack truth or a prediction: left out")
    if found.error == 0:
        notes.append("both are right and wrong on the very same rows")
    return Comparison(
        *(metric, verdict, before.value, after.value, difference, found.low, found.high),
        *(CONFIDENCE, found.n, found.method),
        rows_needed=rows_needed(verdict, found.error, len(kept), wanted),
        wanted=wanted,
        wanted_by=wanted_by,
        notes=tuple(notes),
    )


def verdict_of(metric: str, low: float, high: float, direction: Direction | None = None) -> Verdict:
    """Return what an interval of the difference says.

    Args:
        metric: whose.
        low: its lower end.
        high: its upper end.
        direction: which way the metric gets better, where its name does not say.

    Raises:
        InputError: nobody knows which way the metric gets better.
    """
    direction = direction or evaluated.direction_of(metric)
    if direction is None:
        raise InputError(f"{metric} gets better neither up nor down")
    if math.isnan(low) or low <= 0 <= high:
        return Verdict.CANNOT_TELL
    is_up = low > 0
    return Verdict.BETTER if is_up == (direction is Direction.MAXIMIZE) else Verdict.WORSE


def rows_needed(verdict: Verdict, error: float, n: int, wanted: float) -> int | None:
    """Return about how many more rows would show a difference, from the standard error at n."""
    if verdict is not Verdict.CANNOT_TELL:
        return 0
    if not error > 0 or not wanted > 0:
        return None
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2) + NormalDist().inv_cdf(POWER)
    return max(0, math.ceil(n * (z * error / wanted) ** 2) - n)


def _statistic(metric: str, rows: Outcomes, cost: Cost | None, what: str) -> Statistic:
    if not len(rows):
        raise InputError("no row has a truth and both predictions")
    found = measures_of(rows, cost)
    if metric not in found:
        names = list(found)
        meant = nearest(metric, names)
        known = f"there are: {', '.join(names)}"
        raise InputError(
            f"{metric} cannot be told of {what}",
            f"did you mean {meant}? {known}" if meant else known,
        )
    statistic = found[metric].statistic
    if math.isnan(statistic.value):
        raise InputError(f"{metric} is not defined on the rows of {what}")
    return statistic


def wanted_of(
    metric: str, usual: float, difference: float, declared: float | None
) -> tuple[float, str]:
    """Return the difference that is to be seen, and who says so."""
    if declared is not None:
        return declared, "declared"
    margin = metrics.margin(metric, usual) if metric in _WITH_MARGIN else 0.1 * abs(usual)
    if abs(difference) >= margin:
        return abs(difference), "observed"
    return margin, "practical margin"


_WITH_MARGIN = metrics.RATES | {"mae", "rmse", "mse", "mape", "msle", "rmsle"}


def _interval(
    metric: str,
    rows: tuple[Outcomes, Outcomes],
    figures: tuple[Statistic, Statistic],
    units: Units | None,
    seed: int | None,
) -> _Interval:
    """Return the interval of the difference by the method that suits the metric.

    Without a seed nothing is resampled where that can be helped.
    """
    before, after = figures
    n = len(rows[0])
    if metric in _SHARES and units is None and _has_one_share(metric, rows[0]):
        return _mcnemar(rows, _SHARES[metric])
    error = standard_error(after.influence - before.influence, units)
    if seed is None and not error > 0:
        edge = 0.0 if after.value == before.value else math.nan
        return _Interval(edge, edge, error, "none", n)
    if isinstance(after, Median) or not error > 0:
        return _resampled(figures, units, n, seed or 0)
    count = None if units is None else len(np.unique(units.codes))
    half = quantile(count) * error
    difference = after.value - before.value
    method = "DeLong" if metric == "roc_auc" else "influence function"
    plain = _Interval(difference - half, difference + half, error, _by(method, units), n)
    sides = [_as_sums(it) for it in figures]
    if sides[0] is None or sides[1] is None or seed is None:
        return plain
    found = _studentised(_difference(sides[0], sides[1]), error, units, n, seed)
    if found is None:
        return plain
    if metric in _OF_LOSSES:
        return found
    # what is made of counts has few different samples where few rows differ
    return replace(found, low=min(found.low, plain.low), high=max(found.high, plain.high))


def _by(method: str, units: Units | None) -> str:
    return method if units is None else f"{method}, {units.words}"


def _has_one_share(metric: str, rows: Outcomes) -> bool:
    return metric == "accuracy" or rows.problem is ProblemKind.BINARY


def _mcnemar(rows: tuple[Outcomes, Outcomes], of_class: int | None) -> _Interval:
    """Return the interval of a difference of paired shares.

    Bonett and Price (2012), no narrower than McNemar's test (exact where few rows differ) allows.
    """
    a, b = rows
    is_in = np.ones(len(a), dtype=bool) if of_class is None else a.truth == of_class
    right = [(it.predicted == it.truth)[is_in] for it in (a, b)]
    lost, won = int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum())
    n = int(is_in.sum())
    difference, apart = (won - lost) / n, won + lost
    error = math.sqrt(max(apart / n - difference**2, 0) / n)
    up, down = (won + 1) / (n + 2), (lost + 1) / (n + 2)
    half = quantile(None) * math.sqrt(max(up + down - (up - down) ** 2, 0) / (n + 2))
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    is_exact = apart < _FEW_DISCORDANT
    if mcnemar_p(lost, won) > 1 - CONFIDENCE:
        low, high = min(low, 0.0), max(high, 0.0)
    if not apart:
        low = high = 0.0
    return _Interval(low, high, error, "McNemar exact" if is_exact else "McNemar", n)


def mcnemar_p(lost: int, won: int) -> float:
    """Return the two-sided p of McNemar's test: exact where fewer than 25 rows differ."""
    apart = lost + won
    if not apart:
        return 1.0
    if apart < _FEW_DISCORDANT:
        fewest = min(lost, won)
        tail = sum(math.comb(apart, at) for at in range(fewest + 1))
        return min(1.0, tail / 2.0 ** (apart - 1))
    return math.erfc(abs(won - lost) / math.sqrt(2 * apart))


def _as_sums(statistic: Statistic) -> OfSums | None:
    """Return a figure as one of sums of columns; None where it is none."""
    if isinstance(statistic, OfSums):
        return statistic
    if not isinstance(statistic, Ratio):
        return None
    parts, empty = statistic.top.shape[1], statistic.empty
    is_left_out = math.isnan(empty)

    def of(totals: Floats) -> Floats:
        top, bottom = totals[..., :parts], totals[..., parts:]
        missing = np.full(top.shape, empty)
        each = np.divide(top, bottom, out=missing, where=bottom > 1e-9)
        if not is_left_out:
            return np.asarray(each.mean(axis=-1))
        there = ~np.isnan(each)
        return np.asarray(np.where(there, each, 0).sum(axis=-1) / there.sum(axis=-1))

    return OfSums(np.column_stack([statistic.top, statistic.bottom]), of, statistic.support)


def _difference(before: OfSums, after: OfSums) -> OfSums:
    m = before.columns.shape[1]

    def of(totals: Floats) -> Floats:
        return after_of(totals[..., m:]) - before_of(totals[..., :m])

    before_of, after_of = before.function, after.function
    columns = np.column_stack([before.columns, after.columns])
    return OfSums(columns, of, min(before.support, after.support))


def _studentised(
    joint: OfSums, error: float, units: Units | None, n: int, seed: int
) -> _Interval | None:
    count = n if units is None else units.count
    if joint.columns.shape[1] > _MOST_COLUMNS or count < sums.LEAST_UNITS:
        return None
    columns = joint.columns
    if units is not None:
        columns = sums.by_unit(columns, units.codes, units.count)
    table = sums.table_of(columns)
    (drawn,) = sums.resampled([sums.Block(table.columns)], count, seed=seed)
    low, high = sums.studentised(joint.light, table.own, drawn, CONFIDENCE)
    if math.isnan(low):
        return None
    return _Interval(low, high, error, _by("paired bootstrap-t", units), n)


def _resampled(
    figures: tuple[Statistic, Statistic], units: Units | None, n: int, seed: int
) -> _Interval:
    """Return the percentile interval of a plain paired bootstrap, for what has no usable slope."""
    draw = np.random.default_rng(seed)
    times = int(max(100, min(sums.REPLICATES, _MOST_RESAMPLED // max(n, 1))))
    rows_of = _rows_by_unit(units)
    found = []
    for _ in range(times):
        rows = draw.integers(0, len(rows_of) or n, len(rows_of) or n)
        if rows_of:
            rows = np.concatenate([rows_of[at] for at in rows])
        found.append(figures[1].take(rows).value - figures[0].take(rows).value)
    values = np.array(found)
    values = values[np.isfinite(values)]
    if len(values) < 0.9 * times:
        return _Interval(math.nan, math.nan, math.nan, _by("paired bootstrap", units), n)
    tail = (1 - CONFIDENCE) / 2
    low, high = (float(it) for it in np.quantile(values, [tail, 1 - tail]))
    return _Interval(low, high, float(values.std()), _by("paired bootstrap", units), n)


def _rows_by_unit(units: Units | None) -> list[Codes]:
    if units is None:
        return []
    _, codes = np.unique(units.codes, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    return list(np.split(order, np.flatnonzero(np.diff(codes[order])) + 1))
