"""Marks on rows of data: review, edit or exclude; what a patch file holds, and what it comes to.

A patch file stands beside the data and is only ever appended to: a line for each mark, a line for
each that is taken back. A mark pins its row by the digest of the row's own bytes, so that of data
that has changed no other row is taken for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SUFFIX = ".patch.jsonl"
"""Of the file beside the data."""
_DIGEST_BYTES = 16


class Act(StrEnum):
    """What is to become of a row."""

    EXCLUDE = "exclude"
    SET = "set"
    REVIEW = "review"
    """Somebody should look at it; the data stays as it is."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A row, and what it was when it was marked."""

    file: str
    """Relative to the dataset: the name of its one file, or a path below its folder."""
    line: int
    """The line where the row begins, or its number where rows have no lines; from 1."""
    digest: str
    """Of its bytes without the line end, 32 hexadecimal digits."""
    size: int
    """Bytes without the line end."""
    is_row: bool = False
    """Whether `line` is the number of a row."""

    @property
    def place(self) -> str:
        """Return such as `line 17`."""
        return f"row {self.line}" if self.is_row else f"line {self.line}"


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody wants of one row."""

    id: str
    act: Act
    pin: Pin
    why: str
    by: str
    t: float
    """Unix seconds."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Column to its new value, for an edit."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """Some values of the row as it was, for whoever reads this later."""


def mark_line(mark: Mark) -> dict[str, object]:
    """Return a mark as its line of the patch file."""
    pin = mark.pin
    row: dict[str, object] = {"file": pin.file, "row" if pin.is_row else "line": pin.line}
    return {
        "t": mark.t,
        "mark": mark.id,
        "act": mark.act.value,
        **({"set": dict(mark.values)} if mark.act is Act.SET else {}),
        "row": row | {"digest": pin.digest, "size": pin.size},
        "why": mark.why,
        "by": mark.by,
        "was": dict(mark.shown),
    }


def undo_line(mark_id: str, by: str, why: str, t: float) -> dict[str, object]:
    """Return the line that takes a mark back."""
    return {"t": t, "undo": mark_id, "why": why, "by": by}


def read_patch(text: bytes) -> tuple[list[Mark], list[str]]:
    """Return the marks that stand, in the order of the file, and what could not be understood."""
    marks: dict[str, Mark] = {}
    problems = []
    *whole, torn = text.split(b"\n")
    for number, line in enumerate([*whole, torn], 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            if "undo" in found:
                marks.pop(str(found["undo"]), None)
            else:
                mark = _mark_of(found)
                marks[mark.id] = mark
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            problems.append(f"line {number} is no mark: it is left out")
    return list(marks.values()), problems


def _mark_of(found: Mapping[str, Any]) -> Mark:
    row = found["row"]
    is_row = "row" in row
    line = row["row" if is_row else "line"]
    size = row["size"]
    if not isinstance(line, int) or not isinstance(size, int):
        raise TypeError(line)
    pin = Pin(str(row["file"]), line, str(row["digest"]), size, is_row)
    return Mark(
        str(found["mark"]),
        Act(found["act"]),
        pin,
        str(found.get("why") or ""),
        str(found.get("by") or ""),
        float(found["t"]),
        _texts(found.get("set")),
        _texts(found.get("was")),
    )


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {str(name): str(it) for name, it in value.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """What all marks of one row come to."""

    pin: Pin
    is_excluded: bool
    values: Mapping[str, str]


def changes_of(marks: Iterable[Mark]) -> list[Change]:
    """Return what marks come to, a change a row; those for review change nothing.

    An exclusion wins over edits; of two edits of one column the later one.
    """
    found: dict[Pin, Change] = {}
    for mark in marks:
        if mark.act is Act.REVIEW:
            continue
        before = found.get(mark.pin, Change(mark.pin, False, {}))
        is_excluded = before.is_excluded or mark.act is Act.EXCLUDE
        values = {} if is_excluded else {**before.values, **mark.values}
        found[mark.pin] = Change(mark.pin, is_excluded, values)
    return sorted(found.values(), key=lambda it: (it.pin.file, it.pin.line, it.pin.digest))


def patch_digest(changes: Sequence[Change]) -> str:
    """Return a digest of what changes; who said it, when and why makes no difference."""
    told = [
        [it.pin.file, it.pin.line, it.pin.digest, it.is_excluded, sorted(it.values.items())]
        for it in changes
    ]
    data = json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()


def patched_version(source: str, changes: Sequence[Change], left_out: Sequence[str] = ()) -> str:
    """Return the version of data with a patch: that of its source where nothing changes.

    Args:
        source: the version of the source.
        changes: what is marked.
        left_out: names of files that it is without.
    """
    if not changes and not left_out:
        return source
    names = "".join(f"\0{name}" for name in sorted(left_out))
    text = f"patched\0{source}\0{patch_digest(changes)}{names}".encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=_DIGEST_BYTES).hexdigest()


def row_digest(content: bytes) -> str:
    """Return the digest by which a row is pinned; `content` is without its line end."""
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()


def told_patch(changes: Sequence[Change], files_left_out: int = 0) -> str:
    """Return such as `2 rows excluded, 1 row edited, 1 quarantined file left out`."""
    excluded = sum(it.is_excluded for it in changes)
    counts = {"excluded": excluded, "edited": len(changes) - excluded}
    parts = [f"{n} row{'' if n == 1 else 's'} {what}" for what, n in counts.items() if n]
    if files_left_out:
        files = "file" if files_left_out == 1 else "files"
        parts.append(f"{files_left_out} quarantined {files} left out")
    return ", ".join(parts) or "nothing changed"
