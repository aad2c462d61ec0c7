"""JSON lines as frames: one object a line; nested values become text."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops_tui.data.csv_blocks import LONGEST_ROW_BYTES
from mlops_tui.data.problems import ProblemKind, Problems
from mlops_tui.domain.errors import InputError

_PIECE_BYTES = 8 << 20
_DECODER = msgspec.json.Decoder()


def read_objects(
    stream: BinaryIO, path: Path, chunk_rows: int, problems: Problems
) -> Iterator[tuple[pd.DataFrame, NDArray[np.int64]]]:
    """Yield frames of at most `chunk_rows` rows and the lines of their rows, from 1.

    Columns are all keys of the chunk and of those before it, in the order of first sight.

    Raises:
        InputError: a line is longer than 64 MiB.
        OSError, EOFError: the file cannot be read.
    """
    names: dict[str, None] = {}
    for text, first_line in _line_pieces(stream, path):
        lines = text.split(b"\n")
        numbers = np.arange(first_line, first_line + len(lines), dtype=np.int64)
        objects, kept = _decode(lines, numbers, path, problems)
        for start in range(0, len(objects), chunk_rows):
            rows = objects[start : start + chunk_rows]
            names.update(dict.fromkeys(name for row in rows for name in row))
            yield _frame(rows, list(names), path, problems), kept[start : start + chunk_rows]


def _line_pieces(stream: BinaryIO, path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield stretches of whole lines without the last line end, and the number of the first."""
    rest, line = b"", 1
    piece = stream.read(_PIECE_BYTES).removeprefix(codecs.BOM_UTF8)
    while piece:
        following = stream.read(_PIECE_BYTES)
        rest += piece if following or piece.endswith(b"\n") else piece + b"\n"
        piece = following
        end = rest.rfind(b"\n")
        if end >= 0:
            yield rest[:end], line
            line += rest.count(b"\n", 0, end) + 1
            rest = rest[end + 1 :]
        elif len(rest) > LONGEST_ROW_BYTES:
            raise InputError(f"{path}:{line}: a line is longer than 64 MiB")


def _decode(
    lines: Sequence[bytes], numbers: NDArray[np.int64], path: Path, problems: Problems
) -> tuple[list[dict[str, Any]], NDArray[np.int64]]:
    objects: list[dict[str, Any]] = []
    kept: list[int] = []
    for raw, number in zip(lines, numbers.tolist(), strict=True):
        if not raw.strip():
            continue
        try:
            value = _DECODER.decode(raw)
        except (msgspec.DecodeError, ValueError, RecursionError):
            value = _with_bare_nan(raw)
        if isinstance(value, dict):
            objects.append(value)
            kept.append(number)
        else:
            words = "a line is no JSON object: left out"
            problems.add(ProblemKind.BAD_LINES, path, number, words)
    return objects, np.array(kept, np.int64)


def _with_bare_nan(raw: bytes) -> object:
    """Return what the standard library makes of a line, which takes `NaN`; None where nothing."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _frame(
    rows: Sequence[dict[str, Any]], names: Sequence[str], path: Path, problems: Problems
) -> pd.DataFrame:
    return pd.DataFrame(
        {name: _column([row.get(name) for row in rows], name, path, problems) for name in names},
        columns=list(names),
    )


def _column(values: list[Any], name: str, path: Path, problems: Problems) -> pd.Series:
    if any(isinstance(value, dict | list) for value in values):
        words = f"the column {name!r} is nested: it is read as text"
        problems.add(ProblemKind.NESTED, path, None, words, subject=name)
        values = [json.dumps(it) if isinstance(it, dict | list) else it for it in values]
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {int, float} and kinds:
        return pd.Series([np.nan if value is None else value for value in values])
    return (
        pd.Series(values) if kinds <= {bool} or kinds <= {str} else pd.Series(values, dtype=object)
    )
