"""How the values of a column are spread on both sides, over the same bins; for people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.columns import Column, Kind
from mlops_tui.monitor import texts

Floats = NDArray[np.float64]

MOST_BINS = 30
MOST_LABELS = 15
_TAILS = (0.001, 0.999)
"""Bins lie between these quantiles of both sides: one extreme row must not flatten the rest."""
OTHERS = "(others)"


@dataclass(frozen=True)
class Distribution:
    """One column of a reference and of a batch, as rows per bin or category."""

    kind: str
    """`numeric` or `category`; of a text it is the length in characters."""
    edges: tuple[float, ...]
    """Numeric: (k + 1,) where bins begin and end; what lies beyond is in the outermost ones."""
    labels: tuple[str, ...]
    """Category: (k,), the most frequent of both sides first; the rest together as the last."""
    reference: tuple[int, ...]
    """(k,) rows."""
    current: tuple[int, ...]
    """(k,) rows."""
    quantiles_reference: tuple[float, ...] = ()
    """Numeric: the quartiles; empty without values."""
    quantiles_current: tuple[float, ...] = ()


def overlaid(reference: Column, current: Column) -> Distribution | None:
    """Return both sides of a column over the same bins; None where there is nothing to show."""
    if reference.kind in (Kind.CATEGORY, Kind.BOOLEAN):
        return _categories(reference, current)
    if reference.kind is Kind.TEXT:
        sides = (np.sort(texts.lengths(it.texts)) for it in (reference, current))
        return _numbers(*(side[np.isfinite(side)] for side in sides))
    if reference.kind is Kind.NUMERIC:
        return _numbers(reference.present, current.present)
    return None


def _numbers(reference: Floats, current: Floats) -> Distribution | None:
    """Return bins of one width over two ascending samples."""
    if not len(reference) and not len(current):
        return None
    ends = [np.quantile(side, _TAILS) for side in (reference, current) if len(side)]
    low, high = min(float(end[0]) for end in ends), max(float(end[1]) for end in ends)
    distinct = np.unique(np.concatenate([reference, current]))
    bins = int(min(MOST_BINS, max(1, len(distinct))))
    if not np.isfinite(high - low) or low >= high:
        low, high = low - 0.5, low + 0.5
    edges = np.linspace(low, high, bins + 1)
    return Distribution(
        *("numeric", tuple(edges.tolist()), ()),
        *(_counted(reference, edges), _counted(current, edges)),
        *(_quartiles(reference), _quartiles(current)),
    )


def _counted(ascending: Floats, edges: Floats) -> tuple[int, ...]:
    below = np.searchsorted(ascending, edges[1:-1], "left")
    return tuple(np.diff(np.concatenate([[0], below, [len(ascending)]])).tolist())


def _quartiles(ascending: Floats) -> tuple[float, ...]:
    return tuple(np.quantile(ascending, [0.25, 0.5, 0.75]).tolist()) if len(ascending) else ()


def _categories(reference: Column, current: Column) -> Distribution | None:
    before, after = reference.label_counts, current.label_counts
    sizes = [max(1, sum(side.values())) for side in (before, after)]
    # one that is frequent on either side is shown, however long the other one is
    share = {
        name: max(before.get(name, 0) / sizes[0], after.get(name, 0) / sizes[1])
        for name in [*before, *after]
    }
    if not share:
        return None
    ordered = sorted(share, key=lambda name: -share[name])
    kept, rest = ordered[:MOST_LABELS], ordered[MOST_LABELS:]
    rows = [[side.get(name, 0) for name in kept] for side in (before, after)]
    if rest:
        for counts, side in zip(rows, (before, after), strict=True):
            counts.append(sum(side.get(name, 0) for name in rest))
    labels = (*kept, OTHERS) if rest else tuple(kept)
    return Distribution("category", (), labels, tuple(rows[0]), tuple(rows[1]))
