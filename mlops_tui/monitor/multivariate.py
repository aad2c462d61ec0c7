"""Drift that no single column shows: a classifier of reference and batch, and PCA's residuals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.columns import Column, Kind
from mlops_tui.monitor import verdicts
from mlops_tui.monitor.chance import block_factor
from mlops_tui.monitor.verdicts import Verdict

Floats = NDArray[np.float64]

AUC_THRESHOLD = 0.55
"""Evidently's for texts. Practical: with less, even a classifier can hardly tell the two apart."""
RESIDUAL_THRESHOLD = 0.1
"""In sd of the reference's own residuals."""
MOST_ROWS = 3_000
"""Of each side; more make it slower, hardly surer, at the threshold's size."""
VARIANCE_SHARE = 0.65
"""The share of variance that the components keep, NannyML's default."""
_FOLDS = 5
_SHARED_ROWS = 1.4
"""Folds learn from each other's rows, so their mean varies more than that of five samples: 1.3
times as much in simulations without a difference."""
_BLOCKS = 5
_RESAMPLES = 5_000
_SEED = 11
_MOST_LABELS = 20
_MOST_RANKED = 100
_CHANCE = 0.01
_Z99 = 2.326


@dataclass(frozen=True)
class DomainClassifier:
    """How well a classifier tells rows of the batch from rows of the reference."""

    verdict: Verdict
    auc: float
    """Cross-validated, mean of five folds; 0.5: it cannot."""
    threshold: float
    null_auc: float
    """The mean of chance: 0.5, or what blocks of the reference in time order give."""
    null_q99: float
    p_value: float
    giveaways: tuple[tuple[str, float], ...]
    """Columns by how much AUC is lost when their values are shuffled, most first; those above 0."""
    n_reference: int
    """Rows that were used."""
    n_current: int
    words: str


@dataclass(frozen=True)
class PcaResiduals:
    """How badly components of the reference describe the batch."""

    verdict: Verdict
    score: float
    """Difference of the mean residuals in sd of the reference's; negative where they shrink."""
    threshold: float
    null_q99: float
    p_value: float
    components: int
    n_reference: int
    n_current: int
    words: str


