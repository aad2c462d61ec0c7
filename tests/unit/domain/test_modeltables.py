from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain.models import Bound, BoundOf, DeclaredModel, Gate, Relative, Than
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import parse_project

DATA = '[datasets.holdout]\npath = "holdout.csv"\nrole = "holdout"\n'
GATE = "[models.cancer.gate]\n"


def project(text: str) -> Project:
    return parse_project(DATA + text, Path("/p"))


def test_everything_that_may_be_said_is_read() -> None:
    text = """[models.cancer]
description = "Lumps that need surgery"
license = "mit"
intended_use = "beside a doctor"
limitations = "one clinic"
[models.cancer.gate]
alias = "live"
on = "holdout"
guardrails = false
checks = true
calibration_max = 0.05
latency_max_ms = 5
size_max_mb = 1.5
signature = true
fresh = "90d"
reproducible = true
optional = ["latency", "fresh"]
[models.cancer.gate.metrics.recall]
min = 0.95
[models.cancer.gate.metrics."expected cost"]
max = 200
by = "value"
[models.cancer.gate.segments.recall]
min = 0.9
columns = ["age"]
rows = 50
[models.cancer.gate.champion]
metric = "roc_auc"
is = "better"
margin = 0.005
"""
    read = project(text)
    assert read.problems == ()
    gate = Gate(
        alias="live",
        dataset="holdout",
        metrics=(Bound("recall", 0.95), Bound("expected cost", None, 200, BoundOf.VALUE)),
        segments=(Bound("recall", 0.9, None, BoundOf.VALUE, ("age",), 50),),
        champion=Relative("roc_auc", Than.BETTER, 0.005),
        guardrails=False,
        checks=True,
        calibration_max=0.05,
        latency_max_ms=5.0,
        size_max_bytes=1_500_000,
        signature=True,
        fresh_seconds=90 * 86400.0,
        reproducible=True,
        optional=frozenset({"latency", "fresh"}),
    )
    told = ("Lumps that need surgery", "mit", "beside a doctor", "one clinic")
    assert read.models == {"cancer": DeclaredModel("cancer", *told, gate, 4)}


def test_a_model_without_a_gate_has_none_and_an_empty_gate_is_as_usual() -> None:
    assert project("[models.cancer]\n").models["cancer"].gate is None
    assert project(GATE).models["cancer"].gate == Gate()
    assert project("").models == {}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("models = 3\n", "expected a table"),
        ("[models.'a/b']\n", "cannot be called so"),
        ("[models.cancer]\nx = 1\n", "unknown key"),
        (GATE + "signatur = true\n", "unknown key"),
        (GATE + "signature = 'yes'\n", "expected true or false"),
        (GATE + "on = 'holdouts'\n", "no declared dataset"),
        (GATE + "alias = 'a:b'\n", "an alias cannot be called so"),
        (GATE + "fresh = 'soon'\n", "expected a duration"),
        (GATE + "size_max_mb = 0\n", "expected a number > 0"),
        (GATE + "latency_max_ms = true\n", "expected a number > 0"),
        (GATE + "optional = ['speed']\n", "no kind of condition"),
        ("[models.cancer.gate.metrics.recall]\n", "`min` or `max` is missing"),
        ("[models.cancer.gate.metrics.recall]\nmin = 2\nmax = 1\n", "greater than max"),
        ("[models.cancer.gate.metrics.recall]\nmin = 'x'\n", "expected a number"),
        ("[models.cancer.gate.metrics.recall]\nmin = 0\nby = 'low'\n", "expected one of interval"),
        ("[models.cancer.gate.segments.recall]\nmin = 0\nrows = 0\n", "whole number >= 1"),
        ("[models.cancer.gate.champion]\n", "`metric` is missing"),
        ("[models.cancer.gate.champion]\nmetric = 'a'\nmargin = -1\n", "expected a number >= 0"),
        ("[models.cancer.gate.champion]\nmetric = 'a'\nconfidence = 95\n", "unknown key"),
        ("[models.cancer.gate.champion]\nmetric = 'a'\nis = 'worse'\n", "expected one of better"),
    ],
)
def test_every_mistake_is_named_with_its_line(text: str, wanted: str) -> None:
    found = parse_project(text, Path("/p")) if text.startswith("models") else project(text)
    (problem,) = found.problems
    assert wanted in problem.message
    assert problem.line > 0
