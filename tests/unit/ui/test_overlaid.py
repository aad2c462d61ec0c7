from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mlops_tui.ui.overlaid import MOST_BINS, bins_of, overlaid_lines


def numeric(reference: list[int], current: list[int]) -> dict[str, Any]:
    edges = [float(at) for at in range(len(reference) + 1)]
    return {"kind": "numeric", "edges": edges, "reference": reference, "current": current}


def test_bars_stand_over_each_other_as_shares_of_their_own_side() -> None:
    lines = [
        "".join(text for text, _ in line) for line in overlaid_lines(numeric([3, 1], [1, 3]), 60)
    ]
    assert lines[0].startswith("█ both  ▓ more now  ░ less now")
    assert lines[0].endswith("usual 4 rows, now 4")
    assert lines[1].split() == ["0", "to", "1", "█" * 12 + "░" * 24, "75.0", "%", "25.0", "%"]
    assert lines[2].split() == ["1", "to", "2", "█" * 12 + "▓" * 24, "25.0", "%", "75.0", "%"]
    kinds = [
        kind
        for text, kind in overlaid_lines(numeric([3, 1], [1, 3]), 60)[2]
        if text.strip("█▓") == ""
    ]
    assert kinds[:2] == ["bar", "bad"]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=200))
def test_no_row_is_lost_and_no_line_too_long(sides: list[tuple[int, int]]) -> None:
    found = numeric([one for one, _ in sides], [two for _, two in sides])
    bins = bins_of(found)
    assert len(bins) <= MOST_BINS
    assert sum(it.reference for it in bins) == sum(found["reference"])
    assert sum(it.current for it in bins) == sum(found["current"])
    for line in overlaid_lines(found, 70):
        assert cell_len("".join(text for text, _ in line)) <= 70


def test_categories_are_sorted_and_safe_to_show() -> None:
    labels = ["a\x1b[31m", "b"]
    found = {"kind": "category", "labels": labels, "reference": [1, 5], "current": [0, 2]}
    first, second = bins_of(found)
    assert first.label == "b"
    assert "\x1b" not in second.label
