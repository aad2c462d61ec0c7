"""What another tool's rule says of one column."""

from __future__ import annotations

from typing import NamedTuple


class Decision(NamedTuple):
    """One column by one rule."""

    method: str
    score: float
    """A distance, or a p-value; NaN where there was nothing to compare."""
    threshold: float
    is_drift: bool
    is_p_value: bool = False
    """Drift is then where the score is small."""
