"""Univariate drift of a batch against a reference: every column's score, null and verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.columns import Column, Kind
from mlops_tui.monitor import blocks, nulls, scores, texts, verdicts
from mlops_tui.monitor.nulls import Null, NullCache
from mlops_tui.monitor.verdicts import Verdict

Floats = NDArray[np.float64]

HEAVY_TAIL = 1.4
"""An sd this times larger than that of a normal distribution with the same quartiles says more of
a few extreme rows than of the rest; ranks are compared instead."""
MOST_CATEGORIES = 200
LEAST_IN_CATEGORY = 5
"""Rarer categories are pooled with those that the reference does not have."""
COMPARED = frozenset({Kind.NUMERIC, Kind.CATEGORY, Kind.BOOLEAN, Kind.TEXT})
_WHY_SKIPPED = {
    Kind.TIME: "times only go on; see freshness",
    Kind.ID: "an id: every row has its own",
    Kind.EMPTY: "no value in the reference",
}


@dataclass(frozen=True)
class Settings:
    """What a person may say about a comparison; nothing of it is needed."""

    methods: Mapping[str, str] = field(default_factory=dict)
    """Column to method, in place of the default by its kind."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Column or method to the practical threshold; the column's comes first."""
    target: str | None = None
    prediction: str | None = None
    time: str | None = None
    """The column that orders the rows; chance is then judged by contiguous blocks."""


@dataclass(frozen=True)
class ColumnDrift:
    """One score of one column, and what to think of it."""

    column: str
    type: Kind
    role: str
    """`feature`, `target` or `prediction`."""
    method: str
    score: float
    threshold: float
    null_q99: float
    p_value: float
    adjusted_p: float
    """`p_value` corrected over all columns (Benjamini-Hochberg)."""
    verdict: Verdict
    n_reference: int
    n_current: int
    """Rows that have a value."""
    null: str
    """How chance was judged."""


@dataclass(frozen=True)
class Skipped:
    """A column that was not compared."""

    column: str
    type: Kind
    why: str


@dataclass(frozen=True)
class DriftReport:
    """A batch against a reference."""

    verdict: Verdict
    columns: tuple[ColumnDrift, ...]
    """What drifted first, then by how far the score is beyond its threshold."""
    skipped: tuple[Skipped, ...]
    n_reference: int
    n_current: int
    time: str | None
    """The column that ordered the rows."""


def compare(
    reference: Mapping[str, Column],
    current: Mapping[str, Column],
    settings: Settings | None = None,
    cache: NullCache | None = None,
) -> DriftReport:
    """Return how the columns that both have differ, those of `current` read as in `reference`.

    Args:
        reference: columns by name, of one number of rows.
        current: the same of the batch; order does not matter.
        settings: in place of the defaults.
        cache: nulls of earlier comparisons; those of this one are added.
    """
    chosen, kept = settings or Settings(), NullCache() if cache is None else cache
    order = time_order(reference, chosen.time)
    scored: list[ColumnDrift] = []
    skipped: list[Skipped] = []
    for name, column in reference.items():
        other = current.get(name)
        if other is None:
            continue
        if column.kind not in COMPARED or name == chosen.time:
            skipped.append(Skipped(name, column.kind, _WHY_SKIPPED.get(column.kind, "the time")))
            continue
        scored.extend(_scores_of(column, other, order, chosen, kept))
    judged = _judged(scored)
    return DriftReport(
        verdicts.of_batch([column.verdict for column in judged]),
        tuple(sorted(judged, key=_most_urgent_first)),
        tuple(skipped),
        _rows(reference),
        _rows(current),
        chosen.time if order is not None else None,
    )


def find_time(reference: Mapping[str, Column]) -> str | None:
    """Return the column that orders the rows: the only one with times in nearly every row."""
    found = [
        name
        for name, column in reference.items()
        if column.kind is Kind.TIME and column.count >= 0.95 * column.rows
    ]
    return found[0] if len(found) == 1 else None


def time_order(reference: Mapping[str, Column], time: str | None) -> NDArray[np.int64] | None:
    """Return the places of the rows that have a time, by that time; None without such a column."""
    column = reference.get(time) if time else None
    if column is None or column.kind not in (Kind.TIME, Kind.NUMERIC, Kind.ID):
        return None
    if not len(column.values):
        return None
    order = np.argsort(column.values, kind="stable")
    return np.asarray(order[np.isfinite(column.values[order])], dtype=np.int64)


