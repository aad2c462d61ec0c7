"""What a filter says, as a tree that can be printed and read again; nothing that matches runs."""

from __future__ import annotations

import re
from dataclasses import dataclass

RESERVED = frozenset({"and", "or", "not", "in", "has"})
"""Words that mean something by themselves; quoted where they are meant as text."""

OPERATORS = ("==", "!=", "<=", ">=", "=", "<", ">", "~", ":")
PLAIN_NAME = re.compile(r"[^\s()\"',=!<>~:&|]+")
PLAIN_VALUE = re.compile(r"[^\s()\"',=!<>~:&|][^\s()\"',]*")


@dataclass(frozen=True, slots=True)
class Word:
    """Text searched for in id, name, job and tags."""

    text: str

    def __str__(self) -> str:
        return quoted_name(self.text)


@dataclass(frozen=True, slots=True)
class Compare:
    """One field against one value; `operator` is one of `= != < <= > >= ~ :`."""

    field: str
    operator: str
    value: str

    def __str__(self) -> str:
        gap = "" if self.operator == ":" else " "
        return f"{quoted_name(self.field)}{gap}{self.operator}{gap}{quoted_value(self.value)}"


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends belong to it; an empty end is open."""

    low: str
    high: str

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"


@dataclass(frozen=True, slots=True)
class Member:
    """One field against a list of values and ranges."""

    field: str
    choices: tuple[str | Range, ...]
    is_negated: bool = False

    def __str__(self) -> str:
        items = ", ".join(
            str(item) if isinstance(item, Range) else quoted_value(item) for item in self.choices
        )
        return f"{quoted_name(self.field)} {'not in' if self.is_negated else 'in'} ({items})"


@dataclass(frozen=True, slots=True)
class Has:
    """The run has the field at all."""

    field: str

    def __str__(self) -> str:
        return f"has:{quoted_value(self.field)}"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of `part`."""

    part: Node

    def __str__(self) -> str:
        return f"not {_grouped(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of `parts`, two or more."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " and ".join(_grouped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of `parts`, two or more."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(_grouped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Everything:
    """What an empty filter says: every run."""

    def __str__(self) -> str:
        return ""


Leaf = Word | Compare | Member | Has
Node = Leaf | Not | And | Or | Everything


def quoted_name(text: str) -> str:
    """Return `text` as a field or a bare word is written: quoted where it has to be."""
    if PLAIN_NAME.fullmatch(text) and text.lower() not in RESERVED:
        return text
    return _quoted(text)


def quoted_value(text: str) -> str:
    """Return `text` as a value is written: quoted where it has to be."""
    if PLAIN_VALUE.fullmatch(text) and text.lower() not in RESERVED and ".." not in text:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)
