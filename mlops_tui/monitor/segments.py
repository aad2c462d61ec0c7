"""Performance from several perspectives: by the values of a column, each against its own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.columns import Kind, read_column
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.segments import MOST_SEGMENTS, edges_of, range_codes, range_names
from mlops_tui.monitor import performance
from mlops_tui.monitor.performance import Setting
from mlops_tui.monitor.performed import PerformanceReport

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Segment:
    """Rows that share a value, or a range of values."""

    name: str
    reference: Mask
    current: Mask


def segments_of(reference: pd.Series[Any], current: pd.Series[Any]) -> tuple[list[Segment], int]:
    """Return the segments of a column by their rows in the batch, and how many are left out.

    Numbers are cut into four parts of as many rows of the reference.
    """
    before = read_column("", reference)
    after = read_column("", current, before.kind)
    if before.kind is Kind.NUMERIC:
        return _ranges(before.values, after.values), 0
    if before.kind not in (Kind.CATEGORY, Kind.BOOLEAN):
        before = read_column("", reference, Kind.CATEGORY)
        after = read_column("", current, Kind.CATEGORY)
    counts = after.label_counts
    names = sorted((it for it in counts if counts[it]), key=lambda it: -counts[it])
    places = [{it: at for at, it in enumerate(side.labels)} for side in (before, after)]
    found = [
        Segment(
            name,
            before.codes == places[0].get(name, -2),
            after.codes == places[1][name],
        )
        for name in names[:MOST_SEGMENTS]
    ]
    return found, len(names) - len(found)


def _ranges(before: NDArray[np.float64], after: NDArray[np.float64]) -> list[Segment]:
    edges = edges_of(before)
    if edges is None:
        return []
    sides = [range_codes(side, edges) for side in (before, after)]
    names = range_names(edges)
    return [Segment(name, sides[0] == at, sides[1] == at) for at, name in enumerate(names)]


def examine_segments(
    outcomes: tuple[Outcomes, Outcomes], segments: Sequence[Segment], setting: Setting
) -> list[tuple[str, PerformanceReport]]:
    """Return how a model does on each segment of the batch, against the same of the reference.

    Verdicts are corrected over all segments: of thirty, one looks bad by chance alone.
    """
    reports = []
    for segment in segments:
        features = setting.features
        kept = None
        if features is not None:
            kept = features[0][segment.reference], features[1][segment.current]
        own = replace(setting, order=_order(setting.order, segment.reference), features=kept)
        sides = outcomes[0].take(segment.reference), outcomes[1].take(segment.current)
        reports.append(performance.examine(*sides, own))
    flat = [it for report in reports for it in report.metrics]
    judged = iter(performance.corrected(flat))
    found = []
    for segment, report in zip(segments, reports, strict=True):
        ours = tuple(next(judged) for _ in report.metrics)
        verdict = performance.overall(ours)
        found.append((segment.name, replace(report, metrics=ours, verdict=verdict)))
    return found


def _order(order: NDArray[np.int64] | None, kept: Mask) -> NDArray[np.int64] | None:
    if order is None:
        return None
    places = np.cumsum(kept) - 1
    return np.asarray(places[order[kept[order]]], dtype=np.int64)
