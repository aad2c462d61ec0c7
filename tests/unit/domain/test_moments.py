"""Times to come as people write them, in the time of where they are."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from mlops_tui.domain.moments import parse_moment

NOW = datetime(2026, 11, 25, 15, 30, tzinfo=UTC).timestamp()
"""A Wednesday."""


def words_of(text: str) -> str | None:
    moment = parse_moment(text, NOW)
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, tz=UTC).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "2026-11-25 17:30"),
        ("1h30m", "2026-11-25 17:00"),
        ("2w", "2026-12-09 15:30"),
        (" Tomorrow ", "2026-11-26 09:00"),
        ("tomorrow 14:00", "2026-11-26 14:00"),
        ("today 18:00", "2026-11-25 18:00"),
        ("18:00", "2026-11-25 18:00"),
        ("9:15", "2026-11-26 09:15"),
        ("friday", "2026-11-27 09:00"),
        ("wed", "2026-12-02 09:00"),
        ("mon 7:00", "2026-11-30 07:00"),
        ("2026-12-01", "2026-12-01 09:00"),
        ("2026-12-01 14:00", "2026-12-01 14:00"),
        ("2026-12-01T14:00", "2026-12-01 14:00"),
        *((text, None) for text in ("", "2", "soon", "25:00", "fr", "2026-13-01", "friday noon")),
        *((text, None) for text in ("2h 30", "2026-12-01 14", "tomorrow 24:00", "\x00")),
    ],
)
def test_a_time_to_come_is_understood_or_refused(text: str, expected: str | None) -> None:
    assert words_of(text) == expected


def test_a_day_begins_where_the_person_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        # there it is Thursday already
        assert words_of("tomorrow") == "2026-11-27 00:00"
        assert words_of("0:40") == "2026-11-25 15:40"
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
