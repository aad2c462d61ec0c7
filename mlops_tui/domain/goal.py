"""The one fact of a project file that lists of runs need; quick to load and quick to read."""

from __future__ import annotations

import tomllib
from pathlib import Path


def objective_metric(project: Path) -> str | None:
    """Return the metric of a project's objective; None where the file names none, or is broken."""
    path = project / "mlops.toml"
    if not path.is_file():
        return None
    try:
        with open(path, "rb") as file:
            objective = tomllib.load(file).get("objective")
    except (OSError, ValueError, RecursionError):
        return None
    metric = objective.get("metric") if isinstance(objective, dict) else None
    return metric if isinstance(metric, str) else None
