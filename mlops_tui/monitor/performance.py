"""How well a model does on a batch: measured where the truth is known, estimated where it is not.

The estimate is CBPE for classes (confidence-based performance estimation) and DLE for numbers
(direct loss estimation), both after NannyML. It holds while the concept stays: it cannot see that
the same rows now have another truth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate import figures, metrics
from mlops_tui.evaluate.figures import Floats, Statistic
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.monitor import expected, verdicts
from mlops_tui.monitor.chance import worsening_by_chance
from mlops_tui.monitor.expected import Expectation
from mlops_tui.monitor.performed import (
    ASSUMPTIONS,
    Cell,
    Fitness,
    MetricResult,
    PerformanceReport,
    Trust,
)
from mlops_tui.monitor.verdicts import Verdict

LEAST_ROWS = verdicts.LEAST_ROWS
LEAST_REFERENCE = 50
"""With fewer labelled rows of the reference nothing is judged."""
_SURE = 0.01
"""An estimate is called wrong where chance makes such a gap less often than this."""
_Z99 = 2.326


@dataclass(frozen=True)
class Setting:
    """What a person may say; nothing of it is needed."""

    margins: Mapping[str, float] = field(default_factory=dict)
    """Metric to how much worse it may be before it matters, in its own unit."""
    order: NDArray[np.int64] | None = None
    """Places of the reference's rows in the order of their time: chance is then judged by blocks of
    neighbouring rows."""
    features: tuple[Floats, Floats] | None = None
    """Of the rows of reference and batch, (rows, columns): what DLE learns losses from."""


def examine(
    reference: Outcomes, current: Outcomes, setting: Setting | None = None
) -> PerformanceReport:
    """Return how a model does on a batch.

    A metric is degraded where it is worse than in the reference by more than its margin, and by
    more than batches of its size drawn from the reference are once in a hundred times, and passes
    the correction over metrics. Where a realised metric can be judged, its estimate does not count.

    Args:
        reference: rows with predictions and truth.
        current: rows with predictions; the truth of any, or of none.
        setting: in place of the defaults.
    """
    chosen = setting or Setting()
    labelled = reference.is_labelled
    known = reference.take(labelled)
    batch = current.take(current.is_predicted)
    usable = batch.take(batch.is_labelled)
    why = _why_nothing(known)
    expectation = None
    compared: list[_Compared] = []
    if not why:
        usual = realised(known)
        compared += _realised(usual, realised(usable)) if len(usable) else []
        features = _features_of(chosen, labelled, current.is_predicted)
        expectation, why = expected.expect(known, batch, features)
        compared += _estimated(usual, expectation) if expectation is not None else []
    order = _kept_order(chosen.order, labelled)
    judged = corrected([_result(it, chosen.margins, order) for it in compared])
    return PerformanceReport(
        overall(judged),
        reference.problem,
        reference.classes,
        tuple(sorted(judged, key=_worst_first)),
        _cells(known, usable, batch, expectation),
        expectation is not None and expectation.is_calibrated,
        _trust(expectation, known, batch),
        why,
        ASSUMPTIONS if expectation is not None else (),
        len(known),
        len(batch),
        len(usable),
        len(reference),
        len(current),
    )


def realised(outcomes: Outcomes) -> dict[str, Statistic]:
    """Return the metrics of rows whose truth is known."""
    if outcomes.problem is ProblemKind.REGRESSION:
        return metrics.of_numbers(outcomes.truth, outcomes.predicted)
    return metrics.of_classes(metrics.judged(outcomes))


def bounds_of(metric: str, value: float, error: float, support: float) -> tuple[float, float]:
    """Return 95 % bounds of a metric."""
    if math.isnan(value) or math.isnan(error):
        return math.nan, math.nan
    if metric in metrics.BOUNDED:
        return figures.rate_bounds(value, error, support)
    return figures.plain_bounds(value, error, 0.0 if metric not in metrics.RATES else -math.inf)


def _why_nothing(known: Outcomes) -> str:
    if len(known) < LEAST_REFERENCE:
        return f"the reference has {len(known)} rows with prediction and truth: too few"
    if known.problem is not ProblemKind.REGRESSION and len(np.unique(known.truth)) < 2:
        return "the truth of the reference is always the same"
    return ""


def _kept_order(
    order: NDArray[np.int64] | None, is_kept: NDArray[np.bool_]
) -> NDArray[np.int64] | None:
    """Return the order among the rows that are kept."""
    if order is None:
        return None
    places = np.cumsum(is_kept) - 1
    return np.asarray(places[order[is_kept[order]]], dtype=np.int64)


def _features_of(
    setting: Setting, labelled: NDArray[np.bool_], predicted: NDArray[np.bool_]
) -> tuple[Floats, Floats] | None:
    if setting.features is None:
        return None
    before, after = setting.features
    return before[labelled], after[predicted]


@dataclass(frozen=True)
class _Compared:
    """A figure over the batch beside the same over the reference."""

    metric: str
    basis: str
    now: Statistic
    before: Statistic
    real: Statistic
    """Over the reference by its truth; what an estimate is off there is taken from it here too."""
    doubt: float
    error: float

    @property
    def value(self) -> float:
        value = self.now.value + self.real.value - self.before.value
        if self.metric in metrics.BOUNDED:
            value = min(value, 1.0)
        return value if self.metric == "r2" or math.isnan(value) else max(value, 0.0)


def _realised(usual: Mapping[str, Statistic], now: Mapping[str, Statistic]) -> list[_Compared]:
    error = figures.standard_error
    return [
        _Compared(name, "realised", it, usual[name], usual[name], error(usual[name]), error(it))
        for name, it in now.items()
        if name in usual
    ]


def _estimated(usual: Mapping[str, Statistic], found: Expectation) -> list[_Compared]:
    return [
        _Compared(
            *(name, "estimated", it, found.reference[name], usual[name], found.doubts[name]),
            error=math.hypot(found.errors[name], found.doubts[name]),
        )
        for name, it in found.current.items()
        if name in usual
    ]


def _result(
    it: _Compared, margins: Mapping[str, float], order: NDArray[np.int64] | None
) -> MetricResult:
    """Return a metric without its verdict."""
    name, value, usual = it.metric, it.value, it.real.value
    n = len(it.now.influence)
    chance = worsening_by_chance(name, it.before, n, it.doubt, order)
    sign = -1.0 if name in metrics.RATES else 1.0
    limit, p_value = math.nan, 1.0
    if chance is not None and not math.isnan(value):
        limit = usual + sign * chance.q99
        limit = max(limit, 0.0) if name in metrics.BOUNDED else limit
        p_value = chance.p_value(metrics.worsening(name, usual, value))
    lower, upper = bounds_of(name, value, it.error, it.now.support)
    return MetricResult(
        metric=name,
        basis=it.basis,
        value=value,
        error=it.error,
        lower=lower,
        upper=upper,
        reference=usual,
        sampling_error=figures.standard_error(it.real, n),
        threshold=usual + sign * margins.get(name, metrics.margin(name, usual)),
        chance_limit=limit,
        p_value=p_value,
        adjusted_p=p_value,
        verdict=Fitness.TOO_LITTLE_DATA,
        n=n,
        n_reference=len(it.real.influence),
    )


def corrected(results: Sequence[MetricResult]) -> list[MetricResult]:
    """Return metrics judged, in their order, corrected over all of one basis."""
    adjusted = np.ones(len(results))
    for basis in ("realised", "estimated"):
        ours = [at for at, result in enumerate(results) if result.basis == basis]
        adjusted[ours] = verdicts.adjusted([results[at].p_value for at in ours])
    return [
        _verdict_of(replace(result, adjusted_p=float(p_value), verdict=Fitness.TOO_LITTLE_DATA))
        for result, p_value in zip(results, adjusted, strict=True)
    ]


def _verdict_of(result: MetricResult) -> MetricResult:
    """Judge a metric; what seems well is so only where the truth, too, could have shown worse."""
    metric, usual = result.metric, result.reference
    if math.isnan(result.chance_limit):
        return result
    margin = max(metrics.worsening(metric, usual, result.threshold), 1e-12)
    verdict = verdicts.of_column(
        metrics.worsening(metric, usual, result.value),
        margin,
        metrics.worsening(metric, usual, result.chance_limit),
        result.adjusted_p,
        result.n,
        result.n_reference,
    )
    if verdict is Verdict.DRIFT:
        return replace(result, verdict=Fitness.DEGRADED)
    is_blind = _Z99 * result.sampling_error > verdicts.BLIND_FACTOR * margin
    is_judged = verdict is Verdict.OK and not is_blind
    return replace(result, verdict=Fitness.OK if is_judged else Fitness.TOO_LITTLE_DATA)


def overall(results: Sequence[MetricResult]) -> Fitness:
    """Return degraded by any metric; an estimate counts where nothing realised can be judged."""
    decided = {
        result.metric
        for result in results
        if result.basis == "realised" and result.verdict is not Fitness.TOO_LITTLE_DATA
    }
    counted = [it for it in results if it.basis == "realised" or it.metric not in decided]
    if any(result.verdict is Fitness.DEGRADED for result in counted):
        return Fitness.DEGRADED
    is_judged = any(result.verdict is Fitness.OK for result in counted)
    return Fitness.OK if is_judged else Fitness.TOO_LITTLE_DATA


def _worst_first(result: MetricResult) -> tuple[bool, bool]:
    return result.basis != "realised", result.verdict is not Fitness.DEGRADED


def _cells(
    known: Outcomes, usable: Outcomes, batch: Outcomes, expectation: Expectation | None
) -> dict[str, tuple[Cell, ...]]:
    if batch.problem is ProblemKind.REGRESSION:
        return {}
    found = {}
    none = np.zeros((len(batch.classes), len(batch.classes)))
    for basis, rows in (("reference", known), ("realised", usable)):
        if len(rows):
            found[basis] = _matrix(metrics.judged(rows), batch.classes, none, none)
    if expectation is not None and expectation.probabilities is not None:
        likely = metrics.judged(batch, expectation.probabilities)
        off = metrics.confusion(metrics.judged(known)) / len(known) - expectation.cells
        found["estimated"] = _matrix(likely, batch.classes, off, expectation.cell_doubts)
    return found


def _matrix(
    rows: metrics.Judged, classes: tuple[str, ...], off: Floats, doubts: Floats
) -> tuple[Cell, ...]:
    n = len(rows.predicted)
    shares = np.clip(metrics.confusion(rows) / n + off, 0, 1)
    cells = []
    for at, truth in enumerate(classes):
        for by, predicted in enumerate(classes):
            share = float(shares[at, by])
            error = math.hypot(math.sqrt(share * (1 - share) / n), float(doubts[at, by]))
            least, most = figures.rate_bounds(share, error, n)
            cells.append(Cell(truth, predicted, share * n, least * n, most * n))
    return tuple(cells)


def _trust(expectation: Expectation | None, before: Outcomes, batch: Outcomes) -> Trust | None:
    """Compare measure and estimate over the labelled rows, and return the metric furthest apart."""
    is_labelled = batch.is_labelled
    n = int(is_labelled.sum())
    if expectation is None or n < LEAST_ROWS:
        return None
    known = realised(batch.take(is_labelled))
    rows = math.sqrt(len(batch) / n)
    found = [
        _gap(replace(it, now=it.now.take(is_labelled), error=rows * it.error), known[it.metric])
        for it in _estimated(realised(before), expectation)
        if it.metric in known and not math.isnan(known[it.metric].value)
    ]
    if not found:
        return None
    adjusted = verdicts.adjusted([it.p_value for it in found])
    judged = []
    for it, p_value in zip(found, adjusted, strict=True):
        margin = metrics.margin(it.metric, it.estimated)
        is_kept = p_value > _SURE or abs(it.realised - it.estimated) < margin
        judged.append(replace(it, p_value=float(p_value), is_kept=bool(is_kept)))
    return min(judged, key=lambda it: (it.is_kept, it.p_value))


def _gap(estimate: _Compared, known: Statistic) -> Trust:
    error = math.hypot(max(estimate.error, figures.standard_error(known)), estimate.doubt)
    gap = abs(known.value - estimate.value)
    p_value = math.erfc(gap / error / math.sqrt(2)) if error > 0 else float(gap == 0)
    n = len(known.influence)
    return Trust(estimate.metric, known.value, estimate.value, p_value, is_kept=True, n=n)
