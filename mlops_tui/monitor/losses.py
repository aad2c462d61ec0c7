"""Direct loss estimation: trees learn from a reference how wrong a model is on rows like these."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_tui.evaluate.figures import Floats

_FOLDS = 3
_MOST_ROWS = 20_000
"""Of the reference, to learn from; more make it slower, hardly better."""
_TREES = 60
_SEED = 29
_ROOTS = {"rmse": "mse", "rmsle": "msle"}


@dataclass(frozen=True)
class Foretold:
    """Losses of rows as foretold, by name; each a number a row."""

    reference: Mapping[str, Floats]
    """By trees that have not seen the row."""
    current: Mapping[str, Floats]
    noise: Mapping[str, float]
    """What is left of a loss, squared, as a share of what was foretold, squared."""
    spread: Mapping[str, float]
    """By how much the trees of the folds differ about the batch's mean: a standard error."""

    def error(self, metric: str, value: float) -> float:
        """Return the standard error of what the batch's truth would show, by chance of its rows."""
        name = _ROOTS.get(metric, metric)
        values = self.current[name]
        left = self.noise[name] * float((values**2).mean())
        error = math.sqrt((float(values.var()) + left) / len(values))
        return _of_root(metric, value, error)

    def doubt(self, metric: str, value: float) -> float:
        """Return the standard error of what was learned."""
        return _of_root(metric, value, self.spread[_ROOTS.get(metric, metric)])


def _of_root(metric: str, value: float, error: float) -> float:
    if metric not in _ROOTS:
        return error
    return error / (2 * value) if value > 0 else 0.0


def foretell(losses: Mapping[str, Floats], before: Floats, after: Floats) -> Foretold:
    """Return what losses to expect.

    Gradient-boosted trees, as NannyML's (there LightGBM, fitted once), but three of them, each on
    two thirds of the reference: what is said of its rows comes from trees that have not seen them.

    Args:
        losses: of the reference, by name, (n,).
        before: the reference's rows for trees, (n, columns), the prediction among them.
        after: the batch's.
    """
    from threadpoolctl import threadpool_limits

    draw = np.random.default_rng(_SEED)
    fold = draw.permutation(np.arange(len(before)) % _FOLDS)
    usual, now, noise, spread = {}, {}, {}, {}
    # threads that wait for each other in a spin take seconds where other work shares the cores
    with threadpool_limits(1):
        for name, values in losses.items():
            held = np.empty(len(before))
            guesses = []
            for at in range(_FOLDS):
                rows = draw.permutation(np.flatnonzero(fold != at))[:_MOST_ROWS]
                model = _fitted(before[rows], values[rows])
                held[fold == at] = np.maximum(model.predict(before[fold == at]), 0)
                guesses.append(np.maximum(model.predict(after), 0))
            # trees are right on average only nearly
            scale = float(values.mean()) / max(float(held.mean()), 1e-300)
            usual[name], now[name] = held * scale, np.mean(guesses, axis=0) * scale
            left = float(((values - usual[name]) ** 2).mean())
            noise[name] = left / max(float((usual[name] ** 2).mean()), 1e-300)
            means = np.array([guess.mean() * scale for guess in guesses])
            own = float(values.std()) / math.sqrt(len(values))
            spread[name] = math.hypot(float(means.std(ddof=1)) / math.sqrt(2), own)
    return Foretold(usual, now, noise, spread)


def _fitted(rows: Floats, values: Floats) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(max_iter=_TREES, max_leaf_nodes=15, random_state=_SEED)
    return model.fit(rows, values)
