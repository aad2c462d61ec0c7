"""What a sealed holdout is worth, and who has read it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from mlops_tui.domain.datasets import UsedData
from mlops_tui.domain.evaluations import Looks
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.domain.sealed import (
    MANY_LOOKS,
    expected_optimism,
    holdout_at,
    holdouts_read,
    worth_words,
)

TEXT = """
[datasets.train]
path = "data/train.csv"
role = "train"
[datasets.sealed]
path = "data/holdout.csv"
role = "holdout"
"""


def project(folder: Path) -> Project:
    return parse_project(TEXT, folder)


def used(name: str, path: str) -> UsedData:
    return UsedData("r", name, path, None, None, None, 0.0, None)


def test_a_training_that_read_the_holdout_is_known_by_name_and_by_path(tmp_path: Path) -> None:
    described = project(tmp_path)
    path = str(tmp_path / "data" / "holdout.csv")
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for data in (
        used("sealed", ""),
        used("x", path),
        used("x", str(tmp_path / "link/holdout.csv")),
    ):
        assert holdouts_read(described, "train", [data]) == ["sealed"]
        assert holdouts_read(described, "evaluate", [data]) == []
    assert holdouts_read(described, "train", [used("train", "data/train.csv")]) == []
    assert holdout_at(described, ["python", "--data", path]) == "sealed"
    assert holdout_at(described, ["python", "data/train.csv", ""]) is None


@pytest.mark.parametrize("looks", [1, 2, 7, 50])
def test_the_best_of_many_results_is_no_more_optimistic_than_told(looks: int) -> None:
    draws = np.random.default_rng(7).normal(size=(4000, looks)).max(axis=1).mean()
    bound = expected_optimism(looks, 1.0)
    assert draws <= bound + 3 / math.sqrt(4000)
    assert bound <= draws + 0.7


def test_words_grow_with_the_looks() -> None:
    def words(looks: int) -> str:
        return worth_words(Looks("sealed", looks, looks, 1, 0.0, 1.0), 0.0392, "accuracy")

    assert worth_words(None).startswith("no look")
    assert "what its interval says" in words(1)
    assert "may look 0.0296 (1.5 standard errors) of accuracy better" in words(3)
    assert "fresh rows" not in words(MANY_LOOKS - 1)
    assert "fresh rows" in words(MANY_LOOKS)
