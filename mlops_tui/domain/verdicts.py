"""What may be said of live data, and what many windows in a row amount to."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Verdict(StrEnum):
    """What may be said of a column or a batch."""

    OK = "ok"
    DRIFT = "drift"
    TOO_LITTLE_DATA = "too_little_data"


class Level(StrEnum):
    """What windows in a row amount to."""

    QUIET = "quiet"
    WARNING = "warning"
    ALARM = "alarm"


def counted(windows: Sequence[Verdict], m: int) -> Sequence[Verdict]:
    """Return the last `m` verdicts that count: windows with too little data do not."""
    return [verdict for verdict in windows if verdict is not Verdict.TOO_LITTLE_DATA][-m:]


def level(windows: Sequence[Verdict], k: int = 2, m: int = 3) -> Level:
    """Return what the verdicts of one cause, oldest first, amount to at the newest window.

    A drift in the newest window that could be judged is a warning at once, and an alarm where at
    least `k` of the last `m` windows that could be judged have drifted. Windows with too little
    data count for nothing: they neither end an alarm nor make one.

    Raises:
        ValueError: not 1 <= k <= m.
    """
    if not 1 <= k <= m:
        raise ValueError(f"an alarm after {k} of {m} windows is not possible")
    judged = counted(windows, m)
    if not judged or judged[-1] is not Verdict.DRIFT:
        return Level.QUIET
    return Level.ALARM if judged.count(Verdict.DRIFT) >= k else Level.WARNING
