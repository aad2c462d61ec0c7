"""Runs drawn as one line: which belong together, their mean, and the band they span; pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mlops_tui.domain.groups import SEED_LIKE
from mlops_tui.domain.runs import Run
from mlops_tui.ui.chart_view import Grouping

SWEEP_TAG = "sweep"


class Group(NamedTuple):
    """Runs that are drawn as one line."""

    name: str
    slot: int
    """Says the colour."""


def group_key(run: Run, grouping: Grouping) -> tuple[object, ...]:
    """Return what runs that belong together have in common."""
    if grouping is Grouping.SEEDS:
        kept = {name: value for name, value in run.params.items() if not SEED_LIKE.search(name)}
        return (run.job, *sorted((name, repr(value)) for name, value in kept.items()))
    if grouping is Grouping.SWEEP:
        return (run.tags.get(SWEEP_TAG) or run.id,)
    return () if grouping is Grouping.ALL else (run.id,)


def group_names(groups: Sequence[Sequence[Run]], grouping: Grouping) -> list[str]:
    """Return what tells the groups apart: what their runs share and the others do not."""
    if grouping is Grouping.ALL:
        return ["all" for _ in groups]
    if grouping is Grouping.SWEEP:
        return [group[0].tags.get(SWEEP_TAG) or group[0].name for group in groups]
    firsts = [group[0] for group in groups]
    names = [name for name in shared_names(firsts) if not SEED_LIKE.search(name)]
    differing = [name for name in names if len({repr(run.params.get(name)) for run in firsts}) > 1]
    return [
        " ".join(f"{name}={run.params[name]}" for name in differing if name in run.params)
        or (run.job if len(group) > 1 else run.name)
        for run, group in zip(firsts, groups, strict=True)
    ]


def shared_names(runs: Iterable[Run]) -> list[str]:
    """Return the names of all parameters, sorted."""
    return sorted({name for run in runs for name in run.params})


@dataclass(frozen=True, slots=True)
class Band:
    """The mean of some lines and what they span, at places that rise."""

    xs: list[float]
    means: list[float]
    """NaN where no line has a value."""
    lows: list[float]
    """NaN where fewer than two lines have a value."""
    highs: list[float]
    counts: list[int]
    """How many lines have a value: not those that are over, or are not finite there."""
    size: int
    """How many lines there are."""
    odd: list[float]
    """Places at which a line has a value that is not finite."""


Course = tuple[Sequence[float], Sequence[float]]
"""Places, not falling, and values."""


def band(courses: Sequence[Course], most: int) -> Band:
    """Return the mean of some lines and the least and greatest of them.

    Between its points a line is taken to be straight; before the first, after the last and beside
    a value that is not finite it counts for nothing.

    Args:
        courses: The lines.
        most: Places to look at, where the lines have more than that together.
    """
    courses = [course for course in courses if len(course[0])]
    xs = places(courses, most)
    columns = [values_at(course, xs) for course in courses]
    means, lows, highs, counts = [], [], [], []
    for row in zip(*columns, strict=True) if columns else ():
        there = [value for value in row if value is not None]
        counts.append(len(there))
        means.append(sum(there) / len(there) if there else math.nan)
        lows.append(min(there) if len(there) > 1 else math.nan)
        highs.append(max(there) if len(there) > 1 else math.nan)
    odd = sorted({x for cx, cy in courses for x, y in zip(cx, cy, strict=True) if y - y != 0})
    return Band(xs, means, lows, highs, counts, len(courses), odd)


def places(courses: Sequence[Course], most: int) -> list[float]:
    """Return all places of the points, or `most` evenly spread ones where there are more."""
    every = sorted({x for xs, _ in courses for x in xs if math.isfinite(x)})
    if len(every) <= most:
        return [float(x) for x in every]
    low, high = every[0], every[-1]
    return [low + (high - low) * at / (most - 1) for at in range(most)]


def values_at(course: Course, xs: Iterable[float]) -> list[float | None]:
    """Return the value of a line at each place; None where it has none."""
    own, ys = course
    return [_value_at(own, ys, x) for x in xs]


def _value_at(own: Sequence[float], ys: Sequence[float], x: float) -> float | None:
    after = bisect_left(own, x)
    if after == len(own):
        return None
    if own[after] == x:
        return ys[after] if math.isfinite(ys[after]) else None
    if after == 0:
        return None
    share = (x - own[after - 1]) / (own[after] - own[after - 1])
    value = ys[after - 1] + share * (ys[after] - ys[after - 1])
    return value if math.isfinite(value) else None


def grouped(runs: Sequence[Run], grouping: Grouping) -> Mapping[str, str]:
    """Return for each run, by its id, the name of its group; groups of one name are told apart."""
    groups: dict[tuple[object, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(group_key(run, grouping), []).append(run)
    names = group_names(list(groups.values()), grouping)
    told: dict[str, str] = {}
    taken: dict[str, int] = {}
    for name, group in zip(names, groups.values(), strict=True):
        taken[name] = taken.get(name, 0) + 1
        whole = name if taken[name] == 1 else f"{name} ({taken[name]})"
        told |= {run.id: whole for run in group}
    return told
