"""Classes and groups of rows that are too small to learn from, or that are there no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_tui.data.finding import Finding, FindingKind, Look, Sureness
from mlops_tui.data.table_roles import Sampled, classes_of, is_numbers, is_times
from mlops_tui.data.values import texts
from mlops_tui.domain.checks import percent

LEAST_OF_FAIR = 0.2
"""A class with less than this part of its fair share is rare."""
LEAST_CLASS = 20
TINY = 10
"""Of fewer rows no model learns much, and no metric of them means much."""
MOST_VALUES = 100
MOST_TINY_SHARE = 0.5
LEAST_EXPECTED = 12.0
# by chance so many are absent in 6 of a million tables (e^-12)
SHOWN = 6


def find_imbalance(table: Sampled) -> tuple[list[Finding], Look]:
    """Return whether a class is rare."""
    what = "rare classes"
    target = table.roles.target
    if target is None or target not in table.frame.columns:
        return [], Look(what, 0, "no target is declared or named with --target")
    classes = classes_of(table.frame[target])
    if classes is None:
        return [], Look(what, 0, "the target is an amount, not a class")
    codes, names = classes
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    n = int(counts.sum())
    if len(names) < 2:
        return [], Look(what, n)
    rare = counts < LEAST_OF_FAIR * n / len(names)
    if not rare.any():
        return [], Look(what, n)
    words = ", ".join(
        f"{names[at]} {counts[at]:,} ({percent(counts[at] / n)})"
        for at in np.argsort(counts)[:SHOWN]
        if rare[at]
    )
    few = int(counts.min()) < LEAST_CLASS
    weights = "collect more of them first" if few else "weight the classes"
    finding = Finding(
        FindingKind.IMBALANCE,
        Sureness.CERTAIN,
        f"{int(rare.sum())} of {len(names)} classes of {target} rare among {n:,} rows: {words}",
        f"always guessing {names[int(counts.argmax())]} is right in "
        f"{percent(int(counts.max()) / n)} of all rows: accuracy says little here",
        f"{weights}, part the rows by class (stratified), and judge by recall or "
        "average precision of the rare class",
        n,
        int(counts[rare].sum()),
        (target,),
    )
    return [finding], Look(what, n)


def find_tiny(table: Sampled) -> tuple[list[Finding], Look]:
    """Return the columns in which a few values have hardly any rows."""
    findings = []
    for name in table.features:
        counted = categories(table.frame[name])
        if counted is None or len(counted) < 2:
            continue
        scale = table.n_rows / max(1, len(table.frame))
        tiny = counted[counted * scale < TINY]
        if not len(tiny) or len(tiny) > MOST_TINY_SHARE * len(counted):
            continue
        words = ", ".join(f"{value} ({count:,})" for value, count in list(tiny.items())[:SHOWN])
        findings.append(
            Finding(
                FindingKind.TINY_SEGMENTS,
                Sureness.CERTAIN if scale == 1 else Sureness.LIKELY,
                f"{len(tiny)} of {len(counted)} values of {name} have fewer than {TINY} rows: "
                f"{words}",
                "a model learns nothing of so few rows, and a metric of them is chance",
                f"join them to others, collect more, or leave them out of what {name} is judged by",
                len(table.frame),
                int(tiny.sum()),
                (name,),
            )
        )
    return findings, Look("segments with hardly any rows", len(table.frame))


def find_vanished(before: Sampled, now: Sampled, name: str) -> tuple[list[Finding], Look]:
    """Return values that were common in one table and are absent in the other.

    Args:
        before: the table that had them.
        now: the other one.
        name: what the other one is called.
    """
    findings = []
    columns = [it for it in before.features if it in now.frame.columns]
    for column in columns:
        old = categories(before.frame[column])
        if old is None:
            continue
        there = set(texts(now.frame[column]))
        expected = old / max(1, len(before.frame)) * len(now.frame)
        gone = [it for it in old.index if it not in there and expected[it] >= LEAST_EXPECTED]
        if not gone or len(gone) == len(old):  # all of them: the column was written otherwise
            continue
        words = ", ".join(
            f"{it} ({percent(old[it] / len(before.frame))} before)" for it in gone[:SHOWN]
        )
        findings.append(
            Finding(
                FindingKind.VANISHED_SEGMENTS,
                Sureness.CERTAIN if now.n_rows == len(now.frame) else Sureness.LIKELY,
                f"{len(gone)} of {len(old)} values of {column} are absent in {name}: {words}",
                f"among {len(now.frame):,} rows {LEAST_EXPECTED:.0f} or more of each were to be "
                "expected",
                "find out whether a source was lost or a filter was set",
                len(now.frame),
                0,
                (column,),
            )
        )
    return findings, Look(f"segments that are absent in {name}", len(now.frame))


def categories(series: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return how often each value stands there, the rarest first; None where it is no category."""
    if is_numbers(series) or is_times(series):
        return None
    codes, distinct = pd.factorize(texts(series))
    there = int((codes >= 0).sum())
    if not there or len(distinct) > min(MOST_VALUES, max(2, there // 5)):
        return None
    counts: npt.NDArray[np.int64] = np.bincount(codes[codes >= 0], minlength=len(distinct))
    return pd.Series(counts, index=[str(it) for it in distinct]).sort_values(kind="stable")
