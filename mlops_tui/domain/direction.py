"""Which way a metric gets better."""

from __future__ import annotations

import functools
import re

from mlops_tui.domain.project import Direction, Project

_LOWER = re.compile(r"loss|err|mae|mse|rmse|latency|perplexity|brier", re.IGNORECASE)
"""Names of metrics that get better downwards, where the project file does not say."""
_TRAINED = re.compile(
    r"loss|error(?!s)|mae|mse|rmse|perplexity|brier|cross_?entropy|nll", re.IGNORECASE
)
_GROWS = re.compile(
    r"(?:^|[^a-z])(?:acc|accuracy|auc|auroc|auprc|ap|map|f1|precision|recall|r2|iou|miou|dice|bleu"
    r"|rouge|reward|return|score)(?:$|[^a-z])",
    re.IGNORECASE,
)

_SCATTER = re.compile(
    r"(?:^|[^a-z])(?:std|stdev|stderr|sd|sem|var|variance)(?:$|[^a-z])", re.IGNORECASE
)
"""Of a metric over folds or seeds: less of it is no better model."""


def is_lower_better(project: Project, metric: str) -> bool:
    """Say which way `metric` gets better."""
    declared = project.metrics.get(metric)
    if declared is not None and declared.direction is not None:
        return declared.direction is Direction.MINIMIZE
    return bool(_LOWER.search(metric))


def known_direction(project: Project, metric: str) -> Direction | None:
    """Return which way a metric of learning gets better, None where nothing says.

    What says it is the project file or a usual name; a latency is no metric of learning.
    """
    declared = project.metrics.get(metric)
    if declared is not None and declared.direction is not None:
        return declared.direction
    usual = _usual_direction(metric)
    if usual is not None:
        return usual
    objective = project.objective.metric if project.objective is not None else None
    is_objective = objective == metric
    if not is_objective:
        return None
    return Direction.MINIMIZE if is_lower_better(project, metric) else Direction.MAXIMIZE


@functools.lru_cache(maxsize=10_000)
def _usual_direction(metric: str) -> Direction | None:
    """Return which way a metric of this name usually gets better; asked again and again."""
    if _SCATTER.search(metric):
        return None
    if _TRAINED.search(metric):
        return Direction.MINIMIZE
    return Direction.MAXIMIZE if _GROWS.search(metric) else None
