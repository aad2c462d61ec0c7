"""Text from outside made safe to show, and numbers made short to read."""

from __future__ import annotations

import re

UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff\ufeff]"
)


def safe(text: str) -> str:
    """Return `text` with every character that could act on a terminal made visible instead."""
    if text.isascii() and text.isprintable():
        return text
    return UNSAFE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def short_number(value: float, digits: int = 4) -> str:
    """Return `value` in at most about `digits` significant digits: 0.9312, 1.2e-05, NaN, 12000."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 10**7:
        return str(int(value))
    return f"{value:.{digits}g}"


def with_unit(name: str, unit: str | None) -> str:
    """Return such as `cost (EUR)`; the name alone where the unit is not known, or is 1."""
    return f"{name} ({unit})" if unit and unit != "1" else name


def short_duration(seconds: float | None) -> str:
    """Return such as `0.8 s`, `12 s`, `3 m 05 s`, `2 h 10 m`, `4 d 3 h`, or `-` for None."""
    if seconds is None:
        return "-"
    if 0 < seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} m"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def short_bytes(count: float) -> str:
    """Return a size such as `512 B`, `3.4 KiB`, `1.2 GiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(count) < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def nearest(word: str, known: list[str]) -> str | None:
    """Return the known word that `word` was most likely meant to be."""
    import difflib  # for mistakes only

    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return close[0] if close else None


def count(number: int, noun: str, nouns: str = "") -> str:
    """Return `1 run`, `2,000 runs`; `nouns` is how more are called where an s does not do it."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {nouns or noun + 's'}"
