"""Times to come as people write them: `2h`, `tomorrow`, `friday 14:00`, `2026-12-01`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from mlops_tui.domain.tables import parse_duration

MORNING = time(9)
"""A day without a time means when people begin to work."""
HINT = "write 2h, 30m, 3d, tomorrow, friday, 18:00, 2026-12-01 or 2026-12-01 14:00"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKS = re.compile(r"(\d+)\s*w")


def parse_moment(text: str, now: float) -> float | None:
    """Return the Unix time that `text` means, None where it means none.

    Args:
        text: A duration from now; a day, a clock time, or both. A weekday is the next such day, a
            clock time alone the next such time, a day alone its `MORNING`; all in local time.
        now: Unix seconds.
    """
    words = text.strip().lower()
    seconds = _duration(words)
    if seconds is not None:
        return now + seconds
    here = datetime.fromtimestamp(now, tz=UTC).astimezone()
    day_word, _, clock_word = words.replace("t", " ", 1).partition(" ") if "-" in words else (
        words.partition(" ")
    )  # fmt: skip
    if not clock_word and _CLOCK.fullmatch(day_word):
        clock = _clock(day_word)
        return None if clock is None else _next(here, clock)
    day = _day(day_word, here.date())
    clock = _clock(clock_word.strip()) if clock_word else MORNING
    return None if day is None or clock is None else _at(day, clock)


def _duration(words: str) -> float | None:
    weeks = _WEEKS.fullmatch(words)
    if weeks:
        return float(weeks[1]) * 7 * 86400
    return parse_duration(words) if words and not words.isdecimal() else None


def _day(word: str, today: date) -> date | None:
    if word in ("today", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    close = [at for at, name in enumerate(_DAYS) if len(word) >= 3 and name.startswith(word)]
    if close:
        return today + timedelta(days=(close[0] - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _clock(word: str) -> time | None:
    match = _CLOCK.fullmatch(word)
    try:
        return time(int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def _next(here: datetime, clock: time) -> float:
    moment = _at(here.date(), clock)
    return moment if moment > here.timestamp() else _at(here.date() + timedelta(days=1), clock)


def _at(day: date, clock: time) -> float:
    return datetime.combine(day, clock).astimezone().timestamp()
