"""Gives rows of a reference the distribution of one column of a batch, and changes little else."""

from __future__ import annotations

import numpy as np

from mlops_tui.evaluate.figures import Floats


def swapped(
    probes: Floats, before: Floats, after: Floats, is_ranked: bool, draw: np.random.Generator
) -> Floats:
    """Return values for the probes as if they came from the batch, (probes,).

    Numbers keep their rank: the value at a share of the reference's becomes the batch's at the same
    share, so that what goes with a large value still goes with a large one. Of categories as few
    rows as possible get another one. Missing values (NaN) become as frequent as in the batch.

    Args:
        probes: the reference's values in some rows; NaN where missing.
        before: all of the reference's, by which shares are told.
        after: the batch's.
        is_ranked: numbers; else codes of categories, -1 for those that the reference lacks.
        draw: chooses who gets another category.
    """
    if not is_ranked:
        # NaN is a category of its own
        codes = [np.where(np.isnan(it), -2, it) for it in (probes, before, after)]
        found = _moved(codes[0], codes[1], codes[2], draw)
        return np.where(found == -2, np.nan, found)
    present = [it[~np.isnan(it)] for it in (before, after)]
    if not len(present[0]) or not len(present[1]):
        return _moved_missing(probes, before, after, present[1], draw)
    filled = _moved_missing(probes, before, after, present[0], draw)
    ordered = np.sort(present[0])
    middle = np.searchsorted(ordered, filled, "left") + np.searchsorted(ordered, filled, "right")
    shares = middle / (2 * len(ordered))
    # the inverse of the steps, so that without a difference nothing moves, ties included
    mapped = np.quantile(present[1], np.clip(shares, 0, 1), method="inverted_cdf")
    return np.where(np.isnan(filled), np.nan, mapped)


def _moved(probes: Floats, before: Floats, after: Floats, draw: np.random.Generator) -> Floats:
    labels = np.unique(np.concatenate([before, after]))
    was = np.array([(before == it).mean() for it in labels])
    now = np.array([(after == it).mean() for it in labels])
    gain = np.maximum(now - was, 0)
    found = probes.copy()
    if gain.sum() <= 0:
        return found
    leaves = np.maximum(was - now, 0) / np.maximum(was, 1e-300)
    place = np.searchsorted(labels, probes).clip(0, len(labels) - 1)
    goes = draw.random(len(probes)) < leaves[place]
    found[goes] = draw.choice(labels, size=int(goes.sum()), p=gain / gain.sum())
    return found


def _moved_missing(
    probes: Floats, before: Floats, after: Floats, values: Floats, draw: np.random.Generator
) -> Floats:
    """Return the probes with as many missing values as the batch has."""
    flags = [np.isnan(it).astype(np.float64) for it in (probes, before, after)]
    is_missing = _moved(flags[0], flags[1], flags[2], draw) == 1
    found = probes.copy()
    found[is_missing] = np.nan
    empty = np.isnan(found) & ~is_missing
    if len(values):
        found[empty] = draw.choice(values, size=int(empty.sum()))
    return found
