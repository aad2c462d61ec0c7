"""What `[alerts]` says, and every mistake in it with its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain.alert_rules import AlertSettings, settings_of
from mlops_tui.domain.alerts import Severity
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import parse_project


def parsed(text: str) -> Project:
    return parse_project(text, Path("/p"))


def test_without_a_table_all_is_as_usual() -> None:
    assert settings_of(parsed("")) == AlertSettings()
    assert settings_of(parsed("[alerts]")) == AlertSettings()


def test_everything_can_be_set() -> None:
    project = parsed("""
[alerts]
send = ["env:CHAT_URL", "json://localhost:8000/x"]
command = "notify-send -u 'very critical'"
least = "critical"
cool_down = "2h"
[alerts.rules]
plateau = false
stall = { factor = 20, least = "10m", severity = "info" }
disk = { share = 0.1, free_gb = 50 }
silent = { least = "1m" }
[alerts.rules.nan]
metrics = ["val_*"]
points = 1
[alerts.rules.divergence]
points = 50
given_back = 0.5
[alerts.rules.overfitting]
worse = 0.2
points = 9
[alerts.rules.objective]
on = false
""")
    assert project.problems == ()
    found = settings_of(project)
    assert found.send == ("env:CHAT_URL", "json://localhost:8000/x")
    assert found.command == ("notify-send", "-u", "very critical")
    assert (found.least, found.cool_down_seconds) == (Severity.CRITICAL, 7200)
    rules = found.rules
    assert (rules.plateau.is_on, rules.objective.is_on, rules.nan.is_on) == (False, False, True)
    assert (rules.nan.metrics, rules.nan.points) == (("val_*",), 1)
    assert (rules.stall.factor, rules.stall.least_seconds) == (20, 600)
    assert rules.stall.severity is Severity.INFO
    assert (rules.disk.share, rules.disk.free_gb) == (0.1, 50)
    assert (rules.divergence.points, rules.divergence.given_back) == (50, 0.5)
    assert (rules.overfitting.points, rules.overfitting.worse) == (9, 0.2)
    assert rules.silent.least_seconds == 60


def test_a_plateau_may_be_looked_for_sooner() -> None:
    text = "[alerts.rules.plateau]\npoints = 40\nimprovement = 0.1\nleast = 60"
    rule = settings_of(parsed(text)).rules.plateau
    assert (rule.points, rule.improvement, rule.least_seconds) == (40, 0.1, 60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[alerts.rules]\nplato = false", "did you mean `plateau`?"),
        ("[alerts.rules]\nnan = 1", "expected a table, found the number 1"),
        ("[alerts.rules.nan]\npoint = 1", "did you mean `points`?"),
        ("[alerts.rules.nan]\npoints = 0", "a whole number >= 1"),
        ("[alerts.rules.plateau]\npoints = 10", "a whole number >= 40"),
        ("[alerts.rules.stall]\nmetrics = []", "unknown key"),
        ("[alerts.rules.stall]\nfactor = 0.5", "a number >= 1"),
        ("[alerts.rules.disk]\nshare = 5", "1 % is 0.01"),
        ("[alerts.rules.disk]\non = 'no'", "true or false"),
        ("[alerts.rules.silent]\nleast = 'soon'", "a duration"),
        ("[alerts]\nleast = 'warn'", "one of info, warning, critical"),
        ("[alerts]\nsend = 'json://x'", "a list of texts"),
        ("[alerts]\nsend = ['https//secret']", "expected a URL"),
        ("[alerts]\nsend = ['env:A B']", "env:NAME keeps it out of git"),
        ('[alerts]\ncommand = "a \'b"', "cannot be split"),
        ("[alerts]\ncommand = ''", "expected a program"),
        ("[alerts]\ncommand = [1]", "a list of texts"),
        ("alerts = 1", "a table"),
    ],
)
def test_a_mistake_is_named_and_what_is_usual_stays(text: str, expected: str) -> None:
    project = parsed(text)
    (problem,) = project.problems
    assert expected in str(problem)
    assert "secret" not in str(problem)
    assert settings_of(project) == AlertSettings()
