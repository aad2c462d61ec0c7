"""Tables stay aligned, whatever letters are in them and however narrow the terminal is."""

from __future__ import annotations

from mlops_tui.cli.table import Column, cut, table_lines, text_width

HEADS = [Column("id", is_fixed=True), Column("name"), Column("loss", is_right=True)]


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    lines = table_lines(HEADS, [["1", "short", "0.5"], ["2", "a longer one", "12"]], None)
    assert lines == [
        "id  name          loss",
        "1   short          0.5",
        "2   a longer one    12",
    ]


def test_wide_letters_take_two_cells_and_marks_none() -> None:
    assert text_width("訓練") == 4
    assert text_width("e\u0301") == 1
    lines = table_lines(HEADS, [["1", "訓練", "0.5"], ["2", "abcd", "12"]], None)
    assert [text_width(line) for line in lines[1:]] == [14, 14]


def test_a_narrow_terminal_cuts_text_and_never_the_id() -> None:
    rows = [["20261121-101010-abcdef", "a name of many words", "0.5"]]
    lines = table_lines(HEADS, rows, 40)
    assert all(text_width(line) <= 40 for line in lines)
    assert "20261121-101010-abcdef" in lines[1]
    assert "…" in lines[1]


def test_the_very_narrowest_terminal_gets_lines_that_fit() -> None:
    lines = table_lines(HEADS, [["20261121-101010-abcdef", "name", "0.5"]], 10)
    assert all(text_width(line) <= 10 for line in lines)


def test_cells_are_made_safe() -> None:
    assert "\x1b" not in "".join(table_lines(HEADS, [["1", "\x1b[2J\n", "x"]], None))


def test_cutting_counts_cells_not_letters() -> None:
    assert cut("訓練訓練", 5) == "訓練…"
    assert cut("abc", 3) == "abc"
    assert cut("abc", 0) == ""
