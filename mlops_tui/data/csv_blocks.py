"""Separated values in blocks of whole rows, each row with its line; what does not fit is left out.

A block is UTF-8 whatever the file is. Quotes are understood as pandas does: one that is not at the
beginning of a cell is an ordinary character.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mlops_tui.data.dialect import Dialect
from mlops_tui.data.problems import ProblemKind, Problems
from mlops_tui.domain.errors import InputError

LONGEST_ROW_BYTES = 64 << 20
_NEWLINE, _RETURN = 10, 13
_FOREIGN = "mlops-latin-1"

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole rows."""

    data: bytes
    """UTF-8, each row with its line end; blank lines and rows that are too long are left out."""
    lines: Places
    """The line in the file at which each row begins, from 1."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of a piece of text are."""

    ends: Places
    """Of the line end of each whole row."""
    first_lines: Places
    """The number of lines before each row, in this piece."""
    lines: int
    """All lines of the whole rows."""
    open_line: int | None
    """The line of a quote that is not closed in this piece, counted from its beginning."""


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(_FOREIGN, _as_latin_1)


class Utf8Stream:
    """The rows of a file as UTF-8 with plain line ends; half characters wait for their rest."""

    def __init__(self, stream: BinaryIO, dialect: Dialect) -> None:
        self._stream = stream
        self._decoder = (
            None
            if dialect.encoding == "utf-8"
            else codecs.getincrementaldecoder(dialect.encoding)(_FOREIGN)
        )
        self._has_bare_returns = dialect.has_bare_returns
        self._is_over = False

    def read(self, size: int) -> bytes:
        """Return about `size` bytes; none only at the end of the file."""
        data = b""
        while not data and not self._is_over:
            raw = self._stream.read(size)
            self._is_over = not raw
            data = raw
            if self._decoder is not None:
                data = self._decoder.decode(raw, not raw).encode("utf-8", "replace")
        return data.replace(b"\r", b"\n") if self._has_bare_returns else data


def read_blocks(
    stream: BinaryIO, path: Path, dialect: Dialect, block_bytes: int, problems: Problems
) -> Iterator[Block]:
    """Yield the rows of a file, in blocks of about `block_bytes` bytes.

    Raises:
        InputError: a row is longer than 64 MiB.
        OSError, EOFError: the file cannot be read.
    """
    source = Utf8Stream(stream, dialect)
    rest = _without_header(source, dialect)
    line = dialect.header_lines
    is_over = False
    while not is_over:
        piece = source.read(block_bytes)
        is_over = not piece
        rest += piece
        if is_over and rest and not rest.endswith(b"\n"):
            rest += b"\n"
        rows = find_rows(rest, dialect)
        if len(rows.ends):
            end = int(rows.ends[-1]) + 1
            yield _checked(rest[:end], rows, line + 1, path, dialect, problems)
            line += rows.lines
            rest = rest[end:]
        elif len(rest) > LONGEST_ROW_BYTES:
            raise _too_long(path, line + 1)
    if rest:
        words = "a quote is opened and never closed: what follows is left out"
        problems.add(ProblemKind.OPEN_QUOTE, path, line + 1, words)


def _without_header(source: Utf8Stream, dialect: Dialect) -> bytes:
    data = b""
    while len(data) < dialect.header_bytes + 3:
        piece = source.read(65536)
        if not piece:
            break
        data += piece
    return data.removeprefix(codecs.BOM_UTF8)[dialect.header_bytes :]


def _too_long(path: Path, line: int) -> InputError:
    size = LONGEST_ROW_BYTES >> 20
    words = f"{path}:{line}: a row is longer than {size} MiB"
    return InputError(words, "a quote may be open there, or the file may be no table")


def find_rows(data: bytes, dialect: Dialect) -> Rows:
    """Return where the whole rows of a text with plain line ends are, quotes understood."""
    quote = dialect.quote.encode()
    found = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)
    if quote not in data:
        return Rows(found, np.arange(len(found)), len(found), None)
    text = _without_escaped(data, dialect)
    is_inside, open_line = _inside_quotes(text, found, quote, dialect.delimiter.encode())
    ends = np.flatnonzero(~is_inside)
    lines = int(ends[-1]) + 1 if len(ends) else 0
    before = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    return Rows(found[ends], before, lines, open_line)


def _without_escaped(data: bytes, dialect: Dialect) -> bytes:
    """Return `data` at its length without quotes that end no cell because of what is before."""
    if dialect.escape is None:
        return data
    escape, quote = dialect.escape.encode(), dialect.quote.encode()
    return data.replace(escape * 2, b"  ").replace(escape + quote, b"  ")


