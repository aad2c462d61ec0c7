"""What `[monitor]` says of a model's outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain.outputs import METRICS, ModelOutputs, ProblemKind
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.evaluate import metrics

DATA = """\
[datasets.train]
path = "train.csv"
role = "train"
[datasets.live]
path = "live"
role = "live"
[monitor]
"""


def project(text: str) -> Project:
    return parse_project(DATA + text, Path("/p"))


def test_everything_that_may_be_said_is_read() -> None:
    text = """truth = "y"
prediction = "said"
problem = "multiclass"
positive = 1
labels = "later/*.csv"
[monitor.scores]
a = "pa"
b = "pb"
[monitor.margins]
accuracy = 0.05
"""
    found = project(text)
    assert found.problems == ()
    assert found.monitor.outputs == ModelOutputs(
        truth="y",
        scores={"a": "pa", "b": "pb"},
        problem=ProblemKind.MULTICLASS,
        positive="1",
        labels="later/*.csv",
        margins={"accuracy": 0.05},
    )
    assert found.monitor.outputs.all_scores == {"a": "pa", "b": "pb"}
    assert project('score = "p"').monitor.outputs.all_scores == {"": "p"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('score = "p"\n[monitor.scores]\na = "pa"', "by `score` or by `scores`, not both"),
        ("[monitor.scores]\na = 3", "monitor.scores.a: expected the name of a column"),
        ('problem = "classification"', "expected one of binary, multiclass, regression"),
        ("[monitor.margins]\nacuracy = 0.1", "(did you mean `accuracy`?)"),
        ("[monitor.margins]\naccuracy = 0", "expected a number > 0"),
        ("positive = []", "expected a label"),
    ],
)
def test_what_is_wrong_is_named(text: str, expected: str) -> None:
    found = [str(problem) for problem in project(text).problems]
    assert any(expected in words for words in found), found


def test_metrics_are_those_that_there_are() -> None:
    assert (*metrics.OF_CLASSES, *metrics.OF_NUMBERS) == METRICS
