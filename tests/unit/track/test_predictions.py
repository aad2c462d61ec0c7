"""What a script says of predictions, in whatever arrays, becomes one table."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_tui.track import attempt, predictions
from mlops_tui.track.events import EventFile
from mlops_tui.track.tracked import TrackedRun
from tests.unit.track.scripts import records


@pytest.fixture
def run(tmp_path: Path) -> TrackedRun:
    attempt._said.clear()
    return TrackedRun("r", EventFile(tmp_path))


def table(run: TrackedRun, name: str = "predictions.csv") -> list[list[str]]:
    with open(run.dir / "artifacts" / name, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def told(run: TrackedRun) -> list[Any]:
    path = run.dir / "events.jsonl"
    return [it["predictions"] for it in records(path) if "predictions" in it]


@pytest.mark.parametrize("of", [list, tuple, np.array, pd.Series, lambda it: np.array([it]).T])
def test_columns_of_any_kind_are_written_alike(
    run: TrackedRun, of: Callable[[list[Any]], Any]
) -> None:
    run.predictions(of(["a", "b"]), of([0, 1]), of([True, False]), of([0.25, 0.75]), "holdout")
    assert table(run) == [
        ["id", "y_true", "y_pred", "y_score"],
        ["a", "0", "True", "0.25"],
        ["b", "1", "False", "0.75"],
    ]
    fact = {"path": "artifacts/predictions.csv", "rows": 2, "dataset": "holdout"}
    assert told(run) == [fact]


def test_each_class_has_its_column_of_scores(run: TrackedRun) -> None:
    scores = np.array([[0.1, 0.2, 0.7], [0.5, 0.4, 0.1], [0.0, 1.0, 0.0]])
    run.predictions(None, [2, 0, 10], [10, 0, 2], scores)
    assert table(run)[0] == ["id", "y_true", "y_pred", "y_score_0", "y_score_2", "y_score_10"]
    assert [row[0] for row in table(run)[1:]] == ["0", "1", "2"]
    run.predictions(None, ["x", "y"], ["x", "x"], scores[:2], classes=np.array(["x", "y", "z"]))
    assert table(run)[0][3:] == ["y_score_x", "y_score_y", "y_score_z"]
    run.predictions(None, ["x", "y"], ["x", "x"], pd.DataFrame({"y": [0.1, 1], "x": [0.9, 0]}))
    assert table(run)[0][3:] == ["y_score_y", "y_score_x"]
    run.predictions(None, ["x", "y"], ["x", "x"], {"y": [0.1, 1.0], "x": (0.9, 0.0)})
    assert table(run)[1][3:] == ["0.1", "0.9"]
    run.predictions(None, ["x", "y"], ["x", "x"], [0.25, 0.5], classes=["x", "y"])
    assert table(run)[0][3:] == ["y_score_y"]


def test_what_is_not_known_is_left_empty_and_text_stays_what_it_is(run: TrackedRun) -> None:
    odd = 'a "b", c\nd'
    run.predictions([odd, "é"], [None, float("nan")], [np.float32(0.5), 2])
    assert table(run)[1:] == [[odd, "", "0.5"], ["é", "", "2"]]


def test_other_data_has_a_file_of_its_own_and_the_same_data_the_same_one(run: TrackedRun) -> None:
    run.predictions(None, [1], [1], dataset="validation")
    run.predictions(None, [1], [1], dataset="hold out/1", model="m:3")
    run.predictions(None, [1, 2], [1, 1], dataset="validation")
    assert [(it["path"], it["dataset"], it["rows"]) for it in told(run)] == [
        ("artifacts/predictions.csv", "validation", 1),
        ("artifacts/predictions-hold-out-1.csv", "hold out/1", 1),
        ("artifacts/predictions.csv", "validation", 2),
    ]
    assert told(run)[1]["model"] == "m:3"
    assert len(table(run)) == 3
    assert predictions.file_name(None, False, False).endswith(f"-{os.getpid()}.csv")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((None, [1, 2], [1]), "y_true has 2 values, y_pred has 1"),
        (([1], [1], []), "there are no rows"),
        ((None, "text", [1]), "y_true is no column"),
        ((None, [1], [[1, 2]]), "y_pred has several columns"),
        ((None, [1, 0], [1, 1], [[1, 0], [1]]), "rows of y_score differ in length"),
        ((None, [1, 0], [1, 1], [[1, 0, 0], [1, 0, 0]]), "3 columns and there are 2 classes"),
        ((None, 3, None), "is no column"),
    ],
)
def test_what_is_no_table_is_said_and_changes_nothing(
    run: TrackedRun, capsys: pytest.CaptureFixture[str], given: Any, words: str
) -> None:
    run.predictions(None, [1], [1])
    run.predictions(*given)
    assert words in capsys.readouterr().err
    assert len(told(run)) == 1
    assert len(table(run)) == 2
    assert os.listdir(run.dir / "artifacts") == ["predictions.csv"]


def test_a_disk_that_refuses_leaves_the_earlier_table(
    run: TrackedRun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.predictions(None, [1], [1])

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    run.predictions(None, [1, 2], [1, 2])
    assert "No space left" in capsys.readouterr().err
    assert len(table(run)) == 2
    assert os.listdir(run.dir / "artifacts") == ["predictions.csv"]
