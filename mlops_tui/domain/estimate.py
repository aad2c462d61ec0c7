"""How long runs will take, from how long such runs took; plain arithmetic."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def at_once(slots: int, gpus: int, host_slots: int, host_gpus: int) -> int:
    """Return how many runs fit on a host side by side; 1 where not even one does."""
    fitting = host_slots // max(1, slots)
    if gpus:
        fitting = min(fitting, host_gpus // gpus)
    return max(1, fitting)


def expected_seconds(count: int, side_by_side: int, durations: Sequence[float]) -> float | None:
    """Return how long `count` runs take, None where no duration is known.

    Args:
        count: runs, >= 1.
        side_by_side: how many go on at a time, >= 1.
        durations: seconds that finished runs took.
    """
    if not durations:
        return None
    return -(-count // side_by_side) * statistics.median(durations)
