"""Which files a dataset has, and what they are; standard library only, reads a few bytes."""

from __future__ import annotations

import glob
import gzip
import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from mlops_tui.domain.errors import InputError, NotFoundError, StorageError
from mlops_tui.domain.patches import SUFFIX


class Format(StrEnum):
    """How a file of data is written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


_SUFFIXES = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".tab": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
}
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstandard",
    b"ARROW1": "an Arrow file",
    b"SQLite format 3": "a database",
    b"\x89HDF": "an HDF5 file",
}


def is_glob(path: str) -> bool:
    """Say whether `path` stands for several files by a pattern."""
    return any(letter in path for letter in "*?[")


def is_table(path: str | Path) -> bool:
    """Say whether the name is one of a table: csv, tsv, jsonl or parquet, also with .gz.

    A file of marks beside data is none.
    """
    return _suffix_of(str(path)) in _SUFFIXES and not str(path).endswith(SUFFIX)


def walk(path: str | Path) -> Iterator[Path]:
    """Yield every file at or below `path`, hidden ones left out, in no order; nothing is kept.

    Args:
        path: a file, a folder or a pattern; absolute, or relative to the working folder.

    Raises:
        NotFoundError: there is nothing.
        StorageError: a folder cannot be read.
    """
    text = os.fspath(path)
    if os.path.isfile(text):
        yield Path(text)
    elif os.path.isdir(text):
        yield from _below(text)
    elif is_glob(text):
        yield from _matching(text)
    else:
        raise NotFoundError(f"there is no file or folder {text}")


def find_tables(path: str | Path) -> list[Path]:
    """Return the tables of a dataset, sorted by path; a file that is named is one whatever it is.

    Raises:
        NotFoundError: there is nothing, or no table among the files.
        StorageError: a folder cannot be read.
    """
    text = os.fspath(path)
    if os.path.isfile(text):
        return [Path(text)]
    found = [file for file in walk(text) if is_table(file)]
    if not found:
        hint = "tables are .csv, .tsv, .jsonl and .parquet files, also with .gz"
        raise NotFoundError(f"there is no table in {text}", hint)
    return sorted(found)


def format_of(path: Path) -> Format:
    """Return what a file is, by its first bytes and then by its name.

    Raises:
        InputError: it is empty, gone, or nothing that can be read here.
    """
    head = read_head(path, 16)
    if not head:
        raise InputError(f"{path} is empty")
    if head.startswith(_PARQUET):
        return Format.PARQUET
    for magic, words in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{path} is {words}", "csv, tsv, jsonl and parquet files can be read")
    found = _SUFFIXES.get(_suffix_of(path.name), Format.CSV)
    if found is Format.PARQUET:
        raise InputError(f"{path} is no Parquet file, whatever its name says")
    return found


def read_head(path: Path, size: int) -> bytes:
    """Return the first bytes of a file, unpacked.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with open_unpacked(path) as stream:
            return stream.read(size)
    except (OSError, EOFError) as error:
        raise reading_error(path, error) from error


def open_unpacked(path: Path) -> BinaryIO:
    """Return the bytes of a file to read, unpacked where it begins as gzip does.

    Raises:
        OSError: it cannot be opened.
    """
    stream = open(path, "rb")
    try:
        is_packed = stream.read(2) == _GZIP
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    return _Unpacked(stream) if is_packed else stream  # type: ignore[return-value]


class _Unpacked(gzip.GzipFile):
    """A packed file that knows where it stands on the disk, and closes it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self.packed = stream

    def close(self) -> None:
        super().close()
        self.packed.close()


def position_on_disk(stream: BinaryIO) -> int:
    """Return how many bytes of the file were read, packed ones where it is packed."""
    return stream.packed.tell() if isinstance(stream, _Unpacked) else stream.tell()


def reading_error(path: Path, error: BaseException) -> InputError:
    """Return what went wrong with reading a file as a sentence."""
    if isinstance(error, FileNotFoundError):
        return NotFoundError(f"{path} is gone", "it was removed or renamed while it was to be read")
    if isinstance(error, EOFError):
        return InputError(f"{path} is cut off", "it may still be being written or copied")
    if isinstance(error, gzip.BadGzipFile):
        return InputError(f"{path} is damaged: {error}")
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InputError(f"{path} cannot be read: {words}")


def _suffix_of(name: str) -> str:
    text = name.lower().removesuffix(".gz")
    return os.path.splitext(text)[1]


def _below(folder: str) -> Iterator[Path]:
    """Yield files depth first; holds the entries of one folder a level at most."""

    def refuse(error: OSError) -> None:
        raise StorageError(f"{error.filename} cannot be read: {error.strerror}") from error

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in files:
            if not name.startswith("."):
                yield Path(parent, name)


def _matching(pattern: str) -> Iterator[Path]:
    is_any = False
    for name in glob.iglob(pattern, recursive=True):
        if os.path.isfile(name):
            is_any = True
            yield Path(name)
    if not is_any:
        raise NotFoundError(f"no file matches {pattern}")
