"""What is raised and resolved as batches of live data are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain.alerts import AlertState, RecordedAlert, RemedyKind, Severity
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine.creation import ensure_project_folders
from mlops_tui.engine.drift_alerts import tell_alerts
from mlops_tui.engine.monitored import require_watched
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T
from tests.index.test_batches import judged

TOML = """\
[datasets.train]
path = "train.csv"
role = "train"
[datasets.live]
path = "live"
role = "live"
[jobs.fit]
run = "python fit.py {lr}"
kind = "train"
[jobs.fit.params]
lr = 0.1
"""
HEAT = [["heat", "drift", 0.52, 0.1, 0.2, 90, ""], ["line", "ok", 0.01, 0.1, 0.1, 90, ""]]
GONE = [["line", "drift", None, None, None, 0, "missing_column"]]


class Plant:
    """A project whose batches are said to be judged, and the alerts that this makes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "mlops.toml").write_text(TOML)
        ensure_project_folders(folder)
        self.recorder = Recorder(folder)
        self.index = Index.open(folder)
        self.count = 0

    def batch(self, verdict: str | None, **more: object) -> dict[str, RecordedAlert]:
        self.count += 1
        at = T + self.count
        facts = judged(f"b{self.count}", f"{self.count}.csv", at, verdict, **more)
        self.recorder.journal("batch.judged", at, **facts)
        return self.alerts()

    def alerts(self) -> dict[str, RecordedAlert]:
        described = load_project(self.recorder.project)
        tell_alerts(described, require_watched(described), self.index)
        self.index.ingest()
        every = self.index.alerts(frozenset(AlertState))
        return {it.alert.cause: it for it in every}


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path / "plant")


def test_a_drift_is_a_warning_at_once_an_alarm_soon_and_over_with_a_calm_batch(
    plant: Plant,
) -> None:
    assert plant.alerts() == {}
    assert plant.batch("ok") == {}
    drift = {"columns": HEAT, "drifted": ["heat"], "n_drifted": 1}
    found = plant.batch("drift", **drift)["drift:live"]
    alert = found.alert
    assert (found.state, alert.severity) == (AlertState.OPEN, Severity.WARNING)
    assert alert.title == "live drifts in 1 column (heat), 2.csv, n = 200"
    assert alert.detail == "heat: 0.52 of 0.1, chance up to 0.2, n = 90"
    assert alert.certainty == "1 of the last 2 windows have drifted; 2 of 3 are an alarm"
    assert (alert.since, alert.evidence.batch, alert.evidence.n) == (T + 2, "b2", 200)
    assert alert.evidence.numbers == {"score": 0.52, "threshold": 0.1, "null_q99": 0.2}
    assert [(it.kind, dict(it.arguments)) for it in alert.remedies] == [
        (RemedyKind.OPEN_REPORT, {"batch": "b2"}),
        (RemedyKind.START_JOB, {"job": "fit"}),
        (RemedyKind.QUARANTINE, {"batch": "b2"}),
        (RemedyKind.RAISE_THRESHOLD, {"key": "monitor.columns.heat.threshold", "value": 0.58}),
        (RemedyKind.PROPOSE_CHECKS, {"dataset": "live"}),
    ]
    assert plant.alerts()["drift:live"].count == 1
    plant.batch("too_little_data")
    found = plant.batch("drift", **drift)["drift:live"]
    assert (found.alert.severity, found.alert.since) == (Severity.CRITICAL, T + 2)
    assert plant.batch("ok")["drift:live"].state is AlertState.RESOLVED


def test_a_column_that_is_gone_is_named_and_no_threshold_is_offered(plant: Plant) -> None:
    more = {"columns": GONE, "drifted": ["line"], "n_drifted": 1}
    alert = plant.batch("drift", **more)["drift:live"].alert
    assert alert.detail == "line: missing column"
    assert RemedyKind.RAISE_THRESHOLD not in {it.kind for it in alert.remedies}
    assert alert.evidence.numbers == {}


def test_a_batch_that_cannot_be_judged_is_told_until_one_can_be(plant: Plant) -> None:
    found = plant.batch(None, error="/live/1.csv is empty")
    assert set(found) == {"batch:live"}
    assert found["batch:live"].alert.detail == "/live/1.csv is empty"
    assert plant.batch("ok")["batch:live"].state is AlertState.RESOLVED
