"""Whether B is better than A: which rows and runs are compared, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError
from mlops_tui.engine import workers
from mlops_tui.engine.actions_better import BetterQuestion, budget_of, compare_models
from mlops_tui.engine.actions_better import compare_repeated as repeated
from mlops_tui.engine.tasks import evaluating
from tests.index.recorder import Recorder, T

TOML = """
[metrics.money]
direction = "minimize"
[datasets.holdout]
path = "holdout.csv"
group = "who"
id = "id"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Give a project whose worker is this process."""

    def work(task: str, arguments: dict[str, Any], *_more: object) -> Any:
        module, name = task.split(".")
        assert module == "evaluating"
        return getattr(evaluating, name)(lambda done, total: None, **arguments)

    monkeypatch.setattr(workers, "work", work)
    recorder = Recorder(tmp_path / "p")
    (recorder.project / "mlops.toml").write_text(TOML)
    return recorder


def model(recorder: Recorder, said: str, version: str | None = "v1", **params: Any) -> str:
    run_id = recorder.create(kind="evaluate", params=params)
    rows = "".join(f"{at},{at % 2},{text}\n" for at, text in enumerate(said))
    path = places.run_dir(recorder.project, run_id) / "p.csv"
    path.write_text("id,y_true,y_pred\n" + rows)
    recorder.write(run_id, {"t": T, "predictions": {"path": "p.csv", "dataset": "holdout"}})
    if version is not None:
        used = {"name": "holdout", "path": "holdout.csv", "version": version}
        recorder.write(run_id, {"t": T, "dataset": used}, file="datasets.jsonl")
    recorder.journal("run.ended", T + 9, run=run_id, state="finished", ended=T + 9)
    return run_id


def better(recorder: Recorder, a: str, b: str, **more: Any) -> dict[str, Any]:
    return compare_models(recorder.project, a, b, BetterQuestion("accuracy", **more))


def test_models_are_compared_on_the_rows_that_both_have(project: Recorder) -> None:
    good, bad = model(project, "01" * 40), model(project, "00" * 40 + "0")
    found = better(project, bad, good)
    assert (found["verdict"], found["n"], found["difference"]) == ("better", 80, 0.5)
    assert any("1 of 81" in it for it in found["notes"])
    assert better(project, good, bad, dataset="holdout")["verdict"] == "worse"
    people = "".join(f"{at},{at // 40}\n" for at in range(80))
    (project.project / "holdout.csv").write_text("id,who\n" + people)
    assert better(project, bad, good)["method"] != found["method"]


def test_other_versions_of_the_data_are_refused_or_told(project: Recorder) -> None:
    one, other = model(project, "01" * 40), model(project, "00" * 40, version="v2")
    with pytest.raises(RefusedError, match="different versions of holdout"):
        better(project, one, other)
    assert "different versions" in better(project, one, other, is_anyway=True)["notes"][0]
    unknown = model(project, "00" * 40, version=None)
    assert "is not recorded of" in better(project, one, unknown)["notes"][0]
    with pytest.raises(NotFoundError):
        better(project, one, other, dataset="third")


def test_other_budgets_are_refused_or_told(project: Recorder) -> None:
    one, other = (model(project, "01" * 40, max_epochs=it, lr=it) for it in (10, 100))
    with pytest.raises(RefusedError, match="different budgets: max_epochs 10 and 100"):
        better(project, one, other)
    assert "different budgets" in better(project, one, other, is_anyway=True)["notes"][0]
    assert set(budget_of({"steps": 1, "n_trials": 2, "stepsize": 3})) == {"steps", "n_trials"}
    with pytest.raises(InputError, match="no difference to see"):
        better(project, one, other, min_difference=0.0)


def seeds(recorder: Recorder, lr: float, values: dict[int, float]) -> str:
    for seed, value in values.items():
        run_id = recorder.create(params={"lr": lr, "seed": seed})
        recorder.write(run_id, {"t": T, "s": 0, "m": {"money": value, "score": -value}})
        recorder.journal("run.ended", T + 9, run=run_id, state="finished", ended=T + 9)
    return run_id


def test_runs_of_the_same_seeds_are_paired(project: Recorder) -> None:
    one = seeds(project, 0.1, {1: 5.0, 2: 9.0, 3: 7.0})
    other = seeds(project, 0.2, {3: 6.1, 2: 7.9, 1: 4.0, 4: 100.0})
    found = repeated(project.project, one, other, BetterQuestion("money"))
    assert (found["verdict"], found["n"], found["method"]) == ("better", 3, "paired t")
    assert (found["values_a"], found["values_b"]) == ([5.0, 9.0, 7.0], [4.0, 7.9, 6.1])
    assert "1 runs are left out" in found["notes"][0]
    assert repeated(project.project, one, other, BetterQuestion("score"))["verdict"] == "better"
    third = seeds(project, 0.3, {7: 6.0, 8: 7.5})
    assert repeated(project.project, one, third, BetterQuestion("money"))["method"] == "Welch t"
    with pytest.raises(InputError, match="differ in their seed only"):
        repeated(project.project, one, one, BetterQuestion("money"))
    with pytest.raises(InputError, match="0 of 3 runs like"):
        repeated(project.project, one, third, BetterQuestion("other"))
    with pytest.raises(InputError, match="on holdout"):
        repeated(project.project, one, third, BetterQuestion("money", dataset="holdout"))
