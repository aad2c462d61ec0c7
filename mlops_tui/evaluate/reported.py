"""What an evaluation told: values, and their form as JSON; nothing that computes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mlops_tui.domain import evaluated
from mlops_tui.evaluate.estimating import Estimate
from mlops_tui.evaluate.reliability import Reliability
from mlops_tui.evaluate.residuals import Residuals
from mlops_tui.evaluate.thresholds import Sweep
from mlops_tui.evaluate.worst import Search

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Segment:
    """The metrics of the rows that share a value."""

    column: str
    value: str
    n: int
    metrics: Mapping[str, Estimate]


@dataclass(frozen=True)
class Window:
    """The metrics of the rows of some stretch of time."""

    name: str
    start: float
    end: float
    """First and last time, Unix seconds."""
    n: int
    metrics: Mapping[str, Estimate]


@dataclass(frozen=True)
class ClassResult:
    """The metrics of one of several classes against the rest."""

    name: str
    n: int
    """Rows that are truly of it."""
    metrics: Mapping[str, Estimate]


@dataclass(frozen=True)
class Confusion:
    """How many rows of each class were predicted as each."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """Of each true class (first), predicted as each."""
    other: tuple[int, ...]
    """Of each true class, predicted as none of these."""


@dataclass(frozen=True)
class EvaluationReport:
    """What is known of a model by its predictions of some rows."""

    task: str
    """`binary`, `multiclass`, `regression`, `forecasting` or `ranking`."""
    classes: tuple[str, ...]
    """Of two the positive one last."""
    n: int
    """Rows with prediction and truth."""
    rows: int
    """In all."""
    metrics: Mapping[str, Estimate]
    per_class: tuple[ClassResult, ...] = ()
    segments: tuple[Segment, ...] = ()
    search: Search | None = None
    confusion: Confusion | None = None
    thresholds: Sweep | None = None
    calibration: Reliability | None = None
    residuals: Residuals | None = None
    windows: tuple[Window, ...] = ()
    """In the order of their time; none where times are not known."""
    units: str | None = None
    """How rows were drawn together, such as `by patient`."""
    n_units: int | None = None
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON holds it; null for what is not defined or not known."""
        shape: dict[str, Any] = {
            "task": self.task,
            "classes": list(self.classes),
            "positive": self.classes[-1] if self.task == "binary" else None,
            "n": self.n,
            "rows": self.rows,
            "units": self.units,
            "n_units": self.n_units,
            "confidence": CONFIDENCE,
            "metrics": metrics_json(self.metrics),
            "per_class": [
                {"class": it.name, "n": it.n, "metrics": metrics_json(it.metrics)}
                for it in self.per_class
            ],
            "segments": [
                {
                    "column": it.column,
                    "value": it.value,
                    "n": it.n,
                    "metrics": metrics_json(it.metrics),
                }
                for it in self.segments
            ],
            "worst_segments": _search_json(self.search),
            "confusion": _fields(self.confusion),
            "thresholds": _fields(self.thresholds),
            "calibration": _calibration_json(self.calibration),
            "residuals": _fields(self.residuals),
            "windows": [
                {**_fields(it), "metrics": metrics_json(it.metrics)} for it in self.windows
            ],
            "notes": list(self.notes),
        }
        plain: dict[str, Any] = without_nan(shape)
        return plain


def metrics_json(found: Mapping[str, Estimate]) -> dict[str, Any]:
    """Return metrics as JSON holds them."""
    return {
        name: {**asdict(it), "direction": evaluated.direction_of(name)}
        for name, it in found.items()
    }


def _fields(value: Any) -> Any:
    return None if value is None else asdict(value)


def _calibration_json(found: Reliability | None) -> dict[str, Any] | None:
    return None if found is None else {**asdict(found), "verdict": found.verdict}


def _search_json(found: Search | None) -> dict[str, Any] | None:
    if found is None:
        return None
    told = [{**asdict(it), "is_sure": it.is_sure} for it in found.found]
    return {**asdict(found), "found": told}


def without_nan(value: Any) -> Any:
    """Return a value with null for numbers that do not exist."""
    if isinstance(value, Mapping):
        return {key: without_nan(it) for key, it in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(it) for it in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
