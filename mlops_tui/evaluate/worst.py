"""Where a model does worst: every segment of every column is looked at, and that is paid for.

Of many segments one looks bad by chance alone. So each is judged by how far it is from the other
rows beside the farthest that any of them gets by chance (max T, Westfall and Young 1993): where
rows are few by shuffling them, else by normal numbers correlated as the segments overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.columns import Column
from mlops_tui.evaluate.estimating import Units
from mlops_tui.evaluate.figures import Floats
from mlops_tui.evaluate.segments import is_shared, segments_of

LEAST_ROWS = 30
_LEAST_EXPECTED = 5.0
"""Of a share: so many mistakes, and rows without one, are to be expected in a segment."""
_MOST_SEGMENTS = 1_000
_MOST_SHUFFLED = 5_000
_MOST_CORRELATED = 20_000
_DRAWS = 2_000
MOST_SHOWN = 10


@dataclass(frozen=True)
class Loss:
    """A metric as the mean of a loss a row."""

    metric: str
    rows: NDArray[np.int64]
    """Places of the rows that it is about."""
    values: Floats
    """Of these, (rows,); greater is worse."""
    is_share: bool
    """Whether each is 0 or 1; the metric is then 1 less the mean."""


@dataclass(frozen=True)
class Worst:
    """A segment that does worse than all other rows."""

    column: str
    value: str
    metric: str
    here: float
    elsewhere: float
    difference: float
    """Here less elsewhere."""
    low: float
    high: float
    """Of the difference; 95 % for all segments that were looked at together."""
    p_value: float
    """How often the worst of all segments would look as bad by chance."""
    n: int
    n_elsewhere: int

    @property
    def is_sure(self) -> bool:
        """Say whether it is more than the search makes by chance."""
        return self.p_value < 0.05


@dataclass(frozen=True)
class Search:
    """What came of looking everywhere."""

    found: tuple[Worst, ...]
    """The surest first; those that chance makes too are among them, and say so."""
    columns: int
    looked: int
    """Segments, each once for every metric."""
    too_small: int
    """Segments with too few rows or mistakes to be judged."""


@dataclass(frozen=True)
class _Candidate:
    column: str
    value: str
    loss: Loss
    is_in: NDArray[np.bool_]


def search(
    losses: Sequence[Loss],
    features: Mapping[str, Column],
    units: Units | None = None,
    seed: int = 0,
) -> Search:
    """Return the segments of all columns that do worse than the rest.

    Args:
        losses: by which to judge.
        features: columns of all rows; those that rows share no values of are left out.
        units: rows that belong together.
        seed: of the draws.
    """
    shared = {name: it for name, it in features.items() if is_shared(it)}
    candidates: list[_Candidate] = []
    too_small = 0
    for column in shared.values():
        parts = segments_of(column)
        for at, value in enumerate(parts.names if len(parts.names) > 1 else ()):
            for loss in losses:
                is_in = parts.codes[loss.rows] == at
                if _is_enough(loss, is_in) and len(candidates) < _MOST_SEGMENTS:
                    candidates.append(_Candidate(column.name, value, loss, is_in))
                else:
                    too_small += 1
    if not candidates:
        return Search((), len(shared), 0, too_small)
    scores, errors, chance = [], [], []
    ordered: list[_Candidate] = []
    for at, loss in enumerate(losses):
        own = [it for it in candidates if it.loss is loss]
        if own:
            found = _judge(loss, [it.is_in for it in own], units, seed + at)
            ordered += own
            scores += found[0].tolist()
            errors += found[1].tolist()
            chance.append(found[2])
    farthest = np.max([it.max(axis=1) for it in chance], axis=0)
    widest = np.max([np.abs(it).max(axis=1) for it in chance], axis=0)
    width = float(np.quantile(widest, 0.95))
    told = [
        _told(it, score, error, width, farthest)
        for it, score, error in zip(ordered, scores, errors, strict=True)
        if score > 0
    ]
    told.sort(key=lambda it: (it.p_value, -abs(it.difference)))
    return Search(tuple(told[:MOST_SHOWN]), len(shared), len(candidates), too_small)


def _is_enough(loss: Loss, is_in: NDArray[np.bool_]) -> bool:
    here, n = int(is_in.sum()), len(is_in)
    if min(here, n - here) < LEAST_ROWS:
        return False
    if not loss.is_share:
        return bool(loss.values.std() > 0)
    share = float(loss.values.mean())
    return min(share, 1 - share) * min(here, n - here) >= _LEAST_EXPECTED


def _judge(
    loss: Loss, masks: Sequence[NDArray[np.bool_]], units: Units | None, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Return how many standard errors each segment is worse, these, and draws by chance.

    Returns:
        (segments,), (segments,), (draws, segments).
    """
    draw = np.random.default_rng(seed)
    values = loss.values - loss.values.mean()
    n = len(values)
    sizes: Floats = np.array([mask.sum() for mask in masks], dtype=np.float64)
    sums: Floats = np.array([values[mask].sum() for mask in masks])
    differences = sums / sizes + sums / (n - sizes)
    own = None if units is None else units.take(loss.rows)
    if own is None and n <= _MOST_SHUFFLED:
        errors = values.std() * np.sqrt(1 / sizes + 1 / (n - sizes))
        sides = np.column_stack(masks).astype(np.float32)
        shuffled = draw.permuted(np.tile(values.astype(np.float32), (_DRAWS, 1)), axis=1)
        inside: Floats = (shuffled @ sides).astype(np.float64)
        chance = inside * (1 / sizes + 1 / (n - sizes)) / errors
        return differences / errors, errors, chance
    errors = np.array([_error(values, mask, own) for mask in masks])
    kept = np.arange(n) if n <= _MOST_CORRELATED else draw.choice(n, _MOST_CORRELATED, False)
    moved: Floats = np.column_stack([_influence(values, mask)[kept] for mask in masks])
    if own is not None:
        _, codes = np.unique(own.codes[kept], return_inverse=True)
        moved = np.column_stack([np.bincount(codes, weights=it) for it in moved.T])
    moved /= np.sqrt((moved**2).sum(axis=0))
    level, axes = np.linalg.eigh(moved.T @ moved)
    normal = draw.standard_normal((_DRAWS, len(masks))) * np.sqrt(np.maximum(level, 0))
    return differences / errors, errors, np.asarray(normal @ axes.T)


def _influence(values: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Return what each row moves the difference between a segment and the rest, were it none."""
    here = int(mask.sum())
    return values * np.where(mask, 1 / here, -1 / (len(mask) - here))


def _error(values: Floats, mask: NDArray[np.bool_], units: Units | None) -> float:
    each = _influence(values, mask)
    if units is not None:
        each = np.asarray(np.bincount(units.codes, weights=each), dtype=np.float64)
    return float(np.sqrt((each**2).sum()))


def _told(it: _Candidate, score: float, error: float, width: float, farthest: Floats) -> Worst:
    values, here = it.loss.values, it.is_in
    sign = -1.0 if it.loss.is_share else 1.0
    inside, outside = float(values[here].mean()), float(values[~here].mean())
    difference, half = sign * (inside - outside), width * error
    if it.loss.is_share:
        inside, outside = 1 - inside, 1 - outside
    return Worst(
        *(it.column, it.value, it.loss.metric, inside, outside, difference),
        *(difference - half, difference + half),
        p_value=float((1 + (farthest >= score).sum()) / (1 + len(farthest))),
        n=int(here.sum()),
        n_elsewhere=int((~here).sum()),
    )
