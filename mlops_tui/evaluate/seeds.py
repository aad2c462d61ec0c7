"""Is B better than A over repeated runs, of several seeds or of several ways to split the data?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Direction
from mlops_tui.evaluate.better import CONFIDENCE, Comparison, rows_needed, verdict_of, wanted_of
from mlops_tui.evaluate.figures import Floats


def compare_seeds(
    metric: str,
    a: Sequence[float],
    b: Sequence[float],
    is_paired: bool = True,
    test_share: float | None = None,
    min_difference: float | None = None,
    direction: Direction | None = None,
) -> Comparison:
    """Return whether B is better than A over repeated runs.

    Args:
        metric: whose values these are.
        a: a value a run.
        b: the same; of the same seeds or splits in the same order where paired.
        is_paired: paired t; else Welch's (1947).
        test_share: rows of test over rows of training, where runs differ by how the same data was
            split: such runs are not independent, and the variance is corrected (Nadeau and Bengio
            2003). None: they differ by seed only.
        min_difference: as for `compare`; of runs, `rows_needed` counts runs.
        direction: which way the metric gets better, where its name does not say.

    Raises:
        InputError: there are too few runs, or not as many of both where they are paired.
    """
    if min(len(a), len(b)) < 2 or (is_paired and len(a) != len(b)):
        words = f"{len(a)} and {len(b)} runs cannot be compared"
        raise InputError(words, "two or more of each; as many of both where they are paired")
    before, after = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    difference = float(after.mean() - before.mean())
    spread = _paired_spread if is_paired else _welch_spread
    error, df, n = spread(before, after)
    method = "paired t" if is_paired else "Welch t"
    if test_share is not None and is_paired:
        error *= math.sqrt(1 + len(a) * test_share)
        method = "paired t, Nadeau-Bengio"
    half = quantile_of_t(df) * error
    low, high = difference - half, difference + half
    if error == 0:
        low = high = difference
    wanted, wanted_by = wanted_of(metric, float(before.mean()), difference, min_difference)
    verdict = verdict_of(metric, low, high, direction)
    return Comparison(
        *(metric, verdict, float(before.mean()), float(after.mean()), difference, low, high),
        *(CONFIDENCE, n, method, rows_needed(verdict, error, n, wanted), wanted, wanted_by),
    )


def _paired_spread(before: Floats, after: Floats) -> tuple[float, float, int]:
    """Return the standard error, its degrees of freedom, and n."""
    n = len(before)
    return float((after - before).std(ddof=1)) / math.sqrt(n), n - 1, n


def _welch_spread(before: Floats, after: Floats) -> tuple[float, float, int]:
    parts = [float(it.var(ddof=1)) / len(it) for it in (before, after)]
    total = sum(parts)
    below = sum(p**2 / (len(it) - 1) for p, it in zip(parts, (before, after), strict=True))
    df = total**2 / below if below > 0 else float(len(before) + len(after) - 2)
    return math.sqrt(total), df, min(len(before), len(after))


def quantile_of_t(df: float) -> float:
    """Return the two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 1 - (1 - CONFIDENCE) / 2))
