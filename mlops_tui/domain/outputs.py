"""What columns of live data say of a model's work, as `[monitor]` declares them; and reads that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mlops_tui.domain.tables import Table, is_number

METRICS = (
    *("roc_auc", "accuracy", "f1", "precision", "recall", "specificity"),
    *("mae", "rmse", "mse", "mape", "msle", "rmsle", "r2"),
)
"""Of classes, and of numbers."""


class ProblemKind(StrEnum):
    """What a model predicts."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class ModelOutputs:
    """Which columns hold scores and truth; the prediction's own is `Monitor.prediction`."""

    truth: str | None = None
    """None: the target of the dataset."""
    score: str | None = None
    """The probability or score of the positive class."""
    scores: Mapping[str, str] = field(default_factory=dict)
    """Of several classes, the column of each."""
    problem: ProblemKind | None = None
    """None: told from the truth."""
    positive: str | None = None
    """The class that recall and precision are about."""
    labels: str | None = None
    """A file, folder or pattern where the truth comes later; relative to the project. Rows are
    found by the dataset's `id`."""
    margins: Mapping[str, float] = field(default_factory=dict)
    """Metric to how much worse it may be before it matters."""

    @property
    def all_scores(self) -> dict[str, str]:
        """Class to column; the class "" is the positive one."""
        return dict(self.scores) if self.score is None else {"": self.score}


def read_outputs(table: Table) -> ModelOutputs:
    """Return what `[monitor]` says of a model's outputs, as far as it can be understood."""
    score = table.filled_text("score")
    scores = _texts(table.table("scores"))
    if "score" in table and "scores" in table:
        hint = "keep one: `score` for two classes, `scores` for more"
        table.problem("scores", "scores are named by `score` or by `scores`, not both", hint)
        scores = {}
    return ModelOutputs(
        truth=table.filled_text("truth"),
        score=score,
        scores=scores,
        problem=table.one_of("problem", ProblemKind),
        positive=_positive(table),
        labels=table.filled_text("labels"),
        margins=_margins(table.table("margins")),
    )


def _texts(table: Table) -> dict[str, str]:
    found = {}
    for name, value in table.entries():
        if isinstance(value, str) and value.strip():
            found[name] = value
        else:
            table.wrong(name, "the name of a column", value)
    return found


def _positive(table: Table) -> str | None:
    """Return the label, which may be written as a number or a truth value too."""
    value = table.raw("positive")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    table.wrong("positive", "a label", value)
    return None


def _margins(table: Table) -> dict[str, float]:
    found = {}
    for name, value in table.entries():
        if name not in METRICS:
            hint = table.report.nearest(name, METRICS) or f"known: {', '.join(METRICS)}"
            table.problem(name, "no metric of performance", hint)
        elif not is_number(value) or value <= 0:
            table.wrong(name, "a number > 0", value)
        else:
            found[name] = float(value)
    return found
