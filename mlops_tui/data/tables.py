"""Tables read from files in chunks of bounded memory, whatever they are written in."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops_tui.data.columns import require_columns
from mlops_tui.data.csv_blocks import Block, OnRead, as_valid, read_blocks, row_at
from mlops_tui.data.dialect import Dialect, sniff
from mlops_tui.data.files import (
    Format,
    find_tables,
    format_of,
    open_unpacked,
    position_on_disk,
    reading_error,
)
from mlops_tui.data.problems import ProblemKind, Problems
from mlops_tui.domain.errors import InputError

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["Chunk", "column_names", "find_tables", "read_chunks", "read_table"]

CHUNK_ROWS = 65_536
_LEAST_BYTES = 1 << 16
_MOST_BYTES = 32 << 20
"""Of one block of text; what pandas makes of it takes a few times as much."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some consecutive rows of one file."""

    frame: pd.DataFrame
    """Columns in the order of the file, types as pandas finds them *in these rows*: a column may
    be of whole numbers in one chunk and of text in the next. May have no rows."""
    file: Path
    first_row: int
    """How many rows of the same file come before, those left out as broken not counted."""
    lines: NDArray[np.int64] | None
    """(n_rows,) the line of the file at which each row begins, from 1; None where rows have no
    lines (Parquet) or they cannot be told."""


def read_chunks(
    files: Sequence[Path],
    columns: Sequence[str] | None = None,
    chunk_rows: int = CHUNK_ROWS,
    problems: Problems | None = None,
    on_read: OnRead | None = None,
) -> Iterator[Chunk]:
    """Yield the rows of the files, one after the other, each file in at least one chunk.

    An empty file among others is left out: a folder often has such parts.

    Args:
        files: csv, tsv, jsonl and Parquet files, packed by gzip or not.
        columns: the columns wanted; all without it.
        chunk_rows: at most so many rows a chunk.
        problems: collects what is wrong and was read nevertheless, or left out.
        on_read: told the bytes on disk that were read since it was told last.

    Raises:
        InputError: all files are empty, or one is gone, cut off, no table, or lacks a column that
            is wanted; the message names it, and the line where there is one.
    """
    found = Problems() if problems is None else problems
    first: tuple[str, ...] | None = None
    for path in _with_content(files, found):
        names: tuple[str, ...] | None = None
        rows = 0
        for chunk in _read_file(path, columns, chunk_rows, found, on_read or _ignore):
            rows += len(chunk.frame)
            if names is None:
                names = tuple(map(str, chunk.frame.columns))
                first = first or names
                _compare_columns(path, names, first, found)
            yield chunk
        if not rows:
            found.add(ProblemKind.NO_ROWS, path, None, "there are no rows")


def _with_content(files: Sequence[Path], problems: Problems) -> Iterator[Path]:
    """Yield the files that are not empty; the first one where all are, for it to be an error."""
    is_any = False
    for path in files:
        if _is_empty(path):
            problems.add(ProblemKind.NO_ROWS, path, None, "it is empty")
        else:
            is_any = True
            yield path
    if not is_any:
        yield from files[:1]


def _is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError:
        return False  # reading it says what is wrong


def read_table(
    files: Sequence[Path],
    columns: Sequence[str] | None = None,
    most_rows: int | None = None,
    problems: Problems | None = None,
) -> pd.DataFrame:
    """Return the rows of the files in one frame; a column with text anywhere is text throughout.

    Args:
        files: as for `read_chunks`.
        columns: those wanted, in the order wanted; all without it.
        most_rows: reading ends when there are so many.
        problems: as for `read_chunks`.

    Raises:
        InputError: as for `read_chunks`.
    """
    frames: list[pd.DataFrame] = []
    rows = 0
    for chunk in read_chunks(files, columns, problems=problems):
        frames.append(chunk.frame)
        rows += len(chunk.frame)
        if most_rows is not None and rows >= most_rows:
            break
    whole = join_frames(frames)
    whole = whole if most_rows is None else whole.iloc[:most_rows]
    return whole if columns is None else whole[list(columns)]


