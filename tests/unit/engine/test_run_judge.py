"""Runs are judged by the rules of their project, and what is well again is resolved."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_tui.domain.alerts import AlertState, RecordedAlert, RemedyKind, Severity
from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.engine import actions
from mlops_tui.engine.alert_care import ProjectFile
from mlops_tui.engine.run_judge import JUDGE_SECONDS, RunJudge
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T

Value = Callable[[int], float]
DISK_OFF = "[alerts.rules]\ndisk = false\n"
SCATTER = [random.Random(at).gauss(0, 0.01) for at in range(1000)]


class Judged:
    """A project with one run, and a judge who looks at it."""

    def __init__(self, project: Path) -> None:
        self.recorder = Recorder(project, host_name())
        self.project = project
        self.now = T + 1
        self.describe("")
        self.run = self.begin(machine_id())
        self.index = Index.open(project)
        self.judge = RunJudge(project, self.index, ProjectFile(project))

    def describe(self, text: str) -> None:
        (self.project / "mlops.toml").write_text(DISK_OFF + text)

    def begin(self, machine: str, host: str = "") -> str:
        here = host or host_name()
        run = self.recorder.create(T, host=here, machine=machine, name=f"train-{here}")
        self.recorder.runner(run, "started", T)
        self.recorder.heartbeat(run, T)
        return run

    def record(self, first: int, last: int, **metrics: Value) -> None:
        """Write a point of each metric a second."""
        lines = [
            {"t": T + at, "s": at, "m": {name: value(at) for name, value in metrics.items()}}
            for at in range(first, last)
        ]
        self.recorder.write(self.run, *lines)
        self.recorder.runner(self.run, "heartbeat", T + last, files={})
        self.now = max(self.now, T + last)

    def look(self, after: float = JUDGE_SECONDS) -> list[RecordedAlert]:
        """Return the alerts that are not resolved, after the judge looked once more."""
        self.now += after
        changes = self.index.ingest()
        self.judge.note(changes.runs, changes.points, self.now)
        live = self.index.live()
        mine = {run.id for run in live if run.host == host_name()}
        assert self.judge.look(live, mine, self.now) is False
        self.index.ingest()
        return self.index.alerts()

    def kinds(self, after: float = JUDGE_SECONDS) -> list[str]:
        return sorted(alert.alert.kind for alert in self.look(after))


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judged]:
    found = Judged(tmp_path)
    yield found
    found.index.close()


def learning(at: int) -> float:
    return 2 * math.exp(-at / 40) + 0.1 + SCATTER[at]


def test_a_healthy_run_raises_nothing(judged: Judged) -> None:
    for first in range(0, 300, 30):
        judged.record(first, first + 30, loss=learning, val_loss=learning, lr=lambda at: 0.1)
        assert judged.kinds() == []


def test_nan_is_told_at_once_where_it_matters_and_goes_when_it_is_gone(judged: Judged) -> None:
    judged.record(0, 20, loss=learning, odd=lambda at: math.nan if at > 18 else 1.0)
    assert judged.kinds() == []
    judged.record(20, 24, loss=lambda at: math.inf, odd=lambda at: math.nan)
    (found,) = judged.look()
    assert found.alert.severity is Severity.CRITICAL
    assert found.alert.evidence.columns == ("loss", "odd")
    assert found.alert.title == (
        f"odd and 1 more of train-{host_name()} is NaN or infinite since step 19 "
        "(the last 5 points of 24)"
    )
    assert [it.kind for it in found.alert.remedies] == [RemedyKind.SHOW_RUN, RemedyKind.STOP_RUN]
    judged.record(24, 26, loss=learning, odd=lambda at: 1.0)
    assert judged.kinds() == []
    judged.record(26, 27, loss=lambda at: math.nan)
    (found,) = judged.look()
    assert (found.reopened, found.alert.evidence.metric) == (1, "loss")


def test_an_ended_run_is_judged_once_more_and_offers_no_stop(judged: Judged) -> None:
    judged.record(0, 5, loss=lambda at: math.nan)
    assert judged.kinds() == ["nan"]
    judged.recorder.end(judged.run, "finished", ended=judged.now)
    (found,) = judged.look(1)
    assert [it.kind for it in found.alert.remedies] == [RemedyKind.SHOW_RUN]
    assert judged.kinds(1e6) == ["nan"]
    actions.delete(judged.project, [judged.run])
    judged.index.ingest()
    assert judged.index.alerts() == []


def test_divergence_overfitting_and_objective_are_found(judged: Judged) -> None:
    judged.describe("[objective]\nmetric = 'accuracy'\ntarget = 0.9\n")
    judged.record(
        *(0, 200),
        loss=lambda at: 2 * math.exp(-at / 80) + SCATTER[at],
        val_loss=lambda at: learning(at) + max(0, at - 100) * 0.01,
        aux_loss=lambda at: learning(at) if at < 150 else 7.0,
        g_loss=lambda at: learning(at) if at < 150 else 7.0,
        accuracy=lambda at: at / 200,
    )
    found = {alert.alert.kind: alert.alert for alert in judged.look()}
    assert set(found) == {"divergence", "overfitting", "objective"}
    assert found["divergence"].title.startswith("aux_loss of train-")
    assert "val_loss is" in found["overfitting"].title
    assert "loss goes on improving (n = 200 points)" in found["overfitting"].title
    assert found["objective"].cause == "objective:accuracy:0.9"
    assert found["objective"].evidence.step == 199


def test_what_costs_the_objective_is_said(judged: Judged) -> None:
    judged.describe("[objective]\nmetric = 'val_loss'\ntarget = 0.05\n")
    judged.record(
        *(0, 200),
        loss=lambda at: 2 * math.exp(-at / 80) + SCATTER[at],
        val_loss=lambda at: learning(at) + max(0, at - 100) * 0.01,
    )
    (found,) = judged.look()
    assert found.alert.cost is not None
    assert found.alert.cost.words.startswith("the objective's val_loss is ")
    assert found.alert.cost.words.endswith(", the target is 0.05")
    assert found.alert.cost.amount is None


def test_what_is_measured_in_money_is_told_in_money(judged: Judged) -> None:
    judged.describe(
        "[objective]\nmetric = 'profit'\n[objective.cost]\ncurrency = 'EUR'\n"
        "[metrics.val_loss]\nunit = 'EUR'\n"
    )
    judged.record(
        *(0, 200),
        loss=lambda at: 2 * math.exp(-at / 80) + SCATTER[at],
        val_loss=lambda at: learning(at) + max(0, at - 100) * 0.01,
    )
    (found,) = judged.look()
    cost = found.alert.cost
    assert cost is not None
    assert (cost.currency, cost.words) == ("EUR", "more of val_loss than at its best")
    assert cost.amount == pytest.approx(0.6, abs=0.1)


def test_a_plateau_is_told_of_the_metric_that_matters_until_the_run_ends(judged: Judged) -> None:
    judged.describe("[alerts.rules.plateau]\nleast = '30s'\n")
    flat = lambda at: 2 * math.exp(-at / 10) + 0.1 + SCATTER[at] / 10  # noqa: E731
    judged.record(0, 300, loss=flat, val_loss=flat)
    (found,) = judged.look()
    assert (found.alert.kind, found.alert.evidence.metric) == ("plateau", "val_loss")
    judged.recorder.end(judged.run, "finished", ended=judged.now)
    assert judged.kinds() == []
    (found,) = judged.index.alerts([AlertState.RESOLVED])
    assert (found.by, found.reason) == ("", "the run is finished")


def test_a_run_that_records_nothing_any_more_has_stalled(judged: Judged) -> None:
    judged.record(0, 50, lr=lambda at: 0.1)
    judged.look()
    judged.recorder.runner(judged.run, "heartbeat", T + 340, files={})
    assert judged.kinds(280) == []
    assert judged.kinds(30) == ["stall"]
    judged.record(50, 51, other=lambda at: 0.1)
    judged.now = T + 400
    assert judged.kinds() == []


def test_a_runner_that_is_silent_is_told_of_also_on_another_host(judged: Judged) -> None:
    judged.begin("another machine", "there")
    judged.record(0, 5, loss=learning)
    assert judged.kinds(200) == []
    found = judged.look(200)
    assert {alert.alert.kind for alert in found} == {"silent"}
    assert {len(alert.alert.remedies) for alert in found} == {1, 2}
    assert "nothing was heard of train-there on there for " in str(found)
    judged.recorder.runner(judged.run, "heartbeat", judged.now, files={})
    assert [alert.alert.kind for alert in judged.look()] == ["silent"]


def test_points_that_come_late_are_not_missed(judged: Judged) -> None:
    judged.record(0, 10, loss=learning)
    judged.look()
    judged.recorder.write(judged.run, *({"s": -at, "m": {"loss": 1.0}} for at in range(1, 4)))
    judged.record(10, 11, loss=lambda at: math.nan)
    (found,) = judged.look()
    assert found.alert.evidence.n == 14


def test_rules_can_be_switched_off_and_bound_to_metrics(judged: Judged) -> None:
    judged.describe("nan = { metrics = ['val_*'] }\nsilent = false\n")
    judged.record(0, 5, loss=lambda at: math.nan)
    assert judged.kinds(1000) == []
    judged.describe("nan = { severity = 'info' }\nsilent = false\n")
    (found,) = judged.look()
    assert found.alert.severity is Severity.INFO
    judged.describe("nan = false\nsilent = false\n")
    assert judged.kinds() == []


def test_a_full_disk_is_told_and_a_broken_file_keeps_nobody_from_judging(judged: Judged) -> None:
    judged.describe("disk = { share = 1, free_gb = 1e12 }\n")
    (judged.project / "mlops.toml").write_text(
        "[alerts.rules]\ndisk = {share = 1, free_gb = 1e9}\n"
    )
    judged.record(0, 5, loss=learning)
    (found,) = judged.look()
    assert found.alert.kind == "disk"
    assert found.alert.title.startswith("the project's disk has ")
    (judged.project / "mlops.toml").write_text("[alerts.rules]\ndisk = {share = 1e-9}\nodd = 1\n")
    assert judged.kinds(60) == []
