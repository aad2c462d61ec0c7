"""What is gathered of one column while its rows pass by, in bounded memory."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_tui.data import values
from mlops_tui.data.sketches import DistinctValues, Keys, Moments, TopValues

_DATE = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ,].*)?")
_CODE = re.compile(r"\s*0\d.*")
_TRIED = 50
_IS_TIME = 0.9
_NEARLY_ALL_DIFFER = 0.9
_TEXT_OVERHEAD_BYTES = 49
"""Of a Python text of ASCII letters."""


class ColumnState:
    """One column, fed chunk by chunk. A chunk may hold numbers and the next one text."""

    def __init__(self, name: str, distinct_room: int, top_room: int) -> None:
        self.name = name
        self.n = 0
        self.missing = 0
        self.storages: set[str] = set()
        self.moments = Moments()
        """Of all numbers, those written as text among them; of times, as Unix seconds."""
        self.times = Moments()
        self.zeros = self.negatives = self.infinities = 0
        self.are_whole = True
        """Whether all numbers so far are whole."""
        self.is_rising = True
        """Whether each number so far is greater than the one before."""
        self._last = -np.inf
        self.distinct = DistinctValues(distinct_room)
        self.top: TopValues | None = TopValues(top_room)
        """None where nearly all values differ."""
        self.n_text = 0
        """Values that came as text, numbers written as text among them."""
        self.n_words = 0
        """Values that came as text and are no numbers."""
        self.has_codes = False
        """Whether there are numbers with leading zeros, which name things."""
        self.first_word: tuple[int, str] | None = None
        """The row, counted from 0 over all, and the first value that is no number."""
        self.first_no_time: tuple[int, str] | None = None
        self._may_be_times: bool | None = None
        self.letters = 0
        self.shortest: int | None = None
        self.longest: int | None = None
        self.memory_bytes = 0

    def skip(self, rows: int) -> None:
        """Take rows of a file without this column."""
        self.n += rows
        self.missing += rows

    def add(self, series: pd.Series[Any]) -> Keys:
        """Take the values of a chunk and return a hash of each; shape (n,)."""
        kind = series.dtype
        if not len(series):
            return np.zeros(0, np.uint64)
        if pd.api.types.is_bool_dtype(kind) and not pd.api.types.is_object_dtype(kind):
            keys = self._add_numbers(series, "bool")
        elif pd.api.types.is_numeric_dtype(kind):
            is_int = pd.api.types.is_integer_dtype(kind)
            keys = self._add_numbers(series, "int" if is_int else "float")
        elif pd.api.types.is_datetime64_any_dtype(kind):
            keys = self._add_times(series)
        else:
            keys = self._add_text(series)
        self.n += len(series)
        return keys

    def _add_numbers(self, series: pd.Series[Any], storage: str) -> Keys:
        found = series.to_numpy(dtype=np.float64, na_value=np.nan)
        is_missing = np.isnan(found)
        missing = int(np.count_nonzero(is_missing))
        self.missing += missing
        self.memory_bytes += len(found) * (1 if storage == "bool" else 8)
        if missing < len(found):
            self.storages.add(storage)
        self._measure(found[~is_missing] if missing else found)
        if self.top is None:
            keys = values.hashes(series)
            self.distinct.add(keys[~is_missing] if missing else keys)
            return keys
        codes, distinct = pd.factorize(series)
        each = values.hashes(pd.Series(distinct))
        self.distinct.add(each)
        if self.distinct.is_approximate:
            self.top = None
        else:
            counts = np.bincount(codes[codes >= 0], minlength=len(each))
            self.top.add(distinct.tolist(), counts.tolist())
        return np.append(each, values.MISSING_KEY)[codes]

    def _measure(self, present: values.Floats) -> None:
        is_finite = np.isfinite(present)
        if not is_finite.all():
            self.infinities += int(np.count_nonzero(~is_finite))
            present = present[is_finite]
        if not len(present):
            return
        self.moments.add(present)
        self.zeros += int(np.count_nonzero(present == 0))
        if self.moments.low < 0:
            self.negatives += int(np.count_nonzero(present < 0))
        if self.are_whole:
            self.are_whole = bool((present == np.floor(present)).all())
        if self.is_rising:
            is_rising = present[0] > self._last and bool((present[1:] > present[:-1]).all())
            self.is_rising, self._last = is_rising, float(present[-1])

    def _add_times(self, series: pd.Series[Any]) -> Keys:
        keys = values.hashes(series)
        seconds = values.times(series)
        is_there = ~np.isnan(seconds)
        self.missing += int(np.count_nonzero(~is_there))
        self.memory_bytes += 8 * len(seconds)
        if is_there.any():
            self.storages.add("time")
        self.times.add(seconds[is_there])
        self.distinct.add(keys[is_there])
        self.top = None
        return keys

    def _add_text(self, series: pd.Series[Any]) -> Keys:
        codes, found = pd.factorize(series)
        words = np.asarray(found, dtype=object)
        blank = np.array([isinstance(it, str) and not it.strip() for it in words], dtype=bool)
        counts = np.bincount(codes[codes >= 0], minlength=len(words))
        self.missing += int(np.count_nonzero(codes < 0)) + int(counts[blank].sum())
        numbers = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce").to_numpy(
            dtype=np.float64, na_value=np.nan
        )
        is_bool = np.array([isinstance(it, bool) for it in words], dtype=bool)
        is_number = ~np.isnan(numbers) & ~is_bool & ~blank
        has_numbers = bool(is_number.any())
        keys = _keys_of_words(words, has_numbers or bool(is_bool.any()))
        keys[blank] = values.MISSING_KEY
        own = np.append(keys, values.MISSING_KEY)[codes]
        if not blank.all():
            self._count_words(words, counts, keys, blank, is_bool)
        if has_numbers:
            self.has_codes |= any(_CODE.fullmatch(str(it)) for it in words[is_number])
            self._measure(np.repeat(numbers[is_number], counts[is_number]))
        self._note_words(words, codes, ~is_number & ~blank, counts)
        return own

    def _count_words(
        self,
        words: npt.NDArray[np.object_],
        counts: npt.NDArray[np.int64],
        keys: Keys,
        blank: values.Flags,
        is_bool: values.Flags,
    ) -> None:
        there = ~blank
        self.storages.add("bool" if is_bool[there].all() else "text")
        self.is_rising = False  # the order of what is written as text is not looked at
        shown = [values.written(it) for it in words[there]]
        lengths = np.fromiter(map(len, shown), np.int64, len(shown))
        total = int(counts[there].sum())
        letters = int((lengths * counts[there]).sum())
        self.n_text += total
        self.letters += letters
        self.memory_bytes += letters + total * (8 + _TEXT_OVERHEAD_BYTES)
        shortest, longest = int(lengths.min()), int(lengths.max())
        self.shortest = shortest if self.shortest is None else min(self.shortest, shortest)
        self.longest = longest if self.longest is None else max(self.longest, longest)
        self.distinct.add(keys[there])
        if self.distinct.is_approximate and self.top is not None:
            present = self.n - self.missing + total
            if self.distinct.count > _NEARLY_ALL_DIFFER * present:
                self.top = None
        if self.top is not None:
            self.top.add(words[there].tolist(), counts[there].tolist())

    def _note_words(
        self,
        words: npt.NDArray[np.object_],
        codes: npt.NDArray[np.intp],
        is_word: values.Flags,
        counts: npt.NDArray[np.int64],
    ) -> None:
        """Note what is no number, and whether it is a time."""
        if not is_word.any():
            return
        self.n_words += int(counts[is_word].sum())
        if self.first_word is None:
            self.first_word = self._first(words, codes, is_word)
        texts = words[is_word]
        if self._may_be_times is None:
            tried = [str(it) for it in texts[:_TRIED]]
            self._may_be_times = sum(bool(_DATE.fullmatch(it)) for it in tried) >= _IS_TIME * len(
                tried
            )
        if not self._may_be_times:
            return
        seconds = values.times(pd.Series(texts, dtype=object))
        is_time = ~np.isnan(seconds)
        self.times.add(np.repeat(seconds[is_time], counts[is_word][is_time]))
        if not is_time.all() and self.first_no_time is None:
            is_other = is_word.copy()
            is_other[is_word] = ~is_time
            self.first_no_time = self._first(words, codes, is_other)

    def _first(
        self, words: npt.NDArray[np.object_], codes: npt.NDArray[np.intp], which: values.Flags
    ) -> tuple[int, str]:
        """Return the first row whose word is one of these; the chunk is not counted yet."""
        row = int(np.argmax(np.append(which, False)[codes]))
        return self.n + row, str(words[codes[row]])


def _keys_of_words(words: npt.NDArray[np.object_], has_others: bool) -> Keys:
    """Return hashes that are those of `values.hashes`; sooner where all words are mere text."""
    if has_others or not all(isinstance(it, str) for it in words):
        return values.hashes(pd.Series(words, dtype=object)).copy()
    return np.asarray(pd.util.hash_array(words, categorize=False), dtype=np.uint64)
