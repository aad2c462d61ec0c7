"""What the columns of a table are for, and a sample of its rows that fits into memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_tui.data.places import Places, Read
from mlops_tui.data.tables import join_frames
from mlops_tui.data.values import Floats, hashes, missing, numbers, texts, times

SAMPLE_ROWS = 20_000
_ID_NAME = re.compile(
    r"(?:^|.*[_\W])(?:id|uuid|guid|key|index|nr|rowid)$|^unnamed.*", re.IGNORECASE
)
_CAMEL_ID = re.compile(r".*[a-z]I[dD]$")
_MOST_CLASSES = 30
_NUMERIC_SHARE = 0.95
"""A column with so many numbers among its values is one of numbers with some junk in it."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns are no features."""

    target: str | None = None
    id: str | None = None
    timestamp: str | None = None
    group: str | None = None

    def features(self, names: Sequence[str]) -> list[str]:
        """Return the columns that a model may learn from, in their order."""
        others = {self.target, self.id, self.timestamp, self.group}
        return [name for name in names if name not in others]


@dataclass(frozen=True, slots=True)
class Sampled:
    """Rows of a table, all of them or so many that were drawn, in their order."""

    frame: pd.DataFrame
    places: npt.NDArray[np.uint64]
    """(n_sampled,) see `Places`."""
    numbering: Places
    n_rows: int
    """Of the whole table."""
    roles: Roles

    @property
    def features(self) -> list[str]:
        """The columns that a model may learn from."""
        return self.roles.features(list(self.frame.columns))


def draw(
    read: Read,
    roles: Roles,
    most_rows: int = SAMPLE_ROWS,
    seed: int = 0,
    look: Callable[[Any, Places], None] | None = None,
) -> Sampled:
    """Return so many rows of a table, each as likely as any other; the same ones every time.

    Args:
        read: reads the table once, from the first row on.
        roles: what is declared of its columns; an id that is plain is found where none is.
        most_rows: how many at most.
        seed: of the draw.
        look: sees every chunk on its way.
    """
    rng = np.random.default_rng(seed)
    numbering, n_rows = Places(), 0
    frames: list[pd.DataFrame] = []
    places = np.empty(0, dtype=np.uint64)
    lots = np.empty(0)
    for chunk in read():
        own = numbering.of(chunk)
        if look is not None:
            look(chunk, numbering)
        n_rows += len(chunk.frame)
        frames.append(chunk.frame)
        places = np.concatenate([places, own])
        lots = np.concatenate([lots, rng.random(len(own))])
        if len(places) > 2 * most_rows:
            frames, places, lots = _thinned(frames, places, lots, most_rows)
    frames, places, _ = _thinned(frames, places, lots, most_rows)
    frame = frames[0]
    if roles.id is None:
        roles = Roles(roles.target, _plain_id(frame, roles), roles.timestamp, roles.group)
    return Sampled(frame, places, numbering, n_rows, roles)


def _thinned(
    frames: Sequence[pd.DataFrame],
    places: npt.NDArray[np.uint64],
    lots: npt.NDArray[np.float64],
    most_rows: int,
) -> tuple[list[pd.DataFrame], npt.NDArray[np.uint64], npt.NDArray[np.float64]]:
    """Return the rows with the least lots, as one frame."""
    whole = join_frames(list(frames)).reset_index(drop=True)
    if len(whole) <= most_rows:
        return [whole], places, lots
    kept = np.sort(np.argpartition(lots, most_rows)[:most_rows])
    return [whole.iloc[kept].reset_index(drop=True)], places[kept], lots[kept]


def _plain_id(frame: pd.DataFrame, roles: Roles) -> str | None:
    """Return the first column that is called like an id and has no value twice."""
    for name in roles.features([str(column) for column in frame.columns]):
        if not is_called_id(name) or len(frame) < 2 or missing(frame[name]).any():
            continue
        if len(np.unique(hashes(frame[name]))) == len(frame):
            return name
    return None


def is_called_id(name: str) -> bool:
    """Say whether a column is called as one that names rows."""
    return bool(_ID_NAME.match(name) or _CAMEL_ID.match(name))


def is_numbers(series: pd.Series[Any]) -> bool:
    """Say whether nearly all values that are there are numbers."""
    there = ~missing(series)
    found = np.isfinite(numbers(series))
    return bool(there.any()) and found.sum() >= _NUMERIC_SHARE * there.sum()


def is_times(series: pd.Series[Any]) -> bool:
    """Say whether nearly all values that are there are times."""
    there = ~missing(series)
    head = series[there].head(200)
    if not len(head) or np.isfinite(times(head)).sum() < _NUMERIC_SHARE * len(head):
        return False
    return bool(np.isfinite(times(series)).sum() >= _NUMERIC_SHARE * there.sum())


def as_numbers(series: pd.Series[Any]) -> Floats | None:
    """Return numbers, or times in seconds, NaN where there is none; None for text."""
    if is_numbers(series):
        found = numbers(series)
        return np.where(np.isfinite(found), found, np.nan)
    return times(series) if is_times(series) else None


def classes_of(series: pd.Series[Any]) -> tuple[npt.NDArray[np.int64], list[str]] | None:
    """Return the class of each row, -1 where none is told, and their names; None for amounts.

    Numbers are classes where they are whole and few; without any value there are none.
    """
    codes, distinct = pd.factorize(texts(series), sort=False)
    names = [str(name) for name in distinct]
    if is_numbers(series):
        found = numbers(series)
        told = found[np.isfinite(found)]
        is_whole = bool((told == np.round(told)).all())
        if not is_whole or len(names) > max(2, min(_MOST_CLASSES, len(told) // 10)):
            return None
    if not names or len(names) > min(1000, max(2, len(series) // 5)):
        return None
    return codes.astype(np.int64), names
