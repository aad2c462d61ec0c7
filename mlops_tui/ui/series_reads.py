"""What charts ask of the index, and how two metrics are joined; pure but for the reader given."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_tui.domain.runs import Series
from mlops_tui.ui.chart_view import ChartView, JoinedSeries, Window, XKind

if TYPE_CHECKING:
    from mlops_tui.ui.reads import RunReader

SeriesKey = tuple[str, str]
"""Run id and metric."""


@dataclass(frozen=True, slots=True)
class SeriesWish:
    """Which histories are wanted, and how."""

    keys: tuple[SeriesKey, ...]
    points: int
    """The most of each."""
    steps: Window | None = None
    """Only these steps; None for all."""
    averaged: bool = False
    """Means of stretches instead of their extremes, where there are more points."""
    x_metric: str | None = None
    """The metric that each is joined with."""


def wish_for(view: ChartView, keys: tuple[SeriesKey, ...], points: int) -> SeriesWish:
    """Return the wish for these histories as `view` looks at them."""
    return SeriesWish(
        keys,
        points,
        view.window if view.x is XKind.STEP else None,
        view.has_groups,
        view.x_metric if view.x is XKind.METRIC else None,
    )


def read_series(reader: RunReader, wish: SeriesWish) -> dict[SeriesKey, Series]:
    """Return the histories wished for, by run and metric."""
    first, last = (
        (math.floor(wish.steps[0]), math.ceil(wish.steps[1])) if wish.steps else (None, None)
    )
    if wish.x_metric is None:
        return {
            key: reader.series(*key, wish.points, first, last, wish.averaged) for key in wish.keys
        }
    across = {run_id: reader.series(run_id, wish.x_metric) for run_id, _ in wish.keys}
    return {
        (run_id, metric): joined(across[run_id], reader.series(run_id, metric), wish.points)
        for run_id, metric in wish.keys
    }


def joined(xs: Series, ys: Series, limit: int) -> JoinedSeries:
    """Return the points of `ys` that `xs` has a finite value at the same step of.

    At most about `limit` of them: the extremes of both in stretches of equally many points.
    """
    places = dict(zip(xs.steps, xs.values, strict=True))
    both = [
        at
        for at, step in enumerate(ys.steps)
        if (x := places.get(step)) is not None and math.isfinite(x)
    ]
    if len(both) > limit:
        both = _telling(both, places, ys, limit)
    return JoinedSeries(
        ys.metric,
        ys.count,
        array("q", [ys.steps[at] for at in both]),
        array("d", [ys.times[at] for at in both]),
        array("d", [ys.values[at] for at in both]),
        array("d", [places[ys.steps[at]] for at in both]),
    )


def _telling(both: list[int], places: dict[int, float], ys: Series, limit: int) -> list[int]:
    """Return the positions that matter: the ends, and in each stretch what reaches furthest."""
    size = -(-5 * len(both) // max(1, limit - 2))
    chosen = {both[0], both[-1]}
    for start in range(0, len(both), size):
        chosen |= _furthest(both[start : start + size], places, ys)
    return sorted(chosen)


def _furthest(stretch: list[int], places: dict[int, float], ys: Series) -> set[int]:
    def x_of(at: int) -> float:
        return places[ys.steps[at]]

    finite = [at for at in stretch if math.isfinite(ys.values[at])]
    odd = next((at for at in stretch if not math.isfinite(ys.values[at])), None)
    chosen = set() if odd is None else {odd}
    for measure in (x_of, ys.values.__getitem__):
        if finite:
            chosen |= {min(finite, key=measure), max(finite, key=measure)}
    return chosen
