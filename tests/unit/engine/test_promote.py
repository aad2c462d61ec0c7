from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.errors import InputError, MlopsTuiError, NotFoundError, RefusedError
from mlops_tui.domain.gates import Light
from mlops_tui.domain.lifecycle import ALIAS_DRILLED
from mlops_tui.domain.models import Bound, BoundOf, ModelVersion, Relative, Than
from mlops_tui.engine.actions_aliases import Reasons, move_alias
from mlops_tui.engine.actions_models import register_file
from mlops_tui.engine.actions_promote import (
    GateRefusedError,
    ask_gate,
    gate_record,
    promote,
    rollback,
)
from mlops_tui.engine.gating import Case, judge, judge_difference
from mlops_tui.engine.objects import object_path, read_object
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T

TOML = """
[datasets.holdout]
path = "holdout.csv"
role = "holdout"
[objective]
metric = "auc"
[[objective.guardrails]]
metric = "recall"
min = 0.5
[models.cancer.gate]
size_max_mb = 1
{more}
"""


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


@pytest.fixture
def index(recorder: Recorder) -> Iterator[Index]:
    gate(recorder)
    with Index.open(recorder.project) as index:
        for content in (b"1", b"2", b"3"):
            (recorder.project / "m.joblib").write_bytes(content)
            register_file(recorder.project, index, "cancer", recorder.project / "m.joblib")
        yield index


def gate(recorder: Recorder, more: str = "") -> None:
    (recorder.project / "mlops.toml").write_text(TOML.format(more=more))


def evaluate(recorder: Recorder, index: Index, number: int, **metrics: list[float | None]) -> None:
    told = {
        name: dict(zip(("value", "low", "high", "n"), [*it, 100], strict=False))
        for name, it in metrics.items()
    }
    facts = {"evaluation": f"e{number}", "model": "cancer", "number": number}
    about = {"dataset": "holdout", "data_version": "d", "rows": 100, "metrics": told}
    recorder.journal("evaluation.recorded", T, **facts, **about, problem="binary", by="ada")
    index.ingest()


def lights(recorder: Recorder, index: Index, name: str = "cancer:1") -> dict[str, Light]:
    found = ask_gate(recorder.project, index, name)
    return {it.name: it.light for it in found.conditions}


def test_what_is_not_known_is_an_obstacle_unless_it_is_optional(
    recorder: Recorder, index: Index
) -> None:
    assert lights(recorder, index) == {"guardrails recall": Light.UNKNOWN, "size": Light.GREEN}
    with pytest.raises(GateRefusedError, match="guardrails recall"):
        promote(recorder.project, index, "cancer:1")
    gate(recorder, 'optional = ["guardrails"]\n')
    done = promote(recorder.project, index, "cancer:1")
    assert (done.move.to, done.move.gate, done.gate.verdict) == (1, "green", "green")
    with pytest.raises(RefusedError, match="is champion already"):
        promote(recorder.project, index, "cancer:1")


def test_each_condition_is_judged_by_its_figure(recorder: Recorder, index: Index) -> None:
    evaluate(recorder, index, 1, recall=[0.8, 0.7, 0.9], auc=[0.9, 0.79, 0.95], ece=[0.1])
    more = "calibration_max = 0.05\nlatency_max_ms = 5\nsignature = true\nfresh = '1d'\n"
    more += "reproducible = true\nchecks = true\n[models.cancer.gate.metrics.auc]\nmin = 0.8\n"
    more += "[models.cancer.gate.champion]\nmetric = 'auc'\n"
    gate(recorder, more)
    assert lights(recorder, index) == {
        "metrics auc": Light.RED,
        "champion auc": Light.GREEN,
        "guardrails recall": Light.GREEN,
        "calibration": Light.RED,
        "latency": Light.UNKNOWN,
        "size": Light.GREEN,
        "checks": Light.UNKNOWN,
        "signature": Light.GREEN,
        "fresh": Light.UNKNOWN,
        "reproducible": Light.UNKNOWN,
    }
    recorder.journal(
        "model.reproduced", T, model="cancer", version=1, verdict="same bits", by="ada"
    )
    index.ingest()
    assert lights(recorder, index)["reproducible"] is Light.GREEN


