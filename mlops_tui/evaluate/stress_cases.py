"""Ways in which the inputs of a model go wrong, and how to make rows so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops_tui.evaluate.columns import Column

Change = Callable[[pd.DataFrame], pd.DataFrame]

UNSEEN = "never seen before"
_SHARE = 0.1


@dataclass(frozen=True)
class Case:
    """One way in which inputs go wrong."""

    kind: str
    """`missing`, `shifted`, `scaled`, `out of range`, `unseen`, `shuffled`, `noise`, `labels`."""
    column: str | None
    """None: all of them."""
    words: str
    """What was done, for people."""


def cases_of(
    features: pd.DataFrame, columns: dict[str, Column], draw: np.random.Generator
) -> Iterator[tuple[Case, Change]]:
    """Yield what goes wrong, and how to make it so."""
    n = len(features)
    hit = np.zeros(n, dtype=bool)
    hit[draw.choice(n, max(1, round(_SHARE * n)), replace=False)] = True
    order = draw.permutation(n)
    for name in columns:
        yield Case("missing", name, f"{name} is missing in every row"), _set(name, None)
        yield Case("shuffled", name, f"{name} has the values of other rows"), _reorder(name, order)
        if _is_number(features[name]):
            yield from _of_numbers(name, features[name], hit)
        else:
            words = f"{name} has a value that was never seen in a tenth of the rows"
            yield Case("unseen", name, words), _set(name, UNSEEN, hit)
    numbers = [name for name in columns if _is_number(features[name])]
    for share in (0.1, 0.5, 1.0) if numbers else ():
        words = f"every number is off by noise of {share:g} of its standard deviation"
        yield Case("noise", None, words), _noisy(numbers, share, draw)
    holes = draw.random((n, len(columns))) < _SHARE
    words = "a tenth of all values is missing"
    yield Case("missing", None, words), _holed(list(columns), holes)


def _of_numbers(
    name: str, values: pd.Series[Any], hit: NDArray[np.bool_]
) -> Iterator[tuple[Case, Change]]:
    known = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    known = known[np.isfinite(known)]
    if not len(known):
        return
    sd, spread, top = float(known.std()), float(np.ptp(known)), float(known.max())
    for sign, words in ((1, "up"), (-1, "down")):
        case = Case("shifted", name, f"{name} is moved {words} by its standard deviation")
        yield case, _move(name, 1.0, sign * sd)
    for factor in (10.0, 0.1):
        yield Case("scaled", name, f"{name} is taken times {factor:g}"), _move(name, factor, 0.0)
    words = f"{name} is far out of its range in a tenth of the rows"
    yield Case("out of range", name, words), _set(name, top + 10 * (spread or 1.0), hit)


def _is_number(values: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _set(name: str, value: object, rows: NDArray[np.bool_] | None = None) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        is_number = _is_number(frame[name])
        own = frame[name].astype(np.float64 if is_number else object)
        filled = np.nan if value is None and is_number else value
        where = np.ones(len(frame), dtype=bool) if rows is None else rows
        return frame.assign(**{name: own.where(~where, filled)})

    return change


def _move(name: str, factor: float, by: float) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**{name: frame[name].astype(np.float64) * factor + by})

    return change


def _reorder(name: str, order: NDArray[np.int64]) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**{name: frame[name].iloc[order].set_axis(frame.index)})

    return change


def _noisy(names: Sequence[str], share: float, draw: np.random.Generator) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        moved = {}
        for name in names:
            own = frame[name].astype(np.float64)
            moved[name] = own + share * float(own.std()) * draw.standard_normal(len(frame))
        return frame.assign(**moved)

    return change


def _holed(names: Sequence[str], holes: NDArray[np.bool_]) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        for at, name in enumerate(names):
            frame = _set(name, None, holes[:, at])(frame)
        return frame

    return change
