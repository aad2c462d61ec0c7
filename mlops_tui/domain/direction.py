"""Which way a metric gets better."""

from __future__ import annotations

import re

from mlops_tui.domain.project import Direction, Project

_LOWER = re.compile(r"loss|err|mae|mse|rmse|latency|perplexity|brier", re.IGNORECASE)
"""Names of metrics that get better downwards, where the project file does not say."""


def is_lower_better(project: Project, metric: str) -> bool:
    """Say which way `metric` gets better."""
    declared = project.metrics.get(metric)
    if declared is not None and declared.direction is not None:
        return declared.direction is Direction.MINIMIZE
    return bool(_LOWER.search(metric))
