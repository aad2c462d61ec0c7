"""How well rows are ranked within their queries: nDCG, MAP and MRR, as means over queries.

nDCG and average precision are scikit-learn's (gain is the relevance itself, discount the logarithm
to base 2, equal scores share their places). The first relevant row of equal scores counts by the
worst of their places. Queries without any relevant row say nothing, and are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate import sums
from mlops_tui.evaluate.columns import Column
from mlops_tui.evaluate.estimating import Measure, Part, Rule, estimates
from mlops_tui.evaluate.figures import Floats
from mlops_tui.evaluate.report import Setting, notes_of_few
from mlops_tui.evaluate.reported import EvaluationReport, Segment
from mlops_tui.evaluate.segments import segments_of
from mlops_tui.evaluate.sums import Codes

FIRST = 10
"""How many rows `ndcg@10` counts."""


def evaluate_ranking(
    relevance: Floats,
    scores: Floats,
    queries: Codes,
    setting: Setting | None = None,
    first: int = FIRST,
    on_progress: Callable[[float], None] | None = None,
) -> EvaluationReport:
    """Return how well rows are ranked.

    Args:
        relevance: (n,) >= 0, 0 for rows that are not relevant; NaN where not known.
        scores: (n,) greater ones are ranked first; NaN where missing.
        queries: (n,) the query of each row, from 0.
        setting: columns of segments have to be the same for all rows of a query.
        first: how many rows count for `ndcg@K`.
        on_progress: told the share that is done.
    """
    chosen = setting or Setting()
    kept = np.flatnonzero(np.isfinite(relevance) & np.isfinite(scores))
    figures, names = by_query(relevance[kept], scores[kept], queries[kept], first)
    count = len(names)
    parts = [Part(np.arange(count), _measures(figures))]
    cut = {}
    notes = []
    for name, column in chosen.segments.items():
        codes = _of_queries(column, kept, queries[kept], names)
        if codes is None:
            notes.append(f"{name} differs within queries: it has no segments")
            continue
        values, of_query = codes
        offset = 0
        for at, value in enumerate(values):
            rows = np.flatnonzero(of_query == at)
            own = {key: it[rows] for key, it in figures.items()}
            parts.append(Part(rows, _measures(own), offset))
            cut[name, value] = len(rows)
            offset += len(rows)
    found = estimates(parts, count, None, chosen.replicates, chosen.seed, on_progress)
    asked = len(np.unique(queries[kept]))
    if asked > count:
        notes.append(f"{asked - count:,} of {asked:,} queries have no relevant row: left out")
    if len(kept) < len(scores):
        lost = len(scores) - len(kept)
        notes.append(f"{lost:,} of {len(scores):,} rows are left out: they lack truth or score")
    return EvaluationReport(
        task="ranking",
        classes=(),
        n=len(kept),
        rows=len(scores),
        metrics=found[0],
        segments=tuple(
            Segment(name, value, n, told)
            for ((name, value), n), told in zip(cut.items(), found[1:], strict=True)
        ),
        units="by query",
        n_units=count,
        notes=(*notes, *notes_of_few(found[0], "queries")),
    )


def _measures(figures: Mapping[str, Floats]) -> dict[str, Measure]:
    return {name: Measure(sums.mean(values), Rule.BOOTSTRAP) for name, values in figures.items()}


def by_query(
    relevance: Floats, scores: Floats, queries: Codes, first: int = FIRST
) -> tuple[dict[str, Floats], Codes]:
    """Return each figure of each query, (queries,), and which queries these are."""
    order = np.lexsort((-scores, queries))
    gains, ranked, query = relevance[order], scores[order], queries[order]
    is_new = np.r_[True, query[1:] != query[:-1]] if len(query) else np.zeros(0, dtype=bool)
    starts = np.flatnonzero(is_new)
    if not len(starts):
        return {name: np.empty(0) for name in _names(first)}, np.empty(0, dtype=np.int64)
    at = np.cumsum(is_new) - 1
    rank = np.arange(len(query)) - starts[at]
    ties = np.flatnonzero(is_new | np.r_[True, ranked[1:] != ranked[:-1]])
    tie = np.searchsorted(ties, np.arange(len(query)), "right") - 1
    ideal = relevance[np.lexsort((-relevance, queries))]
    found = {}
    for name, most in ((f"ndcg@{first}", first), ("ndcg", None)):
        discount = np.where(rank < (most or len(rank)), 1 / np.log2(rank + 2), 0.0)
        shared = np.add.reduceat(gains, ties) / np.diff(np.r_[ties, len(gains)])
        got = np.add.reduceat(shared[tie] * discount, starts)
        best = np.add.reduceat(ideal * discount, starts)
        found[name] = np.divide(got, best, out=np.zeros(len(starts)), where=best > 0)
    relevant = (gains > 0).astype(np.float64)
    counts = np.add.reduceat(relevant, starts)
    found["map"] = _average_precision(relevant, starts, at, ties, tie, counts)
    found["mrr"] = _reciprocal(relevant, starts, at, ties, tie, rank)
    has_any = counts > 0
    return {name: it[has_any] for name, it in found.items()}, query[starts][has_any]


def _names(first: int) -> tuple[str, ...]:
    return (f"ndcg@{first}", "ndcg", "map", "mrr")


def _average_precision(
    relevant: Floats, starts: Codes, at: Codes, ties: Codes, tie: Codes, counts: Floats
) -> Floats:
    """Return scikit-learn's average precision of each query."""
    ends = np.r_[ties[1:], len(relevant)] - 1
    before = np.r_[0.0, np.cumsum(relevant)][starts]
    reached = (np.cumsum(relevant)[ends] - before[at[ends]]) / (ends - starts[at[ends]] + 1)
    total = np.add.reduceat(relevant * reached[tie], starts)
    return np.divide(total, counts, out=np.zeros(len(starts)), where=counts > 0)


def _reciprocal(
    relevant: Floats, starts: Codes, at: Codes, ties: Codes, tie: Codes, rank: Codes
) -> Floats:
    """Return one over the place of the first relevant row of each query."""
    last = rank[np.r_[ties[1:], len(relevant)] - 1][tie] + 1
    each = np.where(relevant > 0, 1 / last, 0.0)
    return np.asarray(np.maximum.reduceat(each, starts))


def _of_queries(
    column: Column, kept: Codes, queries: Codes, names: Codes
) -> tuple[tuple[str, ...], NDArray[np.int64]] | None:
    """Return the segments of queries, None where rows of one are of several."""
    parts = segments_of(column)
    codes = parts.codes[kept]
    low = np.full(int(queries.max(initial=0)) + 1, len(parts.names))
    high = np.full(len(low), -2)
    np.minimum.at(low, queries, codes)
    np.maximum.at(high, queries, codes)
    if (low[names] != high[names]).any():
        return None
    return parts.names, low[names]
