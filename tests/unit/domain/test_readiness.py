"""The rubrics of readiness: every line told from recorded state, and scores that follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.attached import Attached
from mlops_tui.domain.business import business_of, figure_name
from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.models import AliasMove, Model, ModelFormat, ModelVersion, MoveKind
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.domain.readiness import (
    Line,
    ReadinessState,
    judge_lines,
    level_of,
    score_of,
)
from mlops_tui.domain.readiness_levels import NEEDED
from mlops_tui.domain.readiness_levels import RULES as LEVELS
from mlops_tui.domain.readiness_tests import RULES as TESTS
from mlops_tui.domain.runs import MetricSummary, Run, RunState

DAY = 86400.0
TOML = """
[objective]
statement = "fewer errors"
metric = "holdout_cost"
target = 3.0
[objective.cost]
currency = "EUR"
false_negative = 5.0
units_per_month = 1000
[metrics.holdout_cost]
direction = "minimize"
[datasets.train]
path = "train.csv"
role = "train"
[datasets.train.checks]
other_columns = false
columns.x = { min = 0 }
[datasets.holdout]
path = "holdout.csv"
role = "holdout"
[datasets.live]
path = "live"
role = "live"
[monitor]
prediction = "said"
[jobs.prepare]
run = "python prepare.py"
kind = "prepare"
outputs = ["train.csv"]
[jobs.train]
run = "python train.py --lr {lr}"
kind = "train"
inputs = ["train"]
require_checks = true
params.lr = 0.1
params.seed = 1
[jobs.evaluate]
run = "python evaluate.py"
kind = "evaluate"
inputs = ["holdout"]
[jobs.test_features]
run = "python -m pytest tests/features"
inputs = ["tests/"]
[models.m.gate]
fresh = "30d"
latency_max_ms = 20
signature = true
[models.m.gate.metrics.accuracy]
min = 0.5
"""


def run(number: int, job: str, **more: Any) -> Run:
    kind = {"test_features": "other"}.get(job, job)
    facts: dict[str, Any] = {
        "id": f"20251217-00000{number}-00000{number}", "name": f"{job}-{number}", "job": job,
        "kind": kind, "state": RunState.FINISHED, "created": number * DAY, "started": 1.0,
        "ended": 2.0, "exit_code": 0, "signal": None, "reason": None, "host": "here",
        "machine": "m", "retry_of": None, "parent": None, "attempt": 1, "slots": 1, "gpus": 0,
        "priority": 0, "params": {"lr": number, "seed": 1}, "tags": {}, "progress": None,
        "unreadable_lines": 0, "unreadable_first": None, "backward_points": 0,
        "metrics": {"loss": MetricSummary(0.1, 0.1, 0.2, 0.2, 9, 0, 1, 1, 0)}, "note": None,
        "deleted": False, "heard": None,
    }  # fmt: skip
    return Run(**{**facts, **more})


def evaluation(name: str, version: str, **figures: Figure) -> Evaluation:
    return Evaluation(
        name, None, "m", 1, "holdout", version, "holdout", "binary", 200,
        {"latency_p95_ms": Figure(3.0), **figures}, at=9.0,
    )  # fmt: skip


REPORT = {
    "dataset": "holdout",
    "baselines": [
        {"name": "dummy", "words": "always 0", "metrics": {"cost": {"value": 4.0}}},
        {"name": "linear", "words": "a line", "model_against_it": {"cost": {"verdict": "better"}}},
    ],
    "worst_segments": {"looked": 4, "found": [{"column": "x", "value": "1", "is_sure": False}]},
}


def ready(folder: Path) -> ReadinessState:
    """Return the state of a project that has done all that is recorded."""
    described = parse_project(TOML, folder)
    assert described.problems == ()
    runs = [
        *(run(5, "test_features"), run(4, "evaluate"), run(3, "train"), run(2, "train")),
        run(1, "prepare"),
    ]
    version = ModelVersion("m", 1, "f" * 64, ModelFormat.SKOPS, 9, 1, runs[2].id, "train", 4 * DAY,
                           "ada", "here")  # fmt: skip
    move = AliasMove("m", "champion", 1, None, 1, 4 * DAY, "ada", "here", "best", MoveKind.PROMOTE,
                     gate="green")  # fmt: skip
    return ReadinessState(
        project=described,
        runs=runs,
        commits={it.id: ("abcdef0123", False) for it in runs},
        commands={it.name: str(it.run) for it in described.jobs.values()},
        versions_used={it.id: 1 for it in runs},
        evaluations=[
            evaluation("e2", "v2", cost=Figure(2.0, 1.5, 2.5, 200)),
            evaluation("e1", "v1", cost=Figure(1.0, 0.5, 1.5, 200)),
        ],
        report=REPORT,
        models=[Model("m", 1, version, {"champion": 1}, 4 * DAY)],
        moves=[move],
        trained={"m:1": 3 * DAY},
        drills=[{"t": 4 * DAY, "seconds": 0.2}],
        reproductions=[{"t": 4 * DAY, "verdict": "same bits", "model": "m", "version": 1}],
        batches=7,
        now=5 * DAY,
    )


def lines(state: ReadinessState) -> dict[str, Line]:
    return {it.id: it for it in (*judge_lines(state, TESTS), *judge_lines(state, LEVELS))}


BY_HAND = {*("D2", "D3", "D5", "M2", "M7", "I5", "I6", "O1")}


def test_a_project_without_anything_scores_nothing_and_every_line_says_what_to_do(
    tmp_path: Path,
) -> None:
    bare = ReadinessState(parse_project("", tmp_path))
    found = judge_lines(bare, TESTS)
    assert len(found) == 28
    assert all(not it.is_met and it.cure and it.evidence for it in found)
    score = score_of(found)
    assert (score.score, score.band) == (0.0, "a research project, not a product")
    level = level_of(judge_lines(bare, LEVELS), NEEDED)
    assert (level.level, level.with_attached) == (0, 0)
    assert level.missing[0] == "L1.1"
    assert all(it.cure for it in level.lines if not it.is_met)


def test_what_is_recorded_meets_all_that_records_can_show(tmp_path: Path) -> None:
    found = lines(ready(tmp_path))
    assert {it for it, line in found.items() if not line.is_met and it[0] != "L"} == BY_HAND
    score = score_of(judge_lines(ready(tmp_path), TESTS))
    assert score.sections == {"data": 4, "model": 5, "infrastructure": 5, "monitoring": 6}
    assert (score.score, score.weakest, score.band) == (4.0, "data", "strong levels of testing")
    assert found["D6"].evidence.startswith("1.0 days from training to champion")
    assert "0.20 s" in found["I7"].evidence
    assert found["M5"].evidence == "m:1 is better than a line"


def test_what_is_attached_counts_half_and_for_no_level(tmp_path: Path) -> None:
    said = {it: Attached(it, "wiki", "seen", "ada", 1.0) for it in (*BY_HAND, "L1.4", "M5")}
    state = replace(ready(tmp_path), attached=said)
    found = lines(state)
    assert {found[it].score for it in BY_HAND} == {0.5}
    assert found["M5"].score == 1.0
    assert found["D5"].evidence == "by hand: wiki (seen; ada)"
    needed = {1: (("L1.1",), ("L1.4",))}
    level = level_of(judge_lines(state, LEVELS), needed)
    assert (level.level, level.with_attached, level.missing) == (0, 1, ("L1.4",))


@pytest.mark.parametrize(
    ("line", "change", "words"),
    [
        ("I4", {"gate": "red"}, "overrode a red gate: best"),
        ("I4", {"gate": None}, "was promoted without a gate"),
        ("D6", {"at": 90 * DAY}, "87.0 days from training"),
    ],
)
def test_a_promotion_counts_only_through_its_gate(
    tmp_path: Path, line: str, change: dict[str, Any], words: str
) -> None:
    state = ready(tmp_path)
    found = lines(replace(state, moves=[replace(state.moves[0], **change)]))[line]
    assert not found.is_met
    assert words in found.evidence


def test_what_went_wrong_is_the_evidence(tmp_path: Path) -> None:
    state = ready(tmp_path)
    bad = MetricSummary(0.1, 0.1, 0.2, 0.2, 9, 3, 1, 1, 0)
    broken = [
        run(3, "train", metrics={"loss": bad}),
        run(5, "test_features", state=RunState.FAILED),
    ]
    worse = {**REPORT, "worst_segments": {"looked": 2, "found": [
        {"column": "site", "value": "b", "is_sure": True, "n": 40}]}}  # fmt: skip
    dirty = {broken[0].id: ("abc", True)}
    found = lines(replace(state, runs=broken, report=worse, commits=dirty))
    assert "3 NaN values of loss" in found["O5"].evidence
    assert "failed" in found["I2"].evidence
    assert "does worse where site is b (n 40)" in found["M6"].evidence
    assert "0 of the last 1 training ran at a clean commit" in found["M1"].evidence
    drills = [{"t": DAY, "seconds": 0.1, "problems": ["m:1 is deleted"]}]
    again = [{"t": DAY, "verdict": "other metrics", "model": "m", "version": 1}]
    other = lines(replace(state, drills=drills, reproductions=again))
    assert "found: m:1 is deleted" in other["I7"].evidence
    assert other["I1"].evidence == "m:1 trained once more: other metrics"
    assert found["M3"].cure == "mlops-tui run train --sweep lr=..."


def test_the_objective_is_told_by_what_was_evaluated(tmp_path: Path) -> None:
    state = ready(tmp_path)
    found = business_of(state.project, state.runs, state.evaluations, state.report)
    assert found is not None
    assert found.best is not None
    assert (found.best.value, found.best.metric, found.best.subject) == (2.0, "cost", "m:1")
    assert (found.is_reached, found.distance) == (True, 0.0)
    assert found.money is not None
    assert (found.money.value, found.money.high, found.money.baseline) == (2000, 2500, 4000)
    wide = [evaluation("e", "v", cost=Figure(3.5, 2.0, 5.0, 9))]
    found = business_of(state.project, [], wide)
    assert found is not None
    assert (found.is_reached, found.distance) == (None, 0.5)
    told = [run(3, "train", metrics={"holdout_cost": MetricSummary(7, 7, 7, 7, 1, 0, 0, 0, 0)})]
    found = business_of(state.project, told, [])
    assert found is not None
    assert found.best is not None
    assert (found.best.value, found.best.is_evaluated, found.is_reached) == (7, False, None)
    assert business_of(parse_project("", tmp_path), [], []) is None


def test_an_objective_finds_its_metric() -> None:
    known = dict.fromkeys(("auc", "roc_auc", "cost", "accuracy"))
    assert figure_name("accuracy", known) == "accuracy"
    assert figure_name("holdout_roc_auc", known) == "roc_auc"
    assert figure_name("expected_cost_per_case", known) == "cost"
    assert figure_name("latency", known) is None
