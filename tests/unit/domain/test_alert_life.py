"""The life of an alert is the same whoever tells it, in whatever order."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.alert_life import tell
from mlops_tui.domain.alert_lines import alert_object, alert_of
from mlops_tui.domain.alerts import (
    Alert,
    AlertCost,
    AlertState,
    Evidence,
    RecordedAlert,
    Remedy,
    RemedyKind,
    Severity,
)

NAN = Alert("run:a:nan:loss", "nan", Severity.WARNING, "loss is NaN")


def line(event: str, t: float, id_: str = "a", alert: Alert | None = NAN, **more: Any) -> Any:
    record = {"event": f"alert.{event}", "t": t, "id": id_, "cause": NAN.cause, **more}
    if alert is not None and event in ("raised", "seen", "reopened"):
        record["alert"] = alert_object(alert)
    return record


def only(*records: Any) -> RecordedAlert:
    (found,) = tell(records)
    return found


def test_a_cause_that_is_seen_again_is_counted() -> None:
    found = only(line("raised", 10), line("seen", 20), line("seen", 15))
    assert (found.id, found.first, found.last, found.count) == ("a", 10, 20, 3)
    assert found.state is AlertState.OPEN
    assert found.alert.since == 10


def test_two_hosts_that_raise_the_same_cause_raise_one_alert_that_both_ids_name() -> None:
    found = only(
        line("raised", 10), line("raised", 12, "b"), line("acknowledged", 14, "b", by="ann")
    )
    assert (found.id, found.count, found.state, found.by) == (
        *("a", 2, AlertState.ACKNOWLEDGED, "ann"),
    )


def test_a_clock_that_is_behind_acts_on_an_alert_that_was_there_all_the_same() -> None:
    found = only(line("raised", 10), line("resolved", 4, by="ann", reason="seen to"))
    assert (found.state, found.by, found.reason) == (AlertState.RESOLVED, "ann", "seen to")
    assert found.changed == 10


def test_what_was_acknowledged_opens_again_only_where_it_gets_worse() -> None:
    worse = Alert(NAN.cause, "nan", Severity.CRITICAL, "all is NaN")
    told = [line("raised", 10), line("acknowledged", 11, by="ann"), line("seen", 12)]
    assert only(*told).state is AlertState.ACKNOWLEDGED
    found = only(*told, line("seen", 13, alert=worse))
    assert (found.state, found.alert.title, found.reopened) == (AlertState.OPEN, "all is NaN", 1)


def test_what_went_by_itself_comes_back_when_seen_and_what_a_person_resolved_does_not() -> None:
    gone = [line("raised", 10), line("resolved", 11, by="", reason="gone"), line("seen", 12)]
    assert only(*gone).state is AlertState.OPEN
    assert only(*gone).reopened == 1
    done = [line("raised", 10), line("resolved", 11, by="ann"), line("seen", 12)]
    assert only(*done).state is AlertState.RESOLVED
    assert only(*done).last == 12


def test_a_person_may_open_what_was_put_aside() -> None:
    aside = [line("raised", 10), line("snoozed", 11, by="ann", until=99.0)]
    assert only(*aside).state_at(50) is AlertState.SNOOZED
    assert only(*aside).state_at(99) is AlertState.OPEN
    found = only(*aside, line("reopened", 12, alert=None, by="bob"))
    assert (found.state, found.by, found.count, found.until) == (AlertState.OPEN, "bob", 1, None)


def test_a_cause_raised_after_the_last_was_resolved_is_another_alert() -> None:
    told = tell([line("raised", 10), line("resolved", 11, by="ann"), line("raised", 99, "b")])
    assert [(it.id, it.state) for it in told] == [
        ("a", AlertState.RESOLVED),
        ("b", AlertState.OPEN),
    ]


def test_the_last_sending_to_each_receiver_is_kept() -> None:
    found = only(
        line("raised", 10),
        line("sent", 11, receiver="slack", is_done=False, attempts=3, problem="no route"),
        line("sent", 12, receiver="slack", is_done=True),
        line("sent", 11, receiver="command", is_done=False, problem="exit code 3"),
        line("sent", 13, receiver=""),
    )
    assert [(it.receiver, it.is_done, it.problem) for it in found.sendings] == [
        ("command", False, "exit code 3"),
        ("slack", True, ""),
    ]


def test_an_alert_reads_as_it_was_written() -> None:
    alert = Alert(
        "c",
        "drift",
        Severity.CRITICAL,
        "pressure drifted",
        "in 3 of 4 windows",
        "p = 0.001",
        12.5,
        AlertCost("accuracy 0.91, target 0.97", 120.0, "EUR"),
        Evidence(100, 5000, "r", "loss", 3, "live", "b.csv", ("x", "y"), {"score": 0.3}),
        (Remedy(RemedyKind.START_JOB, "retrain", {"job": "train", "lr": 0.1, "fresh": True}),),
        once=True,
    )
    assert alert_of(alert_object(alert)) == alert
    assert alert_of(alert_object(NAN)) == NAN


def test_the_cause_of_a_line_is_believed_before_that_within() -> None:
    found = only({**line("raised", 10), "cause": "other"})
    assert found.alert.cause == "other"
    assert tell([line("raised", 10, "x" * 65)]) == []


def test_a_hostile_line_is_cut_and_never_believed() -> None:
    found = alert_of(
        {
            "cause": "a \n b",
            "title": "x" * 5000,
            "severity": "end of the world",
            "since": float("nan"),
            "evidence": {"n": True, "columns": "abc", "numbers": {"a": 10**400, "b": "1"}},
            "remedies": [{"kind": "rm -rf", "words": "!"}, 7, {"kind": "stop_run", "words": ""}],
            "cost": [],
        }
    )
    assert found is not None
    assert (found.cause, len(found.title), found.severity) == ("a b", 1000, Severity.WARNING)
    assert (found.since, found.evidence, found.remedies, found.cost) == (None, Evidence(), (), None)
    assert alert_of({"cause": "a"}) is None
    assert alert_of("a") is None


EVENTS = ("raised", "seen", "reopened", "acknowledged", "snoozed", "resolved", "sent")
LINES = st.builds(
    line,
    st.sampled_from(EVENTS),
    st.integers(0, 12).map(float),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([NAN, Alert(NAN.cause, "nan", Severity.CRITICAL, "worse", once=True), None]),
    by=st.sampled_from(["", "ann"]),
    until=st.sampled_from([None, 5.0, 20.0]),
    receiver=st.sampled_from(["", "slack"]),
)


@given(st.lists(LINES, max_size=25), st.integers(0, 9))
def test_any_order_tells_the_same_and_at_most_one_alert_is_unresolved(
    lines: list[Any], seed: int
) -> None:
    shuffled = [*lines, *lines[:5]]
    random.Random(seed).shuffle(shuffled)
    told = tell(lines)
    assert tell(shuffled) == told
    assert sum(it.state is not AlertState.RESOLVED for it in told) <= 1
    assert len({it.id for it in told}) == len(told)
    assert all(it.first <= it.last and it.first <= it.changed and it.count >= 1 for it in told)
