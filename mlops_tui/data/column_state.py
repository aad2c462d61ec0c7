"""What is gathered of one column while its rows pass by, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_tui.data import values
from mlops_tui.data.sketches import DistinctValues, Keys, Moments, TopValues

_DATE = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ,].*)?")
_CODE = re.compile(r"\s*0\d.*")
_TRIED = 50
_MANY_WORDS, _TRIED_WORDS = 2000, 500
_IS_TIME = 0.9
_NEARLY_ALL_DIFFER = 0.9
_LONGEST_TOP = 500
"""Longer texts are not counted one by one: they are no categories, and they take room."""
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
        words, codes = self._different(series)
        is_plain = pd.api.types.infer_dtype(words, skipna=False) == "string"
        counts = np.bincount(codes[codes >= 0], minlength=len(words))
        blank = _which(str.isspace, words) if is_plain else _blanks(words)
        self.missing += int(np.count_nonzero(codes < 0)) + int(counts[blank].sum())
        numbers = self._numbers_among(words, counts, is_plain)
        is_number = ~np.isnan(numbers) & ~blank
        has_numbers = bool(is_number.any())
        if is_plain and not has_numbers:
            keys = np.asarray(pd.util.hash_array(words, categorize=False), dtype=np.uint64)
        else:
            keys = values.hashes(pd.Series(words, dtype=object)).copy()
        keys[blank] = values.MISSING_KEY
        if not blank.all():
            self._count_words(words[~blank], counts[~blank], keys[~blank], is_plain)
        if has_numbers:
            self.has_codes |= any(_CODE.fullmatch(str(it)) for it in words[is_number])
            self._measure(np.repeat(numbers[is_number], counts[is_number]))
        self._note_words(words, codes, ~is_number & ~blank, counts)
        return np.append(keys, values.MISSING_KEY)[codes]

    def _different(
        self, series: pd.Series[Any]
    ) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
        """Return the different values and which of them each row has, -1 for none.

        Where nearly all differ, looking for those that do not costs more than it saves.
        """
        if self.top is not None:
            codes, found = pd.factorize(series)
            return np.asarray(found, dtype=object), codes
        present = series.notna().to_numpy()
        codes = np.where(present, np.cumsum(present) - 1, -1)
        return series.to_numpy(dtype=object)[present], codes

    def _numbers_among(
        self, words: npt.NDArray[np.object_], counts: npt.NDArray[np.int64], is_plain: bool
    ) -> values.Floats:
        """Return the numbers among words, NaN for what is none, which takes long to find out.

        Where the column is text so far, many words are given up after some of them and the most
        frequent ones: a column of numbers has numbers among those.
        """
        is_text = not self.moments.n and len(words) > _MANY_WORDS
        if is_plain and is_text:
            frequent = np.argpartition(counts, -_TRIED)[-_TRIED:]
            tried = np.concatenate((words[frequent], words[:: len(words) // _TRIED_WORDS]))
            if pd.to_numeric(pd.Series(tried), errors="coerce").isna().all():
                return np.full(len(words), np.nan)
        found = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce").to_numpy(
            dtype=np.float64, na_value=np.nan
        )
        if not is_plain:
            found = found.copy()
            found[[isinstance(it, bool) for it in words]] = np.nan
        return found

    def _count_words(
        self,
        words: npt.NDArray[np.object_],
        counts: npt.NDArray[np.int64],
        keys: Keys,
        is_plain: bool,
    ) -> None:
        """Take different words and how often each came."""
        are_bools = not is_plain and all(isinstance(it, bool) for it in words)
        self.storages.add("bool" if are_bools else "text")
        self.is_rising = False  # the order of what is written as text is not looked at
        shown = words if is_plain else [values.written(it) for it in words]
        lengths = np.fromiter(map(len, shown), np.int64, len(words))
        total, letters = int(counts.sum()), int((lengths * counts).sum())
        self.n_text += total
        self.letters += letters
        self.memory_bytes += letters + total * (8 + _TEXT_OVERHEAD_BYTES)
        shortest, longest = int(lengths.min()), int(lengths.max())
        self.shortest = shortest if self.shortest is None else min(self.shortest, shortest)
        self.longest = longest if self.longest is None else max(self.longest, longest)
        self.distinct.add(keys)
        if self.distinct.is_approximate and self.distinct.count > _NEARLY_ALL_DIFFER * self.n_text:
            self.top = None
        if self.top is not None:
            short = lengths <= _LONGEST_TOP
            self.top.add(words[short].tolist(), counts[short].tolist())

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
        seconds = _times(texts)
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


def _times(texts: npt.NDArray[np.object_]) -> values.Floats:
    """Return times as Unix seconds, NaN for what is none; soon where they are ISO 8601."""
    found = pd.to_datetime(pd.Series(texts), errors="coerce", utc=True, format="ISO8601")
    return values.times(found if found.notna().any() else pd.Series(texts, dtype=object))


def _which(claim: Callable[[str], bool], words: npt.NDArray[np.object_]) -> values.Flags:
    return np.fromiter(map(claim, words), np.bool_, len(words))


def _blanks(words: npt.NDArray[np.object_]) -> values.Flags:
    return _which(lambda it: isinstance(it, str) and not it.strip(), words)
