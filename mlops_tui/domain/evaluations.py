"""What is recorded of models that were evaluated; values only."""

from __future__ import annotations

from dataclasses import dataclass


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
