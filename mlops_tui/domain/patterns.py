"""Regular expressions that may take for ever; found out before they are tried, by their form."""

from __future__ import annotations

import re
from dataclasses import dataclass

MANY = 10
"""A part that is repeated so often may as well be repeated without end."""
SLOW = "this regular expression can take for ever"
SLOW_HINT = "it repeats a part that itself repeats or has a choice: say it without one of both"
_QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d*)(?:(,)(\d*))?\})[?+]?")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


@dataclass(slots=True)
class _Part:
    """What stands between two parentheses, as far as it was read."""

    is_loose: bool = False
    """It can match one text in several ways: something in it repeats, or there is a choice."""


def may_explode(pattern: str) -> bool:
    """Say whether a repeated part of `pattern` itself repeats or has a choice.

    Such an expression tries all ways to part a text, which doubles with each character. Some
    that are harmless are found too. What is no regular expression gives any answer.
    """
    parts = [_Part()]
    place = 0
    while place < len(pattern):
        end, part = _atom(pattern, place, parts)
        if part is None:
            place = end
            continue
        quantifier = _QUANTIFIER.match(pattern, end)
        least, most = _times(quantifier)
        if part.is_loose and most >= MANY:
            return True
        parts[-1].is_loose |= part.is_loose or least != most
        place = quantifier.end() if quantifier else end
    return False


def _atom(pattern: str, place: int, parts: list[_Part]) -> tuple[int, _Part | None]:
    """Return where what stands at `place` ends, and what of it can be repeated."""
    character = pattern[place]
    if character == "(":
        parts.append(_Part())
        return place + (2 if pattern.startswith("(?", place) else 1), None
    if character == ")" and len(parts) > 1:
        return place + 1, parts.pop()
    if character == "|":
        parts[-1].is_loose = True
        return place + 1, None
    if character == "\\":
        return place + 2, _Part()
    if character == "[" and (found := _CLASS.match(pattern, place)):
        return found.end(), _Part()
    return place + 1, _Part()


def _times(quantifier: re.Match[str] | None) -> tuple[int, int]:
    """Return how often at least and at most."""
    if quantifier is None:
        return 1, 1
    sign, least, comma, most = quantifier.groups()
    if sign:
        return {"*": (0, MANY), "+": (1, MANY), "?": (0, 1)}[sign]
    low = int(least[:4] or 0)
    return low, low if not comma else int(most[:4]) if most else max(low, MANY)