def domain_classifier(
    reference: Mapping[str, Column],
    current: Mapping[str, Column],
    order: NDArray[np.int64] | None = None,
) -> DomainClassifier | None:
    """Return how well gradient-boosted trees tell batch and reference apart.

    The null of a held-out AUC is Mann and Whitney's: with no difference all orders of a fold's rows
    are equally likely, whatever was learned; that of the mean over folds is wider. With `order`
    (rows by time), contiguous blocks of the reference of the batch's length are told from the rest
    as well: a batch must be easier to tell.

    Returns:
        None where fewer than two columns can be used, or a side has fewer than 50 rows.
    """
    names = usable_columns(reference, current)
    n = _rows(current)
    if len(names) < 2 or min(n, _rows(reference)) < 50:
        return None
    both = [encode(reference, reference, names), encode(reference, current, names)]
    batch = _some(both[1], MOST_ROWS)
    before = _some(both[0], MOST_ROWS)
    auc, lost = _cross_validated(before, batch, is_ranked=True)
    sd = _SHARED_ROWS * auc_sd(len(before) // _FOLDS, len(batch) // _FOLDS) / math.sqrt(_FOLDS)
    centre = 0.5
    if order is not None:
        blocks = _block_aucs(both[0][order], n)
        centre, sd = max(0.5, float(blocks.mean())), math.hypot(sd, float(blocks.std(ddof=1)))
    p_value = 0.5 * math.erfc((auc - centre) / sd / math.sqrt(2))
    q99 = centre + _Z99 * sd
    threshold = AUC_THRESHOLD + centre - 0.5
    verdict = Verdict.TOO_LITTLE_DATA if q99 - 0.5 > verdicts.BLIND_FACTOR * 0.05 else Verdict.OK
    if auc >= threshold and p_value <= _CHANCE:
        verdict = Verdict.DRIFT
    ranked = sorted(zip(names, lost, strict=True), key=lambda pair: -pair[1])
    giveaways = tuple((name, float(loss)) for name, loss in ranked[:10] if loss > sd)
    words = (
        f"a classifier tells {len(batch):,} rows from {len(before):,} with AUC {auc:.3f} "
        f"(threshold {threshold:.2f}, chance below {q99:.3f})"
    )
    if giveaways and verdict is Verdict.DRIFT:
        words += ", given away by " + ", ".join(name for name, _ in giveaways[:3])
    facts = (verdict, auc, threshold, centre, q99, p_value, giveaways, len(before), len(batch))
    return DomainClassifier(*facts, words)


def auc_sd(n: int, rows: int) -> float:
    """Return the sd of the AUC of n and N rows in random order (Mann and Whitney 1947)."""
    return math.sqrt((n + rows + 1) / (12 * n * rows))


def _cross_validated(before: Floats, batch: Floats, is_ranked: bool) -> tuple[float, Floats]:
    """Return the mean AUC over folds, and for each column the AUC lost when it is shuffled.

    The columns' losses, (columns,), are 0 unless `is_ranked`.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    rows = np.vstack([before, batch])
    which = np.repeat([0, 1], [len(before), len(batch)])
    draw = np.random.default_rng(_SEED)
    aucs, lost = [], []
    # threads that wait for each other in a spin take seconds where other work shares the cores
    with threadpool_limits(1):
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
        for train, test in folds.split(rows, which):
            model = HistGradientBoostingClassifier(
                max_iter=20, max_leaf_nodes=8, learning_rate=0.2, class_weight="balanced",
                early_stopping=False, random_state=_SEED,
            )  # fmt: skip
            model.fit(rows[train], which[train])
            held = rows[test]
            auc = float(roc_auc_score(which[test], model.decision_function(held)))
            aucs.append(auc)
            losses = np.zeros(rows.shape[1])
            for at in range(min(rows.shape[1], _MOST_RANKED) if is_ranked else 0):
                shuffled = held.copy()
                shuffled[:, at] = draw.permutation(held[:, at])
                found = roc_auc_score(which[test], model.decision_function(shuffled))
                losses[at] = auc - float(found)
            lost.append(losses)
    return float(np.mean(aucs)), np.mean(lost, axis=0)


def _block_aucs(in_order: Floats, n: int) -> Floats:
    length = max(min(n, len(in_order) // 10), 50)
    found = []
    for start in np.linspace(0, max(len(in_order) - length, 0), _BLOCKS).astype(int):
        inside = np.zeros(len(in_order), dtype=bool)
        inside[start : start + length] = True
        rest, block = _some(in_order[~inside], MOST_ROWS), _some(in_order[inside], MOST_ROWS)
        found.append(_cross_validated(rest, block, is_ranked=False)[0])
    return np.array(found)


def pca_residuals(
    reference: Mapping[str, Column],
    current: Mapping[str, Column],
    order: NDArray[np.int64] | None = None,
) -> PcaResiduals | None:
    """Return whether the principal components of the reference describe the batch as well.

    Columns are put to mean 0 and sd 1, categories as one column each, missing values as the mean.
    Components that hold 65 % of the variance are fitted to a random half of the reference;
    residuals of the other half say what is usual. Its null are means of n of them, wider where
    blocks of rows in time order vary more.

    Returns:
        None where fewer than two columns can be used, or a side has fewer than 50 rows.
    """
    names = usable_columns(reference, current)
    n = _rows(current)
    if len(names) < 2 or min(n, _rows(reference)) < 50:
        return None
    whole = _expanded(reference, reference, names)
    draw = np.random.default_rng(_SEED)
    is_fit = draw.random(len(whole)) < 0.5
    mean, sd = whole[is_fit].mean(axis=0), whole[is_fit].std(axis=0)
    scale = np.where(sd > 1e-12, sd, 1.0)
    fitted = (whole[is_fit] - mean) / scale
    values, vectors = np.linalg.eigh(np.cov(fitted, rowvar=False))
    shares = np.cumsum(values[::-1]) / max(float(values.sum()), 1e-12)
    count = min(int(np.searchsorted(shares, VARIANCE_SHARE)) + 1, len(values) - 1)
    kept = vectors[:, ::-1][:, : max(count, 1)]
    usual = _residuals((whole[~is_fit] - mean) / scale, kept)
    batch = _residuals((_expanded(reference, current, names) - mean) / scale, kept)
    spread = max(float(usual.std()), 1e-12)
    score = float(batch.mean() - usual.mean()) / spread
    error = math.sqrt(1 / n + 1 / len(usual)) * _time_factor(usual, is_fit, order, n)
    chance = np.abs(_mean_draws((usual - usual.mean()) / spread, n)) * error
    q99 = float(np.quantile(chance, 0.99))
    p_value = float(1 + (chance >= abs(score)).sum()) / (1 + len(chance))
    sizes = (n, len(usual))
    verdict = verdicts.of_column(abs(score), RESIDUAL_THRESHOLD, q99, p_value, *sizes)
    words = (
        f"residuals of {count} principal components differ by {score:+.3g} sd "
        f"(threshold {RESIDUAL_THRESHOLD:g}, chance below {q99:.3g}; n {n:,}, N {len(usual):,})"
    )
    facts = (score, RESIDUAL_THRESHOLD, q99, p_value, count, len(usual), n)
    return PcaResiduals(verdict, *facts, words)


def _mean_draws(standard: Floats, n: int) -> Floats:
    """Return standardised means of n values drawn from these, normal where n is large."""
    draw = np.random.default_rng(_SEED)
    if n > 200:
        return draw.standard_normal(_RESAMPLES)
    drawn = standard[draw.integers(0, len(standard), size=(_RESAMPLES, n))]
    return np.asarray(drawn.mean(axis=1) * math.sqrt(n), dtype=np.float64)


def _time_factor(
    usual: Floats, is_fit: NDArray[np.bool_], order: NDArray[np.int64] | None, n: int
) -> float:
    """Return how much wider means of blocks in time order are than those of random rows; >= 1."""
    if order is None:
        return 1.0
    place = np.cumsum(~is_fit) - 1
    return block_factor(usual, place[order[~is_fit[order]]], n)


def _residuals(rows: Floats, components: Floats) -> Floats:
    back = rows @ components @ components.T
    return np.asarray(np.sqrt(((rows - back) ** 2).sum(axis=1)), dtype=np.float64)


def usable_columns(reference: Mapping[str, Column], current: Mapping[str, Column]) -> list[str]:
    """Return the columns with values on both sides that trees and components can be made of."""
    kinds = (Kind.NUMERIC, Kind.CATEGORY, Kind.BOOLEAN)
    return [
        name
        for name, column in reference.items()
        if name in current and column.kind in kinds and column.count and current[name].count
    ]


def _rows(columns: Mapping[str, Column]) -> int:
    return max((column.rows for column in columns.values()), default=0)


def encode(
    reference: Mapping[str, Column], columns: Mapping[str, Column], names: list[str]
) -> Floats:
    """Return rows for trees, (rows, names).

    Numbers as they are, NaN where missing; categories by their place among those of the reference,
    the most common one first, -1 where it does not have them.
    """
    parts = []
    for name in names:
        column = columns[name]
        if column.kind is Kind.NUMERIC:
            parts.append(np.where(np.isfinite(column.values), column.values, np.nan))
            continue
        counts = reference[name].label_counts
        ranks = {it: at for at, it in enumerate(sorted(counts, key=lambda it: -counts[it]))}
        lookup = np.array([*(ranks.get(it, -1) for it in column.labels), np.nan])
        parts.append(lookup[column.codes])
    return np.column_stack(parts)


def _expanded(
    reference: Mapping[str, Column], columns: Mapping[str, Column], names: list[str]
) -> Floats:
    """Return rows for PCA: numbers, missing ones as the mean; one column a common category."""
    parts = []
    for name in names:
        column = columns[name]
        if column.kind is Kind.NUMERIC:
            mean = float(reference[name].present.mean())
            parts.append(np.where(np.isfinite(column.values), column.values, mean))
            continue
        counts = reference[name].label_counts
        common = sorted(counts, key=lambda it: -counts[it])[:_MOST_LABELS]
        places = {it: at for at, it in enumerate(column.labels)}
        parts += [(column.codes == places.get(it, -2)).astype(np.float64) for it in common]
    return np.column_stack(parts)


def _some(rows: Floats, most: int) -> Floats:
    if len(rows) <= most:
        return rows
    places = np.random.default_rng(_SEED).choice(len(rows), most, replace=False)
    return np.asarray(rows[np.sort(places)], dtype=np.float64)
