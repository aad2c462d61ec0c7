from __future__ import annotations

from mlops_tui.ui.raster import Picture
from mlops_tui.ui.widgets.line_chart import picture_rows


def test_blanks_take_no_colour_of_their_own() -> None:
    picture = Picture(["  ab  c d "], [[-1, -1, 1, 1, -1, -1, 1, -1, 2, -1]])
    assert picture_rows(picture) == [[("  ab  c ", "series-1"), ("d ", "series-2")]]
    assert picture_rows(Picture(["   "], [[-1, -1, -1]])) == [[("   ", "")]]
