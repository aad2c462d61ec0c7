"""Runs and versions side by side with what was evaluated of them; and what parameters matter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.models import ModelFormat, ModelVersion
from mlops_tui.engine import workers
from mlops_tui.engine.actions_compare_models import compare_models
from mlops_tui.engine.actions_importance import importance
from mlops_tui.engine.figure_rows import FigureRow
from mlops_tui.evaluate import importance as importances
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    version = ModelVersion(
        "m", 1, "f" * 64, ModelFormat.SKOPS, 9, 1, None, None, 0.0, "ada", "here"
    )
    monkeypatch.setattr(Index, "model_version", lambda index, name: version)
    return Recorder(tmp_path / "p")


def model(recorder: Recorder, accuracy: float, width: float, version: str = "v1") -> str:
    run_id = recorder.create(params={"lr": accuracy})
    recorder.write(run_id, {"t": T, "s": 0, "m": {"loss": 1 - accuracy}})
    evaluated(recorder, f"e-{run_id}", accuracy, width, version, run=run_id)
    return run_id


def evaluated(
    recorder: Recorder, name: str, accuracy: float, width: float, version: str, **of: Any
) -> None:
    figure = {"value": accuracy, "low": accuracy - width, "high": accuracy + width, "n": 90}
    latency = {"value": 20 * accuracy, "low": None, "high": None, "n": 9}
    facts = {"dataset": "holdout", "data_version": version, "role": "holdout", "rows": 90}
    metrics = {"accuracy": figure, "latency_p95_ms": latency}
    recorder.journal("evaluation.recorded", T, evaluation=name, metrics=metrics, **facts, **of)


def row(rows: tuple[FigureRow, ...], metric: str) -> FigureRow:
    return next(it for it in rows if it.metric == metric)


def test_what_was_evaluated_is_beside_what_was_recorded(project: Recorder) -> None:
    runs = [model(project, 0.9, 0.02), model(project, 0.8, 0.02)]
    evaluated(project, "e-m", 0.85, 0.01, "v1", model="m", number=1)
    found = compare_models(project.project, [*runs, "m:1"], ["accuracy", "latency_p95_ms"])
    accuracy = row(found.figures, "accuracy")
    assert [it.value if it else None for it in accuracy.figures] == [0.9, 0.8, 0.85]
    assert (accuracy.best, accuracy.is_clear) == ((0,), True)
    assert row(found.figures, "latency_p95_ms").best == (1,)
    assert found.best["loss"] == (0,)
    assert found.front is not None
    assert found.front.beaten_by == ((), (), ())
    of_one = compare_models(project.project, [*runs, "m:1"], ["accuracy@holdout"]).front
    assert of_one is not None
    assert (of_one.places, of_one.beaten_by) == ((0,), ((), (0, 2), (0,)))
    params = next(it for it in found.rows if it.key == "lr")
    assert params.values == (0.9, 0.8, None)
    assert [it.name for it in found.subjects] == ["train-1", "train-2", "m:1"]
    for wrong, words in (("nothing", "none of them has"), ("lr", "none of them has")):
        with pytest.raises(InputError, match=words):
            compare_models(project.project, runs, [wrong])


def test_over_other_versions_of_the_data_nothing_is_best(project: Recorder) -> None:
    wide, near = model(project, 0.9, 0.2), model(project, 0.8, 0.2)
    assert not row(compare_models(project.project, [wide, near]).figures, "accuracy").is_clear
    other = model(project, 0.7, 0.01, version="v2")
    found = row(compare_models(project.project, [wide, other]).figures, "accuracy")
    assert (found.best, found.versions) == ((), ("v1", "v2"))
    front = compare_models(project.project, [wide, other], ["accuracy"]).front
    assert front is not None
    assert front.beaten_by == (None, None)
    assert front.notes == (
        "measured on 2 versions of holdout, so that nothing is beaten: accuracy",
    )


def test_the_verb_marks_the_best(project: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [model(project, 0.9, 0.02), model(project, 0.8, 0.02)]
    place = ("-C", str(project.project))
    assert main(["compare", *runs, *place, "--pareto", "accuracy"]) == 0
    shown = capsys.readouterr().out
    assert "0.9 (0.88 to 0.92) *" in shown
    assert "beaten by none in accuracy: train-1" in shown
    assert "train-2 is beaten by train-1" in shown
    assert main(["compare", *runs, "m:1", *place, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [it["version"] for it in told["runs"]] == [None, None, "m:1"]
    assert told["evaluations"][0]["best"] == [0]
    assert told["pareto"] is None
    assert told["best"] == {"loss": [0]}


def test_what_moves_a_metric_is_told_from_what_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("_TREES", 10), ("_SHUFFLED", 2), ("_REPEATS", 2)):
        monkeypatch.setattr(importances, name, number)
    draw = np.random.default_rng(1)
    lr, noise = draw.uniform(-4, 0, 60), draw.integers(1, 9, 60)
    solver = draw.choice(["adam", "sgd"], 60)
    y = -((lr + 2) ** 2) + 2 * (solver == "adam") + draw.normal(0, 0.1, 60)
    params = {"lr": lr.tolist(), "solver": solver.tolist(), "noise": noise.tolist(), "c": [1] * 60}
    found = importances.importances(params, y.tolist())
    assert found is not None
    assert [it.param for it in found.params] == ["lr", "solver", "noise"]
    assert found.params[0].is_sure
    assert not found.params[2].is_sure
    assert 0.4 < found.params[0].share < 1
    assert found.explained > 0.6
    chance = importances.importances(params, draw.normal(size=60).tolist())
    assert chance is not None
    assert not any(it.is_sure for it in chance.params)
    assert importances.importances({"c": [1] * 60}, y.tolist()) is None


def test_too_few_runs_tell_nothing(project: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def work(task: str, arguments: dict[str, Any], *_: object) -> dict[str, Any]:
        asked.append(arguments)
        return {"n": 12, "params": []}

    monkeypatch.setattr(workers, "work", work)
    for number in range(12):
        if number == 11:
            with pytest.raises(InputError, match="11 finished runs have loss: too few"):
                importance(project.project, "loss")
        run_id = project.create(params={"lr": number, "seed": number})
        project.write(run_id, {"t": T, "s": 0, "m": {"loss": number}})
        project.journal("run.ended", T + 9, run=run_id, state="finished", ended=T + 9)
    found = importance(project.project, "loss")
    assert (found["job"], found["seeds"]) == ("train", ["seed"])
    assert list(asked[0]["params"]) == ["lr"]
    assert len(asked[0]["metric"]) == 12
