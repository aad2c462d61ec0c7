"""Parquet files as frames; the one place that knows pyarrow, which is an extra."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from mlops_tui.data.columns import require_columns
from mlops_tui.data.csv_blocks import OnRead
from mlops_tui.data.problems import ProblemKind, Problems
from mlops_tui.domain.errors import InputError

_BUFFER_BYTES = 1 << 20
_ENCODER = msgspec.json.Encoder(enc_hook=str)


def read_parquet(
    path: Path,
    columns: Sequence[str] | None,
    chunk_rows: int,
    problems: Problems,
    on_read: OnRead,
) -> Iterator[pd.DataFrame]:
    """Yield frames of at most `chunk_rows` rows; columns of lists and records become text.

    Raises:
        InputError: pyarrow is not installed, the file is damaged, or lacks a column.
        OSError: it cannot be read.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        hint = "pip install 'mlops-tui[parquet]'"
        raise InputError(f"{path}: reading Parquet takes the extra `parquet`", hint) from error
    try:
        # read ahead, a whole group of rows would be held as it is in the file, too
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES) as file:
            schema = file.schema_arrow
            require_columns(path, schema.names, columns)
            nested = [
                field.name
                for field in schema
                if pa.types.is_nested(field.type) and (columns is None or field.name in columns)
            ]
            for name in nested:
                words = f"the column {name!r} is nested ({schema.field(name).type}): read as text"
                problems.add(ProblemKind.NESTED, path, None, words, subject=name)
            yield from _frames(file, columns, chunk_rows, set(nested), on_read, path)
    except pa.ArrowException as error:
        if isinstance(error, OSError) and error.errno:
            raise
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} is damaged: {words}") from error


def _frames(
    file: Any,
    columns: Sequence[str] | None,
    chunk_rows: int,
    nested: set[str],
    on_read: OnRead,
    path: Path,
) -> Iterator[pd.DataFrame]:
    wanted = None if columns is None else list(columns)
    rows, told = 0, 0
    size, total = path.stat().st_size, max(1, file.metadata.num_rows)
    for batch in file.iter_batches(batch_size=chunk_rows, columns=wanted):
        yield _frame(batch, nested)
        rows += batch.num_rows
        now = size * rows // total
        on_read(now - told)
        told = now
    if not rows:
        names = file.schema_arrow.names if wanted is None else wanted
        yield pd.DataFrame(columns=names, dtype=object)


def _frame(batch: Any, nested: set[str]) -> pd.DataFrame:
    import pyarrow as pa

    arrays = []
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        made = array
        if name in nested:
            texts = [
                None if it is None else _ENCODER.encode(it).decode() for it in made.to_pylist()
            ]
            made = pa.array(texts, pa.string())
        elif pa.types.is_dictionary(made.type):
            made = made.dictionary_decode()
        elif pa.types.is_decimal(made.type):
            made = made.cast(pa.float64())
        elif pa.types.is_date(made.type):
            made = made.cast(pa.timestamp("ms"))
        arrays.append(made)
    return pa.table(arrays, names=batch.schema.names).to_pandas()  # type: ignore[no-any-return]
