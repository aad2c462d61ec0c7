"""Rules about the metrics of one run: what a curve shows, with the n it rests on; no numpy.

All of them look at a curve so that less is better: who asks turns a metric that is to grow upside
down. They are judged again and again while a run goes on, so each asks for what chance hardly ever
does even then; `tests/benchmarks/curve_rules.py` measures how often they are wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.alert_rules import Divergence, Overfitting, Plateau
from mlops_tui.monitor.curve import mean_and_error, median, noise, running_medians

FEWEST_LEVELS = 12
"""Less is no history."""
_CLEAR_PROGRESS = 6.0
_CLEAR_RISE = 10.0
"""Noises: what the scatter of single points does not reach in a run of any length."""
_UNHEARD_OF = 2.0
"""Times the worst setback that the curve recovered from: what comes and goes is no divergence."""
_BLOCKS = 5
_BEGUN_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Shape:
    """What a rule found: where it began, what it was at its best, what it is; less is better."""

    start: float
    best: float
    now: float
    best_at: int
    """The stretch that the best level ends with."""
    noise: float
    """Of one stretch, as a standard deviation."""
    n: int
    """Stretches that the present level rests on."""


def find_divergence(levels: Sequence[float], rule: Divergence) -> Shape | None:
    """Return how a curve has come to be as bad as at its start, or worse; None where it has not.

    Levels are medians of a sixteenth of the curve. Either all but a tenth (`given_back`) of what
    was clearly gained is lost, and no point of the present level is near the best one; or the
    present level is clearly, and by half, worse than the first one.
    """
    n = len(levels)
    if n < max(FEWEST_LEVELS, rule.points):
        return None
    width = max(4, n // 16)
    medians = running_medians(levels, width)
    start, now, best = medians[0], medians[-1], min(medians)
    scatter = max(noise(levels), noise(medians[::width]))
    gained = start - best
    recent = levels[-width:]
    best_at = medians.index(best) + width - 1
    shape = Shape(start, best, now, best_at, scatter, width)
    has_gained = gained > _CLEAR_PROGRESS * scatter and gained > 0
    lost = now - best
    if lost < _UNHEARD_OF * _worst_setback(medians[: medians.index(best) + 1]):
        return None
    if has_gained and lost >= rule.given_back * gained:
        return shape if min(recent) > best + gained / 2 else None
    rise = now - start
    is_clear = rise > max(_CLEAR_RISE * scatter, abs(start), gained)
    return shape if is_clear and min(recent) > start + rise / 4 else None


def _worst_setback(medians: Sequence[float]) -> float:
    """Return how far a curve has ever been above the best level it had reached by then, >= 0."""
    best, worst = math.inf, 0.0
    for level in medians:
        best = min(best, level)
        worst = max(worst, level - best)
    return worst


def find_plateau(
    levels: Sequence[float], width: int, done: float | None, rule: Plateau
) -> Shape | None:
    """Return how a curve stands still; None where it does not, or where that is not sure.

    The last two quarters are compared. It is a plateau only where any change that matters is ruled
    out: the difference and two standard errors are less than `improvement` of all that was gained.
    What gained nothing at all is told only of a run that is known to be a quarter done: one that
    has just begun looks the same.

    Args:
        levels: means of stretches; less is better.
        width: points in a stretch.
        done: the share of the run that is done, None where that is not known.
        rule: what is asked for.
    """
    quarter = len(levels) // 4
    if len(levels) * width < rule.points or quarter < 2 * _BLOCKS:
        return None
    third, third_error = mean_and_error(levels[-2 * quarter : -quarter], _BLOCKS)
    fourth, fourth_error = mean_and_error(levels[-quarter:], _BLOCKS)
    error = math.hypot(third_error, fourth_error)
    start, scatter = median(levels[: max(3, len(levels) // 20)]), noise(levels)
    gained = start - min(third, fourth)
    matters = rule.improvement * gained
    if gained <= max(_CLEAR_PROGRESS * error, scatter):
        if done is None or done < _BEGUN_SHARE:
            return None
        matters = scatter / 2
    if abs(third - fourth) + 2 * error > matters:
        return None
    best = min(levels)
    return Shape(start, best, fourth, list(levels).index(best), scatter, 2 * quarter)


def find_overfitting(
    train: Sequence[tuple[int, float]], validation: Sequence[tuple[int, float]], rule: Overfitting
) -> Shape | None:
    """Return how validation has become worse while training went on improving; else None.

    The best level of validation is at least `points` back and a fifth of its history; since then
    it has lost more than `worse` of what it had gained, and clearly more than its noise; training
    is better now than it was then.

    Args:
        train: step and level; less is better.
        validation: step and level of the metric of the same stem; less is better.
        rule: what is asked for.
    """
    levels = [level for _, level in validation]
    n = len(levels)
    if n < FEWEST_LEVELS or len(train) < FEWEST_LEVELS:
        return None
    width = max(3, n // 20)
    medians = running_medians(levels, width)
    best = min(medians)
    best_at = medians.index(best) + width - 1
    since = levels[best_at + 1 :]
    if len(since) < max(rule.points, n / 5):
        return None
    half = since[len(since) // 2 :]
    now, scatter = median(half), noise(levels)
    gained = max(medians[0] - best, 0.0)
    if now - best < max(rule.worse * gained, 4 * scatter) or now <= best:
        return None
    if sum(level > best + scatter for level in half) < 0.9 * len(half):
        return None
    shape = Shape(medians[0], best, now, best_at, scatter, len(half))
    return shape if _goes_on(train, validation[best_at][0]) else None


def _goes_on(train: Sequence[tuple[int, float]], step: int) -> bool:
    """Say whether training is clearly better at its end than around a step."""
    before = [level for at, level in train if at <= step]
    after = [level for at, level in train if at > step]
    width = max(3, len(train) // 20)
    if len(before) < 3 or len(after) < 3:
        return False
    return median(after[-width:]) < median(before[-width:]) - noise([it for _, it in train])
