"""The last gate before the terminal: no control character from outside passes."""

from __future__ import annotations

import unicodedata

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from mlops_tui.domain.text import UNSAFE, safe

_ASCII = {
    **dict.fromkeys("│┃┤├┼▌▐▎▏▕┆┊", "|"),
    **dict.fromkeys("─━═▔▁▀▄┈", "-"),
    **dict.fromkeys("┌┐└┘╭╮╰╯┬┴╋◆", "+"),
    **dict.fromkeys("█▓▒", "#"),
    "○": "o",
    "◇": "o",
    "◔": "o",
    "▶": ">",
    "✓": "+",
    "✗": "x",
    "■": "#",
    "…": "~",
    "×": "x",  # noqa: RUF001
    "≥": ">",
    "≤": "<",
    "↑": "^",
    "↓": "v",
    "←": "<",
    "→": ">",
    "▼": "v",
    "▲": "^",
    "▴": "^",
    "•": "*",
    "·": ".",
    "●": "*",
    "░": ":",
}


class TerminalSafe(LineFilter):
    """Shows what could act on a terminal as pictures, whatever widget it came from."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or not UNSAFE.search(segment.text)
            else Segment(safe(segment.text), segment.style, segment.control)
            for segment in segments
        ]


class AsciiOnly(LineFilter):
    """Writes everything in ASCII, each cell in a cell, for terminals without UTF-8."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or segment.text.isascii()
            else Segment(to_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def to_ascii(text: str) -> str:
    """Return `text` in ASCII and as wide as it was; what has no likeness becomes `?`."""
    return "".join(character if character < "\x7f" else _likeness(character) for character in text)


def _likeness(character: str) -> str:
    if character in _ASCII:
        return _ASCII[character]
    if unicodedata.combining(character):
        return ""
    plain = unicodedata.normalize("NFKD", character)[0]
    wide = unicodedata.east_asian_width(character) in "WF"
    return "??" if wide else plain if plain.isascii() else "?"
