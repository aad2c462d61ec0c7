"""The profile of a table of any size: one pass over its files, in bounded memory.

Counts, moments, extremes and copies are exact; quantiles and histograms come from rows drawn at
random where there are many, numbers of distinct values from a sketch; each says how exact it is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.data import values
from mlops_tui.data.association import associate
from mlops_tui.data.column_state import ColumnState
from mlops_tui.data.columns import require_columns
from mlops_tui.data.problems import Problems
from mlops_tui.data.profiled import ColumnProfile, ColumnType, Numbers, Profile
from mlops_tui.data.sketches import Moments, RepeatedRows, RowSample
from mlops_tui.data.tables import Chunk, join_frames

_SAMPLE_ROWS = 50_000
_SAMPLE_CELLS = 4_000_000
_SAMPLE_BYTES = 100_000_000
_DISTINCT_ROOM = 8192
_DISTINCT_CELLS = 4_000_000
_TOP_ROOM = 20_000
_TOP_CELLS = 2_000_000
_HASHED_ROWS = 16_000_000
TOP_SHOWN = 10
BINS = 20
PERCENTS = (1, 5, 25, 50, 75, 95, 99)
_MOST_WHOLE = 30
"""Whole numbers with a bin each, at most."""
_FAR = 0.005
"""Beyond this share of the values on each side a histogram may end, where far outliers are."""
_MIXED = 0.05
"""So many words among numbers and it is still a column of numbers."""
_FEWEST_IDS = 20
_LONGEST_ID = 64
_MOST_CATEGORIES = 1000
_FEW = 20
_CATEGORY_SHARE = 0.5
_NAMED_ID = ("id", "uuid", "guid", "key", "index", "unnamed: 0")
_BOOLEANS = (
    {"true", "false"},
    {"yes", "no"},
    {"t", "f"},
    {"y", "n"},
    {"on", "off"},
)


class Profiler:
    """Gathers a profile chunk by chunk. One thread."""

    def __init__(self) -> None:
        self._states: dict[str, ColumnState] = {}
        self._sample: RowSample | None = None
        self._copies = RepeatedRows(_HASHED_ROWS)
        self._rows = 0
        self._distinct_room = _DISTINCT_ROOM
        self._places: list[tuple[int, Chunk]] = []
        self._first_rows: dict[str, tuple[int, str]] = {}
        self._began = time.monotonic()

    def add(self, chunk: Chunk) -> None:
        """Take the rows of a chunk; files may have other columns than those before."""
        frame = chunk.frame
        self._meet(frame)
        combined = np.zeros(len(frame), np.uint64)
        for place, (name, state) in enumerate(self._states.items()):
            if name not in frame:
                state.skip(len(frame))
                continue
            before = state.first_word, state.first_no_time
            keys = state.add(frame[name])
            if before != (state.first_word, state.first_no_time):
                self._note_place(state, chunk)
            with np.errstate(over="ignore"):
                combined = (combined ^ keys) * np.uint64(0x9E3779B97F4A7C15 + 2 * place)
                combined ^= combined >> np.uint64(29)
        self._copies.add(combined)
        if self._sample is not None:
            self._sample.add(frame)
        self._rows += len(frame)

    def _meet(self, frame: pd.DataFrame) -> None:
        width = max(1, len(frame.columns))
        if self._sample is None:
            room = _SAMPLE_BYTES // max(1, _row_bytes(frame))
            self._sample = RowSample(max(100, min(_SAMPLE_ROWS, _SAMPLE_CELLS // width, room)))
            self._distinct_room = max(256, min(_DISTINCT_ROOM, _DISTINCT_CELLS // width))
        for name in frame.columns:
            if name not in self._states:
                room = max(100, min(_TOP_ROOM, _TOP_CELLS // width))
                state = self._states[name] = ColumnState(str(name), self._distinct_room, room)
                state.skip(self._rows)

    def _note_place(self, state: ColumnState, chunk: Chunk) -> None:
        """Keep where the first odd values of a column are, while their chunk is at hand."""
        for kind, found in (("word", state.first_word), ("no time", state.first_no_time)):
            key = f"{kind} {state.name}"
            if found is not None and key not in self._first_rows:
                row = found[0] - self._rows
                if chunk.lines is not None:
                    where = f"{chunk.file}:{int(chunk.lines[row])}"
                else:
                    where = f"{chunk.file}, row {chunk.first_row + row + 1}"
                self._first_rows[key] = (found[0], where)

    def profile(
        self, target: str | None, files: Sequence[Path], problems: Sequence[str]
    ) -> Profile:
        """Return the profile of what was taken so far."""
        frames = self._sample.frames() if self._sample is not None else []
        sample = join_frames(frames) if frames else pd.DataFrame(columns=list(self._states))
        types = {name: column_type(state) for name, state in self._states.items()}
        if target is not None and types.get(target) is ColumnType.NUMERIC:
            state = self._states[target]
            is_few = not state.distinct.is_approximate and state.distinct.count <= _FEW
            if is_few and state.are_whole:
                types[target] = ColumnType.CATEGORY
        columns = tuple(
            self._column(state, types[name], sample, target, types)
            for name, state in self._states.items()
        )
        return Profile(
            rows=self._rows,
            files=len(files),
            size_bytes=sum(file.stat().st_size for file in files if file.exists()),
            columns=columns,
            target=target,
            duplicates=self._copies.count(),
            are_duplicates_approximate=self._copies.is_approximate,
            constant=tuple(column.name for column in columns if column.is_constant),
            empty=tuple(it.name for it in columns if it.type is ColumnType.EMPTY),
            memory_bytes=sum(column.memory_bytes for column in columns),
            distinct_error=1 / math.sqrt(self._distinct_room - 2),
            problems=tuple(problems),
            seconds=round(time.monotonic() - self._began, 3),
        )

    def _column(
        self,
        state: ColumnState,
        kind: ColumnType,
        sample: pd.DataFrame,
        target: str | None,
        types: dict[str, ColumnType],
    ) -> ColumnProfile:
        present = state.n - state.missing
        is_time, is_number = kind is ColumnType.TIME, kind is ColumnType.NUMERIC
        odd, what = 0, None
        if is_time:
            odd, what = present - state.times.n, state.first_no_time
        elif is_number:
            odd, what = state.n_words, state.first_word
        place = self._first_rows.get(f"{'no time' if is_time else 'word'} {state.name}")
        drawn = sample[state.name] if state.name in sample else pd.Series([], dtype=object)
        association = None
        if target is not None and target in sample and state.name != target:
            association = associate(drawn, kind, sample[target], types[target])
        return ColumnProfile(
            name=state.name,
            type=kind,
            storage=_storage(state, is_mixed=is_number and odd > 0),
            n=state.n,
            missing=state.missing,
            distinct=min(state.distinct.count, present),
            is_distinct_approximate=state.distinct.is_approximate,
            is_constant=present > 1 and state.distinct.count == 1 and not state.missing,
            memory_bytes=state.memory_bytes,
            top=_top(state, is_time),
            top_error=state.top.error if state.top is not None else 0,
            numbers=_numbers(state, drawn, is_time) if is_time or is_number else None,
            not_numbers=odd,
            not_number=what[1] if what and odd else None,
            not_number_place=place[1] if place and odd else None,
            shortest=state.shortest,
            longest=state.longest,
            mean_length=state.letters / state.n_text if state.n_text else None,
            association=association,
        )


def profile_table(
    chunks: Iterable[Chunk],
    files: Sequence[Path],
    target: str | None = None,
    told: Callable[[Problems], Sequence[str]] | None = None,
    problems: Problems | None = None,
) -> Profile:
    """Return the profile of the rows of some files.

    Args:
        chunks: their rows, such as `read_chunks` gives them.
        files: where they come from.
        target: the column to relate all others to.
        told: puts problems into words; as they are told by default.
        problems: what the reader finds wrong.

    Raises:
        InputError: there is no such target, or the files cannot be read.
    """
    profiler = Profiler()
    names: list[str] = []
    for chunk in chunks:
        if not names:
            names = [str(name) for name in chunk.frame.columns]
            require_columns(chunk.file, names, None if target is None else [target])
        profiler.add(chunk)
    words = [str(it) for it in problems.all()] if problems is not None and told is None else []
    if problems is not None and told is not None:
        words = list(told(problems))
    return profiler.profile(target, files, words)


def _row_bytes(frame: pd.DataFrame) -> int:
    """Return about how much memory a row takes, by the first ones."""
    first = frame.iloc[:1000]
    return int(first.memory_usage(index=False, deep=True).sum()) // max(1, len(first))


def column_type(state: ColumnState) -> ColumnType:
    """Return what the values of a column are, by all of them."""
    present = state.n - state.missing
    if not present:
        return ColumnType.EMPTY
    if _is_boolean(state):
        return ColumnType.BOOLEAN
    if state.times.n >= (1 - _MIXED) * present:
        return ColumnType.TIME
    are_numbers = state.moments.n + state.infinities > 0 and not state.has_codes
    if are_numbers and state.n_words <= _MIXED * present:
        return ColumnType.ID if _is_number_of_row(state, present) else ColumnType.NUMERIC
    distinct = min(state.distinct.count, present)
    is_unique = distinct >= present * (1 - (0.05 if state.distinct.is_approximate else 0))
    mean_length = state.letters / max(1, state.n_text)
    if (
        is_unique
        and present >= _FEWEST_IDS
        and mean_length <= _LONGEST_ID
        and not _has_words(state)
    ):
        return ColumnType.ID
    is_category = distinct <= _FEW or (
        distinct <= _MOST_CATEGORIES and distinct <= _CATEGORY_SHARE * present
    )
    return ColumnType.CATEGORY if is_category else ColumnType.TEXT


def _is_boolean(state: ColumnState) -> bool:
    if state.storages == {"bool"}:
        return True
    if state.top is None or state.distinct.count > 2:
        return False
    found = {values.written(value).strip().lower() for value in state.top.all()}
    return found == {"0", "1"} or any(found <= pair for pair in _BOOLEANS)


def _is_number_of_row(state: ColumnState, present: int) -> bool:
    """Say whether whole numbers that never repeat name rows: they rise, or the name says so."""
    if not state.are_whole or state.n_words or present < _FEWEST_IDS or state.missing:
        return False
    if state.distinct.count < present * (0.95 if state.distinct.is_approximate else 1):
        return False
    name = state.name.lower()
    is_named = name in _NAMED_ID or name.endswith(("_id", "-id", " id", "id_"))
    return is_named or state.is_rising


def _has_words(state: ColumnState) -> bool:
    """Say whether the first text has blanks between words, as what people write has."""
    return state.first_word is not None and len(state.first_word[1].split()) > 2


def _storage(state: ColumnState, is_mixed: bool) -> str:
    if not state.storages:
        return "none"
    if len(state.storages) == 1 and not is_mixed:
        return next(iter(state.storages))
    return "float" if state.storages == {"int", "float"} else "mixed"


def _top(state: ColumnState, is_time: bool) -> tuple[tuple[str, int], ...]:
    if state.top is None or is_time:
        return ()
    return tuple((values.written(value), count) for value, count in state.top.most(TOP_SHOWN))


def _numbers(state: ColumnState, drawn: pd.Series[Any], is_time: bool) -> Numbers | None:
    moments = state.times if is_time else state.moments
    if not moments.n:
        return None
    found = values.times(drawn) if is_time else values.numbers(drawn)
    found = found[np.isfinite(found)]
    shares = [it / 100 for it in PERCENTS]
    quantiles: list[float] = (np.quantile(found / 2, shares) * 2).tolist() if len(found) else []
    edges, counts, below, above = histogram(found, moments)
    is_all = len(found) == moments.n
    return Numbers(
        n=moments.n,
        mean=moments.mean,
        deviation=moments.deviation,
        skewness=moments.skewness,
        kurtosis=moments.kurtosis,
        min=moments.low,
        max=moments.high,
        zeros=0 if is_time else state.zeros,
        negatives=0 if is_time else state.negatives,
        infinities=0 if is_time else state.infinities,
        quantiles=dict(zip(map(str, PERCENTS), quantiles, strict=False)),
        n_quantiles=len(found),
        rank_error=0.0 if is_all or not len(found) else math.sqrt(math.log(40) / (2 * len(found))),
        edges=edges,
        counts=counts,
        below=below,
        above=above,
    )


def histogram(
    found: values.Floats, moments: Moments
) -> tuple[tuple[float, ...], tuple[int, ...], int, int]:
    """Return edges, counts, and how many lie below and above, of a histogram of finite values.

    It spans all values, unless a few far outliers would leave everything in one bin.
    """
    if not len(found):
        return (), (), 0, 0
    low, high = float(found.min()), float(found.max())
    inner_low, inner_high = (float(it) for it in np.quantile(found, [_FAR, 1 - _FAR]))
    span = inner_high - inner_low
    if span > 0 and low < inner_low - span:
        low = inner_low
    if span > 0 and high > inner_high + span:
        high = inner_high
    if low == high or not math.isfinite(high - low):
        return (low, high), (len(found),), 0, 0
    if high - low < _MOST_WHOLE and bool((found == np.floor(found)).all()):
        edges = np.arange(low - 0.5, high + 1)
    else:
        edges = np.linspace(low, high, BINS + 1)
    counts = np.histogram(found, edges)[0]
    below, above = int((found < low).sum()), int((found > high).sum())
    return tuple(map(float, edges)), tuple(map(int, counts)), below, above
