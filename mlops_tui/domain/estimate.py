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


def remaining_seconds(share: float, elapsed: float) -> float | None:
    """Return how long the rest takes if it goes on as before, None where nothing is done yet.

    Args:
        share: what is done, 0 to 1.
        elapsed: seconds that this took, >= 0.
    """
    return elapsed * (1 - share) / share if share > 0 else None


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
