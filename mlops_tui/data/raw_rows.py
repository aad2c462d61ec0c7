"""Rows of a text file as the bytes that they are, so that one can be changed and no other moves."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mlops_tui.data.csv_blocks import LONGEST_ROW_BYTES, Places, find_rows
from mlops_tui.data.dialect import Dialect, guess_encoding, sniff
from mlops_tui.data.files import Format, format_of, open_unpacked, read_head, reading_error
from mlops_tui.domain.errors import InputError

_PIECE_BYTES = 8 << 20
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text file is written."""

    dialect: Dialect | None
    """None: JSON lines."""
    wide: str | None
    """The encoding where a character takes several bytes and a line end is none of its own."""

    @property
    def encoding(self) -> str:
        """Of a row's bytes as they are given here."""
        if self.wide is not None or self.dialect is None:
            return "utf-8"
        return "utf-8" if self.dialect.encoding == "utf-8-sig" else self.dialect.encoding


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file: whole rows, one after the other, together all of its bytes."""

    data: bytes
    """UTF-8 where the file has wide characters, else as it is."""
    starts: Places
    ends: Places
    """Of the rows, line ends left out: a carriage return before a newline too."""
    lines: Places
    """On which each row begins, from 1."""
    is_head: bool = False
    """Whether it comes before the rows: the header."""

    def row(self, at: int) -> bytes:
        """Return a row without its line end."""
        return self.data[int(self.starts[at]) : int(self.ends[at])]


def writing_of(path: Path) -> Writing:
    """Return how a file is written.

    Raises:
        InputError: it cannot be read, or is Parquet.
    """
    kind = format_of(path)
    if kind is Format.PARQUET:
        raise InputError(f"{path} is no text")
    if kind is Format.JSONL:
        return Writing(None, None)
    head = read_head(path, 4096)
    dialect = sniff(path)
    wide = next((name for mark, name in _WIDE.items() if head.startswith(mark)), None)
    if wide is None:
        guessed = guess_encoding(head, path)
        wide = guessed if guessed.startswith(("utf-16", "utf-32")) else None
    return Writing(dialect, wide)


def read_pieces(path: Path, writing: Writing, piece_bytes: int = _PIECE_BYTES) -> Iterator[Piece]:
    """Yield a file from its first byte to its last; blank lines are rows without content.

    Raises:
        InputError: it cannot be read, or a row is longer than 64 MiB.
    """
    try:
        with open_unpacked(path) as stream:
            yield from _pieces(stream, path, writing, piece_bytes)
    except (OSError, EOFError, UnicodeError) as error:
        raise reading_error(path, error) from error


def written(data: bytes, writing: Writing) -> bytes:
    """Return bytes of a piece as they stand in the file."""
    if writing.wide is None:
        return data
    return data.decode("utf-8", "surrogatepass").encode(writing.wide, "surrogatepass")


def _pieces(stream: BinaryIO, path: Path, writing: Writing, piece_bytes: int) -> Iterator[Piece]:
    read = _decoded(stream, writing, piece_bytes)
    rest = next(read, b"")
    line, is_over = 0, False
    if writing.dialect is not None:
        head, rest, is_over = _head(rest, read, writing.dialect)
        none = np.empty(0, np.int64)
        yield Piece(head, none, none, none, is_head=True)
        line = writing.dialect.header_lines
    while rest or not is_over:
        piece = next(read, None)
        is_over = piece is None
        rest += piece or b""
        if not rest:
            continue
        view, end = _view(rest, writing.dialect), len(rest)
        ends, first, count = _rows(view, writing.dialect, is_over)
        if not is_over:
            end = int(ends[-1]) + 1 if len(ends) else 0
        elif len(ends) == 0 or int(ends[-1]) + 1 < len(rest):
            # the last row has no line end, or a quote is never closed: all of it is one row
            ends = np.append(ends, len(rest)) if rest else ends
            first = np.append(first, count) if rest else first
        if not is_over and not end and len(rest) > LONGEST_ROW_BYTES:
            raise InputError(f"{path}:{line + 1}: a row is longer than 64 MiB")
        if end:
            yield _piece(rest[:end], view, ends, first + line + 1)
        line, rest = line + count, rest[end:]
        if is_over:
            return


def _piece(data: bytes, view: bytes, ends: Places, lines: Places) -> Piece:
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    last = np.frombuffer(view, np.uint8)[np.maximum(ends - 1, 0)]
    content_ends = ends - ((last == 13) & (ends > starts))
    return Piece(data, starts, content_ends.astype(np.int64), lines.astype(np.int64))


def _rows(data: bytes, dialect: Dialect | None, is_over: bool) -> tuple[Places, Places, int]:
    """Return the ends of whole rows, the lines before each, and how many lines they have."""
    if dialect is None:
        found = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
        return found, np.arange(len(found)), len(found)
    rows = find_rows(data, dialect)
    return rows.ends, rows.first_lines, rows.lines


def _view(data: bytes, dialect: Dialect | None) -> bytes:
    """Return data as long as it is, with newlines for line ends."""
    is_bare = dialect is not None and dialect.has_bare_returns
    return data.replace(b"\r", b"\n") if is_bare else data


def _head(data: bytes, read: Iterator[bytes], dialect: Dialect) -> tuple[bytes, bytes, bool]:
    """Return the lines before the first row, the rest, and whether that is all."""
    while True:
        view = _view(data, dialect)
        place = 0
        for _ in range(dialect.header_lines):
            place = view.find(b"\n", place) + 1
            if not place:
                break
        if place or not dialect.header_lines:
            return data[:place], data[place:], False
        more = next(read, None)
        if more is None:
            return data, b"", True
        data += more


def _decoded(stream: BinaryIO, writing: Writing, piece_bytes: int) -> Iterator[bytes]:
    decoder = (
        None
        if writing.wide is None
        else codecs.getincrementaldecoder(writing.wide)("surrogatepass")
    )
    while raw := stream.read(piece_bytes):
        yield raw if decoder is None else decoder.decode(raw).encode("utf-8", "surrogatepass")
    if decoder is not None:
        decoder.decode(b"", True)


def cell_spans(row: bytes, dialect: Dialect) -> list[tuple[int, int]]:
    """Return where the cells of a row begin and end, quotes included."""
    delimiter, quote = dialect.delimiter.encode(), dialect.quote.encode()
    escape = dialect.escape.encode() if dialect.escape else None
    spans: list[tuple[int, int]] = []
    start = 0
    while True:
        place = start
        if row.startswith(quote, start):
            place = _closing(row, start + 1, quote, escape)
        end = row.find(delimiter, place)
        if end < 0:
            return [*spans, (start, len(row))]
        spans.append((start, end))
        start = end + 1


def _closing(row: bytes, place: int, quote: bytes, escape: bytes | None) -> int:
    """Return the place behind the quote that closes a cell; the end of the row without one."""
    while place < len(row):
        if escape is not None and row.startswith(escape, place):
            place += 2
        elif row.startswith(quote * 2, place) and escape is None:
            place += 2
        elif row.startswith(quote, place):
            return place + 1
        else:
            place += 1
    return len(row)


def cells_of(row: bytes, dialect: Dialect, encoding: str) -> list[str]:
    """Return the values of a row as texts."""
    text = row.decode(encoding, "replace")
    try:
        return next(
            csv.reader(
                [text],
                delimiter=dialect.delimiter,
                quotechar=dialect.quote,
                escapechar=dialect.escape,
                doublequote=dialect.escape is None,
            ),
            [],
        )
    except csv.Error:
        return [text]


def quoted(value: str, dialect: Dialect) -> str:
    """Return a value as a cell, in quotes where it needs them."""
    quote = dialect.quote
    needs = any(mark in value for mark in (dialect.delimiter, quote, "\n", "\r"))
    if not needs and value == value.strip():
        return value
    if dialect.escape is not None:
        inner = value.replace(dialect.escape, dialect.escape * 2)
        return quote + inner.replace(quote, dialect.escape + quote) + quote
    return quote + value.replace(quote, quote * 2) + quote
