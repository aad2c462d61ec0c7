from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from mlops_tui.domain.text import UNSAFE
from mlops_tui.ui.logtext import (
    LONGEST_LINE,
    MATCH,
    cut,
    line_pieces,
    marked,
    wrapped,
)


def shown_line(line: str) -> str:
    """Return what a person sees of a line, without its looks."""
    return "".join(text for text, _ in line_pieces(line))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\r 10%|#  |\r 50%|## |\r100%|###|", "100%|###|"),
        ("100%|###|\r", "100%|###|"),
        ("100%|###|\r\x1b[K", "100%|###|"),
        ("windows line\r", "windows line"),
        ("\x1b[1;32mgreen\x1b[0m text", "green text"),
        ("\x1b]0;title\x07shown", "shown"),
        ("\x1b]52;c;aGk=\x1b\\shown", "shown"),
        ("\x1b[2Jclear", "clear"),
        ("a\tb", "a       b"),
        ("a\x1b[1m\tb", "a       b"),
    ],
)
def test_what_a_terminal_would_show_in_the_end(raw: str, shown: str) -> None:
    assert shown_line(raw) == shown


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ("31", "color(1)"),
        ("1;4;97;102", "bold underline color(15) on color(10)"),
        ("38;5;208", "color(208)"),
        ("48;2;1;2;255", "on #0102ff"),
        ("38:2::1:2:3", "#010203"),
        ("31;39", ""),
        ("1;3;22", "italic"),
        ("31;0", ""),
        ("", ""),
        ("5;8", ""),
        ("38;5;999", ""),
        ("38;2;1", ""),
    ],
)
def test_colours_become_styles(codes: str, kind: str) -> None:
    assert line_pieces(f"\x1b[{codes}mtext") == [("text", kind)]
    Style.parse(kind)


def test_a_colour_set_before_a_line_is_rewritten_stays() -> None:
    assert line_pieces("\x1b[32m 10 %\r 20 %") == [(" 20 %", "color(2)")]


@pytest.mark.parametrize(
    "raw", ["\x1b]52;c;never ended", "\x1b[", "\x9b2J", "\x07\x08\x00", "\u202e"]
)
def test_nothing_that_acts_on_a_terminal_is_left(raw: str) -> None:
    assert not UNSAFE.search(shown_line("text" + raw))
    assert shown_line("text" + raw).startswith("text")


@given(st.text(alphabet="\x1b[]0123456789;:mK\r\t\x07\\ab漢\u202e\x9b", max_size=80))
def test_any_line_is_safe_and_every_style_is_one(raw: str) -> None:
    for text, kind in line_pieces(raw):
        assert not UNSAFE.search(text)
        Style.parse(kind)


def test_a_huge_line_costs_little() -> None:
    before = time.process_time()
    assert len(shown_line("\x1b]" * 1_000_000)) <= LONGEST_LINE
    assert len(shown_line("\r" * 2_000_000 + "x" * 50_000)) <= LONGEST_LINE
    assert len(shown_line(" \r" * 1_000_000)) <= LONGEST_LINE
    assert time.process_time() - before < 0.5


def test_no_more_is_looked_at_than_is_wanted() -> None:
    assert sum(len(text) for text, _ in line_pieces("\x1b[1mab\x1b[0mcd" * 1000, 50)) == 50
    assert line_pieces("\0" * 10_000, 3) == [("\u2400" * 3, "")]


def test_matches_are_marked_across_looks() -> None:
    pieces = [("an er", "bold"), ("ror here", "")]
    assert marked(pieces, re.compile("error")) == [
        ("an ", "bold"),
        ("er", MATCH),
        ("ror", MATCH),
        (" here", ""),
    ]
    assert marked(pieces, re.compile("nothing")) == pieces


def test_long_lines_are_cut_or_wrapped_by_cells() -> None:
    pieces = [("abc漢", "bold"), ("def", "")]
    assert wrapped(pieces, 4) == [[("abc", "bold")], [("漢", "bold"), ("de", "")], [("f", "")]]
    assert wrapped([], 4) == [[]]
    assert "".join(text for text, _ in cut(pieces, 5)) == "abc…"
    assert "".join(text for text, _ in cut(pieces, 8)) == "abc漢def"
    assert "".join(text for text, _ in cut([("x" * 10_000, "")], 8)) == "x" * 7 + "…"
