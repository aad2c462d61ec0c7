"""The doctor says how many alerts are open, and why they could not be sent."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mlops_tui.domain.alerts import Alert, Severity
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine import doctor_alerts
from mlops_tui.engine.actions_alerts import raise_alert
from mlops_tui.engine.creation import record_fact
from mlops_tui.engine.doctor_check import Check, Level
from mlops_tui.index import Index


def checks(folder: Path, text: str = "", **environ: str) -> list[Check]:
    (folder / "mlops.toml").write_text(text)
    return doctor_alerts.examine_alerts(load_project(folder), environ)


def test_open_alerts_are_counted_and_those_not_sent_are_named(tmp_path: Path) -> None:
    (check,) = checks(tmp_path)
    assert (check.level, check.found) == (Level.GOOD, "none open")
    with Index.open(tmp_path) as index:
        found = raise_alert(tmp_path, Alert("a", "k", Severity.WARNING, "a"), index=index)
        (check,) = checks(tmp_path)
        assert (check.level, check.found) == (Level.INFO, "1 open, the worst is warning")
        raise_alert(tmp_path, Alert("b", "k", Severity.CRITICAL, "b"), index=index)
    record_fact(tmp_path, "alert.sent", 1.0, id=found, cause="a", receiver="slack", problem="no")
    (check,) = checks(tmp_path)
    assert check.level is Level.WARN
    assert check.found == f"2 open, the worst is critical; could not be sent: {found}"


def test_what_keeps_alerts_from_being_sent_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "[alerts]\nsend = ['env:CHAT', 'json://u:hunter2@h']\ncommand = 'nowhere-at-all -x'\n"
    (_, check) = checks(tmp_path, text)
    assert check.level is Level.WARN
    assert "CHAT is not set here" in check.found
    assert "no program nowhere-at-all on PATH" in check.found
    assert "hunter2" not in check.found
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (_, check) = checks(tmp_path, text, CHAT="json://x")
    assert "pip install 'mlops-tui[alerts]'" in check.found
    assert "CHAT" not in check.found.splitlines()[1]


def test_a_command_that_is_there_is_fine(tmp_path: Path) -> None:
    (_, check) = checks(tmp_path, f"[alerts]\ncommand = ['{sys.executable}']\n")
    assert check.level is Level.GOOD
    assert check.found.endswith(", from warning on")
