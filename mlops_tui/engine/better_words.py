"""Words for what a comparison of two models came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.text import short_number


def needed_words(found: Mapping[str, Any], units: str = "rows") -> str:
    """Return what it would take to tell, where `better` cannot tell which of two is better.

    Args:
        found: as `actions_better.compare_models` returns it.
        units: what `n` counts.
    """
    wanted = f"a difference of {short_number(found['wanted'], 4)} ({found['wanted_by']})"
    needed = found["rows_needed"]
    if needed is None:
        return f"cannot tell; nor how many {units} would show {wanted}"
    if not needed:
        return f"cannot tell, though so many {units} would show {wanted} in 8 of 10 cases"
    return f"cannot tell: needs about {needed:,} more {units} to see {wanted}"
