"""How a file of separated values is written, guessed from its beginning."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.data.files import read_head
from mlops_tui.data.problems import ProblemKind, Problems
from mlops_tui.domain.errors import InputError

if TYPE_CHECKING:
    import _csv

SAMPLE_BYTES = 262_144
_SAMPLE_ROWS = 200
_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECIMAL_COMMA = re.compile(r"\s*[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+\s*")
_DECIMAL_POINT = re.compile(r"\s*[-+]?\d*\.\d+\s*")
_THOUSANDS_POINT = re.compile(r"\s*[-+]?\d{1,3}(\.\d{3})+,\d+\s*")
_NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*")
_LEADING_ZERO = re.compile(r"0\d+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written and what its columns are called."""

    encoding: str
    delimiter: str
    quote: str
    decimal: str
    thousands: str | None
    escape: str | None
    """What stands before a quote that does not end a cell; None where quotes are doubled."""
    columns: tuple[str, ...]
    """Their names, each one once."""
    text_columns: frozenset[str]
    """Columns with codes such as `007`, which are no numbers."""
    header_bytes: int
    """Where the rows begin, in bytes of UTF-8 without a byte order mark."""
    header_lines: int
    """How many lines come before the first row."""
    row_bytes: float
    """The mean length of a row in the sample, in bytes of UTF-8; > 0."""
    has_bare_returns: bool
    """Whether lines end with a carriage return alone."""


def sniff(path: Path, problems: Problems | None = None) -> Dialect:
    """Return how a file of separated values is written.

    Raises:
        InputError: it is empty, gone, or no text.
    """
    head = read_head(path, SAMPLE_BYTES)
    if not head:
        raise InputError(f"{path} is empty")
    encoding = guess_encoding(head, path)
    text = _decoded(head, encoding)
    bare = "\r" in text and "\n" not in text
    text = text.replace("\r", "\n") if bare else text
    if len(head) == SAMPLE_BYTES and "\n" in text:  # the last line may be a half one
        text = text[: text.rindex("\n") + 1]
    if not text.strip():
        raise InputError(f"{path} is empty: it has blank lines alone")
    quote = _guess_quote(text)
    escape = "\\" if "\\" + quote in text and quote * 2 not in text else None
    delimiter = _guess_delimiter(text, quote, escape, path)
    names, rows, lines = _split(text, delimiter, quote, escape)
    header = "".join(islice(io.StringIO(text, newline=""), lines))
    names = _fitted(names, rows)
    cells = [row for row in rows if len(row) == len(names)]
    decimal, thousands = _guess_decimal(cells, delimiter)
    columns = _named_once(names, path, lines, problems)
    body = len(text.encode()) - len(header.encode())
    return Dialect(
        encoding,
        delimiter,
        quote,
        decimal,
        thousands,
        escape,
        columns,
        _codes(columns, cells),
        len(header.encode()),
        lines,
        max(1.0, body / max(1, text.count("\n") - lines)),
        bare,
    )


def guess_encoding(head: bytes, path: Path) -> str:
    """Return the encoding of a text by its first bytes.

    Raises:
        InputError: it is no text.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    zeros = head.count(0)
    if zeros > len(head) // 5:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    if zeros:
        raise InputError(f"{path} is no text: it has a zero byte at {head.index(0)}")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252" if any(0x80 <= byte <= 0x9F for byte in head) else "latin-1"
    return "utf-8"


def _decoded(head: bytes, encoding: str) -> str:
    """Return the text of the first bytes; half a character at their end is left out."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).removeprefix("\ufeff")


def _guess_quote(text: str) -> str:
    has_single = re.search(r"(^|[,;\t|])'[^'\n]*'([,;\t|\r\n]|$)", text, re.MULTILINE)
    return "'" if has_single and '"' not in text else '"'


def _reader(text: str, delimiter: str, quote: str, escape: str | None) -> _csv.Reader:
    lines = io.StringIO(text, newline="")
    doubled = escape is None
    return csv.reader(
        lines, delimiter=delimiter, quotechar=quote, escapechar=escape, doublequote=doubled
    )


def _guess_delimiter(text: str, quote: str, escape: str | None, path: Path) -> str:
    """Return the delimiter that parts most rows into as many cells as the header has."""
    is_tab = path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab"))
    best, best_share = ("\t", 0.0) if is_tab else (",", 0.0)
    for delimiter in (best, *(it for it in _DELIMITERS if it != best)):
        try:
            rows = islice(_reader(text, delimiter, quote, escape), _SAMPLE_ROWS)
            counts = [len(row) for row in rows if row]
        except csv.Error:
            continue
        if not counts or counts[0] < 2:
            continue
        usual = Counter(counts[1:] or counts).most_common(1)[0][0]
        share = sum(count in (counts[0], usual) for count in counts) / len(counts)
        share -= 0.3 if usual != counts[0] else 0.0
        if share > best_share:
            best, best_share = delimiter, share
    return best


def _split(
    text: str, delimiter: str, quote: str, escape: str | None
) -> tuple[list[str], list[list[str]], int]:
    """Return the header, some rows, and the number of lines down to the end of the header."""
    reader = _reader(text, delimiter, quote, escape)
    names: list[str] = []
    rows: list[list[str]] = []
    lines = 0
    try:
        for row in reader:
            if not row:
                continue
            if not names:
                names, lines = row, reader.line_num
            elif len(rows) < _SAMPLE_ROWS:
                rows.append(row)
            else:
                break
    except csv.Error:
        pass
    return names, rows, lines


def _fitted(names: list[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the header with a name for a column that all rows have beyond it, as R writes them."""
    if not rows or any(len(row) != len(names) + 1 for row in rows):
        return names
    return [*names, ""] if all(row[-1] == "" for row in rows) else ["", *names]


def _named_once(
    names: Sequence[str], path: Path, line: int, problems: Problems | None
) -> tuple[str, ...]:
    taken: set[str] = set()
    known = set(names)
    result = []
    for place, name in enumerate(names):
        made = name if name.strip() else f"Unnamed: {place}"
        number = 1
        while made in taken or (number > 1 and made in known):
            made, number = f"{name}.{number}", number + 1
        if made != name and name.strip() and problems is not None:
            words = f"the header has {name!r} twice: the later one is called {made!r}"
            problems.add(ProblemKind.DUPLICATE_HEADER, path, line, words, subject=made)
        taken.add(made)
        result.append(made)
    if problems is not None and all(_NUMBER.fullmatch(name) for name in names):
        words = "the first line has numbers alone: is it a header?"
        problems.add(ProblemKind.NUMBERS_AS_HEADER, path, line, words)
    return tuple(result)


def _guess_decimal(rows: Sequence[Sequence[str]], delimiter: str) -> tuple[str, str | None]:
    """Return the decimal sign, and the one between thousands where it is a point."""
    if delimiter == ",":
        return ".", None
    cells = [cell for row in rows for cell in row]
    commas = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(_DECIMAL_POINT.fullmatch(cell)) for cell in cells)
    if commas <= points:
        return ".", None
    has_thousands = any(_THOUSANDS_POINT.fullmatch(cell) for cell in cells)
    return ",", "." if has_thousands else None


def _codes(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the columns that have numbers with leading zeros alone, or among whole numbers."""
    return frozenset(
        name
        for place, name in enumerate(columns)
        if any(_LEADING_ZERO.fullmatch(row[place]) for row in rows)
        and all(row[place] == "" or row[place].isdigit() for row in rows)
    )
