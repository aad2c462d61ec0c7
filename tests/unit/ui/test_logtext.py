from __future__ import annotations

import time

import pytest

from mlops_tui.domain.text import UNSAFE
from mlops_tui.ui.logtext import LONGEST_LINE, MOST_LINES, shown_line, tail_lines


def test_lines_of_a_whole_log() -> None:
    assert tail_lines(b"one\ntwo\n", from_start=True) == ["one", "two"]
    assert tail_lines(b"", from_start=True) == []


def test_the_cut_first_line_of_a_tail_is_left_out() -> None:
    assert tail_lines(b"f a line\nwhole\nlast", from_start=False) == ["whole", "last"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\r 10%|#  |\r 50%|## |\r100%|###|", "100%|###|"),
        ("100%|###|\r", "100%|###|"),
        ("windows line\r", "windows line"),
        ("\x1b[1;32mgreen\x1b[0m text", "green text"),
        ("\x1b]0;title\x07shown", "shown"),
        ("\x1b]52;c;aGk=\x1b\\shown", "shown"),
        ("\x1b[2Jclear", "clear"),
        ("a\tb", "a       b"),
    ],
)
def test_what_a_terminal_would_show_in_the_end(raw: str, shown: str) -> None:
    assert shown_line(raw) == shown


@pytest.mark.parametrize(
    "raw", ["\x1b]52;c;never ended", "\x1b[", "\x9b2J", "\x07\x08\x00", "\u202e"]
)
def test_nothing_that_acts_on_a_terminal_is_left(raw: str) -> None:
    assert not UNSAFE.search(shown_line("text" + raw))
    assert shown_line("text" + raw).startswith("text")


def test_broken_utf8_is_shown_not_raised() -> None:
    assert tail_lines(b"\xff\xfe ok\n", from_start=True) == ["\ufffd\ufffd ok"]


def test_a_huge_line_costs_little() -> None:
    before = time.process_time()
    assert len(shown_line("\x1b]" * 1_000_000)) <= LONGEST_LINE
    assert len(shown_line("\r" * 2_000_000 + "x" * 5000)) <= LONGEST_LINE
    assert time.process_time() - before < 0.5


def test_only_so_many_lines_are_kept() -> None:
    assert len(tail_lines(b"x\n" * (MOST_LINES + 50), from_start=True)) == MOST_LINES