@pytest.mark.usefixtures("own_tasks")
def test_data_that_was_not_checked_is_checked_before_a_promotion(
    recorder: Recorder, index: Index
) -> None:
    project = recorder.project
    more = "checks = true\noptional = ['guardrails']\n"
    more += "[datasets.train]\npath = 'train.csv'\n[datasets.train.checks]\nrows = {min = 2}\n"
    gate(recorder, more)
    run = recorder.create(job="train")
    line = {"t": T, "dataset": {"name": "train", "version": "d" * 32, "path": "train.csv"}}
    (recorder.folder(run) / "datasets.jsonl").write_text(json.dumps(line) + "\n")
    recorder.end(run)
    (project / "m.joblib").write_bytes(b"4")
    (project / "train.csv").write_text("a\n1\n")
    index.ingest()
    register_file(project, index, "cancer", project / "m.joblib", run)
    told = ask_gate(project, index, "cancer:4", is_complete=False).conditions
    assert {it.name: it.light for it in told}["checks"] is Light.UNKNOWN
    with pytest.raises(GateRefusedError, match="train does not meet its checks"):
        promote(project, index, "cancer:4")
    (project / "train.csv").write_text("a\n1\n2\n")
    assert promote(project, index, "cancer:4").move.gate == "green"


def test_an_override_takes_a_reason_and_is_on_record(recorder: Recorder, index: Index) -> None:
    evaluate(recorder, index, 2, recall=[0.4, 0.3, 0.5])
    with pytest.raises(InputError, match="why is the gate overridden"):
        promote(recorder.project, index, "cancer:2", is_override=True)
    done = promote(recorder.project, index, "cancer:2", why="I insist", is_override=True)
    assert (done.move.gate, done.move.why, done.move.evaluation) == ("red", "I insist", "e2")
    assert done.move.report is not None
    kept = json.loads(read_object(recorder.project, done.move.report))
    assert kept == json.loads(json.dumps(gate_record(done.gate)))
    assert [it["light"] for it in kept["conditions"]] == ["red", "green"]


def test_without_a_gate_nothing_is_asked_and_that_is_said(recorder: Recorder, index: Index) -> None:
    (recorder.project / "mlops.toml").write_text("")
    done = promote(recorder.project, index, "cancer:1", alias="staging")
    assert (done.move.alias, done.move.gate, done.gate.conditions) == ("staging", "none", ())
    assert "no gate is declared" in done.move.why


def case_of(index: Index, found: Mapping[str, Any], number: int = 2) -> Case:
    from mlops_tui.domain.evaluations import Evaluation, Figure
    from mlops_tui.domain.models import Gate, VersionName
    from mlops_tui.domain.projectfile import load_project

    def version(it: int) -> ModelVersion:
        return index.model_version(VersionName("cancer", number=it))

    figures = {"auc": Figure(0.9, 0.8, 0.95, 100)}
    evaluation = Evaluation("e", None, "cancer", number, "holdout", "d", None, "", 100, figures)
    segments = [
        {"column": "age", "value": "old", "n": 50, "metrics": {"auc": {"value": 0.6}}},
        {"column": "age", "value": "young", "n": 50, "metrics": {"auc": {"value": 0.9}}},
        {"column": "age", "value": "rare", "n": 3, "metrics": {"auc": {"value": 0.1}}},
    ]
    described = load_project(index.project)
    return Case(
        *(described, index, Gate(guardrails=False), version(number), version(1), "holdout"),
        *(evaluation, replace(evaluation, number=1), lambda *_: found),
        *(lambda _: {"segments": segments}, lambda _: None, T),
    )


def test_a_version_is_compared_with_the_champion_on_the_same_rows(index: Index) -> None:
    found = {"verdict": "better", "difference": 0.02, "low": 0.01, "high": 0.03, "n": 100}
    found |= {"method": "DeLong", "is_lower_better": False}
    case = case_of(index, found)
    asked = Relative("auc", Than.BETTER)
    (condition,) = judge(replace(case, gate=replace(case.gate, champion=asked)))
    assert (condition.light, condition.value, condition.low) == (Light.GREEN, 0.02, 0.01)
    assert "than cancer:1 (DeLong)" in condition.words


