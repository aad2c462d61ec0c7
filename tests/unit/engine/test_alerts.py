"""Alerts are raised once a cause, cooled down, cleared, and put aside by people."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mlops_tui.domain.alerts import Alert, AlertState, Evidence, RecordedAlert, Severity
from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError
from mlops_tui.engine import actions_alerts as alerts
from mlops_tui.index import Index

DRIFT = Alert("drift:live:x", "drift", Severity.WARNING, "x moved", evidence=Evidence(100))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mlops.toml").touch()
    return tmp_path


def listed(project: Path) -> list[RecordedAlert]:
    with Index.open(project) as index:
        index.ingest()
        return index.alerts(frozenset(AlertState))


def lines(project: Path) -> int:
    (journal,) = (project / ".mlops").glob("journal-*")
    return journal.read_bytes().count(b"\n")


def of_batch(name: str, severity: Severity = Severity.WARNING) -> Alert:
    return Alert(DRIFT.cause, "drift", severity, "x moved", evidence=Evidence(100, batch=name))


def test_a_stuck_cause_fills_no_journal(project: Path) -> None:
    now = time.time() - 86400
    ids = {alerts.raise_alert(project, DRIFT, now=now + 2 * look) for look in range(40)}
    assert len(ids) == 1
    assert lines(project) == 2
    (found,) = listed(project)
    for age in (600, 601, 605, 665, 700, 3600, 3700, 4100):
        alerts.raise_alert(project, DRIFT, now=now + age)
    assert lines(project) == 2 + len([600, 665, 3600, 4100])
    assert found.state is AlertState.OPEN


def test_another_batch_and_a_worse_case_are_told_at_once(project: Path) -> None:
    now = time.time()
    for second, name in enumerate(("a.csv", "b.csv", "b.csv")):
        alerts.raise_alert(project, of_batch(name), now=now + second)
    alerts.raise_alert(project, of_batch("b.csv", Severity.CRITICAL), now=now + 3)
    (found,) = listed(project)
    assert (found.count, found.alert.severity) == (3, Severity.CRITICAL)


def test_what_is_gone_is_resolved_by_itself_and_comes_back_as_the_same_while_it_is_warm(
    project: Path,
) -> None:
    now = time.time() - 86400
    first = alerts.raise_alert(project, DRIFT, now=now)
    assert alerts.clear(project, DRIFT.cause, now=now + 10)
    assert not alerts.clear(project, DRIFT.cause, now=now + 11)
    (found,) = listed(project)
    assert (found.state, found.by, found.reason) == (
        *(AlertState.RESOLVED, "", "the cause is gone"),
    )
    assert alerts.raise_alert(project, DRIFT, now=now + 20) == first
    (found,) = listed(project)
    assert (found.state, found.reopened) == (AlertState.OPEN, 1)
    alerts.clear(project, DRIFT.cause, now=now + 30)
    assert alerts.raise_alert(project, DRIFT, now=now + 30 + 3600) != first


def test_what_a_person_resolved_is_quiet_for_a_while_or_for_ever(project: Path) -> None:
    first = alerts.raise_alert(project, DRIFT)
    assert alerts.resolve(project, [first], "known") == [first]
    assert alerts.resolve(project, [first]) == []
    assert alerts.raise_alert(project, DRIFT) == first
    assert lines(project) == 2
    once = Alert("run:a:nan", "nan", Severity.CRITICAL, "loss is NaN", once=True)
    later = time.time() + 1e6
    assert alerts.raise_alert(project, DRIFT, now=later) != first
    nan = alerts.raise_alert(project, once)
    alerts.resolve(project, [nan])
    assert alerts.raise_alert(project, once, now=later) == nan


def test_a_monitor_clears_what_its_last_batch_did_not_confirm(project: Path) -> None:
    for name in ("x", "y", "z"):
        alerts.raise_alert(project, Alert(f"drift:live:{name}", "drift", Severity.INFO, name))
    alerts.raise_alert(project, Alert("drift:lively:x", "drift", Severity.INFO, "other"))
    gone = alerts.clear_others(project, "drift:live:", ["drift:live:y"])
    assert gone == ["drift:live:x", "drift:live:z"]
    assert alerts.clear_others(project, "drift:live:", ["drift:live:y"]) == []
    with Index.open(project) as index:
        index.ingest()
        assert index.unresolved_causes() == ["drift:live:y", "drift:lively:x"]


def test_a_person_acknowledges_snoozes_and_opens_again(project: Path) -> None:
    found = alerts.raise_alert(project, DRIFT)
    until = time.time() + 60
    assert alerts.acknowledge(project, [found, found], "we know") == [found]
    assert alerts.acknowledge(project, [found]) == []
    assert alerts.snooze(project, [found], until) == [found]
    (known,) = listed(project)
    assert (known.state, known.until) == (AlertState.SNOOZED, until)
    assert alerts.reopen(project, [found]) == [found]
    assert alerts.reopen(project, [found]) == []
    with pytest.raises(NotFoundError):
        alerts.acknowledge(project, [found, "nobody"])
    with pytest.raises(InputError):
        alerts.snooze(project, [found], time.time() - 1)
    alerts.resolve(project, [found])
    with pytest.raises(RefusedError):
        alerts.acknowledge(project, [found])


def test_an_alert_without_a_title_is_refused(project: Path) -> None:
    with pytest.raises(InputError):
        alerts.raise_alert(project, Alert("a", "b", Severity.INFO, " \n"))
