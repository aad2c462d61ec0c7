from __future__ import annotations

from dataclasses import replace

from mlops_tui.domain.alerts import Alert, AlertState, RecordedAlert, Severity
from mlops_tui.ui.alert_news import AlertNews


def found(number: int, changed: float, severity: Severity = Severity.WARNING) -> RecordedAlert:
    alert = Alert(f"cause-{number}", "drift", severity, f"alert {number}")
    return RecordedAlert(str(number), alert, AlertState.OPEN, changed, changed, changed=changed)


def test_each_new_alert_is_told_once() -> None:
    news = AlertNews(since=100.0)
    old, new = found(1, 50.0), found(2, 150.0)
    assert [title for title, _, _ in news.of([old, new])] == ["alert 2"]
    assert news.of([old, new]) == []


def test_what_gets_worse_is_told_again() -> None:
    news = AlertNews(since=100.0)
    old = found(1, 50.0)
    assert news.of([old]) == []
    worse = replace(old, alert=replace(old.alert, severity=Severity.CRITICAL))
    assert [look for _, _, look in news.of([worse])] == ["error"]


def test_many_at_once_are_one_word() -> None:
    many = [found(number, 150.0) for number in range(4)]
    ((title, words, look),) = AlertNews(since=100.0).of(many)
    assert (title, words, look) == ("4 new alerts", "! shows them", "warning")


def test_a_title_is_data() -> None:
    hostile = found(1, 150.0)
    hostile = replace(hostile, alert=replace(hostile.alert, title="a\x1b[31mb"))
    ((title, _, _),) = AlertNews(since=100.0).of([hostile])
    assert "\x1b" not in title
