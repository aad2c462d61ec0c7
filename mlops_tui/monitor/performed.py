"""What is told of a model's performance on a batch: values; nothing that computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mlops_tui.domain.outputs import ProblemKind

ASSUMPTIONS = (
    "the concept is the same: rows that look alike have the same truth as in the reference",
    "rows like those of the batch occur in the reference",
)
"""What has to hold for an estimate."""


class Fitness(StrEnum):
    """What may be said of a model's performance."""

    OK = "ok"
    DEGRADED = "degraded"
    TOO_LITTLE_DATA = "too_little_data"


@dataclass(frozen=True)
class MetricResult:
    """One metric of a batch, with what to think of it."""

    metric: str
    basis: str
    """`realised`: the truth is known; `estimated`: it is not."""
    value: float
    error: float
    """Its standard error."""
    lower: float
    upper: float
    """95 % bounds of the value; of an estimate, of the value that the truth would show."""
    reference: float
    """The same over the reference."""
    sampling_error: float
    """The standard error of the realised metric in so many rows of the reference."""
    threshold: float
    """Worse than this is worse in practice."""
    chance_limit: float
    """As good a batch of this size may be by chance alone, 99 of 100 times, without a change."""
    p_value: float
    adjusted_p: float
    """Corrected over metrics (Benjamini-Hochberg)."""
    verdict: Fitness
    n: int
    n_reference: int


@dataclass(frozen=True)
class Cell:
    """A cell of the confusion matrix."""

    truth: str
    predicted: str
    count: float
    lower: float
    upper: float
    """95 % bounds."""


@dataclass(frozen=True)
class Trust:
    """What the labelled rows of the batch say of the estimate for the very same rows."""

    metric: str
    """The one where the two are furthest apart."""
    realised: float
    estimated: float
    p_value: float
    """Corrected over metrics."""
    is_kept: bool
    """False: the estimate is wrong beyond chance, so the concept has changed."""
    n: int


@dataclass(frozen=True)
class PerformanceReport:
    """A model on a batch against itself on the reference."""

    verdict: Fitness
    problem: ProblemKind
    classes: tuple[str, ...]
    metrics: tuple[MetricResult, ...]
    """Realised ones first, the worst of each first."""
    confusion: Mapping[str, tuple[Cell, ...]]
    """Of the `reference`, and of the batch `realised` and `estimated`; none for a regression."""
    is_calibrated: bool
    """Whether the scores had to be calibrated on the reference."""
    trust: Trust | None
    why_not_estimated: str
    """Empty where there is an estimate."""
    assumptions: tuple[str, ...]
    n_reference: int
    """Rows with prediction and truth."""
    n_current: int
    """Rows with a prediction."""
    n_labelled: int
    """Rows of those whose truth is known."""
    rows_reference: int
    rows_current: int
