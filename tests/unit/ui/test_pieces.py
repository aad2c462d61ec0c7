from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mlops_tui.ui.widgets.pieces import wrapped
from mlops_tui.ui.widgets.wrapped_view import hanging


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a=1  b=2  c=3", ["a=1  b=2", "c=3"]),
        ("abcdefghijklmnop q", ["abcdefghij", "klmnop q"]),
        ("exactly10c", ["exactly10c"]),
        ("日本語日本語 x", ["日本語日本", "語 x"]),
    ],
)
def test_lines_break_at_blanks_and_else_where_they_are_full(text: str, lines: list[str]) -> None:
    assert wrapped(text, 10) == lines


@given(st.text(st.characters(codec="ascii", min_codepoint=32)), st.integers(2, 30))
def test_wrapping_keeps_all_letters_and_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_hang_below_what_stands_before_the_first() -> None:
    assert hanging("  key ", "heading", "a=1  b=2  c=3\nd", "", 15) == [
        [("  key ", "heading"), ("a=1  b=2", "")],
        [("      ", "heading"), ("c=3", "")],
        [("      ", "heading"), ("d", "")],
    ]
    narrow = hanging("label ", "", "ab", "", 3)
    assert ["".join(text for text, _ in line) for line in narrow] == ["label a", "      b"]
