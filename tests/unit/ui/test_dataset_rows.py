from __future__ import annotations

import pytest

from mlops_tui.domain.datasets import DataVersion
from mlops_tui.domain.project import Dataset, Role
from mlops_tui.engine.actions_data import DatasetState
from mlops_tui.ui.dataset_rows import HEADS, dataset_content, now_piece

NEW = DataVersion("train", "b" * 64, "/p/train.csv", 1, 2048, 10.0, 90.0, ("r2", "r1"))
OLD = DataVersion("train", "a" * 64, "/p/train.csv", 1, 1024, 1.0, 9.0, ())


def state(
    current: str | None = None, latest: DataVersion | None = None, is_there: bool = True
) -> DatasetState:
    dataset = Dataset("train", "data/train.csv", Role.TRAIN, target="label", id="form")
    return DatasetState(dataset, 1, 2048, current, latest, 2, 2, is_there)


def test_a_dataset_says_which_versions_there_were_and_who_used_them() -> None:
    names = {"r2": "train-2", "r1": "train-1"}
    found = dataset_content([state("b" * 64, NEW)], [NEW, OLD], names, {}, 100.0)
    (row,) = found.rows
    assert [text for text, _ in row.cells] == [
        *("train", "train", "as last seen", "2.0 KiB", "none", "2", "2", "just now"),
        "data/train.csv",
    ]
    assert len(row.cells) == len(HEADS)
    facts = dict(row.facts)
    assert facts["columns"] == "target label, id form"
    first, second = facts["versions"].split("\n")
    assert first.startswith("bbbbbbbbbbbb  seen just now")
    assert first.endswith("used by train-2, train-1")
    assert second.endswith("no run used it")


@pytest.mark.parametrize(
    ("it", "words"),
    [
        (state(is_there=False), "missing"),
        (state(), "never read"),
        (state(None, NEW), "not looked at"),
        (state("a" * 64, NEW), "changed"),
        (state("b" * 64, NEW), "as last seen"),
    ],
)
def test_what_lies_there_now_is_told_against_what_was_seen(it: DatasetState, words: str) -> None:
    assert now_piece(it)[0] == words


def test_names_from_outside_are_safe() -> None:
    dataset = Dataset("tr\x1b[31m", "da\nta.csv")
    bad = DatasetState(dataset, None, None, None, None, 0, 0, True)
    (row,) = dataset_content([bad], [], {}, {}, 0.0).rows
    assert "\x1b" not in "".join(text for text, _ in row.cells)
    assert "\n" not in row.cells[-1][0]
