"""Values in filters: numbers, times, durations, states and text, and how a field meets them."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mlops_tui.domain.runs import RunState
from mlops_tui.domain.text import nearest

TIME_FIELDS = frozenset({"created", "started", "ended", "heard"})
DURATION_FIELDS = frozenset({"duration", "duration_seconds"})
NUMBER_FIELDS = frozenset({"exit_code", "attempt", "unreadable_lines", "priority"})
TAG_FIELDS = frozenset({"tag", "tags"})

UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|infinity|nan)", re.I)
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+", re.I)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DAY_SECONDS = 86400.0
_LONGEST_NUMBER = 400


class ValueProblemError(ValueError):
    """A value that its field cannot be compared with; the text says what is expected."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written and as what the field needs it."""

    text: str
    number: float | None = None
    """The number; for times the Unix seconds, or where `is_relative` the offset from now."""
    is_relative: bool = False
    width: float = 0.0
    """Seconds that the literal stands for: a whole day for a date, else 0."""

    def at(self, now: float) -> float | None:
        """Return the number, a relative time counted from `now`."""
        if self.number is not None and self.is_relative:
            return self.number + now
        return self.number


def read_literal(field: str, text: str, is_equality: bool = False) -> Literal:
    """Return `text` as what `field` is compared with.

    Raises:
        ValueProblemError: the field is a time, a duration, a number or a state, and `text` is none.
    """
    if field in TIME_FIELDS:
        return _read_time(text)
    if field in DURATION_FIELDS:
        return _read_duration_field(text)
    if field in NUMBER_FIELDS and to_number(text) is None:
        raise ValueProblemError(f"{field} is a number, not {text!r}")
    if field == "state" and is_equality:
        return Literal(_read_state(text))
    return Literal(text, to_number(text))


def to_number(value: object) -> float | None:
    """Return `value` as a float if it is a number, a flag or a string that spells one."""
    if isinstance(value, bool | int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and _NUMBER.fullmatch(value):
        return float(value)
    return None


def to_seconds(text: str) -> float | None:
    """Return the seconds of `90s`, `5m`, `1h30m`, `2d`, `1w`, or None."""
    if len(text) > _LONGEST_NUMBER or not _DURATION.fullmatch(text):
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhdw])", text.lower())
    return float(sum(float(count) * UNIT_SECONDS[unit] for count, unit in parts))


def to_text(value: object) -> str:
    """Return `value` as a person would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def tag_texts(value: object) -> list[str]:
    """Return what can be searched for in tags: every key, value and `key=value`."""
    if isinstance(value, Mapping):
        pairs = [(str(key), to_text(item)) for key, item in value.items()]
        return [text for key, item in pairs for text in (key, item, f"{key}={item}") if text]
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list | tuple | set | frozenset):
        return [str(item) for item in value]
    return []


def _read_state(text: str) -> str:
    states = [state.value for state in RunState]
    if text.lower() in states:
        return text.lower()
    meant = nearest(text, states)
    hint = f"did you mean {meant}?" if meant else "states are " + ", ".join(states)
    raise ValueProblemError(f"{text!r} is no state", hint)


def _read_duration_field(text: str) -> Literal:
    seconds = to_seconds(text)
    if seconds is None:
        seconds = to_number(text)
    if seconds is None:
        raise ValueProblemError(f"{text!r} is no duration", "write 90s, 5m, 1h30m or 2d")
    return Literal(text, seconds)


def _read_time(text: str) -> Literal:
    word = text.lower()
    if word == "now":
        return Literal(text, 0.0, is_relative=True)
    if text[:1] in ("-", "+"):
        seconds = to_seconds(text[1:])
        if seconds is not None:
            return Literal(text, -seconds if text[0] == "-" else seconds, is_relative=True)
    number = to_number(text)
    if number is not None:
        return Literal(text, number)
    try:
        return _read_date(text)
    except (ValueError, OverflowError, OSError):
        raise ValueProblemError(
            f"{text!r} is no time", "write -2d, -90m, 2026-11-01, 2026-11-01T18:30 or today"
        ) from None


def _read_date(text: str) -> Literal:
    if text.lower() in ("today", "yesterday"):
        # relative to the day on which the filter is written, as the person means it
        today = datetime.fromtimestamp(time.time(), tz=UTC).astimezone()
        moment = today.replace(hour=0, minute=0, second=0, microsecond=0)
        if text.lower() == "yesterday":
            moment -= timedelta(days=1)
        return Literal(text, moment.timestamp(), width=DAY_SECONDS)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.astimezone()
    width = DAY_SECONDS if _DAY.fullmatch(text) else 0.0
    return Literal(text, moment.timestamp(), width=width)
