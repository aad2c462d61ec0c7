"""Runs in groups, such as those that differ in their seed only: means with their uncertainty."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SEED_LIKE = re.compile(r"(^|[_.\-])(seed|random_state|fold|repeat|replicate)s?([_.\-]|$)", re.I)
"""Parameters whose values mean nothing: runs that differ in them alone are repetitions."""

_T = (
    *(12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281),
    *(2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860),
    *(2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423),
)
"""Student's t at 97.5 % for 1 to 30 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What the values of one metric are in a group; numbers that are not finite are left out."""

    n: int
    mean: float
    half_width: float | None
    """Half of the 95 % interval of the mean by Student's t, for values that are like draws from a
    normal distribution; None for one value, which says nothing about that."""
    least: float
    most: float
    left_out: int = 0
    """Values that were NaN or infinite."""


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that have the same in the fields they are grouped by."""

    by: tuple[object, ...]
    """One value a field; None where the runs have none."""
    ids: tuple[str, ...]
    spreads: Mapping[str, Spread]
    """By metric; those of which no run of the group has a finite value are missing."""


def t_quantile(degrees: int) -> float:
    """Return Student's t at 97.5 % for at least one degree of freedom.

    Beyond 30 by the expansion of Abramowitz and Stegun, 26.7.5, off by less than 0.0001.
    """
    if degrees <= len(_T):
        return _T[degrees - 1]
    z = statistics.NormalDist().inv_cdf(0.975)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / degrees + second / degrees**2


def spread(values: Iterable[object]) -> Spread | None:
    """Return what these values are together; None where none is a finite number."""
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    finite = [number for number in numbers if math.isfinite(number)]
    if not finite:
        return None
    n = len(finite)
    mean = _mean(finite)
    half = None
    if n > 1:
        half = t_quantile(n - 1) * _deviation(finite, mean) / math.sqrt(n)
    return Spread(n, mean, half, min(finite), max(finite), len(numbers) - n)


def _mean(values: Sequence[float]) -> float:
    total = math.fsum(value / len(values) for value in values)  # a sum of great ones overflows
    return min(max(total, min(values)), max(values))


def _deviation(values: Sequence[float], mean: float) -> float:
    scale = max(abs(value - mean) for value in values)
    if not scale or math.isinf(scale):
        return scale
    squares = math.fsum(((value - mean) / scale) ** 2 for value in values)
    return scale * math.sqrt(squares / (len(values) - 1))


def grouped(
    rows: Mapping[str, Mapping[str, object]], fields: Sequence[str], metrics: Sequence[str]
) -> list[Group]:
    """Return the groups of runs, in the order in which their first runs come.

    Args:
        rows: By run id, the values of `fields` and of `metric.NAME` for each of `metrics`.
        fields: What the runs of one group have in common.
        metrics: What is put together.
    """
    members: dict[tuple[tuple[type, object], ...], list[str]] = {}
    for run_id, values in rows.items():
        # 1, 1.0 and True are one key of a dict, and three things that people set
        key = tuple(_kind_and_value(values[field]) for field in fields)
        members.setdefault(key, []).append(run_id)
    groups = []
    for key, ids in members.items():
        found = {
            name: it
            for name in metrics
            if (it := spread(rows[run_id][f"metric.{name}"] for run_id in ids)) is not None
        }
        groups.append(Group(tuple(value for _, value in key), tuple(ids), found))
    return groups


def _kind_and_value(value: object) -> tuple[type, object]:
    """Return a key under which NaN is one value, as people mean it."""
    return (type(value), math.nan if value != value else value)


def best_first(groups: Iterable[Group], metric: str, is_lower_better: bool) -> list[Group]:
    """Return the groups by their mean of `metric`; those without one come last."""
    sign = 1 if is_lower_better else -1

    def rank(group: Group) -> tuple[bool, float]:
        found = group.spreads.get(metric)
        return (found is None, sign * found.mean if found is not None else 0.0)

    return sorted(groups, key=rank)


def apart_from_seeds(params: Iterable[str]) -> list[str]:
    """Return the names of parameters that are no seeds, sorted."""
    return sorted({name for name in params if not SEED_LIKE.search(name)})
