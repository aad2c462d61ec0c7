"""Marked rows of Parquet files: found by their values, left out or edited; needs pyarrow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.patches import Change, row_digest


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        hint = "pip install 'mlops-tui[parquet]'"
        raise InputError("reading Parquet takes the extra `parquet`", hint) from error
    return pa, pq


def content_of(row: Mapping[str, Any]) -> bytes:
    """Return a row as bytes to tell it from others: its values as JSON, columns by name."""
    return json.dumps(row, sort_keys=True, default=str, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _batches(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield batches with the number of rows before each."""
    _, pq = _arrow()
    with pq.ParquetFile(path) as file:
        first = 0
        for batch in file.iter_batches():
            yield first, batch
            first += batch.num_rows


def rows_at(path: Path, numbers: Sequence[int]) -> Iterator[tuple[int, bytes, dict[str, str]]]:
    """Yield number, content and values as text of the rows with these numbers, from 1."""
    for first, batch in _batches(path):
        for number in numbers:
            if first < number <= first + batch.num_rows:
                (row,) = batch.slice(number - first - 1, 1).to_pylist()
                values = {name: "" if it is None else str(it) for name, it in row.items()}
                yield number, content_of(row), values


def digests_at(path: Path, numbers: Sequence[int]) -> dict[int, str]:
    """Return the digests of the rows with these numbers."""
    return {number: row_digest(content) for number, content, _ in rows_at(path, numbers)}


def search(path: Path, sizes: set[int], digests: set[str]) -> dict[str, list[int]]:
    """Return the numbers of rows with these digests; only rows of these sizes are digested."""
    found: dict[str, list[int]] = {}
    for first, batch in _batches(path):
        for at, row in enumerate(batch.to_pylist()):
            content = content_of(row)
            if len(content) in sizes and (digest := row_digest(content)) in digests:
                found.setdefault(digest, []).append(first + at + 1)
    return found


def require_castable(path: Path, values: Mapping[str, str]) -> None:
    """Return quietly where texts can be values of their columns.

    Raises:
        InputError: one cannot.
    """
    _, pq = _arrow()
    schema = pq.read_schema(path)
    for name, text in values.items():
        _cast(text, schema.field(name).type, name)


def _cast(text: str, kind: Any, name: str) -> Any:
    pa, _ = _arrow()
    if text == "":
        return pa.scalar(None, kind)
    try:
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        return pa.scalar(text).cast(kind)
    except (pa.ArrowException, NotImplementedError) as error:
        raise InputError(f"{name} holds {kind}, and {text!r} is none") from error


def write(
    source: Path, target: Path, changes: Mapping[int, Change], on_read: Callable[[int], Any]
) -> None:
    """Write a file with changes at its rows; groups of rows, types and metadata stay as they are.

    Raises:
        InputError: a value does not fit its column.
        OSError: the target cannot be written.
    """
    _, pq = _arrow()
    with pq.ParquetFile(source) as file:
        groups, first = file.metadata.num_row_groups, 0
        packing = file.metadata.row_group(0).column(0).compression if groups else "NONE"
        with pq.ParquetWriter(target, file.schema_arrow, compression=packing) as writer:
            for number in range(groups):
                table = file.read_row_group(number)
                writer.write_table(_changed(table, first, changes))
                first += table.num_rows
                on_read(source.stat().st_size // groups)


def _changed(table: Any, first: int, changes: Mapping[int, Change]) -> Any:
    pa, _ = _arrow()
    ours = {
        line - first - 1: change
        for line, change in changes.items()
        if first < line <= first + table.num_rows
    }
    names = {name for change in ours.values() for name in change.values}
    for name in sorted(names & set(table.column_names)):
        kind = table.schema.field(name).type
        values = table.column(name).to_pylist()
        for at, change in ours.items():
            if name in change.values:
                values[at] = _cast(change.values[name], kind, name).as_py()
        place = table.column_names.index(name)
        table = table.set_column(place, table.schema.field(name), pa.array(values, kind))
    out = [at for at, change in ours.items() if change.is_excluded]
    if not out:
        return table
    import numpy as np

    is_kept = np.ones(table.num_rows, np.bool_)
    is_kept[out] = False
    return table.filter(pa.array(is_kept))
