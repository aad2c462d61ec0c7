"""Alerts on the command line: listed, put aside, opened again."""

from __future__ import annotations

import json
import shlex
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.completion import candidates
from mlops_tui.cli.main import main
from mlops_tui.domain.alerts import (
    Alert,
    AlertCost,
    Evidence,
    Remedy,
    RemedyKind,
    Severity,
)
from mlops_tui.engine.actions_alerts import clear, raise_alert

NAN = Alert(
    "run:r:nan:loss",
    "nan",
    Severity.CRITICAL,
    "loss of train-3 is NaN since step 120 (5 of 125 points)",
    certainty="certain",
    cost=AlertCost("accuracy 0.91, target 0.97", 120.0, "EUR"),
    evidence=Evidence(125, run="r", metric="loss", numbers={"value": float("nan")}),
    remedies=(
        Remedy(RemedyKind.STOP_RUN, "stop train-3", {"run": "r; rm -rf /"}),
        Remedy(RemedyKind.START_JOB, "train again", {"job": "train", "lr": 0.1, "fresh": True}),
        Remedy(RemedyKind.STOP_RUN, "stop what is not named"),
        Remedy(
            RemedyKind.RAISE_THRESHOLD,
            "allow more",
            {"key": "alerts.rules.stall.factor", "value": 5},
        ),
    ),
)
DRIFT = Alert("drift:live:x", "drift", Severity.WARNING, "\x1b]0;hi\x07x has drifted (n = 200)")

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the ids of a critical one, of a warning and of one that is resolved."""
    (tmp_path / "mlops.toml").touch()
    monkeypatch.chdir(tmp_path)
    here = Path()
    free = Remedy(RemedyKind.FREE_DISK, "see what is there")
    disk = raise_alert(here, Alert("disk", "disk", Severity.INFO, "full", remedies=(free,)))
    clear(here, "disk")
    return {"disk": disk, "nan": raise_alert(here, NAN), "drift": raise_alert(here, DRIFT)}


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def call(line: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(shlex.split(line))
        return code, *capsys.readouterr()

    return call


def listed(say: Say, more: str = "") -> list[Any]:
    found = json.loads(say(f"alerts list --json {more}")[1])
    assert isinstance(found, list)
    return found


def test_alerts_are_listed_with_all_that_is_known_of_them(say: Say, ids: dict[str, str]) -> None:
    code, out, err = say("alerts list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if line[0] != " "] == [
        ids["nan"],
        ids["drift"],
    ]
    for words in (
        "critical: loss of train-3 is NaN since step 120 (5 of 125 points)",
        "what it costs: 120.00 EUR: accuracy 0.91, target 0.97",
        "1) stop train-3: mlops-tui stop 'r; rm -rf /'",
        "2) train again: mlops-tui run train -p lr=0.1 -p fresh=true",
        "4) allow more\n",
    ):
        assert words in out
    assert "\x1b" not in out
    assert "2 open, 1 resolved (the worst: critical)" in err

    nan, drift = listed(say)
    assert (nan["id"], nan["state"], nan["count"], nan["by"]) == (ids["nan"], "open", 1, None)
    assert nan["evidence"]["numbers"] == {"value": "NaN"}
    assert [it["command"] for it in nan["remedies"][2:]] == [None, None]
    assert drift.keys() == nan.keys()
    assert [it["id"] for it in listed(say, "--all")] == [ids["nan"], ids["drift"], ids["disk"]]
    assert [it["id"] for it in listed(say, "-s resolved -s snoozed")] == [ids["disk"]]


def test_alerts_are_put_aside_by_the_beginning_of_their_ids(say: Say, ids: dict[str, str]) -> None:
    code, _, err = say(f"alerts ack {ids['nan'][:6]} {ids['nan']} --reason 'we know'")
    assert (code, err) == (0, f"{ids['nan']}: acknowledged: {NAN.title}\n")
    assert f"{ids['nan']}: acknowledged already" in say(f"alerts ack {ids['nan']}")[2]
    done = json.loads(say(f"alerts snooze {ids['drift']} --until 2h --json")[1])
    assert done["snoozed"] == [ids["drift"]]
    assert done["until"] == pytest.approx(time.time() + 7200, abs=60)
    nan, drift = listed(say)
    assert (nan["state"], nan["reason"], drift["state"]) == ("acknowledged", "we know", "snoozed")
    out = say("alerts list")[1]
    assert ": we know" in out
    assert "snoozed until " in out

    assert say(f"alerts reopen {ids['nan']} {ids['drift']}")[0] == 0
    assert {it["state"] for it in listed(say)} == {"open"}
    assert json.loads(say(f"alerts resolve {ids['nan']} {ids['disk']} --json")[1]) == {
        "resolved": [ids["nan"]],
        "unchanged": [ids["disk"]],
    }
    assert say(f"alerts ack {ids['nan']}")[0] == 1
    assert [it["id"] for it in listed(say)] == [ids["drift"]]


@pytest.mark.parametrize(
    "line",
    ["alerts", "alerts ack", "alerts ack nobody", "alerts list -s new", "alerts list --run r"],
)
def test_what_is_not_there_is_bad_usage(say: Say, ids: dict[str, str], line: str) -> None:
    code, out, err = say(line)
    assert (code, out) == (2, "")
    assert "hint: " in err


def test_a_time_that_is_none_or_over_changes_nothing(say: Say, ids: dict[str, str]) -> None:
    for time_ in ("whenever", "2020-01-01"):
        assert say(f"alerts snooze {ids['nan']} -u {time_}")[0] == 2
    assert {it["state"] for it in listed(say)} == {"open"}


def test_alerts_and_states_are_offered(ids: dict[str, str]) -> None:
    assert candidates(["alerts", "ack"], "") == [ids["nan"], ids["drift"]]
    assert candidates(["alerts", "ack", ids["nan"]], "") == [ids["drift"]]
    assert ids["disk"] in candidates(["alerts", "reopen"], "")
    assert candidates(["alerts", "list", "--state"], "") == [
        *("open", "acknowledged", "snoozed", "resolved"),
    ]
    assert "snooze" in candidates(["alerts"], "")


def test_a_remedy_is_done_and_its_alert_is_acknowledged(say: Say, ids: dict[str, str]) -> None:
    Path("mlops.toml").write_text("[alerts]  # as ever\n")
    assert say(f"alerts remedy {ids['nan']} 4")[0] == 2
    code, out, _ = say(f"alerts remedy {ids['nan'][:6]} 4 --reason 'all is well' --json")
    done = {
        "id": ids["nan"],
        "remedy": "raise_threshold",
        "done": "alerts.rules.stall.factor is 5 now",
    }
    assert (code, json.loads(out)) == (0, done)
    text = Path("mlops.toml").read_text()
    assert text.startswith("[alerts]  # as ever\n")
    assert tomllib.loads(text) == {
        "alerts": {"rules": {"stall": {"factor": 5, "reason": "all is well"}}}
    }
    (nan,) = listed(say, "-s acknowledged")
    assert nan["reason"] == "alerts.rules.stall.factor is 5 now: all is well"


def test_a_remedy_that_shows_something_shows_it(say: Say, ids: dict[str, str]) -> None:
    code, _, err = say(f"alerts remedy {ids['disk']} 1")
    assert code == 0
    assert err.startswith("see what is there: mlops-tui purge\n")
    purge = {"runs": [], "bytes": 0, "purged": False, "objects": [], "trash_bytes": 0}
    assert json.loads(say(f"alerts remedy {ids['disk']} 1 --json")[1]) == purge


def test_no_remedy_changes_what_is_run(say: Say, ids: dict[str, str]) -> None:
    arguments = {"key": "jobs.train.run", "value": "rm -rf /"}
    remedy = Remedy(RemedyKind.RAISE_THRESHOLD, "allow more", arguments)
    evil = raise_alert(Path(), Alert("e", "e", Severity.INFO, "evil", remedies=(remedy,)))
    code, _, err = say(f"alerts remedy {evil} 1 --reason so")
    assert code == 1
    assert "jobs.train.run is no threshold" in err
    assert Path("mlops.toml").read_text() == ""


@pytest.mark.parametrize("number", ["0", "5", "1", "2", "3"])
def test_a_remedy_that_cannot_be_done_changes_nothing(
    say: Say, ids: dict[str, str], number: str
) -> None:
    assert say(f"alerts remedy {ids['nan']} {number}")[0] != 0
    assert listed(say)[0]["state"] == "open"
