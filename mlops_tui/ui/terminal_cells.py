"""What the terminal shows, cell by cell, so that an update sends only the cells that differ.

Textual sends every line of a changed region from the left edge of its widget on, and all colours
anew with every piece; over SSH that is ten times what a chart needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

WORTH_A_MOVE = 5
"""Equal cells that are sent again rather than skipped: a move of the cursor takes so many bytes."""
_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
}
_LINES = frozenset({"4", "7", "9", "21", "53"})
"""Attributes that a blank shows too: underlines, reverse, strike, overline."""


class Look(NamedTuple):
    """A style as parts of an escape sequence; empty where the terminal's own is meant."""

    attributes: tuple[str, ...] = ()
    colour: str = ""
    background: str = ""


class Cell(NamedTuple):
    """What stands in a cell; the second cell of a wide glyph has no text."""

    text: str
    look: Look


Row = list[Cell]
Result = TypeVar("Result")
Stretch = tuple[int, int, Row, bool]
"""Column and line of the first cell, the cells, and whether any glyph takes more than one."""
PLAIN = Look()
UNKNOWN = Cell("\0", PLAIN)
"""Differs from whatever is to be shown."""


class TerminalCells:
    """Remembers what was sent; owned by the interface's thread, which sends everything."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._wide: set[int] = set()
        """Lines that may hold glyphs of more than one cell."""

    def lean(self, update: RenderableType | None) -> RenderableType | None:
        """Return what does the same as `update` with fewer bytes."""
        if isinstance(update, ChopsUpdate | LayoutUpdate):
            return _LeanUpdate(self, update)
        return update

    def forget(self) -> None:
        """Know nothing of the screen any more: another size, or another program had it."""
        self._rows = []
        self._wide.clear()

    def sequence(self, update: ChopsUpdate | LayoutUpdate, colours: ColorSystem) -> str:
        """Return the bytes to send for `update`, and remember them as sent."""
        if isinstance(update, LayoutUpdate):
            stretches: Iterable[Stretch] = _of_layout(update, colours)
        else:
            stretches = _of_chops(update, colours)
        pen = _Pen()
        for x, y, cells, is_wide in stretches:
            for start, end in self._changes(x, y, cells, is_wide):
                pen.draw(x + start, y, cells[start:end])
        return pen.done()

    def _changes(self, x: int, y: int, cells: Row, is_wide: bool) -> list[tuple[int, int]]:
        """Take over the cells, and return where they differ from what was there."""
        while len(self._rows) <= y:
            self._rows.append([])
        row = self._rows[y]
        row.extend([UNKNOWN] * (x + len(cells) - len(row)))
        before, row[x : x + len(cells)] = row[x : x + len(cells)], cells
        found = differing(before, cells)
        if is_wide:
            self._wide.add(y)
        # where a glyph is wide or joined of several not all terminals agree on it: all in one go
        return [(0, len(cells))] if found and y in self._wide else found


class LeanApp(App[Result]):
    """An app that sends only what differs."""

    def __init__(self) -> None:
        super().__init__()
        self._cells = TerminalCells()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, self._cells.lean(renderable))

    def on_resize(self) -> None:
        self._cells.forget()

    def action_redraw(self) -> None:
        """Send everything again: another program wrote on the terminal."""
        self._cells.forget()
        self.screen.refresh(layout=True)

    def on_load(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self._cells.forget(), immediate=True)


class _LeanUpdate(CompositorUpdate):
    """Asks for the bytes when they are sent, and only then."""

    def __init__(self, cells: TerminalCells, update: ChopsUpdate | LayoutUpdate) -> None:
        self._cells = cells
        self._update = update

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        return self._update.__rich_console__(console, options)

    def render_segments(self, console: Console) -> str:
        """Return the bytes to send."""
        system = _SYSTEMS.get(console.color_system or "truecolor", ColorSystem.TRUECOLOR)
        return self._cells.sequence(self._update, system)


class _Pen:
    """Writes cells one after the other, and says only what changes between them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._look = PLAIN
        self._at = (-1, -1)

    def draw(self, x: int, y: int, cells: Row) -> None:
        if self._at != (x, y):
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        for text, look in cells:
            if look != self._look and (text != " " or is_seen_on_blank(look, self._look)):
                self._parts.append(change_of_look(self._look, look))
                self._look = look
            self._parts.append(text)
        self._at = (x + len(cells), y)

    def done(self) -> str:
        """Return all of it, with the terminal's own look at the end."""
        if self._look != PLAIN:
            self._parts.append("\x1b[0m")
        return "".join(self._parts)


