"""Finds marked rows in data as it is now, and writes the data with what marks come to."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from mlops_tui.data import patch_parquet, raw_rows
from mlops_tui.data.dialect import Dialect
from mlops_tui.data.files import Format, format_of
from mlops_tui.data.raw_rows import Piece, Writing
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.patches import Change, Pin, row_digest

_GZIP = b"\x1f\x8b"
_SHOWN = 6
_LONGEST_SHOWN = 60


class Standing(StrEnum):
    """Whether a marked row is there."""

    APPLIES = "applies"
    MOVED = "moved"
    """It stands at another line, and nowhere else."""
    CHANGED = "changed"
    """No row is what it was."""
    AMBIGUOUS = "ambiguous"
    """It is gone from its line, and several rows elsewhere are what it was."""
    NO_FILE = "no_file"
    NO_COLUMN = "no_column"
    """An edit is of a column that the file does not have."""

    @property
    def is_good(self) -> bool:
        """Say whether the mark has its effect."""
        return self in (Standing.APPLIES, Standing.MOVED)


@dataclass(frozen=True, slots=True)
class Located:
    """Where a marked row stands now."""

    standing: Standing
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Pinned:
    """A row at a place that somebody named."""

    pin: Pin
    values: Mapping[str, str]
    """Every column, as text."""

    def shown(self, columns: Iterable[str] = ()) -> dict[str, str]:
        """Return some values to show, those of `columns` first."""
        names = [*(it for it in columns if it in self.values), *self.values]
        kept = list(dict.fromkeys(names))[:_SHOWN]
        return {name: self.values[name][:_LONGEST_SHOWN] for name in kept}


def pin_rows(path: Path, file: str, lines: Sequence[int]) -> list[Pinned]:
    """Return the rows that begin at these lines (rows of Parquet), in their order.

    Raises:
        InputError: one of them begins no row, or the file cannot be read.
    """
    wanted = sorted(set(lines))
    if format_of(path) is Format.PARQUET:
        found = {
            number: Pinned(
                Pin(file, number, row_digest(content), len(content), is_row=True), values
            )
            for number, content, values in patch_parquet.rows_at(path, wanted)
        }
        what = "rows"
    else:
        writing = raw_rows.writing_of(path)
        found, what = {}, "lines"
        for piece in raw_rows.read_pieces(path, writing):
            for line, row in _rows_at(piece, wanted):
                if row.strip():
                    pin = Pin(file, line, row_digest(row), len(row))
                    found[line] = Pinned(pin, _values(row, writing))
    missing = [number for number in wanted if number not in found]
    if missing:
        some = ", ".join(map(str, missing[:10]))
        hint = "lines count from 1, with the header; a row over several lines is at its first"
        raise InputError(f"{path}: no row begins at {what} {some}", hint)
    return [found[number] for number in wanted]


def _rows_at(piece: Piece, wanted: Sequence[int]) -> list[tuple[int, bytes]]:
    if not len(piece.lines):
        return []
    asked = np.array(wanted, np.int64)
    asked = asked[(asked >= piece.lines[0]) & (asked <= piece.lines[-1])]
    places = np.searchsorted(piece.lines, asked)
    return [
        (int(line), piece.row(int(at)))
        for line, at in zip(asked, places, strict=True)
        if piece.lines[at] == line
    ]


def _values(row: bytes, writing: Writing) -> dict[str, str]:
    if writing.dialect is None:
        found = _object_of(row)
        return {str(name): _text(value) for name, value in found.items()}
    cells = raw_rows.cells_of(row, writing.dialect, writing.encoding)
    return dict(zip(writing.dialect.columns, cells, strict=False))


def _object_of(row: bytes) -> dict[str, Any]:
    try:
        found = json.loads(row)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def require_columns(path: Path, columns: Sequence[str]) -> None:
    """Return quietly where an edit of these columns can be made.

    Raises:
        InputError: the file has no such column. JSON lines may get any.
    """
    from mlops_tui.data.tables import column_names

    if format_of(path) is Format.JSONL:
        return
    names = column_names(path)
    for name in columns:
        if name not in names:
            raise InputError(f"{path} has no column {name!r}", f"it has: {', '.join(names[:20])}")


def require_writable(path: Path, values: Mapping[str, str]) -> None:
    """Return quietly where these values can stand in the file.

    Raises:
        InputError: its encoding lacks a letter, or a column holds values of another type.
    """
    if format_of(path) is Format.PARQUET:
        patch_parquet.require_castable(path, values)
        return
    encoding = raw_rows.writing_of(path).encoding
    for name, value in values.items():
        try:
            value.encode(encoding)
        except UnicodeEncodeError as error:
            words = f"{value[error.start]!r} cannot be written in {path}, which is {encoding}"
            raise InputError(f"{name}: {words}") from error


def locate(files: Mapping[str, Path], pins: Iterable[Pin]) -> dict[Pin, Located]:
    """Return where marked rows stand now.

    Args:
        files: of the dataset, by their name in it.
        pins: of marks.

    Raises:
        InputError: a file cannot be read.
    """
    found: dict[Pin, Located] = {}
    by_file: dict[str, list[Pin]] = {}
    for pin in pins:
        by_file.setdefault(pin.file, []).append(pin)
    for name, ours in by_file.items():
        path = files.get(name)
        if path is None:
            found |= dict.fromkeys(ours, Located(Standing.NO_FILE))
        else:
            found |= _located(path, ours)
    return found


def _located(path: Path, pins: Sequence[Pin]) -> dict[Pin, Located]:
    is_parquet = format_of(path) is Format.PARQUET
    lines = sorted({pin.line for pin in pins})
    there = patch_parquet.digests_at(path, lines) if is_parquet else _digests_at(path, lines)
    found = {
        pin: Located(Standing.APPLIES, pin.line)
        for pin in pins
        if there.get(pin.line) == pin.digest and pin.is_row == is_parquet
    }
    lost = [pin for pin in pins if pin not in found]
    if not lost:
        return found
    sizes, digests = {pin.size for pin in lost}, {pin.digest for pin in lost}
    search = patch_parquet.search if is_parquet else _search
    elsewhere = search(path, sizes, digests)
    taken = {pin.line for pin in found}
    for pin in lost:
        places = [line for line in elsewhere.get(pin.digest, []) if line not in taken]
        if len(places) == 1:
            found[pin] = Located(Standing.MOVED, places[0])
        else:
            found[pin] = Located(Standing.AMBIGUOUS if places else Standing.CHANGED)
    return found


def _digests_at(path: Path, lines: Sequence[int]) -> dict[int, str]:
    writing = raw_rows.writing_of(path)
    return {
        line: row_digest(row)
        for piece in raw_rows.read_pieces(path, writing)
        for line, row in _rows_at(piece, lines)
    }


def _search(path: Path, sizes: set[int], digests: set[str]) -> dict[str, list[int]]:
    """Return the lines of rows with these digests; only rows of these sizes are looked at."""
    found: dict[str, list[int]] = {}
    wanted = np.array(sorted(sizes), np.int64)
    for piece in raw_rows.read_pieces(path, raw_rows.writing_of(path)):
        for at in np.flatnonzero(np.isin(piece.ends - piece.starts, wanted)).tolist():
            digest = row_digest(piece.row(at))
            if digest in digests:
                found.setdefault(digest, []).append(int(piece.lines[at]))
    return found


def write_patched(
    source: Path, target: Path, changes: Sequence[tuple[Change, int]], on_read: Callable[[int], Any]
) -> None:
    """Write a file with changes at its lines; every other byte is as it was.

    A packed file is packed again, so that only what is in it is the same.

    Args:
        source: the file.
        target: where to; it must not be there.
        changes: each with the line where its row stands now.
        on_read: told the bytes done.

    Raises:
        InputError: the file cannot be read, or a value cannot be written.
        OSError: the target cannot be written.
    """
    by_line = {line: change for change, line in changes}
    if format_of(source) is Format.PARQUET:
        patch_parquet.write(source, target, by_line, on_read)
        return
    writing = raw_rows.writing_of(source)
    with open(source, "rb") as file:
        is_packed = file.read(2) == _GZIP
    with open(target, "xb") as raw:
        # no time in it: the same patch gives the same file
        packed = gzip.GzipFile("", "wb", 6, raw, mtime=0) if is_packed else None
        out = cast(BinaryIO, packed) if packed is not None else raw
        for piece in raw_rows.read_pieces(source, writing):
            out.write(raw_rows.written(_changed(piece, by_line, writing), writing))
            on_read(len(piece.data))
        if packed is not None:
            packed.close()
        raw.flush()
        os.fsync(raw.fileno())
    shutil.copymode(source, target)


def _changed(piece: Piece, changes: Mapping[int, Change], writing: Writing) -> bytes:
    lines = sorted(changes)
    if not len(piece.lines):
        return piece.data
    asked = np.array(lines, np.int64)
    asked = asked[(asked >= piece.lines[0]) & (asked <= piece.lines[-1])]
    parts, place = [], 0
    for line in asked.tolist():
        at = int(np.searchsorted(piece.lines, line))
        change = changes[line]
        start, end = int(piece.starts[at]), int(piece.ends[at])
        parts.append(piece.data[place:start])
        if change.is_excluded:
            is_last = at + 1 == len(piece.starts)
            place = len(piece.data) if is_last else int(piece.starts[at + 1])
        else:
            parts.append(_edited(piece.data[start:end], change.values, writing))
            place = end
    return b"".join([*parts, piece.data[place:]])


def _edited(row: bytes, values: Mapping[str, str], writing: Writing) -> bytes:
    if writing.dialect is None:
        return _edited_object(row, values)
    return _edited_cells(row, values, writing.dialect, writing.encoding)


def _edited_cells(row: bytes, values: Mapping[str, str], dialect: Dialect, encoding: str) -> bytes:
    spans = raw_rows.cell_spans(row, dialect)
    delimiter = dialect.delimiter.encode()
    wanted = {dialect.columns.index(name): value for name, value in values.items()}
    missing = max(wanted) + 1 - len(spans)
    if missing > 0:
        row += delimiter * missing
        spans = raw_rows.cell_spans(row, dialect)
    for at in sorted(wanted, reverse=True):
        start, end = spans[at]
        cell = raw_rows.quoted(wanted[at], dialect).encode(encoding)
        row = row[:start] + cell + row[end:]
    return row


def _edited_object(row: bytes, values: Mapping[str, str]) -> bytes:
    found = _object_of(row)
    for name, text in values.items():
        found[name] = text if isinstance(found.get(name), str) else _plain(text)
    separators = (", ", ": ") if b'": ' in row else (",", ":")
    is_ascii = row.isascii()
    return json.dumps(found, ensure_ascii=is_ascii, separators=separators).encode(
        "utf-8", "surrogatepass"
    )


def _plain(text: str) -> object:
    """Return a number, a truth value or null where the text is one in JSON, else the text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(value, dict | list | str) else value
