from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops_tui.ui.picked import MOST_PINS, Picked, load_pins, pins_path, save_pins, toggled


def test_pinned_runs_come_first_and_keep_their_order_among_each_other() -> None:
    picked = Picked().with_other(pinned=["b", "d"])
    assert picked.pins_first(["e", "d", "c", "b", "a"]) == ["d", "b", "e", "c", "a"]
    assert picked.pins_first(["a"]) == ["a"]
    assert Picked(marked=("a",)).pins_first(["b", "a"]) == ["b", "a"]


def test_who_is_picked_keeps_the_colour_while_others_come_and_go() -> None:
    picked = Picked().with_other(marked=["m"])
    assert picked.slots == {"m": 1}
    picked = picked.with_other(pinned=["p", "m"])
    assert list(picked.slots) == ["p", "m"]
    assert picked.slots == {"p": 2, "m": 1}
    picked = picked.with_other(marked=[])
    assert picked.slots == {"p": 2, "m": 1}
    assert picked.with_other(pinned=["p"]).slots == {"p": 2}


@pytest.mark.parametrize(
    ("before", "ids", "after"),
    [
        ((), ["a", "b"], ("a", "b")),
        (("a",), ["a", "b"], ("a", "b")),
        (("a", "b", "c"), ["a", "b"], ("c",)),
        (("a",), ["a"], ()),
    ],
)
def test_all_of_them_go_only_where_all_are_there(
    before: tuple[str, ...], ids: list[str], after: tuple[str, ...]
) -> None:
    assert toggled(before, ids) == after


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        (None, ()),
        ("{", ()),
        ("[1]", ()),
        ('{"pinned": "a"}', ()),
        ('{"pinned": ["a", 1, "a", "b"]}', ("a", "b")),
        (json.dumps({"pinned": [str(n) for n in range(50)]}), tuple(map(str, range(MOST_PINS)))),
    ],
)
def test_what_is_not_understood_is_not_pinned(
    tmp_path: Path, text: str | None, pinned: tuple[str, ...]
) -> None:
    path = tmp_path / "pins.json"
    if text is not None:
        path.write_text(text)
    assert load_pins(path) == pinned


def test_pins_come_back(tmp_path: Path) -> None:
    path = pins_path(tmp_path)
    save_pins(path, ("b", "a"))
    assert load_pins(path) == ("b", "a")