def default_method(column: Column) -> str:
    """Return the score for a column of the reference.

    Numbers: Wasserstein over the sd; Kolmogorov-Smirnov where the tails are so heavy that the sd
    says little. Categories and booleans: Jensen-Shannon; total variation from 50 categories on,
    where most of Jensen-Shannon comes from categories with few rows. Constants: L-infinity, the
    share of rows that differ.
    """
    if column.kind is Kind.NUMERIC:
        ascending = column.present
        if not len(ascending) or ascending[0] == ascending[-1]:
            return "l_infinity"
        lower, upper = np.quantile(ascending, [0.25, 0.75])
        normal_sd = (upper - lower) / 1.349
        is_heavy = normal_sd > 0 and scores.spread(ascending) > HEAVY_TAIL * normal_sd
        return "kolmogorov_smirnov" if is_heavy else "wasserstein"
    return "jensen_shannon" if len(column.labels) < 50 else "total_variation"


def methods_for(kind: Kind) -> tuple[str, ...]:
    """Return the scores that a column of this kind may be compared by."""
    if kind is Kind.NUMERIC:
        return (*scores.OF_NUMBERS, *scores.OF_SHARES)
    return tuple(scores.OF_SHARES) if kind in (Kind.CATEGORY, Kind.BOOLEAN) else ()


def _scores_of(
    column: Column,
    other: Column,
    order: NDArray[np.int64] | None,
    settings: Settings,
    cache: NullCache,
) -> list[ColumnDrift]:
    if column.kind is Kind.TEXT:
        return _text(column, other, order, settings, cache)
    method = settings.methods.get(column.name) or default_method(column)
    if column.kind is Kind.NUMERIC and _is_constant(column):
        method = "l_infinity"
        found = _categories(column, other, method, order, cache)
    elif column.kind is not Kind.NUMERIC:
        found = _categories(column, other, method, order, cache)
    else:
        found = _numbers(column, other, method, order, cache)
    return [_with_roles(found, column.name, method, settings)]


def _is_constant(column: Column) -> bool:
    ascending = column.present
    return not len(ascending) or bool(ascending[0] == ascending[-1])


def _numbers(
    column: Column,
    other: Column,
    method: str,
    order: NDArray[np.int64] | None,
    cache: NullCache,
) -> ColumnDrift:
    reference, batch = column.present, other.present
    if not len(reference) or not len(batch):
        return _unscored(column, len(reference), len(batch))
    if method in scores.OF_NUMBERS:
        score = scores.OF_NUMBERS[method](reference, batch)
    else:
        edges = scores.bin_edges(reference)
        counts = [scores.bin_counts(ascending, edges) for ascending in (reference, batch)]
        score = float(scores.OF_SHARES[method](counts[0], counts[1]))
    null = nulls.of_numbers(reference, len(batch), method, cache)
    sizes = (len(reference), len(batch))
    values = column.values[order] if order is not None else np.empty(0)
    in_order = values[np.isfinite(values)]
    if not len(in_order):
        return _scored(column, score, null, null.q99, _REDRAWN, sizes)
    timed = blocks.of_numbers(in_order, len(batch), method, null, cache)
    return _scored_by_blocks(column, score, timed, sizes)


def _categories(
    column: Column,
    other: Column,
    method: str,
    order: NDArray[np.int64] | None,
    cache: NullCache,
) -> ColumnDrift:
    counts, expected, batch, places = pooled(column, other)
    sizes = (int(counts.sum()), int(batch.sum()))
    if min(sizes) == 0:
        return _unscored(column, *sizes)
    score = float(scores.OF_SHARES[method](counts, batch))
    null = nulls.of_counts(expected, sizes[1], method, cache)
    in_order = places[order] if order is not None else places[:0]
    in_order = in_order[in_order >= 0]
    if not len(in_order):
        return _scored(column, score, null, null.q99, _REDRAWN, sizes)
    timed = blocks.of_cells(in_order, len(counts), sizes[1], method, null, cache)
    return _scored_by_blocks(column, score, timed, sizes)


def pooled(column: Column, other: Column) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """Return the rows of each category of both sides, rare and unseen ones pooled in the last.

    Returns:
        Counts of the reference, (k,); what to expect of them in a null: the pool with rows never
        seen yet added, as many as categories that were seen once (Good 1953), at least one;
        counts of the batch; and the place of every row of the reference, -1 where missing.
    """
    if column.kind is Kind.NUMERIC:
        return _pooled_constant(column, other)
    seen = column.label_counts
    common = sorted(seen, key=lambda name: -seen[name])[:MOST_CATEGORIES]
    kept = {name: at for at, name in enumerate(c for c in common if seen[c] >= LEAST_IN_CATEGORY)}
    last = len(kept)
    lookup = np.array([*(kept.get(name, last) for name in column.labels), -1], dtype=np.int64)
    places = lookup[column.codes]
    counts = np.bincount(places[places >= 0], minlength=last + 1).astype(np.float64)
    batch = np.zeros(last + 1)
    for name, count in other.label_counts.items():
        batch[kept.get(name, last)] += count
    expected = counts.copy()
    expected[last] += max(1, sum(count == 1 for count in seen.values()))
    return counts, expected, batch, places


