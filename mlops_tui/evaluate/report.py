"""One evaluation: everything that predictions with their truth can tell, as a frozen report."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain import evaluated
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost
from mlops_tui.evaluate import measures, metrics, worst
from mlops_tui.evaluate.columns import Column
from mlops_tui.evaluate.estimating import FEW, Estimate, Measure, Part, Units, estimates
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.reliability import Reliability, reliability_of
from mlops_tui.evaluate.residuals import Residuals, residuals_of
from mlops_tui.evaluate.segments import Segments, segments_of
from mlops_tui.evaluate.sums import REPLICATES
from mlops_tui.evaluate.thresholds import Sweep, sweep
from mlops_tui.evaluate.worst import Loss, Search

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Setting:
    """What a person may say; nothing of it is needed. Columns are of all rows of the outcomes."""

    cost: Cost | None = None
    segments: Mapping[str, Column] = field(default_factory=dict)
    """Whose values are told one by one."""
    features: Mapping[str, Column] = field(default_factory=dict)
    """Among whose values the worst are looked for."""
    units: Units | None = None
    """Rows that belong together."""
    replicates: int = REPLICATES
    seed: int = 0


@dataclass(frozen=True)
class Segment:
    """The metrics of the rows that share a value."""

    column: str
    value: str
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


def evaluate(
    outcomes: Outcomes,
    setting: Setting | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> EvaluationReport:
    """Return what predictions tell; rows without prediction or truth are left out, and counted.

    Args:
        outcomes: predictions and truth.
        setting: in place of the defaults.
        on_progress: told the share that is done.
    """
    chosen = setting or Setting()
    kept = np.flatnonzero(outcomes.is_labelled)
    known = outcomes.take(kept)
    units = None if chosen.units is None else chosen.units.take(kept)
    parted = [segments_of(_taken(it, kept)) for it in chosen.segments.values()]
    each = measures.of_classes_each(known) if _is_of_several(known) and len(known) else []
    everything = np.arange(len(known))
    parts = itertools.chain(
        [Part(everything, told_of(known, chosen.cost))],
        (Part(everything, it) for _, _, it in each),
        _segment_parts(known, parted, chosen.cost),
    )
    found = estimates(parts, len(known), units, chosen.replicates, chosen.seed, on_progress)
    classes = tuple(
        ClassResult(name, n, it)
        for (name, n, _), it in zip(each, found[1 : 1 + len(each)], strict=True)
    )
    segments = _segments(parted, found[1 + len(each) :])
    features = {name: _taken(it, kept) for name, it in chosen.features.items()}
    return EvaluationReport(
        task=outcomes.problem.value,
        classes=outcomes.classes,
        n=len(known),
        rows=len(outcomes),
        metrics=found[0],
        per_class=classes,
        segments=segments,
        search=worst.search(losses_of(known), features, units, chosen.seed) if features else None,
        units=None if units is None else units.words,
        n_units=None if units is None else len(np.unique(units.codes)),
        notes=(*_notes(outcomes, known, found[0]), *_segment_notes(parted)),
        **_more(known, chosen, units),
    )


def told_of(outcomes: Outcomes, cost: Cost | None) -> dict[str, Measure]:
    """Return the measures of rows in the order in which they are shown."""
    names = {
        ProblemKind.BINARY: evaluated.OF_TWO_CLASSES,
        ProblemKind.MULTICLASS: evaluated.OF_SEVERAL_CLASSES,
        ProblemKind.REGRESSION: evaluated.OF_NUMBERS,
    }
    return measures.in_order(measures.measures_of(outcomes, cost), names[outcomes.problem])


def _is_of_several(outcomes: Outcomes) -> bool:
    return outcomes.problem is ProblemKind.MULTICLASS


def _taken(column: Column, rows: NDArray[np.int64]) -> Column:
    """Return a column of some rows only."""
    values = column.values[rows] if len(column.values) else column.values
    codes = column.codes[rows] if len(column.codes) else column.codes
    return Column(column.name, column.kind, values, codes, column.labels, rows=len(rows))


def _segment_parts(
    known: Outcomes, parted: Sequence[Segments], cost: Cost | None
) -> Iterator[Part]:
    for segments in parted:
        offset = 0
        for at in range(len(segments.names)):
            rows = segments.rows(at)
            yield Part(rows, told_of(known.take(rows), cost), offset)
            offset += len(rows)


def _segments(
    parted: Sequence[Segments], found: Sequence[Mapping[str, Estimate]]
) -> tuple[Segment, ...]:
    told = iter(found)
    return tuple(
        Segment(segments.column, name, int((segments.codes == at).sum()), next(told))
        for segments in parted
        for at, name in enumerate(segments.names)
    )


def losses_of(known: Outcomes) -> list[Loss]:
    """Return by what segments are judged: accuracy, of two classes recall too; of numbers mae."""
    rows = np.arange(len(known))
    if known.problem is ProblemKind.REGRESSION:
        return [Loss("mae", rows, np.abs(known.predicted - known.truth), False)]
    wrong = (known.predicted != known.truth).astype(np.float64)
    found = [Loss("accuracy", rows, wrong, True)]
    if known.problem is ProblemKind.BINARY:
        positive = np.flatnonzero(known.truth == 1)
        found.append(Loss("recall", positive, wrong[positive], True))
    return found


def _more(known: Outcomes, setting: Setting, units: Units | None) -> dict[str, Any]:
    """Return what only classes, or only numbers, have."""
    if not len(known):
        return {}
    if known.problem is ProblemKind.REGRESSION:
        return {"residuals": residuals_of(known.truth, known.predicted)}
    truth, said = measures.class_places(known)
    found: dict[str, Any] = {"confusion": _confusion(known)}
    if known.problem is ProblemKind.BINARY and known.scores.shape[1]:
        scores = known.scores[:, 1]
        found["thresholds"] = sweep(
            scores, truth == 1, said == 1, setting.cost, units, setting.seed
        )
    if measures.are_probabilities(known.scores):
        if known.problem is ProblemKind.BINARY:
            calibration = reliability_of(known.scores[:, 1], truth == 1, "positive", setting.seed)
        else:
            top = known.scores.argmax(axis=1)
            scores = known.scores[np.arange(len(known)), top]
            calibration = reliability_of(scores, truth == top, "top", setting.seed)
        found["calibration"] = calibration
    return found


def _confusion(known: Outcomes) -> Confusion:
    judged = metrics.judged(known)
    counts = metrics.confusion(judged).astype(np.int64)
    missed = judged.truth.sum(axis=0).astype(np.int64) - counts.sum(axis=1)
    return Confusion(
        known.classes, tuple(tuple(map(int, row)) for row in counts), tuple(map(int, missed))
    )


def _notes(outcomes: Outcomes, known: Outcomes, found: Mapping[str, Estimate]) -> list[str]:
    notes = []
    left = len(outcomes) - len(known)
    if left:
        words = f"{left:,} of {len(outcomes):,} rows are left out: they lack truth or prediction"
        notes.append(words)
    few = [name for name, it in found.items() if it.n < FEW]
    if few and len(known):
        least = min(found[name].n for name in few)
        notes.append(
            f"too few rows to be sure: fewer than {FEW} stand behind {', '.join(few)} "
            f"(as few as {least:,}); their intervals may hold less often than 95 %"
        )
    undefined = [name for name, it in found.items() if math.isnan(it.value)]
    if undefined:
        notes.append(f"not defined on these rows: {', '.join(undefined)}")
    scores = known.scores
    if scores.shape[1] and len(known) and not measures.are_probabilities(scores):
        notes.append("the scores are no probabilities: no log_loss, brier or calibration of them")
    return notes


def _segment_notes(parted: Sequence[Segments]) -> list[str]:
    notes = []
    for it in parted:
        if not it.names:
            notes.append(f"rows share no values of {it.column}: it has no segments")
        elif it.left_out:
            notes.append(
                f"{it.column}: {it.left_out:,} rarer values are not told, only the "
                f"{len(it.names)} most frequent"
            )
    return notes
