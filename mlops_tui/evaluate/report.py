"""One evaluation: everything that predictions with their truth can tell, as a frozen report."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain import evaluated
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost
from mlops_tui.evaluate import measures, metrics, worst
from mlops_tui.evaluate.columns import Column
from mlops_tui.evaluate.estimating import FEW, Estimate, Measure, Part, Rule, Units, estimates
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.reliability import reliability_of
from mlops_tui.evaluate.reported import ClassResult, Confusion, EvaluationReport, Segment, Window
from mlops_tui.evaluate.residuals import residuals_of
from mlops_tui.evaluate.segments import Segments, segments_of
from mlops_tui.evaluate.sums import REPLICATES
from mlops_tui.evaluate.thresholds import sweep
from mlops_tui.evaluate.windows import Span, Times, blocks_of, scaled_error, spans_of
from mlops_tui.evaluate.worst import Loss


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
    times: Times | None = None
    """When rows happened: numbers are then a forecast, and drawn by blocks of neighbours."""
    replicates: int = REPLICATES
    seed: int = 0


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
    times = None if chosen.times is None else chosen.times.take(kept)
    is_forecast = times is not None and known.problem is ProblemKind.REGRESSION
    units = _units_of(known, times, None if chosen.units is None else chosen.units.take(kept))
    spans = [] if times is None else spans_of(times)
    parted = [segments_of(_taken(it, kept)) for it in chosen.segments.values()]
    each = measures.of_classes_each(known) if _is_of_several(known) and len(known) else []
    everything = np.arange(len(known))
    parts = itertools.chain(
        [Part(everything, told_of(known, chosen.cost, times))],
        (Part(everything, it) for _, _, it in each),
        _segment_parts(known, parted, chosen.cost),
        _span_parts(known, spans, chosen.cost, times),
    )
    found = estimates(parts, len(known), units, chosen.replicates, chosen.seed, on_progress)
    classes = tuple(
        ClassResult(name, n, it)
        for (name, n, _), it in zip(each, found[1 : 1 + len(each)], strict=True)
    )
    count = sum(len(it.names) for it in parted)
    segments = _segments(parted, found[1 + len(each) :][:count])
    windows = tuple(
        Window(it.name, it.start, it.end, len(it.rows), told)
        for it, told in zip(spans, found[1 + len(each) + count :], strict=True)
    )
    features = {name: _taken(it, kept) for name, it in chosen.features.items()}
    return EvaluationReport(
        task="forecasting" if is_forecast else outcomes.problem.value,
        classes=outcomes.classes,
        n=len(known),
        rows=len(outcomes),
        metrics=found[0],
        per_class=classes,
        segments=segments,
        windows=windows,
        search=worst.search(losses_of(known), features, units, chosen.seed) if features else None,
        units=None if units is None else units.words,
        n_units=None if units is None else len(np.unique(units.codes)),
        notes=(
            *_notes(outcomes, known, found[0]),
            *_segment_notes(parted),
            *([_FEW_MOMENTS] if is_forecast and units is None else []),
        ),
        **_more(known, chosen, units),
    )


def _units_of(known: Outcomes, times: Times | None, units: Units | None) -> Units | None:
    """Return the rows that are drawn together: of a forecast, those of a block of time."""
    if times is None or known.problem is not ProblemKind.REGRESSION:
        return units
    return blocks_of(times, known.predicted - known.truth) or units


_FEW_MOMENTS = (
    "too few moments for blocks: rows are drawn as if neighbours did not resemble each other"
)


def told_of(
    outcomes: Outcomes, cost: Cost | None, times: Times | None = None
) -> dict[str, Measure]:
    """Return the measures of rows in the order in which they are shown."""
    found = measures.measures_of(outcomes, cost)
    if times is not None and outcomes.problem is ProblemKind.REGRESSION:
        scaled = scaled_error(times, outcomes.truth, outcomes.predicted)
        found |= {"mase": Measure(scaled, Rule.BOOTSTRAP)} if scaled is not None else {}
    names = {
        ProblemKind.BINARY: evaluated.OF_TWO_CLASSES,
        ProblemKind.MULTICLASS: evaluated.OF_SEVERAL_CLASSES,
        ProblemKind.REGRESSION: evaluated.OF_FORECASTS,
    }
    return measures.in_order(found, names[outcomes.problem])


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


def _span_parts(
    known: Outcomes, spans: Sequence[Span], cost: Cost | None, times: Times | None
) -> Iterator[Part]:
    offset = 0
    for it in spans:
        own = None if times is None else times.take(it.rows)
        yield Part(it.rows, told_of(known.take(it.rows), cost, own), offset)
        offset += len(it.rows)


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
    notes += notes_of_few(found, "rows") if len(known) else []
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


def notes_of_few(found: Mapping[str, Estimate], what: str) -> list[str]:
    """Return what is to be said of metrics that rest on too few rows, or on none."""
    notes = []
    few = [name for name, it in found.items() if it.n < FEW]
    if few:
        least = min(found[name].n for name in few)
        notes.append(
            f"too few {what} to be sure: fewer than {FEW} stand behind {', '.join(few)} "
            f"(as few as {least:,}); their intervals may hold less often than 95 %"
        )
    undefined = [name for name, it in found.items() if math.isnan(it.value)]
    if undefined:
        notes.append(f"not defined on these {what}: {', '.join(undefined)}")
    return notes
