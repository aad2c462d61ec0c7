from __future__ import annotations

import json
import math

import pytest

from mlops_tui.index.events import EventLines, decode_lines
from mlops_tui.index.lines import LONG_LINE
from mlops_tui.journal.tail import LONGEST_LINE_BYTES


def decode(*lines: bytes) -> EventLines:
    return decode_lines(b"".join(line + b"\n" for line in lines), 0)


GOOD = b'{"t": 1, "s": 2, "m": {"loss": 0.5}}'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"NaN", math.nan),
        (b'"NaN"', math.nan),
        (b"Infinity", math.inf),
        (b'"Infinity"', math.inf),
        (b"-Infinity", -math.inf),
        (b'"-Infinity"', -math.inf),
        (b"1e999", math.inf),
        (b"1", 1.0),
        (b"-0", 0.0),
        (b"9223372036854775808", 2.0**63),
        (b"1" + b"0" * 300, 1e300),
    ],
)
def test_a_metric_may_be_any_number(text: bytes, value: float) -> None:
    found = decode(b'{"s": 1, "m": {"x": ' + text + b"}}", GOOD)
    assert repr(found.lines[0].m) == repr({"x": value})
    assert (len(found.lines), found.unreadable) == (2, 0)


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b"5",
        b'"text"',
        b"\xff",
        b'{"m": 5}',
        b'{"m": {"x": true}}',
        b'{"m": {"x": null}}',
        b'{"m": {"x": "much"}}',
        b'{"m": {"x": [1]}}',
        b'{"m": {"x": 1' + b"0" * 400 + b"}}",
        b'{"m": {"x": 1' + b"0" * 5000 + b"}}",
        b'{"s": 1.5, "m": {}}',
        b'{"s": true, "m": {}}',
        b'{"s": "1", "m": {}}',
        b'{"s": 9223372036854775808, "m": {}}',
        b'{"t": "now"}',
        b'{"t": NaN}',
        b'{"t": true}',
        b'{"t": 1e400}',
        b'{"params": []}',
        b'{"tags": "best"}',
        b'{"progress": 5}',
        b'{"progress": [1, "2"]}',
        b'{"artifact": "a.png"}',
        b'{"note": 5}',
        b'{"s": 1} {"s": 2}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_event_is_counted_and_the_rest_read(line: bytes) -> None:
    found = decode(GOOD, line, GOOD)
    assert (len(found.lines), found.unreadable) == (2, 1)
    assert found.unreadable_first is not None
    assert len(found.unreadable_first) <= 200


@pytest.mark.parametrize("line", [b"", b"   ", b"\r", b"\t"])
def test_blank_lines_are_ignored(line: bytes) -> None:
    found = decode(GOOD, line, GOOD)
    assert (len(found.lines), found.unreadable) == (2, 0)


def test_zeros_of_a_power_cut_before_a_line_are_skipped() -> None:
    found = decode(GOOD, b"\0" * 4096 + GOOD, b"\0\0")
    assert (len(found.lines), found.unreadable) == (2, 0)


def test_one_object_on_two_lines_is_two_bad_lines() -> None:
    found = decode(b'{"s": 1,', b'"m": {"x": 1}}', b'{"s": 1}{"s": 2}')
    assert (found.lines, found.unreadable) == ([], 3)


def test_too_long_a_line_is_bad_wherever_it_stands() -> None:
    long = b'{"s": 1, "m": {"x": 1' + b" " * LONGEST_LINE_BYTES + b"}}"
    found = decode(GOOD, long)
    assert (len(found.lines), found.unreadable, found.unreadable_first) == (1, 1, LONG_LINE)


def test_windows_line_ends_and_marks_are_read() -> None:
    found = decode(b"\xef\xbb\xbf" + GOOD + b"\r", GOOD + b"\r")
    assert (len(found.lines), found.unreadable) == (2, 0)


def test_an_integral_float_is_a_step() -> None:
    assert decode(b'{"s": 3.0, "m": {"x": 1}}').lines[0].s == 3


def test_lone_surrogates_become_replacement_characters() -> None:
    found = decode(rb'{"m": {"\ud800": 1}, "params": {"a": "\udfff"}, "note": "\ud800!"}')
    assert found.lines[0].m == {"\ufffd": 1.0}
    assert found.facts.params == {"a": "\ufffd"}
    assert found.facts.note == "\ufffd!"


def test_unreadable_text_is_safe_to_show() -> None:
    assert decode(b"\x1b[31m{").unreadable_first == "\N{SYMBOL FOR ESCAPE}[31m{"


def test_ends_are_offsets_after_each_line() -> None:
    quick = decode_lines(b'{"s":1}\n{"s":22}\n', 100)
    slow = decode_lines(b'{"s":1}\n\n{"s":22,"x":1}\n', 100)
    assert (quick.ends[0], quick.ends[1]) == (108, 117)
    assert list(slow.ends) == [108, 124]


def test_facts_of_later_lines_stand() -> None:
    lines = [{"params": {"a": 1, "b": 2}}, {"params": {"b": {"c": 3}}}, {"progress": [1, None]}]
    facts = decode(*(json.dumps(line).encode() for line in lines)).facts
    assert facts.params == {"a": 1, "b": '{"c": 3}'}
    assert facts.progress == (1.0, None)


def test_the_rank_is_taken_from_the_first_line_only() -> None:
    assert decode(b'{"rank": 3}', b'{"rank": 4}').first_rank == 3
    assert decode(GOOD, b'{"rank": 4}').first_rank is None
    assert decode(b'{"rank": NaN}').first_rank is None
