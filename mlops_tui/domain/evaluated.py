"""What figures of an evaluation are called, and which way each gets better."""

from __future__ import annotations

import re

from mlops_tui.domain.project import Direction

OF_TWO_CLASSES = (
    *("roc_auc", "average_precision", "accuracy", "balanced_accuracy", "f1", "precision"),
    *("recall", "specificity", "mcc", "log_loss", "brier", "cost"),
)
"""`cost` is what errors cost a row, where costs are known."""
OF_SEVERAL_CLASSES = (
    *("roc_auc", "average_precision", "accuracy", "balanced_accuracy", "f1", "precision"),
    *("recall", "mcc", "log_loss", "brier"),
)
"""The plain mean over classes where a figure is one of a class."""
OF_NUMBERS = ("mae", "rmse", "mse", "mape", "median_ae", "msle", "rmsle", "bias", "r2", "cost")
OF_FORECASTS = (*OF_NUMBERS, "mase")
OF_RANKINGS = ("ndcg", "map", "mrr")
"""`ndcg@10` where it counts the first ten only."""
_LOWER = frozenset(
    {"log_loss", "brier", "cost", "mae", "rmse", "mse", "mape", "median_ae", "msle", "rmsle"}
    | {"mase", "ece"}
)
_HIGHER = frozenset({*OF_TWO_CLASSES, *OF_SEVERAL_CLASSES, *OF_RANKINGS, "r2"} - _LOWER)

FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
"""The `module:function` of a metric that people wrote themselves."""


def direction_of(metric: str) -> Direction | None:
    """Return which way a metric of an evaluation gets better; None where that is not known.

    `bias`, the mean error, is best at 0 and has none.
    """
    name = metric.partition("@")[0]
    if name in _LOWER:
        return Direction.MINIMIZE
    return Direction.MAXIMIZE if name in _HIGHER else None
