from __future__ import annotations

from unicodedata import normalize

import pyte
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from mlops_tui.ui.terminal_cells import PLAIN, TerminalCells, change_of_look, look_of

RED = Style.parse("bold red on #112233")
BLUE = Style.parse("blue on #112233")


def strip(*pieces: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in pieces])


def whole(*lines: Strip) -> LayoutUpdate:
    width = lines[0].cell_length
    return LayoutUpdate([[line] for line in lines], Region(0, 0, width, len(lines)))


def sent(cells: TerminalCells, update: LayoutUpdate | ChopsUpdate) -> str:
    return cells.sequence(update, ColorSystem.TRUECOLOR)


def part(line: Strip, x1: int, x2: int) -> ChopsUpdate:
    return ChopsUpdate([{0: line}], [(0, x1, x2)], [[line.cell_length]])


def test_only_cells_that_differ_are_sent() -> None:
    cells = TerminalCells()
    sent(cells, whole(strip(("0123456789" * 4, RED))))
    update = sent(cells, part(strip(("0123456789" * 3 + "01234x6789", RED)), 0, 40))
    assert update == "\x1b[1;36H\x1b[1;31;48;2;17;34;51mx\x1b[0m"
    assert sent(cells, part(strip(("0123456789" * 3 + "01234x6789", RED)), 0, 40)) == ""


def test_a_part_begins_where_it_changed_and_not_at_the_edge_of_its_widget() -> None:
    cells = TerminalCells()
    sent(cells, whole(strip((" " * 20, RED))))
    assert "\x1b[1;16H" in sent(cells, part(strip((" " * 15 + "abcde", RED)), 15, 20))


def test_a_forgotten_screen_is_sent_whole() -> None:
    cells = TerminalCells()
    first = sent(cells, whole(strip(("same", RED))))
    assert sent(cells, whole(strip(("same", RED)))) == ""
    cells.forget()
    assert sent(cells, whole(strip(("same", RED)))) == first


def test_colours_are_said_only_where_they_change() -> None:
    update = sent(TerminalCells(), whole(strip(("ab", RED), ("  ", BLUE), ("cd", BLUE))))
    assert update == "\x1b[1;1H\x1b[1;31;48;2;17;34;51mab  \x1b[0;34;48;2;17;34;51mcd\x1b[0m"


def test_an_underlined_blank_is_no_blank() -> None:
    line = Style.parse("underline")
    cells = TerminalCells()
    sent(cells, whole(strip(("ab", line), ("  ", Style()))))
    assert "\x1b[4m" in sent(cells, part(strip(("ab", line), ("  ", line)), 0, 4))


def test_wide_and_joined_glyphs_stand_where_they_belong() -> None:
    cells, picture = TerminalCells(), pyte.Screen(10, 1)
    pen = pyte.Stream(picture)
    for text in ("漢字abcdef", "a漢字bcdef", "ae\u0301漢bcdefg"):
        pen.feed(sent(cells, whole(strip((text, RED)))))
        assert picture.display[0].rstrip().startswith(normalize("NFC", text))


def test_looks_lead_from_one_to_the_other() -> None:
    red, blue = (look_of(style, ColorSystem.TRUECOLOR) for style in (RED, BLUE))
    assert change_of_look(red, blue) == "\x1b[0;34;48;2;17;34;51m"
    assert change_of_look(blue, red) == "\x1b[1;31m"
    assert change_of_look(blue, PLAIN) == "\x1b[39;49m"
    assert look_of(Style.parse("#ff0000 on #00ff00"), ColorSystem.EIGHT_BIT).colour == "38;5;196"
