"""What a file is shown as: text, a table, an image or its bytes; read only, nothing is executed."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.text import short_bytes
from mlops_tui.ui.pictures import Picture, is_picture, read_picture

HEAD_BYTES = 8192
"""So much tells text from bytes."""
HEX_BYTES = 4096
MOST_JSON_BYTES = 2 << 20
"""Larger JSON is shown as it stands."""
MOST_PRETTY_LETTERS = 16 << 20
"""What lies deep stands far to the right: a line a value can be a thousand times as long."""
MOST_TABLE_BYTES = 4 << 20
MOST_TABLE_ROWS = 200
EMPTY = "The file is empty."
CODE = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".npy")
"""Files that whoever loads them may be made to run something by."""


@dataclass(frozen=True, slots=True)
class TextPreview:
    """Lines to read."""

    about: str
    data: bytes | None = None
    """What to show; None for the file itself, which is read in windows."""


@dataclass(frozen=True, slots=True)
class TablePreview:
    """The first rows of a table; rows may be shorter than the head."""

    about: str
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class PicturePreview:
    """An image in cells."""

    about: str
    picture: Picture


Preview = TextPreview | TablePreview | PicturePreview


def read_preview(name: str, open_it: Callable[[], IO[bytes]], columns: int, rows: int) -> Preview:
    """Return how to show a file.

    Args:
        name: its path, whose ending tells JSON and tables from other text.
        open_it: opens it.
        columns: cells there are for an image.
        rows: lines there are for an image.

    Raises:
        MlopsTuiError: it is not there, not to be opened, or cannot be.
        OSError: reading it failed.
    """
    with open_it() as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = _read(file, HEAD_BYTES)
        if not head:
            return TextPreview(EMPTY, b"")
        if is_picture(head):
            return _picture(file, head, size, columns, rows)
        if not _is_text(head, size):
            return _hex(head, size, _why_bytes(name))
        return _text(name.lower(), file, size)


def _text(name: str, file: IO[bytes], size: int) -> Preview:
    file.seek(0)
    if name.endswith(".json") and size <= MOST_JSON_BYTES:
        pretty = pretty_json(_read(file, MOST_JSON_BYTES))
        if pretty is not None:
            return TextPreview(f"{short_bytes(size)}, JSON", pretty)
    if name.endswith((".csv", ".tsv")):
        table = read_table(_read(file, MOST_TABLE_BYTES), size, name.endswith(".tsv"))
        if table is not None:
            return table
    return TextPreview(short_bytes(size))


def _picture(file: IO[bytes], head: bytes, size: int, columns: int, rows: int) -> Preview:
    try:
        file.seek(0)
        picture = read_picture(file, size, columns, rows)
    except MlopsTuiError as error:
        words = ": ".join(part for part in (error.message, error.hint) if part)
        return _hex(head, size, words)
    return PicturePreview(f"{picture.about}, {short_bytes(size)}", picture)


def _why_bytes(name: str) -> str:
    if name.lower().endswith(CODE):
        return "not loaded: it could run code"
    return "not text"


def pretty_json(data: bytes) -> bytes | None:
    """Return JSON with a line for every value; None where it is none, or would become too long."""
    parts = []
    room = MOST_PRETTY_LETTERS
    try:
        for part in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(json.loads(data)):
            parts.append(part)
            room -= len(part)
            if room < 0:
                return None
    except (ValueError, RecursionError):
        return None
    return "".join(parts).encode("utf-8", "replace")


def read_table(data: bytes, size: int, is_tabbed: bool) -> TablePreview | None:
    """Return the first rows of a table that begins with `data`; None where it reads as none."""
    is_whole = len(data) >= size
    text = data.decode("utf-8-sig", "replace")
    line = text[: text.find("\n") if "\n" in text else None]
    delimiter = "\t" if is_tabbed else max(",;\t|", key=line.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > MOST_TABLE_ROWS + 1:
                break
    except csv.Error:
        return None
    has_more = len(rows) > MOST_TABLE_ROWS + 1 or not is_whole
    if has_more and len(rows) > 1:
        rows.pop()  # cut off where reading ended, or one too many
    head, body = rows[0], rows[1:]
    first = "the first " if has_more else ""
    about = f"{first}{len(body)} rows, {len(head)} columns, {short_bytes(size)}"
    return TablePreview(about, head, body)


def _hex(head: bytes, size: int, why: str) -> TextPreview:
    shown = head[:HEX_BYTES]
    about = f"{short_bytes(size)}, {why}"
    if len(shown) < size:
        about += f", first {short_bytes(len(shown))}"
    return TextPreview(about, hex_lines(shown))


def hex_lines(data: bytes) -> bytes:
    """Return bytes as lines of offset, 16 of them in hexadecimal, and their letters."""
    lines = []
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:08x}  {part[:8].hex(' '):<23}  {part[8:].hex(' '):<23}  {letters}\n")
    return "".join(lines).encode()


def _is_text(head: bytes, size: int) -> bool:
    """Say whether a beginning reads as UTF-8, a few strange bytes allowed, colours too."""
    if b"\0" in head:
        return False
    text = head.decode("utf-8", "replace")
    strange = text.count("\ufffd") - (len(head) < size)  # the last letter may be cut
    return strange <= len(text) // 50


def _read(file: IO[bytes], most: int) -> bytes:
    """Return up to `most` bytes; an unbuffered file may give fewer at a time."""
    parts = []
    left = most
    while left > 0 and (part := file.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
