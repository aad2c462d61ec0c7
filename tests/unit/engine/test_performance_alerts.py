"""What is raised and resolved as the model is judged on batches of live data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.alerts import AlertState, RemedyKind, Severity
from mlops_tui.engine.objects import keep_object
from tests.unit.engine.test_drift_alerts import Plant


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path / "plant")


def report(plant: Plant, verdict: str, is_reached: bool | None = None) -> str:
    metric = {
        "metric": "accuracy",
        "basis": "estimated",
        "value": 0.687,
        "lower": 0.632,
        "upper": 0.737,
        "reference": 0.995,
        "adjusted_p": 0.0005,
        "verdict": verdict,
        "n": 200,
        "n_reference": 3600,
    }
    objective: dict[str, Any] = {"objective": "live_accuracy", "target": 0.95}
    objective |= {key: metric[key] for key in ("value", "lower", "upper")}
    found = {
        "verdict": verdict,
        "metrics": [metric],
        "objective": objective | {"is_reached": is_reached},
    }
    return keep_object(plant.recorder.project, json.dumps({"performance": found}).encode())


def test_a_model_that_does_worse_is_told_until_it_is_as_usual_again(plant: Plant) -> None:
    assert plant.batch("ok", report=report(plant, "ok")) == {}
    found = plant.batch("ok", report=report(plant, "degraded"))["model:live"]
    alert = found.alert
    assert (found.state, alert.severity) == (AlertState.OPEN, Severity.WARNING)
    assert alert.title == (
        "the model does worse on live: accuracy 0.687 (0.632 to 0.737), usual 0.995, 2.csv, n = 200"
    )
    assert alert.certainty == "estimated without the truth, p = 0.0005, 95 % bounds"
    assert alert.cost is None, "it is not said that the objective is missed"
    assert [it.kind for it in alert.remedies] == [RemedyKind.OPEN_REPORT, RemedyKind.START_JOB]
    unsure = plant.batch("ok", report=report(plant, "too_little_data"))["model:live"]
    assert unsure.state is AlertState.OPEN
    over = plant.batch("ok", report=report(plant, "ok"))["model:live"]
    assert (over.state, over.reason) == (AlertState.RESOLVED, "the model is as good as usual")


def test_an_objective_that_is_missed_makes_it_critical(plant: Plant) -> None:
    found = plant.batch("ok", report=report(plant, "degraded", is_reached=False))["model:live"]
    assert found.alert.severity is Severity.CRITICAL
    assert found.alert.cost is not None
    assert found.alert.cost.words == "live_accuracy 0.687 (0.632 to 0.737), target 0.95"


def test_a_report_without_a_model_or_that_is_gone_says_nothing(plant: Plant) -> None:
    nothing = keep_object(plant.recorder.project, b'{"performance": null}')
    assert plant.batch("ok", report=nothing) == {}
    assert plant.batch("ok", report="0" * 64) == {}
