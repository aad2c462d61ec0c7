from __future__ import annotations

from mlops_tui.ui.widgets.key_bar import Shown, fitting

KEYS = [
    Shown(key, key, label, True)
    for key, label in zip("lsf?q", ["Launch", "Stop", "Find", "Help", "Quit"], strict=True)
]


WIDTH = sum(item.width for item in KEYS)


def labels(width: int) -> list[str]:
    return [item.label for item in fitting(KEYS, width)[0]]


def test_keys_stand_apart_where_there_is_room_and_else_move_together() -> None:
    assert fitting(KEYS, WIDTH + len(KEYS)) == (KEYS, " ")
    assert fitting(KEYS, WIDTH + len(KEYS) - 1) == (KEYS, "")
    assert fitting(KEYS, WIDTH) == (KEYS, "")


def test_help_and_the_way_out_go_last() -> None:
    assert labels(WIDTH - 1) == ["Launch", "Stop", "Help", "Quit"]
    assert labels(KEYS[3].width + KEYS[4].width) == ["Help", "Quit"]
    assert labels(KEYS[4].width) == ["Quit"]
    assert labels(3) == []
