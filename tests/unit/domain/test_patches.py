"""Marks on rows: what a patch file says, what it comes to, and which version that is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mlops_tui.domain.patches import (
    Act,
    Mark,
    Pin,
    changes_of,
    mark_line,
    patch_digest,
    patched_version,
    read_patch,
    row_digest,
    told_patch,
    undo_line,
)

PIN = Pin("train.csv", 4, row_digest(b"a,1"), 3)


def mark(number: int, act: Act, pin: Pin = PIN, **values: str) -> Mark:
    return Mark(f"m{number}", act, pin, "because", "ann", 1.5, values, {"y": "1"})


def text_of(*lines: dict[str, object]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_what_is_written_is_read() -> None:
    row = replace(PIN, line=7, is_row=True)
    marks = [mark(1, Act.EXCLUDE), mark(2, Act.SET, y="0"), mark(3, Act.REVIEW, row)]
    assert read_patch(text_of(*map(mark_line, marks))) == (marks, [])


def test_marks_taken_back_are_gone_and_nonsense_is_named() -> None:
    lines = text_of(
        *map(mark_line, [mark(1, Act.EXCLUDE), mark(2, Act.REVIEW)]),
        undo_line("m1", "bob", "", 2.0),
    )
    odd = b'{"mark": 3}\n[]\nnothing\n{"mark": "m4", "act": "burn", "row": {}}\n{"mark": "m5"'
    marks, problems = read_patch(lines + odd)
    assert [it.id for it in marks] == ["m2"]
    assert [it.split(" is")[0] for it in problems] == [f"line {n}" for n in (4, 5, 6, 7, 8)]


def test_an_exclusion_wins_and_of_two_edits_the_later() -> None:
    other = replace(PIN, line=9)
    changes = changes_of(
        [
            mark(1, Act.SET, y="0", x="2"),
            mark(2, Act.SET, y="1"),
            mark(3, Act.REVIEW),
            mark(4, Act.SET, other, y="5"),
            mark(5, Act.EXCLUDE, other),
        ]
    )
    assert [(it.pin.line, it.is_excluded, it.values) for it in changes] == [
        (4, False, {"y": "1", "x": "2"}),
        (9, True, {}),
    ]
    assert told_patch(changes) == "1 row excluded, 1 row edited"


def test_who_says_it_when_and_in_which_order_makes_no_other_version() -> None:
    other = replace(PIN, line=9)
    one = [mark(1, Act.EXCLUDE), mark(2, Act.SET, other, y="0")]
    two = [replace(it, id=it.id + "x", by="bob", why="else", t=9.0) for it in reversed(one)]
    assert patch_digest(changes_of(one)) == patch_digest(changes_of(two))
    version = patched_version("abc", changes_of(one))
    assert version == patched_version("abc", changes_of(two))
    assert version not in ("abc", patched_version("abd", changes_of(one)))
    assert patched_version("abc", changes_of([mark(1, Act.REVIEW)])) == "abc"


@pytest.mark.parametrize("value", ["0", "", "x,y", "ü"])
def test_another_value_is_another_version(value: str) -> None:
    changes = changes_of([mark(1, Act.SET, y=value)])
    assert patched_version("abc", changes) != patched_version("abc", changes_of([]))
    assert patch_digest(changes) != patch_digest(changes_of([mark(1, Act.SET, y="other")]))
