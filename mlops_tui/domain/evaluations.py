"""What is recorded of models that were evaluated; values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Predictions:
    """A file of what a run's model said of the rows of a dataset, and of what was true."""

    run_id: str
    path: str
    """As the run named it: in its own folder, else in the project's, else absolute."""
    dataset: str | None
    """Whose rows; None where nobody said."""
    model: str | None
    """`NAME:VERSION` of the registered model, where the run said so."""
    rows: int | None
    t: float
    """When they were written, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of an evaluation, with its 95 % interval."""

    value: float | None
    """None where it is not defined."""
    low: float | None = None
    high: float | None = None
    """None where no interval can be told."""
    n: int | None = None
    """Rows that it rests on."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One model measured on one version of a dataset, as the index knows it; its report has all."""

    id: str
    run_id: str | None
    """Whose predictions were measured, or whose model predicted; None for a version alone."""
    model: str | None
    """The registered name, where a version was measured."""
    number: int | None
    dataset: str | None
    """None where nobody said whose rows they are."""
    data_version: str | None
    """The digest of that data; None where it is not known."""
    role: str | None
    """Of the dataset, as it was declared then."""
    problem: str
    """`binary`, `multiclass`, `regression`, ..."""
    rows: int
    figures: Mapping[str, Figure] = field(default_factory=dict)
    report: str | None = None
    """SHA-256 of the report, which is kept under it."""
    predictions: str | None = None
    """SHA-256 of the table of predictions."""
    at: float = 0.0
    """Unix seconds."""
    by: str = ""
    host: str = ""
    error: str | None = None
    """Why there is no report, in words."""

    @property
    def subject(self) -> str:
        """Return what was measured: `cancer:3`, or the id of a run."""
        return f"{self.model}:{self.number}" if self.model is not None else self.run_id or ""


@dataclass(frozen=True, slots=True)
class Looks:
    """How often a dataset has been looked at to judge models."""

    dataset: str
    looks: int
    """Evaluations on any version of it."""
    subjects: int
    """Different runs and versions that were measured."""
    versions: int
    """Of the data."""
    first: float
    """Unix seconds."""
    last: float