@pytest.mark.parametrize(
    ("asked", "verdict", "interval", "is_lower", "light"),
    [
        (Relative("m", Than.BETTER), "better", (0.01, 0.03), False, Light.GREEN),
        (Relative("m", Than.BETTER, 0.05), "better", (0.01, 0.03), False, Light.RED),
        (Relative("m", Than.BETTER), "cannot tell", (-0.01, 0.03), False, Light.RED),
        (Relative("m", Than.NOT_WORSE), "cannot tell", (-0.01, 0.03), False, Light.RED),
        (Relative("m", Than.NOT_WORSE, 0.02), "cannot tell", (-0.01, 0.03), False, Light.GREEN),
        (Relative("m", Than.NOT_WORSE, 0.02), "cannot tell", (-0.01, 0.03), True, Light.RED),
        (Relative("m", Than.BETTER), "better", (-0.03, -0.01), True, Light.GREEN),
        (Relative("m", Than.BETTER, 0.01), "better", (-0.03, -0.01), True, Light.GREEN),
    ],
)
def test_better_and_not_worse_are_told_from_the_interval_of_the_difference(
    asked: Relative, verdict: str, interval: tuple[float, float], is_lower: bool, light: Light
) -> None:
    low, high = interval
    found = {"verdict": verdict, "low": low, "high": high, "difference": (low + high) / 2}
    assert judge_difference(asked, found | {"is_lower_better": is_lower})[0] is light


def test_a_floor_holds_in_every_segment_that_is_large_enough(index: Index) -> None:
    case = case_of(index, {})
    floors = [
        Bound("auc", 0.5, by=BoundOf.VALUE),
        Bound("auc", 0.7, by=BoundOf.VALUE),
        Bound("auc", 0.7, by=BoundOf.VALUE, columns=("sex",)),
        Bound("auc", 0.5, by=BoundOf.VALUE, rows=3),
        Bound("recall", 0.5, by=BoundOf.VALUE),
    ]
    found = judge(replace(case, gate=replace(case.gate, segments=floors)))
    assert [it.light.value for it in found] == ["green", "red", "unknown", "red", "unknown"]
    assert (found[1].value, found[1].n) == (0.6, 50)
    assert "age = old" in found[0].words
    assert "age = old" in found[1].words


def test_a_rollback_goes_back_as_often_as_there_was_something_before(
    recorder: Recorder, index: Index
) -> None:
    project = recorder.project
    with pytest.raises(NotFoundError, match="has no alias"):
        rollback(project, index, "cancer", "x")
    for number in (1, 2, 3):
        move_alias(project, index, f"cancer:{number}", "champion", Reasons("better"))
    with pytest.raises(InputError, match="why"):
        rollback(project, index, "cancer", " ")
    first = rollback(project, index, "cancer", "worse on Monday")
    assert (first.before, first.to) == (3, 2)
    assert first.move is not None
    assert first.move.why == "worse on Monday"
    assert rollback(project, index, "cancer", "still").to == 1  # not to 3 again
    with pytest.raises(NotFoundError, match="nothing to go back to"):
        rollback(project, index, "cancer", "still")
    assert rollback(project, index, "cancer", "3 was fine", to=3).to == 3
    with pytest.raises(NotFoundError, match="never was cancer:9"):
        rollback(project, index, "cancer", "x", to=9)


def test_a_drill_moves_nothing_finds_what_would_fail_and_is_on_record(
    recorder: Recorder, index: Index
) -> None:
    project = recorder.project
    for number in (1, 2):
        move_alias(project, index, f"cancer:{number}", "champion", Reasons("better"))
    done = rollback(project, index, "cancer", "", is_drill=True)
    assert (done.before, done.to, done.move, done.problems) == (2, 1, None, ())
    assert len(index.alias_moves("cancer")) == 2
    (line,) = index.model_facts("cancer", ALIAS_DRILLED)
    assert (line["to"], line["problems"]) == (1, [])
    assert 0 < line["seconds"] <= done.seconds
    manifest = json.loads(read_object(project, index.model_versions("cancer")[-1].manifest))
    path = object_path(project, manifest["files"][0]["sha256"])
    path.chmod(0o644)
    path.write_bytes(b"?")
    assert "is damaged" in rollback(project, index, "cancer", "", is_drill=True).problems[0]
    path.unlink()
    with pytest.raises(MlopsTuiError, match="is gone"):
        rollback(project, index, "cancer", "needed now")
