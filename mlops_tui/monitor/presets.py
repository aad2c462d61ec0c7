"""Decisions as established tools make them, so that a change of tool changes no alarm by itself.

They look at the practical threshold or at chance, not at both, and do not correct over columns:
expect false alarms in small batches (Evidently, PSI) and in large ones (tests by p-value).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_tui.evaluate.columns import Kind
from mlops_tui.monitor import scores
from mlops_tui.monitor.drift import ColumnDrift, DriftReport, Skipped
from mlops_tui.monitor.presets_evidently import evidently_column, evidently_kind
from mlops_tui.monitor.presets_nannyml import nannyml_column, nannyml_kind
from mlops_tui.monitor.rules import Decision
from mlops_tui.monitor.verdicts import Verdict

if TYPE_CHECKING:
    import pandas as pd

PSI_THRESHOLD = 0.25
"""Lewis (1994): below 0.1 no change, to 0.25 some, above a major one."""
EVIDENTLY_SHARE = 0.5
"""`DataDriftPreset`: the data set drifts where at least this share of its columns does."""


def psi_column(reference: pd.Series[Any], current: pd.Series[Any], kind: Kind) -> Decision:
    """Return Lewis's decision: PSI over ten bins of equal shares of the reference, or categories.

    Shares of 0 become 0.0001. Missing and infinite values are left out. Drift from 0.25 on.
    """
    if kind is Kind.NUMERIC:
        both = [np.sort(_finite(series)) for series in (reference, current)]
        if not len(both[0]) or not len(both[1]):
            return Decision("psi", float("nan"), PSI_THRESHOLD, is_drift=False)
        edges = scores.bin_edges(both[0])
        counts = [scores.bin_counts(ascending, edges) for ascending in both]
    else:
        named = [series.dropna().map(str).value_counts() for series in (reference, current)]
        names = sorted(set(named[0].index) | set(named[1].index))
        counts = [np.array([float(it.get(name, 0)) for name in names]) for it in named]
        if not counts[0].sum() or not counts[1].sum():
            return Decision("psi", float("nan"), PSI_THRESHOLD, is_drift=False)
    score = float(scores.psi(counts[0], counts[1]))
    return Decision("psi", score, PSI_THRESHOLD, is_drift=score >= PSI_THRESHOLD)


def psi_kind(series: pd.Series[Any]) -> Kind:
    """Return numeric for numbers, category for all else but times."""
    kind = getattr(series.dtype, "kind", "")
    if kind == "M":
        return Kind.TIME
    return Kind.NUMERIC if kind and kind in "iuf" else Kind.CATEGORY


_Rules = tuple[
    Callable[["pd.Series[Any]"], Kind],
    Callable[["pd.Series[Any]", "pd.Series[Any]", Kind], Decision],
]
PRESETS: Mapping[str, _Rules] = {
    "evidently": (evidently_kind, evidently_column),
    "nannyml": (nannyml_kind, nannyml_column),
    "psi": (psi_kind, psi_column),
}
"""Name to how it tells kinds, and how it decides about a column."""
_COMPARED = frozenset({Kind.NUMERIC, Kind.CATEGORY, Kind.TEXT})


def compare_as(preset: str, reference: pd.DataFrame, current: pd.DataFrame) -> DriftReport:
    """Return what a tool decides about each column, and about the batch as a whole.

    Evidently: the batch drifts where half of the columns do. NannyML (the batch is one chunk, the
    reference ten) and PSI: where any column does. Numbers that a tool does not have are NaN.

    Raises:
        KeyError: no preset goes by that name.
    """
    kind_of, decide = PRESETS[preset]
    columns, skipped = [], []
    for name in reference.columns:
        if name not in current:
            continue
        kind = kind_of(reference[name])
        if kind not in _COMPARED:
            why = f"{preset} compares no such column"
            skipped.append(Skipped(str(name), kind, why))
            continue
        decision = decide(reference[name], current[name], kind)
        sizes = (int(reference[name].count()), int(current[name].count()))
        columns.append(_drift(str(name), kind, decision, sizes, preset))
    drifted = sum(column.verdict is Verdict.DRIFT for column in columns)
    least = EVIDENTLY_SHARE * len(columns) if preset == "evidently" else 1
    verdict = Verdict.DRIFT if columns and drifted >= max(least, 1) else Verdict.OK
    columns.sort(key=lambda column: column.verdict is not Verdict.DRIFT)
    return DriftReport(verdict, tuple(columns), tuple(skipped), len(reference), len(current), None)


def _drift(
    name: str, kind: Kind, decision: Decision, sizes: tuple[int, int], preset: str
) -> ColumnDrift:
    nan = float("nan")
    p_value = decision.score if decision.is_p_value else nan
    return ColumnDrift(
        *(name, kind, "feature", decision.method, decision.score, decision.threshold, nan),
        *(p_value, nan, Verdict.DRIFT if decision.is_drift else Verdict.OK, *sizes),
        null=f"as {preset} decides",
    )


def _finite(series: pd.Series[Any]) -> scores.Floats:
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(values[np.isfinite(values)], dtype=np.float64)
