"""The task that tells which parameters move a metric over many runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mlops_tui.engine.worker import Progress
from mlops_tui.evaluate.importance import importances


def importance(
    progress: Progress, params: Mapping[str, Sequence[Any]], metric: Sequence[float]
) -> dict[str, Any] | None:
    """Return what parameters tell of a metric, as JSON holds it; None for too few runs.

    Args:
        progress: told the share that is done.
        params: by name, a value a run.
        metric: a value a run.
    """
    found = importances(params, metric, lambda done: progress(done, 1))
    return None if found is None else asdict(found)
