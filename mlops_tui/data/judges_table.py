"""Judges of checks that look at a table as a whole: counts, columns, repeats, order, age."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from mlops_tui.data.check_results import CheckResult, Status, result_of, share_words
from mlops_tui.data.found import FoundRow
from mlops_tui.data.judges import MOST_ROWS
from mlops_tui.data.keys import KeyStore, by_key, find, repeats, together
from mlops_tui.data.places import Places, Read, shown
from mlops_tui.data.tables import Chunk
from mlops_tui.data.values import hashes, missing, ordering, row_hashes, times
from mlops_tui.domain.checks import (
    Ascending,
    Duplicates,
    Fresh,
    HasColumn,
    Missing,
    NoOtherColumns,
    Refers,
    RowCount,
    Unique,
)
from mlops_tui.domain.text import nearest, short_duration

MOST_NAMES = 8
_AHEAD_SECONDS = 86400.0
# clocks and time zones may differ by a day; what is newer than that is wrong


class RowCountJudge:
    """Counts the rows."""

    def __init__(self, check: RowCount) -> None:
        self._check = check
        self._n = 0

    def add(self, chunk: Chunk, places: Places) -> None:
        """Count the rows."""
        self._n += len(chunk.frame)

    def result(self) -> CheckResult:
        """Return what it comes to."""
        check, n = self._check, self._n
        is_few = check.least is not None and n < check.least
        is_many = check.most is not None and n > check.most
        status = Status.FAILED if is_few or is_many else Status.OK
        return result_of(check, status, "1 row" if n == 1 else f"{n:,} rows", n)


class ColumnsJudge:
    """Looks at the names of the columns of every file."""

    def __init__(self, check: HasColumn | NoOtherColumns) -> None:
        self._check = check
        self._n = 0
        self._seen: dict[tuple[str, ...], Path] = {}

    def add(self, chunk: Chunk, places: Places) -> None:
        """Note the names."""
        self._n += len(chunk.frame)
        self._seen.setdefault(tuple(map(str, chunk.frame.columns)), chunk.file)

    def result(self) -> CheckResult:
        """Return what it comes to."""
        if not self._seen:
            return result_of(self._check, Status.CANNOT_TELL, "there is no file", 0)
        found = [self._figures(names, file) for names, file in self._seen.items()]
        wrong = [words for words in found if words]
        status = Status.FAILED if wrong else Status.OK
        return result_of(self._check, status, wrong[0] if wrong else "", self._n)

    def _figures(self, names: tuple[str, ...], file: Path) -> str:
        where = f" in {file.name}" if len(self._seen) > 1 else ""
        if isinstance(self._check, NoOtherColumns):
            others = [name for name in names if name not in self._check.known]
            return f"also {_listed(others)}{where}" if others else ""
        if self._check.column in names:
            return ""
        meant = nearest(self._check.column, [name.lower() for name in names])
        close = [name for name in names if name.lower() == meant]
        return f"there is none{where}; " + (
            f"did you mean {close[0]}?" if close else f"columns are {_listed(names)}"
        )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


class MissingJudge:
    """Counts the missing values of a column."""

    def __init__(self, check: Missing, context: Sequence[str], most_rows: int = MOST_ROWS) -> None:
        self._check = check
        self._context = context
        self._most_rows = most_rows
        self._n = 0
        self._n_missing = 0
        self._rows: list[FoundRow] = []

    def add(self, chunk: Chunk, places: Places) -> None:
        """Look at the next rows."""
        absent = np.flatnonzero(missing(chunk.frame[self._check.column]))
        self._n += len(chunk.frame)
        self._n_missing += len(absent)
        room = self._most_rows - len(self._rows)
        if room > 0 and len(absent):
            at = absent[:room].tolist()
            own, values = places.of(chunk), shown(chunk.frame, at, self._context)
            self._rows += [
                places.found(int(own[place]), row) for place, row in zip(at, values, strict=True)
            ]

    def result(self) -> CheckResult:
        """Return what it comes to."""
        if not self._n:
            return result_of(self._check, Status.CANNOT_TELL, "there are no rows", 0, 0)
        is_bad = self._n_missing / self._n > self._check.most
        figures = share_words(self._n_missing, self._n)
        status, rows = (Status.FAILED, self._rows) if is_bad else (Status.OK, [])
        return result_of(self._check, status, figures, self._n, self._n_missing, rows)


class RepeatJudge:
    """Looks for rows that have the same as an earlier one, in some columns or in all."""

    def __init__(
        self, check: Unique | Duplicates, store: KeyStore, most_rows: int = MOST_ROWS
    ) -> None:
        self._check = check
        self._store = store
        self._most_rows = most_rows
        self._n = 0
        self._names: list[str] | None = None
        self._places: Places | None = None

    def add(self, chunk: Chunk, places: Places) -> None:
        """Look at the next rows."""
        self._places = places
        frame, check = chunk.frame, self._check
        if isinstance(check, Unique):
            kept = np.ones(len(frame), dtype=bool)
            for name in check.together:
                kept &= ~missing(frame[name])
            keys = row_hashes(frame, check.together)[kept]
            own = places.of(chunk)[kept]
        else:
            if self._names is None:
                self._names = list(frame.columns)
            names = [name for name in self._names if name in frame.columns]
            keys, own = row_hashes(frame, names), places.of(chunk)
        self._n += len(keys)
        self._store.add(keys, own)

    def result(self) -> CheckResult:
        """Return what it comes to; the values of the rows are not known here."""
        check = self._check
        if not self._n or self._places is None:
            return result_of(check, Status.CANNOT_TELL, "there is nothing to compare", 0, 0)
        count, pairs = 0, []
        for part in self._store.parts():
            rows = by_key(part)
            again, first = repeats(rows)
            count += len(again)
            both = np.column_stack([rows[again, 1], rows[first, 1]])
            pairs += sorted(map(tuple, both[np.argsort(both[:, 0])][: self._most_rows].tolist()))
        found = [
            self._places.found(place, note=f"as in {self._places.found(first_place).place}")
            for place, first_place in sorted(pairs)[: self._most_rows]
        ]
        is_bad = count > 0 if isinstance(check, Unique) else count / self._n > check.most
        figures = f"{share_words(count, self._n)} repeat{'s' if count == 1 else ''} an earlier one"
        status, shown_rows = (Status.FAILED, found) if is_bad else (Status.OK, [])
        return result_of(check, status, figures, self._n, count, shown_rows)


class AscendingJudge:
    """Looks for values that are less than one before; each file begins anew."""

    def __init__(
        self, check: Ascending, context: Sequence[str], most_rows: int = MOST_ROWS
    ) -> None:
        self._check = check
        self._columns = tuple(dict.fromkeys([*context, check.column]))
        self._most_rows = most_rows
        self._n = self._n_back = 0
        self._last = -np.inf
        self._file: Path | None = None
        self._rows: list[FoundRow] = []

    def add(self, chunk: Chunk, places: Places) -> None:
        """Look at the next rows."""
        if chunk.file != self._file:
            self._file, self._last = chunk.file, -np.inf
        values = ordering(chunk.frame[self._check.column])
        there = np.flatnonzero(~np.isnan(values))
        if not len(there):
            return
        kept = values[there]
        before = np.maximum.accumulate(np.concatenate([[self._last], kept]))[:-1]
        back = there[kept < before]
        self._n += len(kept)
        self._n_back += len(back)
        self._last = max(self._last, float(kept.max()))
        room = self._most_rows - len(self._rows)
        if room > 0 and len(back):
            at = back[:room].tolist()
            own, rows = places.of(chunk), shown(chunk.frame, at, self._columns)
            self._rows += [
                places.found(int(own[it]), row) for it, row in zip(at, rows, strict=True)
            ]

    def result(self) -> CheckResult:
        """Return what it comes to."""
        if not self._n:
            why = "no number or time to judge"
            return result_of(self._check, Status.CANNOT_TELL, why, 0, 0)
        figures = f"{share_words(self._n_back, self._n)} less than one before"
        status = Status.FAILED if self._n_back else Status.OK
        return result_of(self._check, status, figures, self._n, self._n_back, self._rows)


class FreshJudge:
    """Looks for the newest time of a column, or the newest file."""

    def __init__(self, check: Fresh, now: float, changed: Callable[[Path], float]) -> None:
        self._check = check
        self._now = now
        self._changed = changed
        self._n = 0
        self._newest = -np.inf
        self._files: set[Path] = set()

    def add(self, chunk: Chunk, places: Places) -> None:
        """Look at the next rows."""
        self._n += len(chunk.frame)
        if self._check.column:
            found = times(chunk.frame[self._check.column])
            if np.isfinite(found).any():
                self._newest = max(self._newest, float(np.nanmax(found)))
        elif chunk.file not in self._files:
            self._files.add(chunk.file)
            self._newest = max(self._newest, self._changed(chunk.file))

    def result(self) -> CheckResult:
        """Return what it comes to."""
        if not np.isfinite(self._newest):
            why = f"{self._check.column} holds no time" if self._n else "there are no rows"
            return result_of(self._check, Status.CANNOT_TELL, why, self._n)
        age = self._now - self._newest
        day = datetime.fromtimestamp(self._newest, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        if age < -_AHEAD_SECONDS:
            why = f"the newest is {day}, which is still to come"
            return result_of(self._check, Status.FAILED, why, self._n)
        status = Status.FAILED if age > self._check.seconds else Status.OK
        figures = f"the newest is {day}, {short_duration(max(0.0, age))} old"
        return result_of(self._check, status, figures, self._n)


class RefersJudge:
    """Looks for values that do not stand in a column of another dataset."""

    def __init__(
        self, check: Refers, other: Read | str, store: KeyStore, most_rows: int = MOST_ROWS
    ) -> None:
        self._check = check
        self._other = other
        self._store = store
        self._most_rows = most_rows
        self._n = 0
        self._places: Places | None = None

    def add(self, chunk: Chunk, places: Places) -> None:
        """Look at the next rows."""
        self._places = places
        column = chunk.frame[self._check.column]
        there = ~missing(column)
        self._n += int(there.sum())
        self._store.add(hashes(column)[there], places.of(chunk)[there])

    def result(self) -> CheckResult:
        """Return what it comes to; reads the other dataset."""
        check = self._check
        if isinstance(self._other, str):
            return result_of(check, Status.CANNOT_TELL, self._other, self._n)
        if not self._n or self._places is None:
            return result_of(check, Status.CANNOT_TELL, "no value to judge", 0, 0)
        with KeyStore(1) as known:
            for chunk in self._other():
                if check.other not in chunk.frame.columns:
                    why = f"{check.dataset} has no column {check.other}"
                    return result_of(check, Status.FAILED, why, self._n)
                column = chunk.frame[check.other]
                known.add(np.unique(hashes(column)[~missing(column)]))
            return self._compared(known)

    def _compared(self, known: KeyStore) -> CheckResult:
        count, first, strangers = 0, [], 0
        for own, others in together([self._store, known]):
            lost = own[find(own[:, 0], np.unique(others[:, 0])) < 0]
            count += len(lost)
            strangers += len(np.unique(lost[:, 0]))
            first += np.sort(lost[:, 1])[: self._most_rows].tolist()
        assert self._places is not None
        rows = [self._places.found(place) for place in sorted(first)[: self._most_rows]]
        figures = f"{self._n:,} rows"
        if count:
            values = f"{strangers:,} different value{'' if strangers == 1 else 's'}"
            figures = f"{share_words(count, self._n)} with {values} that do not"
        status = Status.FAILED if count else Status.OK
        return result_of(self._check, status, figures, self._n, count, rows)
