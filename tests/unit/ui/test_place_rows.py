from __future__ import annotations

from mlops_tui.ui.place_rows import WIDEST, Head, PlaceContent, PlaceRow, line_of, widths

HEADS = (Head("Name"), Head("Size", right=True), Head("Path"))


def content(*rows: tuple[str, str, str]) -> PlaceContent:
    return PlaceContent(HEADS, [PlaceRow(row[0], [(text, "") for text in row]) for row in rows])


def text(row: tuple[str, str, str], room: list[int]) -> str:
    return "".join(piece for piece, _ in line_of([(it, "") for it in row], HEADS, room))


def test_columns_are_as_wide_as_what_stands_in_them_and_the_last_has_the_rest() -> None:
    row = ("train", "12 KiB", "data/train.csv")
    room = widths(content(row), 40)
    assert room == [5, 6, 25]
    assert text(row, room) == "train  12 KiB  data/train.csv           "


def test_what_has_no_room_is_left_out_and_the_first_is_cut() -> None:
    row = ("a-long-name-of-a-dataset", "7 B", "x" * 60)
    assert widths(content(row), 34) == [24, 4]
    assert widths(content(row), 10) == [10]
    assert text(row, [10]) == "a-long-na…"
    assert widths(content(("n", "1", "x" * 60)), 200)[:2] == [4, 4]
    assert widths(content(("n" * 60, "1", "x")), 200)[0] == 60
    assert widths(content(("n" * 60, "1", "x")), 54)[0] == 42
    assert widths(content(("n" * 60, "1", "x" * 60)), 100) == [WIDEST, 4, 52]


def test_a_last_column_of_numbers_stands_at_the_right_too() -> None:
    row = ("train", "12 KiB", "x")
    room = widths(content(row), 17)
    assert room == [5, 6]
    assert text(("train", "1 B", "x"), room) == "train     1 B"


def test_numbers_stand_at_the_right() -> None:
    rows = [("a", "1", "p"), ("b", "100", "q")]
    room = widths(content(*rows), 20)
    assert [text(row, room)[:10] for row in rows] == ["a        1", "b      100"]
