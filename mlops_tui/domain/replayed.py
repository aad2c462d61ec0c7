"""What alerts a row of windows would have raised; standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.verdicts import Level, Verdict, level


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of windows during which an alert would have been open."""

    first: int
    """The window that would have raised it, by its place in the row."""
    alarm: int | None
    """The window that would have made it an alarm; None where it stayed a warning."""
    end: int | None
    """The window that would have resolved it; None where it would still be open."""


def levels(verdicts: Sequence[Verdict | None], alarm_after: int, of_last: int) -> list[Level]:
    """Return the level at each window, oldest first; None stands for one that cannot be judged."""
    judged: list[Verdict] = []
    found = []
    for verdict in verdicts:
        if verdict is not None and verdict is not Verdict.TOO_LITTLE_DATA:
            judged = [*judged[1 - of_last :], verdict] if of_last > 1 else [verdict]
        found.append(level(judged, alarm_after, of_last))
    return found


def episodes(found: Sequence[Level]) -> list[Episode]:
    """Return the alerts that these levels would have raised, oldest first."""
    told: list[Episode] = []
    first: int | None = None
    alarm: int | None = None
    for at, one in enumerate(found):
        if one is Level.QUIET:
            if first is not None:
                told.append(Episode(first, alarm, at))
            first = alarm = None
            continue
        first = at if first is None else first
        if one is Level.ALARM and alarm is None:
            alarm = at
    return told if first is None else [*told, Episode(first, alarm, None)]
