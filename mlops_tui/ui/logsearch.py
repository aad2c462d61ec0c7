"""Searching an output log of any size, block by block, forwards and backwards; no widget."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.patterns import SLOW, SLOW_HINT, may_explode
from mlops_tui.ui.logtext import SEQUENCES

BLOCK_BYTES = 1 << 20
OVERLAP_BYTES = 4096
"""The longest match that is found across two blocks of one line."""
COLOUR_BYTES = b"\x1b[0123456789;:m"
_SEQUENCE = re.compile(SEQUENCES.encode())


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: in what is shown, and in the raw bytes without their sequences."""

    words: str
    shown: re.Pattern[str]
    raw: re.Pattern[bytes]
    needles: tuple[bytes, ...] = ()
    """A raw block with none of them has no match. Empty: nothing is known."""
    bare: bytes | None = None
    """What a match has besides the bytes that colours are made of: they may stand inside it."""
    folds: bool = False
    """They are in lower case, and the block is to be."""
    is_pattern: bool = False
    """A person wrote the regular expression: nobody knows how long it takes."""

    def may_match(self, block: bytes) -> bool:
        """Say whether it is worth looking closer, which takes long where there are colours."""
        if not self.needles:
            return True
        seen = block.lower() if self.folds else block
        if any(needle in seen for needle in self.needles):
            return True
        if self.bare is None or b"\x1b" not in seen:
            return False
        return self.bare in seen.translate(None, COLOUR_BYTES)


def parse_query(text: str) -> Query:
    """Return the query a person typed: plain text, or with a leading `~` a regular expression.

    Upper and lower case are the same unless there is an upper case letter in it.

    Raises:
        InputError: it is no regular expression.
    """
    flags = re.MULTILINE
    is_pattern = text.startswith("~") and len(text) > 1
    source = text[1:] if is_pattern else re.escape(text)
    if is_pattern and may_explode(source):
        raise InputError(f"{SLOW}: {SLOW_HINT}")
    letters = re.sub(r"\\.", "", source) if is_pattern else text
    if letters == letters.lower():
        flags |= re.IGNORECASE
    try:
        shown = re.compile(source, flags)
        raw = re.compile(source.encode(), flags)
    except (re.error, UnicodeEncodeError) as error:
        raise InputError(f"Not a regular expression: {error}.") from error
    if is_pattern or not text.isascii():  # only ASCII letters have one lower case in bytes
        return Query(text, shown, raw, is_pattern=is_pattern)
    folds = bool(flags & re.IGNORECASE)
    needle = text.encode()
    bare = needle.translate(None, COLOUR_BYTES)
    return Query(text, shown, raw, (needle,), bare, folds)


_TROUBLE = "|".join(
    (
        r"Traceback \(most recent",
        r"\b[A-Z]\w*(?:Error|Exception|Warning|Interrupt)\b",
        r"\b(?:Error|ERROR|Exception|Warning|WARN|WARNING|FATAL|CRITICAL|PANIC)\b",
        r"\b(?:error|exception|warning|fatal|panic)(?=:|\[)",
        r"\b[Oo]ut of memory\b|\bOOM\b|\boom-kill",
        r"\bKilled\b|\bAborted\b|[Ss]egmentation fault|\bcore dumped\b|Bus error",
        r"(?<![\w.])[-+]?(?:nan|NaN|NAN)(?!\w)",
        r"(?<![\w.])[-+]?(?:inf|Inf|Infinity)(?![\w.])",
    )
)
TROUBLE = Query(
    "errors and warnings",
    re.compile(_TROUBLE),
    re.compile(_TROUBLE.encode()),
    (
        *(b"rror", b"RROR", b"xception", b"arning", b"WARN", b"Traceback", b"Interrupt"),
        *(b"atal", b"FATAL", b"CRITICAL", b"anic", b"PANIC", b"ut of memory", b"OOM"),
        *(b"oom-kill", b"Killed", b"Aborted", b"egmentation fault", b"core dumped"),
        *(b"Bus ", b"nan", b"NaN", b"NAN", b"inf", b"Inf"),
    ),
)
"""What goes wrong in training runs, as it is written in logs."""


def find(
    file: IO[bytes],
    query: Query,
    start: int,
    end: int,
    is_forward: bool,
    told: Callable[[float], bool],
) -> int | None:
    """Return the offset of the first match in `start` to `end`, the last one if backwards.

    Args:
        file: The log.
        query: What to look for.
        start: A byte where a line begins.
        end: The byte where looking ends.
        is_forward: Look from `start` on, else from `end` back.
        told: Gets the share that is done, after each block; says whether to go on.
    """
    blocks = _forward(file, start, end) if is_forward else _backward(file, start, end)
    done = 0
    for offset, block in blocks:
        at = _match_in(block, query, is_forward)
        if at is not None:
            return offset + at
        done += len(block)
        if not told(min(1.0, done / max(1, end - start))):
            return None
    return None


def _forward(file: IO[bytes], start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Give blocks of whole lines, where lines are not longer than a block."""
    while start < end:
        file.seek(start)
        block = file.read(min(BLOCK_BYTES, end - start))
        if not block:
            return
        is_last = start + len(block) >= end
        whole = len(block) if is_last else block.rfind(b"\n") + 1
        yield start, block[: whole or len(block)]
        start += len(block) - OVERLAP_BYTES if not whole else whole


def _backward(file: IO[bytes], start: int, end: int) -> Iterator[tuple[int, bytes]]:
    while start < end:
        begin = max(start, end - BLOCK_BYTES)
        file.seek(begin)
        block = file.read(end - begin)
        whole = 0 if begin == start else block.find(b"\n", 0, len(block) - 1) + 1
        yield begin + whole, block[whole:]
        if begin == start:
            return
        end = begin + (whole or OVERLAP_BYTES)


def _match_in(block: bytes, query: Query, is_first: bool) -> int | None:
    """Return where the first or last match in a block begins."""
    if not query.may_match(block):
        return None
    has_sequences = b"\x1b" in block
    plain = _SEQUENCE.sub(b"", block) if has_sequences else block
    at = None
    for match in query.raw.finditer(plain):
        if match.end() > match.start():
            at = match.start()
            if is_first:
                break
    if at is None or not has_sequences:
        return at
    for sequence in _SEQUENCE.finditer(block):
        if sequence.start() > at:
            break
        at += len(sequence.group())
    return at
