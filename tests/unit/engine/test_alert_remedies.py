"""What an alert about live data offers, and what carrying it out does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.alerts import AlertState, RecordedAlert, Remedy, RemedyKind
from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError
from mlops_tui.domain.remedies import command_of
from mlops_tui.engine.actions_aliases import Reasons, alias_state, move_alias
from mlops_tui.engine.actions_models import register_file
from mlops_tui.engine.actions_quarantine import quarantine_batch
from mlops_tui.engine.actions_remedies import apply_remedy
from tests.unit.engine.test_drift_alerts import TOML, Plant
from tests.unit.engine.test_performance_alerts import figures

MORE = """
[datasets.check]
path = "check.csv"
role = "validation"
target = "y"
[monitor]
prediction = "said"
score = "p"
"""


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    made = Plant(tmp_path / "plant")
    (made.recorder.project / "mlops.toml").write_text(TOML + MORE)
    return made


def promote(plant: Plant, *contents: bytes) -> None:
    project, index = plant.recorder.project, plant.index
    for number, content in enumerate(contents, 1):
        (project / "m.joblib").write_bytes(content)
        register_file(project, index, "pump", project / "m.joblib")
        move_alias(project, index, f"pump:{number}", "champion", Reasons("better"), number - 1)
    index.ingest()


def offered(found: RecordedAlert) -> dict[RemedyKind, Remedy]:
    return {it.kind: it for it in found.alert.remedies}


def test_a_model_that_does_worse_is_rolled_back_because_of_its_alert(plant: Plant) -> None:
    alert = plant.batch("ok", performance=figures("degraded"))["model:live"]
    assert RemedyKind.ROLL_BACK not in offered(alert), "no model is registered"
    promote(plant, b"1")
    alert = plant.batch("ok", performance=figures("degraded"))["model:live"]
    assert RemedyKind.ROLL_BACK not in offered(alert), "there is no earlier champion"
    assert offered(alert)[RemedyKind.RECALIBRATE].arguments == {"version": "pump:1"}
    (plant.recorder.project / "m.joblib").write_bytes(b"2")
    register_file(plant.recorder.project, plant.index, "pump", plant.recorder.project / "m.joblib")
    move_alias(plant.recorder.project, plant.index, "pump:2", "champion", Reasons("better"), 1)
    alert = plant.batch("ok", performance=figures("degraded"))["model:live"]
    remedy = offered(alert)[RemedyKind.ROLL_BACK]
    assert remedy.words == "roll back champion of pump from version 2 to 1"
    command = command_of(remedy)
    assert command is not None
    assert command[:5] == ("mlops-tui", "models", "rollback", "pump", "--alias")
    done = apply_remedy(plant.recorder.project, alert.id, remedy)
    assert done == "champion of pump is version 1 again, no more 2"
    state = alias_state(plant.recorder.project, plant.index, "pump", "champion")
    assert state is not None
    assert (state.to, state.kind.value) == (1, "rollback")
    assert state.why.startswith(f"alert {alert.id}: the model does worse on live")
    assert plant.alerts()["model:live"].state is AlertState.ACKNOWLEDGED
    with pytest.raises(RefusedError, match="moved meanwhile: it is version 1 now"):
        apply_remedy(plant.recorder.project, alert.id, remedy)


def test_of_several_models_in_use_only_the_declared_one_is_meant(plant: Plant) -> None:
    promote(plant, b"1", b"2")
    project, index = plant.recorder.project, plant.index
    register_file(project, index, "other", project / "m.joblib")
    move_alias(project, index, "other:1", "champion", Reasons("better"), 0)
    index.ingest()
    alert = plant.batch("ok", performance=figures("degraded"))["model:live"]
    assert RemedyKind.ROLL_BACK not in offered(alert)
    toml = (project / "mlops.toml").read_text()
    (project / "mlops.toml").write_text(toml + 'model = "pump"\n')
    alert = plant.batch("ok", performance=figures("degraded"))["model:live"]
    assert RemedyKind.ROLL_BACK in offered(alert)


def drifting(plant: Plant) -> dict[str, Any]:
    return plant.batch("drift", drifted=["heat"], n_drifted=1)


def test_a_batch_in_quarantine_counts_for_nothing_until_it_is_taken_back(plant: Plant) -> None:
    project, index = plant.recorder.project, plant.index
    plant.batch("ok")
    first = drifting(plant)["drift:live"]
    remedy = offered(first)[RemedyKind.QUARANTINE]
    done = apply_remedy(project, first.id, remedy)
    assert done == "2.csv of live is in quarantine"
    index.ingest()
    batch = index.batch("b2")
    assert batch is not None
    assert batch.quarantined == f"alert {first.id}: {first.alert.title}"
    over = plant.alerts()["drift:live"]
    assert (over.state, over.reason) == (AlertState.RESOLVED, "the newest batch is as usual")
    assert index.batch_sizes("live", 1e12) == [200]
    assert quarantine_batch(project, index, "2.csv", "again").quarantined == batch.quarantined
    assert quarantine_batch(project, index, "2.csv", "", is_undo=True).quarantined is None
    assert plant.alerts()["drift:live"].state is AlertState.OPEN
    for number in (1, 2):
        quarantine_batch(project, index, f"b{number}", "a  test\nof the probe")
    assert [it.quarantined for it in index.batches("live")] == ["a test of the probe"] * 2
    assert plant.alerts()["drift:live"].reason == "what was wrong is put aside"
    with pytest.raises(InputError, match="why is"):
        quarantine_batch(project, index, "b1", " ", is_undo=False)
    with pytest.raises(NotFoundError):
        quarantine_batch(project, index, "b9", "why")


def test_one_that_cannot_be_read_is_put_aside_too(plant: Plant) -> None:
    found = plant.batch(None, error="1.csv is empty")["batch:live"]
    assert [it.kind for it in found.alert.remedies] == [RemedyKind.QUARANTINE]
    apply_remedy(plant.recorder.project, found.id, found.alert.remedies[0], "a test")
    assert plant.alerts()["batch:live"].reason == "what was wrong is put aside"