def _pooled_constant(
    column: Column, other: Column
) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    rows, batch = len(column.present), other.present
    value = column.present[0] if rows else np.nan
    same = float((batch == value).sum())
    places = np.where(np.isfinite(column.values), 0, -1).astype(np.int64)
    return (
        *(np.array([rows, 0.0]), np.array([rows, 1.0])),
        *(np.array([same, len(batch) - same]), places),
    )


def _text(
    column: Column,
    other: Column,
    order: NDArray[np.int64] | None,
    settings: Settings,
    cache: NullCache,
) -> list[ColumnDrift]:
    lengths = replace(column, kind=Kind.NUMERIC, values=texts.lengths(column.texts), texts=())
    batch = replace(other, kind=Kind.NUMERIC, values=texts.lengths(other.texts), texts=())
    constant = _is_constant(lengths)
    method = "l_infinity" if constant else "wasserstein"
    compared = _categories if constant else _numbers
    length = compared(lengths, batch, method, order, cache)
    drifts = [
        _with_roles(replace(length, type=Kind.TEXT), column.name, f"length_{method}", settings)
    ]
    new = texts.new_words(column.texts, other.texts)
    sizes = (len(new.reference), len(new.current))
    if min(sizes) == 0:
        words = _unscored(column, *sizes)
    else:
        score = max(0.0, float(new.current.mean() - new.reference.mean()))
        null = nulls.of_means(new.reference, sizes[1], cache)
        words = _scored(column, score, null, null.q99, _REDRAWN, sizes)
    return [*drifts, _with_roles(words, column.name, "out_of_vocabulary", settings)]


_REDRAWN = f"{nulls.RESAMPLES:,} redraws of rows"


def _scored(
    column: Column, score: float, null: Null, q99: float, how: str, sizes: tuple[int, int]
) -> ColumnDrift:
    p_value = null.p_value(score)
    facts = (score, 0.0, q99, p_value, p_value, Verdict.OK, *sizes, how)
    return ColumnDrift(column.name, column.kind, "feature", "", *facts)


def _scored_by_blocks(
    column: Column, score: float, timed: blocks.BlockNull, sizes: tuple[int, int]
) -> ColumnDrift:
    q99 = max(timed.null.q99, timed.highest)
    how = f"blocks of {timed.length:,} rows in time order: {timed.widening:.2g} x {_REDRAWN}"
    return _scored(column, score, timed.null, q99, how, sizes)


def _unscored(column: Column, rows: int, n: int) -> ColumnDrift:
    nan = float("nan")
    facts = (nan, 0.0, nan, 1.0, 1.0, Verdict.TOO_LITTLE_DATA, rows, n, "nothing to compare")
    return ColumnDrift(column.name, column.kind, "feature", "", *facts)


def _with_roles(drift: ColumnDrift, name: str, method: str, settings: Settings) -> ColumnDrift:
    role = "target" if name == settings.target else "feature"
    role = "prediction" if name == settings.prediction else role
    plain = method.removeprefix("length_")
    usual = settings.thresholds.get(method, scores.THRESHOLDS[plain])
    threshold = settings.thresholds.get(name, usual)
    return replace(drift, column=name, role=role, method=method, threshold=threshold)


def _judged(scored: list[ColumnDrift]) -> list[ColumnDrift]:
    judged = []
    for drift, p_value in zip(
        scored, verdicts.adjusted([drift.p_value for drift in scored]), strict=True
    ):
        verdict = verdicts.of_column(
            *(drift.score, drift.threshold, drift.null_q99, float(p_value)),
            *(drift.n_current, drift.n_reference),
        )
        judged.append(replace(drift, adjusted_p=float(p_value), verdict=verdict))
    return judged


def _most_urgent_first(drift: ColumnDrift) -> tuple[bool, float]:
    beyond = drift.score / drift.threshold if drift.threshold > 0 else drift.score
    return drift.verdict is not Verdict.DRIFT, -float(np.nan_to_num(beyond, nan=-1.0))


def _rows(columns: Mapping[str, Column]) -> int:
    return max((column.rows for column in columns.values()), default=0)