def differing(before: Row, now: Row) -> list[tuple[int, int]]:
    """Return stretches `start, end` that hold all cells which look different."""
    found: list[tuple[int, int]] = []
    for at, (old, new) in enumerate(zip(before, now, strict=True)):
        if old == new or (old.text == new.text == " " and not is_seen_on_blank(old.look, new.look)):
            continue
        if found and at - found[-1][1] < WORTH_A_MOVE:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found


@lru_cache(maxsize=4096)
def is_seen_on_blank(one: Look, other: Look) -> bool:
    """Say whether a blank in one look differs from one in the other."""
    if one.background != other.background:
        return True
    lines = _LINES & {*one.attributes, *other.attributes}
    return bool(lines) and one != other


@lru_cache(maxsize=4096)
def change_of_look(before: Look, now: Look) -> str:
    """Return the shortest sequence that leads from one look to the other."""
    parts = []
    if not set(before.attributes) <= set(now.attributes):
        before, parts = PLAIN, ["0"]
    parts += [code for code in now.attributes if code not in before.attributes]
    if now.colour != before.colour:
        parts.append(now.colour or "39")
    if now.background != before.background:
        parts.append(now.background or "49")
    return f"\x1b[{';'.join(parts)}m"


@lru_cache(maxsize=4096)
def look_of(style: Style | None, colours: ColorSystem) -> Look:
    """Return the parts of the sequence that Rich writes for a style; links are left out."""
    if style is None:
        return PLAIN
    written = style.update_link(None).render("x", color_system=colours)
    codes = written[2 : written.index("m")].split(";") if written.startswith("\x1b[") else []
    attributes, colour, background = [], "", ""
    while codes:
        code = codes.pop(0)
        if code in ("38", "48"):
            more = 4 if codes[0] == "2" else 2
            whole, codes = ";".join([code, *codes[:more]]), codes[more:]
        else:
            whole = code
        number = int(code)
        if 30 <= number <= 39 or 90 <= number <= 97:
            colour = whole
        elif 40 <= number <= 49 or 100 <= number <= 107:
            background = whole
        else:
            attributes.append(whole)
    return Look(tuple(attributes), colour, background)


def cells_of(strip: Strip, colours: ColorSystem) -> tuple[Row, bool]:
    """Return the cells of a strip, as many as it is wide, and whether any takes more than one."""
    cells: Row = []
    is_wide = False
    for text, style, _ in strip:
        look = look_of(style, colours)
        if text.isascii() or cell_len(text) == len(text):
            cells += [Cell(glyph, look) for glyph in text]
        else:
            _add_wide(cells, text, look)
            is_wide = True
    return cells, is_wide


def _add_wide(cells: Row, text: str, look: Look) -> None:
    for glyph in text:
        width = cell_len(glyph)
        if not width and cells:  # it joins the glyph before
            last = len(cells) - (1 if cells[-1].text else 2)
            cells[last] = Cell(cells[last].text + glyph, cells[last].look)
        else:
            cells.append(Cell(glyph, look))
            cells.extend([Cell("", look)] * (width - 1))


def _of_layout(update: LayoutUpdate, colours: ColorSystem) -> Iterator[Stretch]:
    for y, line in enumerate(update.strips, update.region.y):
        parts = [cells_of(strip, colours) for strip in line]
        cells = [cell for part, _ in parts for cell in part]
        yield update.region.x, y, cells, any(is_wide for _, is_wide in parts)


def _of_chops(update: ChopsUpdate, colours: ColorSystem) -> Iterator[Stretch]:
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < x2 and x1 < end:
                start = max(x, x1)
                yield start, y, *cells_of(strip.crop(start - x, min(end, x2) - x), colours)