def join_frames(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return frames below each other, by column name; numbers become text beside text.

    A frame without rows says nothing about types. A column that a frame lacks is missing there.
    """
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    names = list(dict.fromkeys(name for frame in filled for name in frame.columns))
    text = [name for name in names if _is_mixed([it[name] for it in filled if name in it])]
    if text:
        filled = [
            frame.assign(**{name: as_text(frame[name]) for name in text if name in frame})
            for frame in filled
        ]
    return pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]


def _is_mixed(parts: Sequence[pd.Series]) -> bool:
    kinds = {_kind(part) for part in parts if not part.isna().all()}
    return len(kinds) > 1


def _kind(part: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(part.dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(part.dtype):
        return "number"
    return "time" if pd.api.types.is_datetime64_any_dtype(part.dtype) else "text"


def as_text(column: pd.Series) -> pd.Series:
    """Return the values as text, whole numbers without a point, missing ones still missing."""
    values = [None if pd.isna(value) else _word(value) for value in column.tolist()]
    return pd.Series(values, index=column.index, name=column.name, dtype=object)


def _word(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def column_names(path: Path) -> list[str]:
    """Return the columns of a file; only its beginning is read.

    Raises:
        InputError: as for `read_chunks`.
    """
    if format_of(path) is Format.CSV:
        return list(sniff(path).columns)
    chunk = next(_read_file(path, None, 100, Problems(), _ignore))
    return [str(name) for name in chunk.frame.columns]


def _read_file(
    path: Path, columns: Sequence[str] | None, chunk_rows: int, problems: Problems, on_read: OnRead
) -> Iterator[Chunk]:
    kind = format_of(path)
    try:
        if kind is Format.PARQUET:
            from mlops_tui.data.parquet import read_parquet

            first = 0
            for frame in read_parquet(path, columns, chunk_rows, problems, on_read):
                yield Chunk(frame, path, first, None)
                first += len(frame)
        else:
            with open_unpacked(path) as stream:
                read = _read_csv if kind is Format.CSV else _read_jsonl
                yield from read(stream, path, columns, chunk_rows, problems, on_read)
    except (OSError, EOFError) as error:
        raise reading_error(path, error) from error


def _read_csv(
    stream: BinaryIO,
    path: Path,
    columns: Sequence[str] | None,
    chunk_rows: int,
    problems: Problems,
    on_read: OnRead,
) -> Iterator[Chunk]:
    dialect = sniff(path, problems)
    require_columns(path, dialect.columns, columns)
    size = int(min(max(dialect.row_bytes * chunk_rows, _LEAST_BYTES), _MOST_BYTES))
    first, before = 0, 0
    for block in read_blocks(stream, path, dialect, size, problems):
        frame, lines = _parse(block, path, dialect, columns, problems)
        for start in range(0, len(frame), chunk_rows):
            part = frame.iloc[start : start + chunk_rows] if len(frame) > chunk_rows else frame
            numbers = None if lines is None else lines[start : start + chunk_rows]
            yield Chunk(part, path, first, numbers)
            first += len(part)
        now = position_on_disk(stream)
        on_read(now - before)
        before = now
    if not first:
        wanted = [name for name in dialect.columns if columns is None or name in columns]
        yield Chunk(pd.DataFrame(columns=wanted, dtype=object), path, 0, np.zeros(0, np.int64))


def _parse(
    block: Block, path: Path, dialect: Dialect, columns: Sequence[str] | None, problems: Problems
) -> tuple[pd.DataFrame, NDArray[np.int64] | None]:
    """Return the rows of a block, and their lines where pandas sees as many rows as we do."""
    data, bad = as_valid(block.data)
    if bad is not None:
        line = row_at(block.data, bad, block.lines)
        words = "a byte is no UTF-8: it is read as Latin-1"
        problems.add(ProblemKind.BAD_TEXT, path, line, words)
    try:
        frame = pd.read_csv(
            io.BytesIO(data),
            names=list(dialect.columns),
            header=None,
            usecols=None if columns is None else list(columns),
            index_col=False,
            dtype=dict.fromkeys(dialect.text_columns, str),
            sep=dialect.delimiter,
            quotechar=dialect.quote,
            escapechar=dialect.escape,
            doublequote=dialect.escape is None,
            decimal=dialect.decimal,
            thousands=dialect.thousands,
            low_memory=False,
            skip_blank_lines=False,
        )
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=list(dialect.columns), dtype=object), None
    except (pd.errors.ParserError, ValueError) as error:
        line = int(block.lines[0])
        raise InputError(f"{path}, at or after line {line}: {str(error).strip()}") from error
    if len(frame) == len(block.lines):
        return frame, block.lines
    words = "from here on some rows have no line numbers: their quotes do not pair"
    problems.add(ProblemKind.NO_LINES, path, int(block.lines[0]), words)
    return frame, None


def _read_jsonl(
    stream: BinaryIO,
    path: Path,
    columns: Sequence[str] | None,
    chunk_rows: int,
    problems: Problems,
    on_read: OnRead,
) -> Iterator[Chunk]:
    from mlops_tui.data.jsonl import read_objects

    first, before = 0, 0
    frame = pd.DataFrame()
    for frame, lines in read_objects(stream, path, chunk_rows, problems):
        part = frame if columns is None else frame.reindex(columns=list(columns))
        yield Chunk(part, path, first, lines)
        first += len(frame)
        now = position_on_disk(stream)
        on_read(now - before)
        before = now
    require_columns(path, list(frame.columns), columns if first else None)
    if not first:
        yield Chunk(pd.DataFrame(columns=list(columns or ())), path, 0, np.zeros(0, np.int64))


def _compare_columns(
    path: Path, names: tuple[str, ...], first: tuple[str, ...], problems: Problems
) -> None:
    if names == first:
        return
    missing = [name for name in first if name not in names]
    new = [name for name in names if name not in first]
    parts = [f"without {', '.join(missing[:10])}"] if missing else []
    parts += [f"with {', '.join(new[:10])}"] if new else []
    words = f"its columns are not those of the first file: {' and '.join(parts) or 'another order'}"
    problems.add(ProblemKind.OTHER_COLUMNS, path, None, words)


def _ignore(size: int) -> None:
    pass
