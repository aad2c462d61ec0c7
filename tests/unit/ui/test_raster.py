from __future__ import annotations

import math
import random

import pytest

from mlops_tui.ui.axes import Axis
from mlops_tui.ui.raster import GAP, SYMBOL_SETS, Fill, Line, Symbols, draw

X, Y = Axis(0, 9, 1), Axis(0, 1, 0.5)


def test_a_rising_line_in_ascii() -> None:
    picture = draw([Line(range(10), [i / 9 for i in range(10)], 0)], X, Y, (10, 3), Symbols.ASCII)
    assert picture.rows == [
        "       .-'",
        "   .--'   ",
        ".-'       ",
    ]


def test_a_falling_line_in_blocks() -> None:
    picture = draw([Line([0, 9], [1, 0], 0)], X, Y, (8, 2), Symbols.BLOCK)
    assert picture.rows == ["▀▚▄▄    ", "    ▀▀▚▄"]


def test_a_flat_line_in_braille() -> None:
    picture = draw([Line([0, 9], [0.0, 0.0], 0)], X, Y, (5, 2), Symbols.BRAILLE)
    assert picture.rows == ["     ", "⣀⣀⣀⣀⣀"]
    assert picture.owners == [[-1] * 5, [0] * 5]


@pytest.mark.parametrize("symbols", list(Symbols))
def test_a_line_is_never_torn(symbols: Symbols) -> None:
    generator = random.Random(7)
    ys = [generator.random() for _ in range(30)]
    picture = draw([Line(range(30), ys, 0)], Axis(0, 29, 5), Y, (40, 9), symbols)
    kit = SYMBOL_SETS[symbols]
    dots = set()
    for row, text in enumerate(picture.rows):
        for column, glyph in enumerate(text):
            mask = list(kit.glyphs).index(glyph)
            dots |= {
                (column * kit.columns + dx, row * kit.rows + dy)
                for dy, bits in enumerate(kit.bits)
                for dx, bit in enumerate(bits)
                if mask & bit
            }
    if symbols is Symbols.ASCII:  # one glyph stands for several masks there
        return
    for x in range(1, 40 * kit.columns):
        here = {y for column, y in dots if column == x}
        before = {y for column, y in dots if column == x - 1}
        assert any(abs(a - b) <= 1 for a in here for b in before), x


def test_the_extremes_of_many_points_in_one_column_are_kept() -> None:
    ys = [0.5] * 1000
    ys[333], ys[334] = 1.0, 0.0
    picture = draw([Line(range(1000), ys, 0)], Axis(0, 999, 100), Y, (10, 4), Symbols.BRAILLE)
    assert all(row[3] != " " for row in picture.rows)


def test_a_gap_is_not_bridged_and_is_marked() -> None:
    ys = [0.5, 0.5, 0.5, math.nan, math.nan, 0.5, 0.5, math.inf, 0.5, 0.5]
    picture = draw([Line(range(10), ys, 3)], X, Y, (10, 3), Symbols.ASCII)
    assert picture.rows[1][3:5] == "  "
    assert picture.rows[2][3:5] == GAP * 2
    assert picture.rows[2][7] == GAP
    assert picture.owners[2][3] == 3


def test_the_later_line_is_on_top() -> None:
    lines = [Line([0, 9], [0.5, 0.5], 1), Line([0, 9], [0.5, 0.5], 2)]
    assert draw(lines, X, Y, (10, 3), Symbols.BRAILLE).owners[1] == [2] * 10


def test_what_is_beyond_the_axes_stays_inside() -> None:
    line = Line([-5, 0, 5, 20], [9.0, 9.0, -9.0, 0.5], 0)
    picture = draw([line], X, Y, (10, 3), Symbols.ASCII)
    assert picture.rows[0][0] != " "
    assert all(len(row) == 10 for row in picture.rows)


def test_nothing_is_drawn_where_there_is_no_room() -> None:
    assert draw([Line([0], [0], 0)], X, Y, (0, 0), Symbols.BRAILLE).rows == []


def test_a_line_that_goes_back_is_drawn_like_the_one_that_comes() -> None:
    there = draw([Line([0, 3, 9], [0, 1, 0.5], 0)], X, Y, (10, 4), Symbols.BRAILLE)
    back = draw([Line([9, 3, 0], [0.5, 1, 0], 0)], X, Y, (10, 4), Symbols.BRAILLE)
    assert there == back


def test_a_gap_within_one_column_is_not_bridged() -> None:
    line = Line([4, 4, 4], [0.0, math.nan, 1.0], 0)
    picture = draw([line], X, Y, (10, 4), Symbols.BRAILLE)
    assert [row.strip() for row in picture.rows[1:3]] == ["", ""]


def test_a_fill_is_every_other_dot_under_the_lines() -> None:
    fill = Fill([0, 9], [0.0, 0.0], [1.0, 1.0], 5)
    picture = draw([Line([0, 9], [0.0, 0.0], 2)], X, Y, (4, 2), Symbols.BRAILLE, fills=[fill])
    assert picture.rows[0] == "⢕" * 4
    assert picture.owners == [[5] * 4, [2] * 4]
    part = Fill([0, 4, 9], [0.0, math.nan, 0.0], [1.0, 1.0, 1.0], 5)
    shown = draw([], X, Y, (10, 2), Symbols.BRAILLE, fills=[part])
    assert shown.rows[0].strip() != ""
    assert "".join(shown.rows[0][2:8]).strip() == ""
