"""Evidently's default decisions, those of version 0.7.23: kinds, tests, bins, thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_tui.evaluate.columns import Kind
from mlops_tui.monitor import scores
from mlops_tui.monitor.rules import Decision

if TYPE_CHECKING:
    import pandas as pd

SMALL_REFERENCE = 1_000
"""Up to so many rows of reference it tests by p-value, above it measures a distance."""
P_VALUE = 0.05
DISTANCE = 0.1
TEXT_AUC = 0.55
TEXT_PERCENTILE = 0.95
_MOST_CODES = 10
_FEW_VALUES = 5
_BINNED_FROM = 20


def evidently_kind(series: pd.Series[Any]) -> Kind:
    """Return `infer_column_type`: by dtype, integers by their distinct values, text by share."""
    name = str(series.dtype).lower()
    if name.startswith("float"):
        return Kind.NUMERIC
    if name.startswith("int"):
        return Kind.CATEGORY if series.nunique() <= _MOST_CODES else Kind.NUMERIC
    if name.startswith("datetime"):
        return Kind.TIME
    if name in ("bool", "category"):
        return Kind.CATEGORY
    present = series.dropna()
    is_text = len(present) and all(isinstance(present.iloc[at], str) for at in (0, -1))
    if name not in ("object", "string", "str") or not is_text:
        return Kind.EMPTY
    return Kind.TEXT if series.nunique() > 0.5 * series.count() else Kind.CATEGORY


def evidently_column(reference: pd.Series[Any], current: pd.Series[Any], kind: Kind) -> Decision:
    """Return `_get_default_stattest` and what it decides; infinite and missing values are out."""
    left = [series.replace([-np.inf, np.inf], np.nan).dropna() for series in (reference, current)]
    before, now = left
    if before.empty or now.empty:
        return Decision("nothing", float("nan"), DISTANCE, is_drift=False)
    if kind is Kind.TEXT:
        return _text(before, now)
    distinct = len(set(before.unique()) | set(now.unique()))
    if len(before) > SMALL_REFERENCE:
        if kind is Kind.NUMERIC and distinct > _FEW_VALUES:
            return _wasserstein(before, now)
        return _jensen_shannon(before, now, kind)
    if kind is Kind.NUMERIC and distinct > _FEW_VALUES:
        return _kolmogorov_smirnov(before, now)
    return _chi_square(before, now) if distinct > 2 else _z(before, now)


def _wasserstein(before: pd.Series[Any], now: pd.Series[Any]) -> Decision:
    ordered = [np.sort(series.to_numpy(dtype=np.float64)) for series in (before, now)]
    sd = max(float(np.std(ordered[0])), scores.SMALLEST_SD)
    score = scores.earth_mover(ordered[0], ordered[1]) / sd
    return Decision("wasserstein", score, DISTANCE, is_drift=score >= DISTANCE)


def _jensen_shannon(before: pd.Series[Any], now: pd.Series[Any], kind: Kind) -> Decision:
    """Jensen-Shannon distance in base e, numbers in Sturges bins over both samples."""
    if kind is Kind.NUMERIC and before.nunique() > _BINNED_FROM:
        edges = np.histogram_bin_edges(np.concatenate([before, now]), bins="sturges")
        counts = [np.histogram(series, edges)[0].astype(np.float64) for series in (before, now)]
    else:
        counts = _counts(before, now)
    score = float(scores.jensen_shannon(counts[0], counts[1])) * float(np.sqrt(np.log(2)))
    return Decision("jensen_shannon_e", score, DISTANCE, is_drift=score >= DISTANCE)


def _kolmogorov_smirnov(before: pd.Series[Any], now: pd.Series[Any]) -> Decision:
    from scipy.stats import ks_2samp

    p_value = float(ks_2samp(before, now)[1])
    return Decision("ks_p_value", p_value, P_VALUE, p_value <= P_VALUE, is_p_value=True)


def _chi_square(before: pd.Series[Any], now: pd.Series[Any]) -> Decision:
    """Pearson's test with the reference as if known without error: a new category gives p = 0."""
    from scipy.stats import chi2

    counts = _counts(before, now)
    expected = counts[0] * len(now) / len(before)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float(np.sum((counts[1] - expected) ** 2 / expected))
    p_value = float(chi2.sf(statistic, len(expected) - 1))
    return Decision("chi_square_p_value", p_value, P_VALUE, p_value < P_VALUE, is_p_value=True)


def _z(before: pd.Series[Any], now: pd.Series[Any]) -> Decision:
    """Two proportions; of two values, the share of the greater one."""
    keys = sorted(set(before.unique()) | set(now.unique()))
    if len(keys) == 1:
        return Decision("z_p_value", 1.0, P_VALUE, is_drift=False, is_p_value=True)
    ones = [float((series != keys[0]).sum()) for series in (before, now)]
    pooled = sum(ones) / (len(before) + len(now))
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(before) + 1 / len(now)))
    from scipy.stats import norm

    z = (ones[0] / len(before) - ones[1] / len(now)) / error
    p_value = float(2 * (1 - norm.cdf(abs(z))))
    return Decision("z_p_value", p_value, P_VALUE, p_value < P_VALUE, is_p_value=True)


def _counts(before: pd.Series[Any], now: pd.Series[Any]) -> list[scores.Floats]:
    found = [series.value_counts().to_dict() for series in (before, now)]
    keys = list(dict.fromkeys([*found[0], *found[1]]))
    return [np.array([float(counts.get(key, 0)) for key in keys]) for counts in found]


def _text(before: pd.Series[Any], now: pd.Series[Any]) -> Decision:
    """AUC of a classifier of words, held out half; against 0.55, or against random guesses."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline

    texts = [*map(str, before), *map(str, now)]
    which = np.repeat([0, 1], [len(before), len(now)])
    split = train_test_split(texts, which, test_size=0.5, random_state=42, shuffle=True)
    words = TfidfVectorizer(sublinear_tf=True, max_df=0.5, stop_words="english")
    model = SGDClassifier(
        alpha=0.0001, max_iter=50, penalty="l1", loss="modified_huber", random_state=42
    )
    pipeline = make_pipeline(words, model).fit(split[0], split[2])
    auc = float(roc_auc_score(split[3], pipeline.predict_proba(split[1])[:, 1]))
    if len(before) > SMALL_REFERENCE:
        return Decision("text_auc", auc, TEXT_AUC, is_drift=auc > TEXT_AUC)
    # it passes 1 - 0.95 on as p-value and takes the percentile 1 - p of random guesses
    threshold = _random_percentile(split[3], 100 * TEXT_PERCENTILE)
    return Decision("text_auc", auc, threshold, is_drift=auc > threshold)


def _random_percentile(which: np.ndarray[Any, Any], percentile: float) -> float:
    from sklearn.metrics import roc_auc_score

    seeds = np.random.RandomState(42).randint(0, 10_000, size=1_000)
    found = [roc_auc_score(which, np.random.RandomState(seed).rand(len(which))) for seed in seeds]
    return float(np.percentile(found, percentile))
