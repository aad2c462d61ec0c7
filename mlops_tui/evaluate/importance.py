"""Which parameters move a metric over many runs: how much worse a forest foretells without each.

Permutation importance (Breiman 2001; model-agnostic as in Fisher, Rudin and Dominici 2019) of a
random forest, on runs that it did not learn from: the squared error that another run's value of a
parameter adds, as a share of twice the metric's variance. For a function known exactly that is the
total effect of Sobol, with all that goes together with other parameters (Gregorutti, Michel and
Saint-Pierre 2017), so that shares may add up to more than 1. What chance gives is told by forests
of shuffled metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_RUNS = 12
"""With fewer, nothing is told."""
MOST_RUNS = 2_000
_FOLDS = 5
_TREES = 40
_REPEATS = 3
"""Ways to part the runs, and shuffles of each parameter in each part."""
_SHUFFLED = 20
"""Forests of shuffled metrics: the greatest of their importances is what chance gives."""


@dataclass(frozen=True)
class ParamImportance:
    """How much one parameter tells."""

    param: str
    share: float
    """Of the metric's variance that is lost without it; may be a little below 0."""
    low: float
    high: float
    """Mean -+ 2 standard errors over ways to part the runs; how it would be with other runs is
    less sure."""
    is_sure: bool
    """Whether it is more than the greatest that chance gave of any parameter."""
    values: int
    """Different ones that were tried."""


@dataclass(frozen=True)
class Importances:
    """What is known of the parameters of some runs."""

    n: int
    """Runs."""
    explained: float
    """The share of the metric's variance that the forest foretells of runs it has not seen; at or
    below 0 nothing is to be believed."""
    chance: float
    """The importance below which chance is enough."""
    params: tuple[ParamImportance, ...]
    """The most important first."""


def importances(
    params: Mapping[str, Sequence[object]],
    metric: Sequence[float],
    on_progress: Callable[[float], None] | None = None,
    seed: int = 0,
) -> Importances | None:
    """Return how much each parameter tells of a metric; None where there are too few runs.

    Args:
        params: by name, the value of each run; numbers, texts, None.
        metric: of each run, finite.
        on_progress: told the share that is done.
        seed: of parts, forests and shuffles.
    """
    y = np.asarray(metric, dtype=np.float64)
    names = [name for name, values in params.items() if len({repr(it) for it in values}) > 1]
    if len(y) < LEAST_RUNS or not names or float(y.var()) == 0:
        return None
    x = np.column_stack([codes_of(params[name]) for name in names])
    draw = np.random.default_rng(seed)
    shares, explained = [], []
    for _ in range(_REPEATS):
        share, told = _one(x, y, draw)
        shares.append(share)
        explained.append(told)
    found = np.array(shares)
    tops = []
    for at in range(_SHUFFLED):
        tops.append(float(_one(x, draw.permutation(y), draw)[0].max()))
        if on_progress is not None:
            on_progress((at + 1) / _SHUFFLED)
    chance = max(tops)
    means = found.mean(axis=0)
    errors = found.std(axis=0, ddof=1) / np.sqrt(_REPEATS)
    told = float(np.mean(explained))
    lines = [
        ParamImportance(
            *(name, float(means[at]), float(means[at] - 2 * errors[at])),
            float(means[at] + 2 * errors[at]),
            bool(means[at] > chance and told > 0),
            len({repr(it) for it in params[name]}),
        )
        for at, name in enumerate(names)
    ]
    lines.sort(key=lambda it: -it.share)
    return Importances(len(y), told, chance, tuple(lines))


def codes_of(values: Sequence[object]) -> Floats:
    """Return values as numbers that trees can part: numbers as they are, others by their order."""
    is_number = [isinstance(it, int | float) and not isinstance(it, bool) for it in values]
    if all(is_number):
        return np.array([float(str(it)) for it in values])
    places = {it: at for at, it in enumerate(sorted({repr(it) for it in values}))}
    return np.array([float(places[repr(it)]) for it in values])


def _one(x: Floats, y: Floats, draw: np.random.Generator) -> tuple[Floats, float]:
    """Return the importance of each column, and the share of variance that is foretold."""
    from sklearn.ensemble import RandomForestRegressor

    rows = draw.permutation(len(y))
    added = np.zeros(x.shape[1])
    missed = 0.0
    for part in np.array_split(rows, _FOLDS):
        rest = np.setdiff1d(rows, part)
        forest = RandomForestRegressor(
            _TREES, min_samples_leaf=2, random_state=int(draw.integers(2**31))
        )
        forest.fit(x[rest], y[rest])
        error = float(((forest.predict(x[part]) - y[part]) ** 2).sum())
        missed += error
        for at in range(x.shape[1]):
            shuffled = np.repeat(x[part], _REPEATS, axis=0)
            shuffled[:, at] = draw.choice(x[:, at], len(shuffled))
            said = forest.predict(shuffled).reshape(len(part), _REPEATS)
            added[at] += float(((said - y[part][:, None]) ** 2).mean(axis=1).sum()) - error
    total = float(((y - y.mean()) ** 2).sum())
    return added / (2 * total), 1 - missed / total
