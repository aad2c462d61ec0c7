"""Alerts as the index tells them: from journals of several hosts, in any order, once."""

from __future__ import annotations

from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.alert_lines import alert_object
from mlops_tui.domain.alerts import Alert, AlertCounts, AlertState, Evidence, Severity
from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


def tell(recorder: Recorder, event: str, t: float, id_: str, cause: str, **more: Any) -> None:
    severity = more.pop("severity", Severity.WARNING)
    run = more.pop("run", None)
    body: dict[str, Any] = {}
    if event in ("raised", "seen", "reopened"):
        numbers = {"score": float("nan")}
        evidence = Evidence(n=3, run=run, numbers=numbers)
        body["alert"] = alert_object(
            Alert(cause, "drift", severity, f"{cause} moved", evidence=evidence)
        )
    recorder.journal(f"alert.{event}", T + t, id=id_, cause=cause, **body, **more)


def told(index: Index) -> object:
    found = index.alerts(frozenset(AlertState), now=T + 60)
    return repr((found, index.alert_counts(T + 60)))


def write_all(here: Recorder, there: Recorder) -> None:
    tell(here, "raised", 1, "aa11", "x")
    tell(there, "raised", 2, "bb22", "x", severity=Severity.CRITICAL)
    tell(there, "acknowledged", 0, "aa11", "x", by="ann", reason="on it")
    tell(there, "raised", 3, "ab33", "y", run="r")
    tell(here, "snoozed", 4, "ab33", "y", by="bob", until=T + 50)
    tell(there, "raised", 5, "cc44", "z")
    tell(here, "resolved", 6, "cc44", "z", by="", reason="gone")
    tell(there, "raised", 7, "dd55", "w")
    here.journal("alert.raised", T + 8, id="ee66", cause="broken", alert="nonsense")
    here.journal("alert.raised", T + 8, id="ee66", alert=None)


def test_journals_of_two_hosts_are_one_answer_in_any_order(recorder: Recorder) -> None:
    other = Recorder(recorder.project, "there")
    write_all(recorder, other)
    with Index.open(recorder.project) as index:
        index.ingest()
        answer = told(index)
        states = {it.id: it.state_at(T + 60).value for it in index.alerts(frozenset(AlertState))}
        assert states == {
            "aa11": "open",
            "ab33": "open",
            "cc44": "resolved",
            "dd55": "open",
        }
        assert index.alerts_of(["x", "z", "none"]).keys() == {"x", "z"}
        assert index.unresolved_causes("") == ["w", "x", "y"]
        assert [it.id for it in index.alerts(run_id="r", now=T + 60)] == ["ab33"]
    hidden = places.project_journal(recorder.project, "here")
    data = hidden.read_bytes()
    hidden.unlink()
    places.index_path(recorder.project).unlink()
    with Index.open(recorder.project) as index:
        index.ingest()
        hidden.write_bytes(data)
        index.ingest()
        assert told(index) == answer


def test_states_and_counts_follow_the_clock(recorder: Recorder) -> None:
    write_all(recorder, Recorder(recorder.project, "there"))
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.alert_counts(T + 49) == AlertCounts(2, 0, 1, 1, Severity.CRITICAL)
        assert index.alert_counts(T + 50) == AlertCounts(3, 0, 0, 1, Severity.CRITICAL)
        listed = index.alerts(frozenset(AlertState), now=T + 49)
        assert [it.id for it in listed] == ["aa11", "dd55", "ab33", "cc44"]
        snoozed = index.alerts([AlertState.SNOOZED], now=T + 49)
        assert [it.id for it in snoozed] == ["ab33"]
        assert index.alerts([AlertState.SNOOZED], now=T + 50) == []


def test_a_change_of_an_alert_is_told_to_every_index_once(recorder: Recorder) -> None:
    with Index.open(recorder.project) as one, Index.open(recorder.project) as two:
        one.ingest()
        two.ingest()
        tell(recorder, "raised", 1, "aa11", "x")
        assert one.ingest().alerts == {"aa11"}
        assert two.ingest().alerts == {"aa11"}
        assert one.ingest().alerts == two.ingest().alerts == frozenset()
        tell(recorder, "acknowledged", 2, "aa11", "x", by="ann")
        assert two.ingest().alerts == {"aa11"}


def test_an_alert_goes_by_the_beginning_of_its_id(recorder: Recorder) -> None:
    write_all(recorder, Recorder(recorder.project, "there"))
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.resolve_alert("aa") == "aa11"
        with pytest.raises(AmbiguousError):
            index.resolve_alert("a")
        with pytest.raises(NotFoundError):
            index.resolve_alert("")
        with pytest.raises(NotFoundError):
            index.resolve_alert("%")
