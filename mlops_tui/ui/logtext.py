"""Lines of an output log as pieces to show: colours kept, nothing that acts on a terminal left.

Pure, bounded, nothing executed. The kind of a piece is a style as Rich writes it, or empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rich.cells import cell_len, get_character_cell_size

from mlops_tui.domain.text import safe
from mlops_tui.ui.widgets.pieces import Piece

LONGEST_LINE = 16 * 1024
"""Characters of a line that are looked at; a 2 MB line must not cost a second."""
MATCH = "match"
"""The kind of what was searched for."""
FOUND = "found"
"""The kind of the match that was gone to."""
DIM = "dim"
"""The kind of what is said about a line and does not stand in it."""
MOST_MATCHES = 100
"""Matches marked in one line."""

SEQUENCES = (
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # CSI, colours among them
    "|\x1b[\\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\\\)"  # OSC, DCS and their like, ended
    "|\x1b[()*+][0-9A-B]"  # character sets
    "|\x1b[=>78cDEHM]"
)
_SEQUENCE = re.compile(SEQUENCES)
_COLOURS = re.compile("\x1b\\[([0-9;:]*)m")
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}


@dataclass(frozen=True, slots=True)
class Look:
    """What colour sequences have asked for so far; blinking and hiding are not done."""

    flags: tuple[str, ...] = ()
    ink: str = ""
    paper: str = ""

    @property
    def kind(self) -> str:
        """The look as Rich writes it."""
        words = [*self.flags, self.ink, f"on {self.paper}" if self.paper else ""]
        return " ".join(word for word in words if word)


PLAIN = Look()


def line_pieces(line: str, most: int = LONGEST_LINE) -> list[Piece]:
    """Return what a terminal would show of one line in the end, safe, in pieces of one look each.

    A progress bar that rewrites its line by carriage returns is one line, its last state.

    Args:
        line: The line without its newline.
        most: How many characters are wanted; there may be a few more.
    """
    line = line[-LONGEST_LINE:]
    before, last = _last_state(line)
    look = PLAIN
    for match in _COLOURS.finditer(before):
        look = _after(look, match.group(1))
    pieces: list[Piece] = []
    column = 0
    for text, shown_look in _runs(last, look):
        if column >= most:
            break
        shown = safe((" " * (column % 8) + text[: most - column]).expandtabs(8)[column % 8 :])
        column += len(shown)
        pieces.append((shown, shown_look.kind))
    return pieces


def plain_line(line: str) -> str:
    """Return all that a terminal would show of one line in the end, safe and without colours."""
    return safe(_SEQUENCE.sub("", _last_state(line)[1]).expandtabs(8))


def _last_state(line: str) -> tuple[str, str]:
    """Return what was overwritten, and what is seen: the last part that is not blank."""
    end = len(line)
    while end > 0:
        start = line.rfind("\r", 0, end) + 1
        if _SEQUENCE.sub("", line[start:end]).strip():
            return line[:start], line[start:end]
        end = start - 1
    return line, ""


def _runs(line: str, look: Look) -> Iterator[tuple[str, Look]]:
    """Give the texts between the sequences, each with its look."""
    end = 0
    for match in _SEQUENCE.finditer(line):
        if match.start() > end:
            yield line[end : match.start()], look
        end = match.end()
        colours = _COLOURS.fullmatch(match.group())
        if colours:
            look = _after(look, colours.group(1))
    if end < len(line):
        yield line[end:], look


def _after(look: Look, parameters: str) -> Look:
    """Return the look after `ESC [ parameters m`."""
    numbers = _numbers(parameters)
    while numbers:
        number = numbers.pop(0)
        if number == 0:
            look = PLAIN
        elif number in _ON and _ON[number] not in look.flags:
            look = replace(look, flags=(*look.flags, _ON[number]))
        elif number in _OFF:
            gone = _OFF[number]
            look = replace(look, flags=tuple(flag for flag in look.flags if flag not in gone))
        else:
            look = _coloured(look, number, numbers)
    return look


def _coloured(look: Look, number: int, rest: list[int]) -> Look:
    """Return the look after a number that names a colour; takes what belongs to it from `rest`."""
    if number in (38, 48):
        colour = _large_colour(rest)
        is_ink = number == 38
    elif 30 <= number <= 39 or 90 <= number <= 97:
        colour = _small_colour(number)
        is_ink = True
    elif 40 <= number <= 49 or 100 <= number <= 107:
        colour = _small_colour(number - 10)
        is_ink = False
    else:
        return look
    return replace(look, ink=colour) if is_ink else replace(look, paper=colour)


def _small_colour(number: int) -> str:
    if number == 39:
        return ""
    return f"color({number - 30 if number < 90 else number - 82})"


def _large_colour(rest: list[int]) -> str:
    """Return the colour of `5;n` or `2;r;g;b`, taken from `rest`; empty where it is none."""
    mode = rest.pop(0) if rest else 0
    wanted = {5: 1, 2: 3}.get(mode, 0)
    values, rest[:wanted] = rest[:wanted], []
    if not values or len(values) < wanted or max(values) > 255:
        return ""
    if mode == 5:
        return f"color({values[0]})"
    return "#{:02x}{:02x}{:02x}".format(*values)


def _numbers(parameters: str) -> list[int]:
    """Return the numbers of a colour sequence; `38:2::r:g:b` reads as `38;2;r;g;b`."""
    numbers = []
    for part in parameters.split(";"):
        inner = part.split(":")
        if len(inner) == 6:  # with a colour space, which nobody uses
            del inner[2]
        numbers += [int(word[:4]) if word else 0 for word in inner]
    return numbers


def marked(
    pieces: Sequence[Piece], pattern: re.Pattern[str], match_kind: str = MATCH
) -> list[Piece]:
    """Return the pieces with what matches `pattern` in a kind of its own."""
    text = "".join(part for part, _ in pieces)
    spans = []
    for match in pattern.finditer(text):
        if match.end() > match.start():
            spans.append(match.span())
        if len(spans) == MOST_MATCHES:
            break
    if not spans:
        return list(pieces)
    result: list[Piece] = []
    at = 0
    for part, kind in pieces:
        edges = [at, at + len(part)]
        edges += [edge for span in spans for edge in span if at < edge < at + len(part)]
        edges.sort()
        for start, end in pairwise(edges):
            is_match = any(low <= start and end <= high for low, high in spans)
            result.append((text[start:end], match_kind if is_match else kind))
        at += len(part)
    return result


def wrapped(pieces: Sequence[Piece], width: int) -> list[list[Piece]]:
    """Return the pieces in rows of at most `width` cells; at least one row."""
    width = max(2, width)
    rows: list[list[Piece]] = [[]]
    room = width
    for text, kind in pieces:
        rest = text
        while rest:
            head, rest = _split(rest, room)
            if head:
                rows[-1].append((head, kind))
                room -= cell_len(head)
            if rest:
                rows.append([])
                room = width
    return rows


def cut(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """Return the pieces in at most `width` cells, with an ellipsis where there is more."""
    rows = wrapped(_start_of(pieces, width), width)
    if len(rows) == 1:
        return rows[0]
    row = wrapped(rows[0], width - 1)[0]
    return [*row, ("…", DIM)]


def _start_of(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """Return enough characters for `width` cells and one more: the rest need not be looked at."""
    result: list[Piece] = []
    cells = 0
    for text, kind in pieces:
        if cells > width:
            break
        head = text[: 2 * width + 2]
        result.append((head, kind))
        cells += cell_len(head)
    return result


def _split(text: str, cells: int) -> tuple[str, str]:
    """Return what of `text` fits in `cells`, and the rest."""
    if text.isascii():
        return text[:cells], text[cells:]
    used = 0
    for position, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > cells:
            return text[:position], text[position:]
    return text, ""
