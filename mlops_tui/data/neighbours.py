"""Rows of two tables that lie so near each other that one is a copy of the other with noise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlops_tui.data.duplicates import CHANCE, SHOWN, Table
from mlops_tui.data.features import matrix
from mlops_tui.data.finding import Finding, FindingKind, Look, Sureness
from mlops_tui.data.places import shown
from mlops_tui.data.tables import join_frames
from mlops_tui.data.values import Floats
from mlops_tui.domain.checks import percent

MOST_FIRST, MOST_SECOND = 10_000, 2_000
LEAST_COLUMNS, LEAST_ROWS = 4, 50
# in fewer dimensions rows come as near by chance
NEAR = 0.05
"""Of the usual distance from a row to the one nearest to it."""


def find_near(first: Table, second: Table, seed: int = 0) -> tuple[list[Finding], Look]:
    """Return whether rows of the second table are nearly those of the first, equal ones left out.

    Distances are Euclidean over columns scaled to a standard deviation of 1. Judged against how
    near the rows of the first table come to each other.
    """
    what = f"rows that nearly stand in {second.name} too"
    columns = [it for it in first.sample.features if it in second.sample.features]
    rng = np.random.default_rng(seed)
    one = _some(first.sample.frame, MOST_FIRST, rng)
    two = _some(second.sample.frame, MOST_SECOND, rng)
    if min(len(one), len(two)) < LEAST_ROWS or len(columns) < LEAST_COLUMNS:
        return [], Look(what, 0, f"needs {LEAST_COLUMNS} columns and {LEAST_ROWS} rows of each")
    frames = [it.sample.frame.iloc[at] for it, at in ((first, one), (second, two))]
    given = matrix(join_frames([frame[columns] for frame in frames]), columns)
    given = (given - given.mean(axis=0)) / np.maximum(given.std(axis=0), 1e-12)
    known, asked = given[: len(one)], given[len(one) :]
    own, _ = _nearest(known, known[: min(len(known), MOST_SECOND)], skip_self=True)
    away, nearest = _nearest(known, asked, skip_self=False)
    usual = float(np.median(own))
    if usual <= 0:
        return [], Look(what, 0, "most rows are equal to another one")
    near = (away > 0) & (away < NEAR * usual)
    found = int(near.sum())
    if not found or not _is_more_than_chance(found, len(two), own, usual):
        return [], Look(what, len(two))
    clearest = np.flatnonzero(near)[np.argsort(away[near])][:SHOWN]
    rows = []
    values = shown(second.sample.frame, two[clearest].tolist(), columns)
    for at, value in zip(clearest, values, strict=True):
        place = first.sample.places[one[nearest[at]]]
        note = f"{first.name}, {first.sample.numbering.found(int(place)).place}"
        own_place = int(second.sample.places[two[at]])
        rows.append(second.sample.numbering.found(own_place, value, note))
    finding = Finding(
        FindingKind.NEAR_DUPLICATES,
        Sureness.LIKELY,
        f"{found:,} of {len(two):,} rows ({percent(found / len(two))}) of {second.name} are a row "
        f"of {first.name} with a little noise",
        f"they lie within {percent(NEAR)} of the usual distance to a nearest row: a model is "
        "measured on rows it all but knows",
        f"take them out of {first.name} or of {second.name}, and measure again",
        len(two),
        found,
        (),
        rows,
    )
    return [finding], Look(what, len(two))


def _some(frame: pd.DataFrame, most: int, rng: np.random.Generator) -> np.ndarray:
    if len(frame) <= most:
        return np.arange(len(frame))
    return np.sort(rng.choice(len(frame), most, replace=False))


def _nearest(known: Floats, asked: Floats, skip_self: bool) -> tuple[Floats, np.ndarray]:
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=2 if skip_self else 1).fit(known)
    distances, places = index.kneighbors(asked)
    return distances[:, -1], places[:, -1]


def _is_more_than_chance(found: int, n: int, own: Floats, usual: float) -> bool:
    from scipy.stats import binom

    twins = int(((own > 0) & (own < NEAR * usual)).sum())
    return bool(binom.sf(found - 1, n, (twins + 1) / (len(own) + 1)) < CHANCE)
