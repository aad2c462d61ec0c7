"""Columns of any type as numbers that models can learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.data.table_roles import as_numbers
from mlops_tui.data.values import Floats, texts

MOST_VALUES = 20
"""Values of a category that get a column of their own; the rest share none."""
MOST_COLUMNS = 500


def matrix(frame: pd.DataFrame, columns: Sequence[str]) -> Floats:
    """Return (n_rows, n_features) without NaN: numbers, times in seconds, and 0 or 1 for a value.

    A missing number becomes the median; where numbers are missing, a column says so. Of text that
    hardly repeats only the length counts.
    """
    parts: list[Floats] = []
    for name in columns[:MOST_COLUMNS]:
        parts += _parts(frame[name])
    parts = [part for part in parts if part.min(initial=np.inf) < part.max(initial=-np.inf)]
    return np.column_stack(parts) if parts else np.empty((len(frame), 0))


def _parts(series: pd.Series[Any]) -> list[Floats]:
    found = as_numbers(series)
    if found is not None:
        absent = np.isnan(found)
        filled = np.where(absent, np.nanmedian(found), found)
        # beyond what a float of 32 bits holds, as trees have it
        filled = np.clip(filled, -1e30, 1e30)
        return [filled, absent.astype(np.float64)] if absent.any() else [filled]
    codes, distinct = pd.factorize(texts(series))
    if len(distinct) > max(MOST_VALUES, len(series) // 20):
        return [np.array([len(text or "") for text in texts(series)], dtype=np.float64)]
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    common = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    return [(codes == code).astype(np.float64) for code in common]
