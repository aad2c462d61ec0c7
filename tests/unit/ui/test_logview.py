from __future__ import annotations

import io

from mlops_tui.ui.logpages import Wish, read_window
from mlops_tui.ui.logview import LogView, search_start


def log(first: int, last: int) -> bytes:
    return b"".join(b"line %d\n" % number for number in range(first, last))


def seen(view: LogView) -> list[str]:
    return ["".join(text for text, _ in row) for row in view.rows()]


def show(view: LogView, data: bytes, wish: Wish | None = None) -> None:
    wish = wish or view.wish
    view.take(read_window(io.BytesIO(data), len(data), wish.offset), wish)


def opened(data: bytes, width: int = 40, height: int = 8) -> LogView:
    view = LogView()
    view.resize(width, height)
    show(view, data)
    return view


def test_the_end_is_seen_at_first() -> None:
    view = opened(log(0, 100))
    assert seen(view) == [f"line {number}" for number in range(92, 100)]
    assert view.position == "following"


def test_new_lines_move_the_screen_by_a_part_of_it_and_not_each_time() -> None:
    view = opened(log(0, 8))
    tops = []
    for count in range(9, 20):
        show(view, log(0, count))
        assert seen(view)[-1] == f"line {count - 1}"
        tops.append(seen(view)[0])
    assert len(set(tops)) < len(tops) / 2


def test_looking_further_up_stays_there() -> None:
    view = opened(log(0, 100))
    view.move(-10)
    before = seen(view)
    show(view, log(0, 150))
    assert seen(view) == before
    assert not view.is_following
    view.move(1000)
    assert view.is_following


def test_the_start_of_a_log_much_longer_than_a_window_is_one_wish_away() -> None:
    data = log(0, 300_000)
    view = opened(data)
    show(view, data, Wish(0, is_jump=True))
    assert seen(view)[0] == "line 0"
    assert not view.is_following


def test_a_long_log_can_be_gone_through_window_by_window() -> None:
    data = log(0, 150_000)
    view = opened(data, height=1000)
    show(view, data, Wish(0, is_jump=True))
    number = 0
    while not view.is_following:
        rows = seen(view)
        assert rows[0] == f"line {number}"
        view.move(999)
        number = int(seen(view)[0].split()[1])
        if view.needs_more():
            show(view, data)
    assert number == 149_000


def test_wrapped_rows_are_moved_through_one_by_one() -> None:
    view = opened(b"short\n" + b"abcdefgh" * 3 + b"\nend\n", width=8, height=2)
    view.toggle_wrap()
    assert seen(view) == ["abcdefgh", "end"]
    view.move(-1)
    assert seen(view) == ["abcdefgh", "abcdefgh"]
    view.move(-10)
    assert seen(view) == ["short", "abcdefgh"]


def test_the_next_search_begins_at_the_match_seen_and_else_at_the_screen() -> None:
    view = opened(log(0, 100))
    size = len(log(0, 100))
    assert search_start(view, False) == size
    offset = len(log(0, 50))
    view.look_for(None, offset)
    show(view, log(0, 100), Wish(offset, 2, is_jump=True))
    assert seen(view)[2] == "line 50"
    assert search_start(view, True) == len(log(0, 51))
    assert search_start(view, False) == offset
    view.move(-40)
    assert search_start(view, True) == view.top_offset
