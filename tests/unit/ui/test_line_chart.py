from __future__ import annotations

from mlops_tui.ui.raster import Picture
from mlops_tui.ui.widgets.line_chart import changed_spans, picture_rows


def test_blanks_take_no_colour_of_their_own() -> None:
    picture = Picture(["  ab  c d "], [[-1, -1, 1, 1, -1, -1, 1, -1, 2, -1]])
    assert picture_rows(picture) == [[("  ab  c ", "series-1"), ("d ", "series-2")]]
    assert picture_rows(Picture(["   "], [[-1, -1, -1]])) == [[("   ", "")]]


def test_only_what_looks_different_is_sent_again() -> None:
    row = "x" + " " * 40 + "y"
    assert changed_spans([(row, "series-1")], [(row, "series-1")]) == []
    assert changed_spans([(row, "series-1")], [("X" + row[1:-1] + "Y", "series-1")]) == [
        (0, 1),
        (41, 42),
    ]
    assert changed_spans([("a  b", "")], [("A  B", "")]) == [(0, 4)]


def test_the_colour_of_a_blank_is_no_difference() -> None:
    assert changed_spans([("a ", "series-1"), (" ", "")], [("a  ", "series-1")]) == []
    assert changed_spans([("a ", "series-1")], [("a ", "series-2")]) == [(0, 1)]


def test_wide_glyphs_are_two_cells() -> None:
    assert changed_spans([("漢a", "")], [("漢b", "")]) == [(2, 3)]
