from __future__ import annotations

import re
import time

import pytest

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters import parse_filter
from mlops_tui.domain.patterns import may_explode

EVIL = [
    *(r"(a+)+$", r"(a*)*b", r"(a|aa)+$", r"(a|a?)+$", r"([a-z]+)*$", r"(.*,)*x", r"(?:\w+\s?)+!"),
    *(r"((a+))+$", r"(?P<x>a+)+$", r"(a?){30}a{30}", r"(x+x+)+y", r"(a{2,})*$", r"(a+){10,}$"),
    *(r"([^\]]+)+$", r"(\(+)+$", r"((a|b)c)*d", r"(a+)+?$", r"(a+){12}$"),
]
HARMLESS = [
    *(r"^abl", r"epoch \d+.*loss", r"a+b+", r"(a+)b", r"(a|b)", r"(ab)+", r"[(a+)]+", r"\(a+\)+"),
    *(
        r"(\d+){2}",
        r"(a+)?",
        r"x{3}",
        r"[]+]*",
        r"(?:abc)*",
        r"(?i)nan",
        r"a|b|c",
        r"",
        r"{",
        r"(?=x)",
    ),
    *(r"\d{4}-\d{2}", r"[\]+(]+", r"lr=0\.\d+$", r"v\d+(\.\d+)?"),
]


@pytest.mark.parametrize("pattern", EVIL)
def test_what_may_take_for_ever_is_refused_with_a_word_why(pattern: str) -> None:
    re.compile(pattern)
    assert may_explode(pattern)
    with pytest.raises(InputError, match="for ever") as raised:
        parse_filter(f'name ~ "{pattern}"'.replace("\\", "\\\\"))
    assert "repeats" in raised.value.hint


@pytest.mark.parametrize("pattern", HARMLESS)
def test_what_is_harmless_is_taken_and_quick(pattern: str) -> None:
    assert not may_explode(pattern)
    began = time.process_time()
    for text in ("a" * 60 + "!", "(" * 60, "1" * 60 + "x"):
        re.search(pattern, text)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    "pattern", ["(", ")", ")+", "[", "\\", "(?", "{9999999999999}", "a{,}{", "((((("]
)
def test_what_is_no_expression_is_no_matter_here(pattern: str) -> None:
    assert may_explode(pattern) in (True, False)
