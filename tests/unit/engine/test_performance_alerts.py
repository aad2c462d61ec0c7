"""What is raised and resolved as the model is judged on batches of live data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.alerts import AlertState, RecordedAlert, RemedyKind, Severity
from tests.index.recorder import T
from tests.unit.engine.test_drift_alerts import Plant


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path / "plant")


def figures(
    verdict: str, is_reached: bool | None = None, basis: str = "estimated"
) -> dict[str, Any]:
    metric = {
        "metric": "accuracy",
        "basis": basis,
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
    return {
        "verdict": verdict,
        "metrics": [metric],
        "objective": objective | {"is_reached": is_reached},
    }


def test_a_model_that_does_worse_is_told_until_it_is_as_usual_again(plant: Plant) -> None:
    assert plant.batch("ok", performance=figures("ok")) == {}
    found = plant.batch("ok", performance=figures("degraded"))["model:live"]
    alert = found.alert
    assert (found.state, alert.severity) == (AlertState.OPEN, Severity.WARNING)
    assert alert.title == (
        "the model does worse on live: accuracy 0.687 (0.632 to 0.737), usual 0.995, 2.csv, n = 200"
    )
    assert alert.certainty == (
        "estimated without the truth, p = 0.0005, 95 % bounds; worse in 1 of the last 2 windows,"
        " 2 of 3 are an alarm"
    )
    assert alert.cost is None, "it is not said that the objective is missed"
    assert [it.kind for it in alert.remedies] == [
        *(RemedyKind.OPEN_REPORT, RemedyKind.START_JOB, RemedyKind.QUARANTINE)
    ]
    unsure = plant.batch("ok", performance=figures("too_little_data"))["model:live"]
    assert unsure.state is AlertState.OPEN
    over = plant.batch("ok", performance=figures("ok"))["model:live"]
    assert (over.state, over.reason) == (AlertState.RESOLVED, "the model is as good as usual")


def test_an_objective_that_is_missed_makes_it_critical(plant: Plant) -> None:
    found = plant.batch("ok", performance=figures("degraded", is_reached=False))["model:live"]
    assert found.alert.severity is Severity.CRITICAL
    assert found.alert.cost is not None
    assert found.alert.cost.words == "live_accuracy 0.687 (0.632 to 0.737), target 0.95"


def test_a_batch_without_a_model_or_with_figures_that_are_none_says_nothing(plant: Plant) -> None:
    told: list[object] = [None, {}, {"verdict": "degraded"}, "degraded"]
    told += [{"verdict": [], "metrics": []}, figures("degraded") | {"metrics": [{}, None, 3]}]
    for nothing in told:
        assert plant.batch("ok", performance=nothing) == {}


def labelled(plant: Plant, number: int, verdict: str) -> RecordedAlert | None:
    """Say what the labels of an earlier batch came to; return the alert of the model."""
    found = figures(verdict, basis="realised")
    facts = {"batch": f"b{number}", "labels": f"of {number}", "performance": found}
    plant.recorder.journal("batch.performed", T + 100 + number, **facts)
    return plant.alerts().get("model:live")


def test_labels_that_come_later_raise_and_resolve_it_by_k_of_m_windows(plant: Plant) -> None:
    for _ in range(5):
        assert plant.batch("ok", performance=figures("ok")) == {}
    assert labelled(plant, 1, "ok") is None
    warned = labelled(plant, 2, "degraded")
    assert warned is not None
    assert (warned.alert.severity, warned.alert.evidence.batch) == (Severity.WARNING, "b2")
    assert "worse in 1 of the last 2 windows, 2 of 3 are an alarm" in warned.alert.certainty
    assert warned.alert.certainty.startswith("measured by its truth")
    alarmed = labelled(plant, 3, "degraded")
    assert alarmed is not None
    assert (alarmed.alert.severity, alarmed.alert.since) == (Severity.CRITICAL, T + 2)
    # an estimate cannot see what the truth has shown, so it does not end it either
    assert plant.batch("ok", performance=figures("ok"))["model:live"].state is AlertState.OPEN
    over = labelled(plant, 4, "ok")
    assert over is not None
    assert (over.state, over.reason) == (AlertState.RESOLVED, "the model is as good as usual")


def test_labels_that_show_nothing_end_what_was_estimated_of_the_same_batch(plant: Plant) -> None:
    assert plant.batch("ok", performance=figures("degraded"))["model:live"].state.value == "open"
    over = labelled(plant, 1, "ok")
    assert over is not None
    assert over.state is AlertState.RESOLVED
