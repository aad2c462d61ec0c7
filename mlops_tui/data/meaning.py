"""Columns that mean something else than before: another unit, another coding, another type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.data.finding import Finding, FindingKind, Look, Sureness
from mlops_tui.data.segments import categories
from mlops_tui.data.table_roles import Sampled, is_numbers
from mlops_tui.data.values import Floats, missing, numbers, texts
from mlops_tui.domain.checks import percent
from mlops_tui.domain.text import short_number

LEAST_ROWS = 30
APART, ALIKE = 0.5, 0.25
"""Kolmogorov-Smirnov distances: as they stand they differ so much, after the change so little."""
TIGHTER = 3.0
"""So many times nearer than before."""
LEAST_PLACEHOLDER = 0.02
LEAST_COMMON = 0.9

Change = tuple[str, Callable[[Floats], Floats]]
_FACTORS = {
    1000.0: ("m to mm, kg to g, s to ms, or a decimal comma lost", "mm to m, g to kg, ms to s"),
    100.0: ("a share to percent, EUR to cents, m to cm", "percent to a share, cents to EUR"),
    10.0: ("cm to mm", "mm to cm"),
    60.0: ("hours to minutes, minutes to seconds", "seconds to minutes, minutes to hours"),
    3600.0: ("hours to seconds", "seconds to hours"),
    24.0: ("days to hours", "hours to days"),
    86400.0: ("days to seconds", "seconds to days"),
    1e6: ("t to g, s to us", "g to t, us to s"),
    2.54: ("inches to cm", "cm to inches"),
    0.3048: ("feet to m", "m to feet"),
    1.609344: ("miles to km", "km to miles"),
    0.45359237: ("pounds to kg", "kg to pounds"),
    3.6: ("m/s to km/h", "km/h to m/s"),
    57.29577951308232: ("radians to degrees", "degrees to radians"),
}
"""Factors of units, and what they may be, up and down."""
_PLACEHOLDERS = (-1.0, -9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0, 99999.0, 0.0)


def find_changed_meaning(before: Sampled, now: Sampled, name: str) -> tuple[list[Finding], Look]:
    """Return the columns that mean something else in a table than they did in another.

    Args:
        before: the table that is held for right.
        now: the other one.
        name: what the other one is called.
    """
    what = f"columns that mean something else in {name}"
    columns = [str(it) for it in before.frame.columns if it in now.frame.columns]
    n = min(len(before.frame), len(now.frame))
    if n < LEAST_ROWS:
        return [], Look(what, 0, f"needs {LEAST_ROWS} rows of each")
    findings = []
    for column in columns:
        if column in (before.roles.id, before.roles.timestamp):
            continue
        told = changed(before.frame[column], now.frame[column])
        if told is not None:
            sure, words, remedy = told
            why = "a model that learned the old meaning is wrong about every such row"
            findings.append(
                Finding(
                    FindingKind.CHANGED_MEANING,
                    sure,
                    f"{column} in {name}: {words}",
                    why,
                    remedy,
                    len(now.frame),
                    len(now.frame),
                    (column,),
                )
            )
    return findings, Look(what, n)


def changed(old: pd.Series[Any], new: pd.Series[Any]) -> tuple[Sureness, str, str] | None:
    """Return how sure, how a column has changed its meaning, and a remedy; None if it has not."""
    if missing(old).all() or missing(new).all():
        return None
    were, are = is_numbers(old), is_numbers(new)
    if were != are:
        first, second = ("numbers", "text") if were else ("text", "numbers")
        words = f"{first} before, {second} now, such as {_example(new)}"
        return Sureness.CERTAIN, words, "read it as before, or have the source write it so"
    if were:
        return _amounts(numbers(old), numbers(new))
    return _coding(old, new)


def _example(series: pd.Series[Any]) -> str:
    return next((f"{text[:40]!r}" for text in texts(series) if text is not None), "nothing")


def _amounts(old: Floats, new: Floats) -> tuple[Sureness, str, str] | None:
    old, new = old[np.isfinite(old)], new[np.isfinite(new)]
    if min(len(old), len(new)) < LEAST_ROWS or len(np.unique(old)) < 5:
        return None
    placeholder = _placeholder(old, new)
    if placeholder is not None:
        return placeholder
    apart = distance(old, new)
    if apart < APART:
        return None
    best: tuple[float, str, str] | None = None
    for words, undo in _changes(old, new):
        left = distance(old, undo(new))
        if left <= ALIKE and apart >= TIGHTER * left and (best is None or left < best[0]):
            best = left, words, "change it back before it is used, or have the source do so"
    if best is None:
        return None
    medians = f"median {short_number(float(np.median(old)))} before, now "
    medians += short_number(float(np.median(new)))
    return Sureness.LIKELY, f"probably {best[1]}; {medians}", best[2]


def _changes(old: Floats, new: Floats) -> list[Change]:
    """Return the changes of unit that are worth a try, each with what undoes it."""
    found: list[Change] = [
        ("changed from Celsius to Fahrenheit", lambda values: (values - 32) / 1.8),
        ("changed from Fahrenheit to Celsius", lambda values: values * 1.8 + 32),
        ("changed from Celsius to kelvin", lambda values: values - 273.15),
        ("changed from kelvin to Celsius", lambda values: values + 273.15),
        ("with the other sign", lambda values: -values),
    ]
    if (old > 0).all():
        found.append(("changed to its logarithm", lambda values: np.exp(np.minimum(values, 700.0))))
    for factor, (up, down) in _FACTORS.items():
        found.append((f"times {short_number(factor)}, as {up}", _over(factor)))
        found.append((f"divided by {short_number(factor)}, as {down}", _over(1 / factor)))
    return found


def _over(factor: float) -> Callable[[Floats], Floats]:
    return lambda values: values / factor


def distance(old: Floats, new: Floats) -> float:
    """Return the Kolmogorov-Smirnov distance of two samples: dimensionless, 0 to 1."""
    everything = np.concatenate([old, new])
    one = np.searchsorted(np.sort(old), everything, side="right") / len(old)
    two = np.searchsorted(np.sort(new), everything, side="right") / len(new)
    return float(np.abs(one - two).max())


def _placeholder(old: Floats, new: Floats) -> tuple[Sureness, str, str] | None:
    """Return whether a number stands for missing ones that did not before."""
    for value in _PLACEHOLDERS:
        share = float((new == value).mean())
        inside = old.min() <= value <= old.max()
        if share < LEAST_PLACEHOLDER or (old == value).any() or inside:
            continue
        words = f"{short_number(value)} in {percent(share)} of the rows, and in none before"
        remedy = f"read {short_number(value)} as missing, if it stands for that"
        return Sureness.LIKELY, words, remedy
    return None


def _coding(old: pd.Series[Any], new: pd.Series[Any]) -> tuple[Sureness, str, str] | None:
    """Return whether the values of a category are written otherwise than before."""
    were, are = categories(old), categories(new)
    if were is None or are is None:
        return None
    old_share, new_share = were / were.sum(), are / are.sum()
    unknown = float(new_share[[it not in were.index for it in are.index]].sum())
    if unknown < 1 - LEAST_COMMON:
        return None
    plain = {_plain(value): value for value in were.index}
    same = [it for it in are.index if it not in were.index and _plain(it) in plain]
    respelled = float(new_share[same].sum())
    if same and respelled >= LEAST_COMMON * unknown:
        words = f"written otherwise in {percent(respelled)} of the rows, as {same[-1]!r} for "
        words += f"{plain[_plain(same[-1])]!r}"
        return Sureness.LIKELY, words, "write them as before"
    if unknown < LEAST_COMMON or len(were) != len(are):
        return None
    off = np.abs(np.sort(old_share.to_numpy()) - np.sort(new_share.to_numpy())).max()
    if off > 0.1:
        return None
    words = f"other values in about the same shares, as {are.index[-1]!r} for {were.index[-1]!r}"
    return Sureness.POSSIBLE, words, "find out what the new values stand for, and map them back"


def _plain(value: str) -> str:
    return "".join(value.casefold().split()).strip("\"'")
