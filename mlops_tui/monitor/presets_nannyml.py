"""NannyML's default decisions, those of version 0.13.1: Jensen-Shannon against reference chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_tui.evaluate.columns import Kind
from mlops_tui.monitor import scores
from mlops_tui.monitor.rules import Decision

if TYPE_CHECKING:
    import pandas as pd

CHUNKS = 10
STANDARD_DEVIATIONS = 3.0


def nannyml_kind(series: pd.Series[Any]) -> Kind:
    """Return category for text, booleans and categories, numeric for all else but times."""
    name = str(series.dtype).lower()
    if name in ("object", "string", "str", "category", "bool"):
        return Kind.CATEGORY
    return Kind.TIME if name.startswith("datetime") else Kind.NUMERIC


def nannyml_column(reference: pd.Series[Any], current: pd.Series[Any], kind: Kind) -> Decision:
    """Return the decision about one chunk of current data.

    The Jensen-Shannon distance in base 2, numbers in Doane's bins of the reference and one for what
    lies outside of them; an alert above mean + 3 sd (ddof 0) of the reference's own chunks: ten of
    equal size in the order of the rows, and one of what is left.
    """
    whole = reference.dropna()
    if whole.empty:
        return Decision("jensen_shannon", float("nan"), float("nan"), is_drift=False)
    if kind is Kind.NUMERIC:
        edges = np.histogram_bin_edges(whole.astype("float64"), bins="doane")
        known = [np.histogram(whole, edges)[0].astype(np.float64), edges]
    else:
        counted = whole.map(str).value_counts()
        known = [counted.to_numpy(dtype=np.float64), np.array(counted.index, dtype=object)]
    size = max(len(reference) // CHUNKS, 1)
    parts = [reference.iloc[at : at + size] for at in range(0, len(reference), size)]
    chunks = np.array([_distance(part, kind, known[0], known[1]) for part in parts])
    threshold = float(np.nanmean(chunks) + STANDARD_DEVIATIONS * np.nanstd(chunks))
    score = _distance(current, kind, known[0], known[1])
    return Decision("jensen_shannon", score, threshold, is_drift=score > threshold)


def _distance(
    series: pd.Series[Any], kind: Kind, counts: scores.Floats, known: np.ndarray[Any, Any]
) -> float:
    present = series.dropna()
    if present.empty:
        return float("nan")
    if kind is Kind.NUMERIC:
        inside = np.histogram(present, known)[0].astype(np.float64)
    else:
        found = present.map(str).value_counts().to_dict()
        inside = np.array([float(found.get(name, 0)) for name in known])
    outside = len(present) - inside.sum()
    return float(scores.jensen_shannon(np.append(counts, 0.0), np.append(inside, outside)))
