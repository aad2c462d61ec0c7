"""By what two runs or versions can be compared, and over which metrics a front is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.models import (
    Bound,
    DeclaredModel,
    Gate,
    ModelFormat,
    ModelVersion,
    Relative,
    Than,
)
from mlops_tui.domain.project import Guardrail, Metric, Objective, Project
from mlops_tui.domain.runs import MetricSummary, Run, RunState
from mlops_tui.engine.actions_compare_models import Subject, compare_subjects, with_front
from mlops_tui.engine.better_choices import better_choices


def evaluation(number: int, *names: str, **more: object) -> Evaluation:
    figures = dict.fromkeys(names, Figure(0.5 + number / 10, 0.5, 0.9, 100))
    facts = {"role": "holdout", "problem": "binary", "rows": 100, "predictions": "f" * 64}
    shape = {"dataset": "holdout", "data_version": "v1", **facts, **more}
    return Evaluation(f"e{number}", None, "m", number, figures=figures, **shape)  # type: ignore[arg-type]


def version(number: int, *names: str, **more: object) -> Subject:
    made = ModelVersion(
        *("m", number, "f" * 64, ModelFormat.SKOPS, 9, 1, None, None, 0.0, "ada", "here")
    )
    return Subject(made.name, None, made, (evaluation(number, *names, **more),))


def run(name: str, *predicted: str | None) -> Subject:
    summary = MetricSummary(0.5, 0.5, 0.5, 0.5, 1, 0, 0, 0, 0)
    metrics = {"accuracy": summary, "threshold": summary}
    made = Run(name, name, "train", "train", RunState.FINISHED, 0.0, metrics=metrics)
    return Subject(name, made, None, (), predicted)


def project(path: Path, gate: Gate | None) -> Project:
    objective = Objective(metric="expected_cost_per_case", guardrails=(Guardrail("recall"),))
    model = DeclaredModel("m", gate=gate)
    return Project(path, "p", objective=objective, models={"m": model})


GATE = Gate(
    dataset="holdout",
    metrics=(Bound("precision", 0.5),),
    champion=Relative("roc_auc", Than.BETTER, 0.03),
    guardrails=False,
)
NAMES = ("accuracy", "roc_auc", "recall", "precision", "cost", "latency_p95_ms", "ece")


def test_the_gates_metric_comes_first_then_the_objectives(tmp_path: Path) -> None:
    sides = version(1, *NAMES), version(2, *NAMES, "f1")
    found = better_choices(project(tmp_path, GATE), *sides)
    assert (found[0].metric, found[0].dataset, found[0].margin) == ("roc_auc", "holdout", 0.03)
    assert [it.about for it in found[:3]] == ["the gate's", "the objective's", ""]
    assert found[1].metric == "cost"
    assert {it.metric for it in found} == {"accuracy", "roc_auc", "recall", "precision", "cost"}


def test_metrics_of_the_projects_own_are_offered(tmp_path: Path) -> None:
    own = {"profit": Metric("profit", function="scores:profit"), "plain": Metric("plain")}
    described = replace(project(tmp_path, None), metrics=own)
    sides = [version(at, "accuracy", "profit", "plain") for at in (1, 2)]
    assert [it.metric for it in better_choices(described, *sides)] == ["accuracy", "profit"]


def test_only_data_that_both_predicted_is_offered(tmp_path: Path) -> None:
    described = project(tmp_path, None)
    other = version(2, "accuracy", dataset="validation")
    assert better_choices(described, version(1, "accuracy"), other) == []
    gone = version(2, "accuracy", predictions=None)
    assert better_choices(described, version(1, "accuracy"), gone) == []


def test_what_nobody_evaluated_is_offered_and_runs_over_their_seeds(tmp_path: Path) -> None:
    described = project(tmp_path, None)
    found = better_choices(described, run("a", "holdout"), run("b", "holdout", None))
    assert (found[0].metric, found[0].about) == ("cost", "the objective's")
    assert {it.about for it in found[1:-1]} == {"not evaluated yet"}
    assert (found[-1].metric, found[-1].is_repeated) == ("accuracy", True)
    assert [it.is_repeated for it in better_choices(described, run("a"), run("b"))] == [True]


def test_the_usual_front_is_over_objective_and_gate_or_guardrails(tmp_path: Path) -> None:
    sides = [version(1, *NAMES), version(2, *NAMES)]
    for gate, names in (
        (GATE, ("cost@holdout", "precision@holdout", "roc_auc@holdout")),
        (None, ("cost@holdout", "recall@holdout")),
    ):
        described = project(tmp_path, gate)
        found = compare_subjects(described, sides)
        front = with_front(described, found, None).front
        assert front is not None
        assert front.metrics == names
        assert front.beaten_by == ((), ())  # the second costs more
    described = replace(described, objective=None)
    assert with_front(described, found, None).front is None
    alone = with_front(described, found, ["roc_auc@holdout"]).front
    assert alone is not None
    assert alone.beaten_by == ((1,), ())
