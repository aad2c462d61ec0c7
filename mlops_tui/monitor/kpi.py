"""What a model's errors cost, and whether it reaches the objective, as far as the batch can say."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost, Objective
from mlops_tui.evaluate import metrics
from mlops_tui.evaluate.figures import bounds_of_sum
from mlops_tui.monitor.performed import Cell, MetricResult, PerformanceReport

_WORDS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Money:
    """What errors cost, in `currency`; bounds are 95 %."""

    basis: str
    """`realised` or `estimated`."""
    currency: str
    per_row: float
    lower: float
    upper: float
    reference_per_row: float
    total: float
    """Of all rows of the batch."""
    extra: float
    """Of the batch, above what as many rows of the reference cost; negative: less."""
    extra_lower: float
    extra_upper: float
    n: int
    n_reference: int


@dataclass(frozen=True)
class ObjectiveState:
    """The objective's metric on the batch."""

    objective: str
    """As the project names it."""
    metric: str
    """What it was taken for."""
    basis: str
    value: float
    lower: float
    upper: float
    target: float | None
    is_reached: bool | None
    """None: the bounds hold the target, or there is none."""
    n: int


def money(report: PerformanceReport, cost: Cost | None) -> tuple[Money, ...]:
    """Return what errors cost by each basis; nothing where that is not known.

    Two classes: false negatives and false positives. Numbers: the mean absolute error, per unit.
    """
    if cost is None:
        return ()
    if report.problem is ProblemKind.REGRESSION:
        return _per_unit(report, cost)
    if report.problem is not ProblemKind.BINARY:
        return ()
    amounts = [float(cost.false_negative or 0), float(cost.false_positive or 0)]
    if not any(amounts) or "reference" not in report.confusion:
        return ()
    usual = _errors(report.confusion["reference"], report)
    found = []
    for basis in ("realised", "estimated"):
        if basis in report.confusion:
            now = _errors(report.confusion[basis], report)
            found.append(_money(basis, cost.currency, amounts, now, usual))
    return tuple(found)


@dataclass(frozen=True)
class _Errors:
    shares: list[float]
    bounds: list[tuple[float, float]]
    n: int


def _errors(cells: Sequence[Cell], report: PerformanceReport) -> _Errors:
    """Return the shares of false negatives and false positives."""
    negative, positive = report.classes
    n = round(sum(cell.count for cell in cells))
    by_place = {(cell.truth, cell.predicted): cell for cell in cells}
    wrong = [by_place[positive, negative], by_place[negative, positive]]
    n = max(n, 1)
    return _Errors(
        [it.count / n for it in wrong], [(it.lower / n, it.upper / n) for it in wrong], n
    )


def _money(basis: str, currency: str, amounts: list[float], now: _Errors, usual: _Errors) -> Money:
    per_row, before = _sum(amounts, now.shares), _sum(amounts, usual.shares)
    low, high = bounds_of_sum(amounts, now.shares, now.bounds)
    before_low, before_high = bounds_of_sum(amounts, usual.shares, usual.bounds)
    extra = per_row - before
    extra_low = extra - math.hypot(per_row - low, before_high - before)
    extra_high = extra + math.hypot(high - per_row, before - before_low)
    return Money(
        *(basis, currency, per_row, low, high, before, per_row * now.n),
        *(extra * now.n, extra_low * now.n, extra_high * now.n, now.n, usual.n),
    )


def _sum(amounts: list[float], shares: list[float]) -> float:
    return sum(amount * share for amount, share in zip(amounts, shares, strict=True))


def _per_unit(report: PerformanceReport, cost: Cost) -> tuple[Money, ...]:
    if not cost.per_unit:
        return ()
    unit = float(cost.per_unit)
    found = []
    for it in report.metrics:
        if it.metric != "mae" or math.isnan(it.value):
            continue
        extra = (it.value - it.reference) * it.n * unit
        low, high = ((edge - it.reference) * it.n * unit for edge in (it.lower, it.upper))
        facts = (it.value * unit, it.lower * unit, it.upper * unit, it.reference * unit)
        total = it.value * unit * it.n
        money = Money(
            *(it.basis, cost.currency, *facts, total, extra, low, high, it.n, it.n_reference)
        )
        found.append(money)
    return tuple(found)


def metric_of(objective: str) -> str | None:
    """Return which of our metrics a name means: `holdout_accuracy` is accuracy; None: none of them.

    A name with the word cost is what errors cost a row.
    """
    words = _WORDS.findall(objective.lower())
    plain = "_".join(words)
    for known in sorted((*metrics.OF_CLASSES, *metrics.OF_NUMBERS), key=len, reverse=True):
        if plain == known or plain.endswith(f"_{known}"):
            return known
    if plain.endswith("auc"):
        return "roc_auc"
    return "cost" if "cost" in words else None


def objective_state(
    report: PerformanceReport, objective: Objective | None, costs: Sequence[Money]
) -> ObjectiveState | None:
    """Return where the objective stands, realised where it can be; None where nothing says it."""
    name = objective.metric if objective is not None else None
    metric = metric_of(name) if name else None
    if objective is None or name is None or metric is None:
        return None
    figures: list[tuple[str, float, float, float, int]]
    if metric == "cost":
        figures = [(it.basis, it.per_row, it.lower, it.upper, it.n) for it in costs]
    else:
        figures = [_figure(it) for it in report.metrics if it.metric == metric]
    figures = [it for it in figures if not math.isnan(it[1])]
    figures.sort(key=lambda it: it[0] != "realised")
    if not figures:
        return None
    basis, value, lower, upper, n = figures[0]
    reached = _reached(metric in metrics.RATES, lower, upper, objective.target)
    return ObjectiveState(name, metric, basis, value, lower, upper, objective.target, reached, n)


def _figure(it: MetricResult) -> tuple[str, float, float, float, int]:
    return it.basis, it.value, it.lower, it.upper, it.n


def _reached(is_rate: bool, lower: float, upper: float, target: float | None) -> bool | None:
    if target is None:
        return None
    if lower >= target or upper < target:
        return (lower >= target) == is_rate
    return None
