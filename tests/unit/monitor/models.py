"""Models made up from a seed, whose true performance is known; for tests and benchmarks."""

from __future__ import annotations

import numpy as np
import pandas as pd


def two_classes(
    seed: int, n: int, shift: float = 0.0, sharpness: float = 1.0, concept: float = 0.0
) -> pd.DataFrame:
    """Return `x`, `score`, `said` and `y`.

    Args:
        seed: of the rows.
        n: how many.
        shift: of x, which moves no label.
        sharpness: other than 1, scores are no probabilities.
        concept: moves the labels, which no score shows.
    """
    draw = np.random.default_rng(seed)
    x = draw.normal(shift, 1.5, n)
    likely = 1 / (1 + np.exp(-(x - 0.5 - concept)))
    y = (draw.random(n) < likely).astype(int)
    score = 1 / (1 + np.exp(-sharpness * (x - 0.5)))
    return pd.DataFrame({"x": x, "score": score, "said": (score >= 0.5).astype(int), "y": y})


def three_classes(seed: int, n: int, shift: float = 0.0) -> pd.DataFrame:
    """Return overconfident scores `pa`, `pb`, `pc`, `said` and `y`."""
    draw = np.random.default_rng(seed)
    x, z = draw.normal(shift, 1.5, n), draw.normal(0, 1, n)
    logits = np.column_stack([x, z, -0.5 * x + 0.3])
    likely = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = (draw.random((n, 1)) > np.cumsum(likely, axis=1)).sum(axis=1).clip(0, 2)
    scores = np.exp(1.8 * logits) / np.exp(1.8 * logits).sum(axis=1, keepdims=True)
    names = np.array(["a", "b", "c"])
    made = {f"p{name}": scores[:, at] for at, name in enumerate(names)}
    return pd.DataFrame({**made, "said": names[scores.argmax(axis=1)], "y": names[y]})


def numbers(seed: int, n: int, shift: float = 0.0) -> pd.DataFrame:
    """Return `x`, `z`, `pred` and `y`; the further `x` is from 0, the worse is `pred`."""
    draw = np.random.default_rng(seed)
    x, z = draw.normal(shift, 1, n), draw.normal(0, 1, n)
    pred = 10 + 2 * x + z
    y = pred + draw.normal(0, 1, n) * (0.5 + np.abs(x))
    return pd.DataFrame({"x": x, "z": z, "pred": pred, "y": y})
