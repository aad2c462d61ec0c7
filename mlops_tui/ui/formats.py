"""Short words for times and progress, coarse enough not to change with every look."""

from __future__ import annotations

import time

from mlops_tui.domain.estimate import remaining_seconds
from mlops_tui.domain.runs import ParamValue, Run, RunState
from mlops_tui.domain.text import safe, short_duration, short_number


def ago(then: float | None, now: float) -> str:
    """Return how long ago, in the greatest unit; a date after two weeks, `-` for None."""
    if then is None:
        return "-"
    seconds = now - then
    if seconds < 60:
        return "just now" if seconds > -60 else "ahead"
    if seconds < 3600:
        return f"{int(seconds // 60)} m ago"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    if seconds < 14 * 86400:
        return f"{int(seconds // 86400)} d ago"
    return time.strftime("%Y-%m-%d", time.localtime(then))


def moment(when: float) -> str:
    """Return a time of day with its date, as it is here."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when))


def coarse_duration(run: Run, now: float) -> str:
    """Return how long a run took; of a live one the whole minutes only, so that no clock ticks."""
    seconds = run.duration_seconds(now)
    if seconds is None or run.state.is_ended:
        return short_duration(seconds)
    return whole_minutes(seconds)


def whole_minutes(seconds: float) -> str:
    """Return such as `< 1 m`, `12 m`, `2 h 10 m`."""
    if seconds < 60:
        return "< 1 m"
    return f"{int(seconds // 60)} m" if seconds < 3600 else short_duration(seconds)


def time_left(run: Run, now: float) -> str:
    """Return how long a run will still take, from its progress so far; empty where that is open."""
    share, elapsed = progress_share(run), run.duration_seconds(now)
    if share is None or elapsed is None or run.state is not RunState.RUNNING:
        return ""
    left = remaining_seconds(share, elapsed)
    return "" if left is None else whole_minutes(left)


def progress_share(run: Run) -> float | None:
    """Return the share done, 0 to 1, or None where it is not known."""
    if run.progress is None or not run.progress[1]:
        return None
    share = run.progress[0] / run.progress[1]
    return min(1.0, max(0.0, share)) if share == share else None


def progress_text(run: Run) -> str:
    """Return progress such as `60 % 12/20`, or what was done where no total is known."""
    if run.progress is None:
        return ""
    done, total = run.progress
    share = progress_share(run)
    if share is None or total is None:
        return short_number(done)
    return f"{int(share * 100):3d} % {short_number(done)}/{short_number(total)}"


def value_text(value: ParamValue) -> str:
    """Return a parameter's value, short and safe to show."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return short_number(value)
    return safe(str(value))
