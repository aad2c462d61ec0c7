"""Columns made up from a seed, for the tests of monitoring."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlops_tui.evaluate.columns import Column, Kind


def numeric(name: str, values: object) -> Column:
    array = np.asarray(values, dtype=np.float64)
    infinite = int(np.isinf(array).sum())
    return Column(name, Kind.NUMERIC, array, rows=len(array), infinite=infinite)


def category(name: str, codes: object, labels: str = "abcdefghij") -> Column:
    array = np.asarray(codes, dtype=np.int32)
    return Column(name, Kind.CATEGORY, np.empty(0), array, tuple(labels), rows=len(array))


def batch(seed: int, n: int, columns: int = 6, shift: float = 0.0) -> Mapping[str, Column]:
    """Return normal columns `n0`..., of which the first is shifted, and as many of categories."""
    draw = np.random.default_rng(seed)
    made: list[Column] = []
    for at in range(columns):
        made.append(numeric(f"n{at}", draw.normal(size=n) + (shift if at == 0 else 0.0)))
        made.append(category(f"c{at}", draw.choice(4, p=[0.5, 0.3, 0.15, 0.05], size=n)))
    return {column.name: column for column in made}


def waves(seed: int, n: int, phi: float, columns: int = 8) -> Mapping[str, Column]:
    """Return a time column and AR(1) columns of variance 1."""
    draw = np.random.default_rng(seed)
    made = {"t": Column("t", Kind.TIME, np.arange(0.0, 60.0 * n, 60.0), rows=n)}
    for at in range(columns):
        values = np.empty(n)
        value = draw.normal()
        for row, shock in enumerate(draw.normal(size=n) * np.sqrt(1 - phi**2)):
            value = phi * value + shock
            values[row] = value
        made[f"x{at}"] = numeric(f"x{at}", values)
    return made
