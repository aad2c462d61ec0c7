"""Evaluations of runs: which predictions, what is recorded, once anywhere; without a worker."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError, WorkerError
from mlops_tui.domain.evaluations import Evaluation
from mlops_tui.engine import actions_evaluations as actions
from mlops_tui.engine import workers
from mlops_tui.engine.actions_lookup import find_run
from mlops_tui.engine.evaluation_care import BUSY_SECONDS, EvaluationCare, claim_of
from mlops_tui.engine.evaluation_questions import RunQuestion
from mlops_tui.engine.predicted_files import predictions_of
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T

TOML = """
[objective.cost]
false_negative = 5.0
[datasets.holdout]
path = "holdout.csv"
role = "holdout"
id = "case"
target = "label"
segments = ["site"]
"""
REPORT = {
    "task": "binary",
    "n": 2,
    "notes": ["of the worker"],
    "metrics": {"accuracy": {"value": 0.5, "low": 0.1, "high": 0.9, "n": 2, "method": "Wilson"}},
    "calibration": {"ece": 0.25, "n": 2},
}


class Work:
    """In place of a worker process."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.error: Exception | None = None

    def __call__(self, task: str, arguments: Mapping[str, Any], *_: object) -> Any:
        assert task == "evaluating.measure"
        self.asked.append(arguments)
        if self.error is not None:
            raise self.error
        return json.loads(json.dumps(REPORT))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    fake = Work()
    monkeypatch.setattr(workers, "work", fake)
    return fake


@pytest.fixture
def project(tmp_path: Path) -> Recorder:
    recorder = Recorder(tmp_path / "p")
    (recorder.project / "mlops.toml").write_text(TOML)
    (recorder.project / "holdout.csv").write_text("case,site,label\n1,a,1\n2,b,0\n")
    return recorder


def predicted(
    recorder: Recorder, *datasets: str | None, ended: bool = True, name: str = "p.csv"
) -> str:
    run_id = recorder.create(kind="evaluate")
    for dataset in datasets:
        path = places.run_dir(recorder.project, run_id) / name
        path.write_text(f"id,y_true,y_pred\n1,1,1\n2,0,1\n{dataset}")
        recorder.write(run_id, {"t": T, "predictions": {"path": name, "dataset": dataset}})
    if ended:
        recorder.journal("run.ended", T + 9, run=run_id, state="finished", ended=T + 9)
    return run_id


def evaluate(recorder: Recorder, run_id: str, **question: Any) -> actions.Evaluated:
    run = find_run(recorder.project, run_id)
    return actions.evaluate_run(recorder.project, run, RunQuestion(**question))


def listed(recorder: Recorder) -> tuple[Evaluation, ...]:
    return actions.list_evaluations(recorder.project).evaluations


def test_an_evaluation_is_recorded_with_its_report_and_its_data(
    project: Recorder, work: Work
) -> None:
    run_id = predicted(project, "holdout")
    found = evaluate(project, run_id)
    assert work.asked[0]["dataset"]["target"] == "label"
    assert work.asked[0]["ask"]["segments"] == ["site"]
    assert work.asked[0]["ask"]["cost"]["false_negative"] == 5.0
    (recorded,) = listed(project)
    assert recorded == found.evaluation
    assert (recorded.run_id, recorded.dataset, recorded.role) == (run_id, "holdout", "holdout")
    assert recorded.data_version is not None
    assert recorded.figures["accuracy"].low == 0.1
    assert recorded.figures["ece"].value == 0.25
    assert actions.read_report(project.project, recorded) == found.report
    looks = actions.looks_at(project.project, recorded)
    assert looks is not None
    assert looks.looks == 1


def test_the_same_question_is_no_second_look(project: Recorder, work: Work) -> None:
    run_id = predicted(project, "holdout")
    first, again = evaluate(project, run_id), evaluate(project, run_id)
    assert (first.is_new, again.is_new, len(work.asked)) == (True, False, 1)
    assert again.report == first.report
    evaluate(project, run_id, segments=("age",))
    assert len(listed(project)) == 2
    assert evaluate(project, run_id, is_again=True).is_new
    assert (len(listed(project)), len(work.asked)) == (2, 3)


def test_other_costs_and_other_code_of_a_metric_are_another_question(
    project: Recorder, work: Work
) -> None:
    run_id = predicted(project, "holdout")
    assert work.asked == []
    evaluate(project, run_id)
    file = project.project / "mlops.toml"
    file.write_text(TOML.replace("5.0", "6.0"))
    assert evaluate(project, run_id).is_new
    file.write_text(file.read_text() + '[metrics.profit]\nfunction = "own.scores:profit"\n')
    (project.project / "own").mkdir()
    code = project.project / "own" / "scores.py"
    code.write_text("def profit(y_true, y_pred): return 1.0\n")
    assert evaluate(project, run_id).is_new
    assert work.asked[-1]["ask"]["functions"] == {"profit": "own.scores:profit"}
    assert work.asked[-1]["ask"]["folder"] == str(project.project)
    assert not evaluate(project, run_id).is_new
    code.write_text("def profit(y_true, y_pred): return 2.0\n")
    assert evaluate(project, run_id).is_new