def _inside_quotes(
    data: bytes, newlines: Places, quote: bytes, delimiter: bytes
) -> tuple[NDArray[np.bool_], int | None]:
    """Return which line ends are within a cell; of all lines only those with odd quotes matter."""
    quotes = _places(data, quote)
    counts = np.diff(np.searchsorted(quotes, newlines), prepend=0)
    is_inside = np.zeros(len(newlines), np.bool_)
    opened: int | None = None
    for number in np.flatnonzero(counts & 1).tolist():
        if opened is None:
            start = int(newlines[number - 1]) + 1 if number else 0
            if _ends_open(data[start : int(newlines[number])], quote, delimiter):
                opened = number
        else:
            is_inside[opened:number] = True
            opened = None
    if opened is not None:
        is_inside[opened:] = True
    return is_inside, opened


def _ends_open(line: bytes, quote: bytes, delimiter: bytes) -> bool:
    """Say whether a line that begins outside of quotes ends within them."""
    place = 0
    while 0 <= place < len(line):
        if line.startswith(quote, place):
            place = line.find(quote, place + 1)
            while place >= 0 and line.startswith(quote, place + 1):
                place = line.find(quote, place + 2)
            if place < 0:
                return True
        place = line.find(delimiter, place)
        place = place + 1 if place >= 0 else -1
    return False


def _places(data: bytes, byte: bytes) -> Places:
    return np.flatnonzero(np.frombuffer(data, np.uint8) == byte[0])


def _checked(
    data: bytes, rows: Rows, line: int, path: Path, dialect: Dialect, problems: Problems
) -> Block:
    """Return a block without blank lines and long rows; those and short rows are counted."""
    starts = np.concatenate(([0], rows.ends[:-1] + 1))
    lengths = rows.ends - starts
    first = np.frombuffer(data, np.uint8)[starts]
    is_blank = (lengths == 0) | ((lengths == 1) & (first == _RETURN))
    lines = rows.first_lines + line
    extra = _extra_cells(data, starts, rows.ends, is_blank, dialect)
    if extra is None:
        is_long = np.zeros(len(starts), np.bool_)
    else:
        is_long = extra > 0
        expected = len(dialect.columns)
        for kind, wrong, words in (
            (ProblemKind.LONG_ROWS, is_long, "left out"),
            (ProblemKind.SHORT_ROWS, extra < 0, "the others are taken as missing"),
        ):
            count = int(wrong.sum())
            if count:
                place = int(np.flatnonzero(wrong)[0])
                has = f"a row has {expected + int(extra[place])} cells instead of {expected}"
                problems.add(kind, path, int(lines[place]), f"{has}: {words}", count)
    is_out = is_blank | is_long
    if not is_out.any():
        return Block(data, lines)
    return Block(_without(data, starts, rows.ends, is_out), lines[~is_out])


def _extra_cells(
    data: bytes, starts: Places, ends: Places, is_blank: NDArray[np.bool_], dialect: Dialect
) -> Places | None:
    """Return how many cells each row has more than the header; None where all have as many."""
    expected = len(dialect.columns) - 1
    delimiter, quote = dialect.delimiter.encode(), dialect.quote.encode()
    is_delimiter = np.frombuffer(data, np.uint8) == delimiter[0]
    if np.count_nonzero(is_delimiter) == expected * int((~is_blank).sum()):
        return None
    found = np.flatnonzero(is_delimiter)
    quotes = _places(_without_escaped(data, dialect), quote)
    rows = np.searchsorted(ends, found)
    before = np.searchsorted(quotes, starts)
    outside = ((np.searchsorted(quotes, found) - before[rows]) & 1) == 0
    extra = np.bincount(rows[outside], minlength=len(starts))[: len(starts)] - expected
    extra[is_blank] = 0
    has_quotes = np.searchsorted(quotes, ends) > before
    for number in np.flatnonzero((extra != 0) & has_quotes).tolist():
        row = data[int(starts[number]) : int(ends[number])]
        extra[number] = _cells_in(row, dialect) - 1 - expected
    return extra if extra.any() else None


def _cells_in(row: bytes, dialect: Dialect) -> int:
    text = row.decode("utf-8", "replace")
    try:
        parsed = csv.reader(
            [text],
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            escapechar=dialect.escape,
            doublequote=dialect.escape is None,
        )
        return len(next(parsed))
    except csv.Error:
        return len(dialect.columns)


def _without(data: bytes, starts: Places, ends: Places, is_out: NDArray[np.bool_]) -> bytes:
    parts = []
    place = 0
    for number in np.flatnonzero(is_out).tolist():
        parts.append(data[place : int(starts[number])])
        place = int(ends[number]) + 1
    parts.append(data[place:])
    return b"".join(parts)


def as_valid(data: bytes) -> tuple[bytes, int | None]:
    """Return valid UTF-8, bytes that are none read as Latin-1, and where the first one was."""
    if data.isascii():
        return data, None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.decode("utf-8", _FOREIGN).encode(), error.start
    return data, None


def row_at(data: bytes, place: int, rows: Sequence[int] | Places) -> int | None:
    """Return the entry of `rows` for the row that has the byte at `place`; None where unknown."""
    number = data.count(b"\n", 0, place)
    return int(rows[number]) if number < len(rows) else None


OnRead = Callable[[int], object]
"""Told how many more bytes of the files on disk were read."""
