"""Models that are called: what goes in, what comes out, what is measured of them; none is real."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.models import AliasMove, ModelFormat, ModelVersion
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine import actions_model_evaluation as actions
from mlops_tui.engine import comparisons, workers
from mlops_tui.engine.actions_better import BetterQuestion, compare_models
from mlops_tui.engine.actions_trust import LoadRequest
from mlops_tui.engine.evaluation_questions import RunQuestion
from mlops_tui.engine.tasks import evaluating, model_evaluation
from mlops_tui.engine.tasks.model_calls import callable_of
from mlops_tui.engine.tasks.model_evaluation import quantile_bounds
from mlops_tui.index import Index
from tests.index.recorder import Recorder

ROWS = pd.DataFrame({"case": range(60), "x": np.linspace(0, 1, 60), "site": ["a", "b"] * 30})
ROWS["y"] = (ROWS["x"] > 0.5).astype(int)


class Named:
    """A model that knows the names of what it takes, and scores."""

    feature_names_in_ = np.array(["x"])
    classes_ = np.array([0, 1])

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def predict_proba(self, rows: pd.DataFrame) -> Any:
        self.calls.append(rows)
        return np.column_stack([1 - rows["x"], rows["x"]])

    def predict(self, rows: pd.DataFrame) -> Any:
        return (rows["x"].to_numpy() > 0.5).astype(int)


class Plain:
    """A model of an array."""

    n_features_in_ = 1

    def predict(self, rows: Any) -> Any:
        assert isinstance(rows, np.ndarray)
        return rows[:, 0] * 2


class Session:
    """In place of one of onnxruntime."""

    class _Input:
        name, type = "input", "tensor(float)"

    def get_inputs(self) -> list[Any]:
        return [self._Input()]

    def run(self, wanted: None, fed: Mapping[str, Any]) -> list[Any]:
        rows = fed["input"]
        return [np.array(["no", "yes"])[(rows[:, 0] > 0.5).astype(int)],
                [{"no": 1 - float(x), "yes": float(x)} for x in rows[:, 0]]]  # fmt: skip


def test_models_of_any_kind_are_called_alike() -> None:
    named = callable_of(Named(), None, ["site", "x"]).answer(ROWS)
    assert named.predicted == ROWS["y"].tolist()
    assert named.scores.shape == (60, 2)
    assert np.asarray(named.classes).tolist() == [0, 1]
    strict = callable_of({"model": Named(), "threshold": 0.9}, None, ["x"]).answer(ROWS)
    assert sum(strict.predicted) == int((ROWS["x"] >= 0.9).sum())
    plain = callable_of(Plain(), ["x"], ["x", "site"]).answer(ROWS)
    assert (plain.predicted[-1], plain.scores) == (2.0, None)
    session = callable_of(Session(), ["x"], ["x"]).answer(ROWS)
    assert (session.predicted[-1], np.asarray(session.classes).tolist()) == ("yes", ["no", "yes"])
    assert session.scores.shape == (60, 2)


@pytest.mark.parametrize(
    ("model", "columns", "words"),
    [
        (Named(), ["z"], "needs x, which the dataset does not have"),
        (Plain(), ["x", "site"], "takes 1 columns, and there are 2"),
        ({"model": 3}, ["x"], "a builtins.int has no predict"),
    ],
)
def test_what_cannot_be_called_says_why(model: Any, columns: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        callable_of(model, None, columns)


def test_bounds_of_a_quantile_come_from_the_order_alone() -> None:
    inside = 0
    for seed in range(300):
        values = sorted(np.random.default_rng(seed).exponential(size=200).tolist())
        low, high = quantile_bounds(values, 0.95)
        assert low is not None
        inside += low <= -np.log(0.05) and (high is None or high >= -np.log(0.05))
    assert inside >= 0.92 * 300
    assert quantile_bounds([1.0, 2.0], 0.95)[1] is None


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder(tmp_path / "p")
    ROWS.to_csv(recorder.project / "d.csv", index=False)
    (recorder.project / "mlops.toml").write_text(
        '[datasets.holdout]\npath = "d.csv"\nrole = "holdout"\nid = "case"\ntarget = "y"\n'
        '[datasets.other]\npath = "d.csv"\n'
    )
    versions = {
        f"m:{number}": ModelVersion(
            "m", number, "f" * 64, ModelFormat.JOBLIB, 9, 1, None, None, 0.0, "ada", "here"
        )
        for number in (1, 2)
    }
    models = {"m:1": Named(), "m:2": {"model": Named(), "threshold": 0.95}}
    monkeypatch.setattr(actions, "find_version", lambda project, index, name: versions[name])
    request = lambda project, index, version: LoadRequest(version.name, "joblib", None)  # noqa: E731
    monkeypatch.setattr(actions, "load_request", request)
    monkeypatch.setattr(actions, "read_manifest", lambda project, version: {"signature": None})
    monkeypatch.setattr(model_evaluation, "load", lambda path, kind, trust: models[path])
    monkeypatch.setattr(
        Index, "model_version", lambda index, name: versions[f"{name.model}:{name.number}"]
    )

    def work(task: str, arguments: dict[str, Any], *_more: object) -> Any:
        module, name = task.split(".")
        modules = {"evaluating": evaluating, "model_evaluation": model_evaluation}
        done = getattr(modules[module], name)(lambda done, total: None, **arguments)
        return json.loads(json.dumps(done, default=str))

    monkeypatch.setattr(workers, "work", work)
    return recorder


def test_a_version_is_evaluated_with_what_it_costs_to_call_it(project: Recorder) -> None:
    found = actions.evaluate_version(project.project, "m:1")
    evaluation = found.evaluation
    assert (evaluation.subject, evaluation.dataset, evaluation.role) == (
        "m:1",
        "holdout",
        "holdout",
    )
    assert evaluation.figures["accuracy"].value == 1.0
    latency = evaluation.figures["latency_p95_ms"]
    assert latency.n == 60
    assert latency.value is not None
    assert latency.value > 0
    assert evaluation.figures["size_bytes"].value == 9
    assert evaluation.data_version is not None
    assert {it["column"] for it in found.report["segments"]} == {"site"}
    assert not actions.evaluate_version(project.project, "m:1").is_new
    with pytest.raises(NotFoundError):
        actions.evaluate_version(project.project, "m:1", RunQuestion("gone"))
    with pytest.raises(InputError, match="which column of other is the truth"):
        actions.evaluate_version(project.project, "m:1", RunQuestion("other"))


def test_versions_are_compared_by_what_was_evaluated(project: Recorder) -> None:
    question = BetterQuestion("accuracy")
    with pytest.raises(NotFoundError, match="m:1 has no recorded predictions"):
        compare_models(project.project, "m:1", "m:2", question)
    for name in ("m:1", "m:2"):
        actions.evaluate_version(project.project, name)
    found = compare_models(project.project, "m:1", "m:2", question)
    assert (found["verdict"], found["n"]) == ("worse", 60)


def test_what_the_gate_compares_is_compared_when_a_version_is_evaluated(
    project: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project.project / "mlops.toml"
    gate = '[models.m.gate.champion]\nmetric = "accuracy"\nis = "better"\n'
    file.write_text(file.read_text() + gate)
    champion = AliasMove("m", "champion", 1, None, 1, 0.0, "ada", "here", "")
    monkeypatch.setattr(comparisons, "alias_state", lambda *_: champion)
    asked: list[str] = []
    work = workers.work

    def noted(task: str, *more: Any) -> Any:
        asked.append(task)
        return work(task, *more)

    monkeypatch.setattr(workers, "work", noted)
    for name in ("m:1", "m:2"):
        actions.evaluate_version(project.project, name)
    assert asked == ["model_evaluation.evaluate"] * 2 + ["evaluating.compare"]
    described = load_project(project.project)
    with Index.open(project.project) as index:
        index.ingest()
        sides = [index.evaluations(model="m", number=it)[0] for it in (1, 2)]
        relative = described.models["m"].gate.champion  # type: ignore[union-attr]
        found = comparisons.compare_evaluated(described, index, relative, *sides)  # type: ignore[arg-type]
    assert (found["verdict"], len(asked)) == ("worse", 3)


def test_a_model_that_breaks_says_on_which_rows(
    project: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Plain):
        def predict(self, rows: Any) -> Any:
            raise ValueError("Input contains NaN")

    monkeypatch.setattr(model_evaluation, "load", lambda *_: Broken())
    monkeypatch.setattr(actions, "read_manifest", lambda *_: {
        "signature": {"inputs": [{"name": "x", "type": "float"}]}})  # fmt: skip
    with pytest.raises(InputError, match="failed on rows 0 and following: ValueError: Input con"):
        actions.evaluate_version(project.project, "m:1")