def test_which_predictions_are_meant(project: Recorder, work: Work) -> None:
    with pytest.raises(NotFoundError, match="has no predictions"):
        evaluate(project, predicted(project))
    with pytest.raises(RefusedError, match="still"):
        evaluate(project, predicted(project, "holdout", ended=False))
    two = predicted(project, "holdout", "other")
    with pytest.raises(InputError, match="on holdout, other"):
        evaluate(project, two)
    assert evaluate(project, two, dataset="other").evaluation.role is None
    with pytest.raises(NotFoundError, match="no predictions on third"):
        evaluate(project, two, dataset="third")
    assert evaluate(project, predicted(project, None), dataset="holdout").evaluation.dataset == (
        "holdout"
    )
    gone = predicted(project, "holdout")
    (places.run_dir(project.project, gone) / "p.csv").unlink()
    with pytest.raises(NotFoundError, match="are gone"):
        evaluate(project, gone)


def test_predictions_outside_of_the_run_are_kept_as_they_were(
    project: Recorder, work: Work
) -> None:
    outside = project.project / "said.csv"
    outside.write_text("id,y_true,y_pred\n1,1,1\n")
    run_id = predicted(project)
    project.write(run_id, {"t": T, "predictions": {"path": "said.csv"}})
    evaluation = evaluate(project, run_id).evaluation
    outside.write_text("another run's")
    kept = predictions_of(project.project, evaluation, None)
    assert kept.read_text() == "id,y_true,y_pred\n1,1,1\n"
    inside = evaluate(project, predicted(project, "holdout")).evaluation
    with Index.open(project.project) as index:
        index.ingest()
        assert inside.run_id is not None
        (found,) = index.predictions([inside.run_id])
    path = predictions_of(project.project, inside, found)
    path.write_text("changed")
    with pytest.raises(NotFoundError, match="was written anew"):
        predictions_of(project.project, inside, found)


def test_a_model_that_has_seen_the_holdout_is_told_of(project: Recorder, work: Work) -> None:
    run_id = project.create(kind="train")
    project.write(run_id, {"t": T, "dataset": {"name": "x", "path": "holdout.csv"}})
    (places.run_dir(project.project, run_id) / "p.csv").write_text("id,y_true,y_pred\n1,1,1\n")
    project.write(run_id, {"t": T, "predictions": {"path": "p.csv", "dataset": "holdout"}})
    project.journal("run.ended", T + 9, run=run_id, state="finished", ended=T + 9)
    assert "these figures prove nothing" in evaluate(project, run_id).report["notes"][0]


def look(care: EvaluationCare, recorder: Recorder) -> float | None:
    """Let it begin and wait for what it began."""
    with Index.open(recorder.project) as index:
        index.ingest()
        pause = care.keep(index)
    for thread in threading.enumerate():
        if thread.name == "evaluation":
            thread.join(20)
    return pause


def test_what_ended_is_evaluated_once_by_whoever_comes_first(project: Recorder, work: Work) -> None:
    said: list[str] = []
    runs = [predicted(project, "holdout"), predicted(project, None, "holdout")]
    predicted(project, "holdout", ended=False)
    cares = [EvaluationCare(project.project, said.append) for _ in range(2)]
    for _ in range(4):
        for care in cares:
            look(care, project)
    assert look(cares[0], project) is None
    assert sorted((it.run_id or "", it.dataset or "") for it in listed(project)) == [
        *((runs[0], "holdout"), (runs[1], ""), (runs[1], "holdout"))
    ]
    assert len(work.asked) == len(listed(project)) == len(said)
    for care in cares:
        care.stop()


def test_what_cannot_be_evaluated_is_recorded_as_that_and_not_tried_again(
    project: Recorder, work: Work
) -> None:
    said: list[str] = []
    run_id = predicted(project, "holdout")
    work.error = WorkerError("it was killed")
    care = EvaluationCare(project.project, said.append)
    assert look(care, project) == BUSY_SECONDS
    assert look(care, project) is None
    (failed,) = listed(project)
    assert (failed.error, failed.run_id, failed.report) == ("it was killed", run_id, None)
    assert said == [f"{run_id}: cannot be evaluated: it was killed"]
    with pytest.raises(NotFoundError, match="it was killed"):
        actions.read_report(project.project, failed)
    assert not actions.list_evaluations(project.project).looks


def test_an_evaluation_that_somebody_else_holds_is_left_alone(
    project: Recorder, work: Work
) -> None:
    predicted(project, "holdout")
    with Index.open(project.project) as index:
        index.ingest()
        (found,) = index.unevaluated("evaluate", 9)
    claims = places.claims_dir(project.project)
    claims.mkdir(parents=True)
    (claims / f"evaluation-{claim_of(found)}").write_text('{"host": "elsewhere"}')
    care = EvaluationCare(project.project, print)
    assert look(care, project) == BUSY_SECONDS
    assert look(care, project) is None
    assert not work.asked
