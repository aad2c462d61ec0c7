"""How a model did on batches of live data: figures as journals and the index hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlops_tui.domain.verdicts import Level, Verdict, level

REALISED, ESTIMATED = "realised", "estimated"
DEGRADED = "degraded"
_VERDICTS = {
    "ok": Verdict.OK,
    DEGRADED: Verdict.DRIFT,
    "too_little_data": Verdict.TOO_LITTLE_DATA,
}
KNOWN = ("accuracy", "mae")
"""What is told first: most people know it."""
_OF_METRIC = (
    *("metric", "basis", "value", "lower", "upper", "reference", "sampling_error", "threshold"),
    *("adjusted_p", "verdict", "n", "n_reference"),
)
_OF_BATCH = ("verdict", "objective", "trust", "n_reference", "n_current", "n_labelled")


@dataclass(frozen=True, slots=True)
class Performed:
    """How a model did on one batch, as it was judged last."""

    batch: str
    """Its id."""
    labels: str
    """The digest of the truth that came later; empty where none had come."""
    t: float
    """When it was judged, Unix seconds."""
    host: str
    figures: Mapping[str, Any]
    """As `figures_of` returns them."""

    @property
    def verdict(self) -> Verdict:
        """Return `DRIFT` where the model did worse."""
        return _VERDICTS.get(self.figures["verdict"], Verdict.TOO_LITTLE_DATA)

    @property
    def measured(self) -> Verdict:
        """Return what the truth alone says; `TOO_LITTLE_DATA` where it does not tell."""
        found = {it["verdict"] for it in self.metrics(REALISED)}
        for words in (DEGRADED, "ok"):
            if words in found:
                return _VERDICTS[words]
        return Verdict.TOO_LITTLE_DATA

    @property
    def n_labelled(self) -> int:
        """Return how many of its rows have both a prediction and a truth."""
        return int(self.figures["n_labelled"] or 0)

    def metrics(self, basis: str) -> list[Mapping[str, Any]]:
        """Return the metrics that were measured, `REALISED`, or `ESTIMATED`."""
        return [it for it in self.figures["metrics"] if it["basis"] == basis]

    def metric(self, name: str, basis: str) -> Mapping[str, Any] | None:
        """Return one metric; None where it was not told."""
        return next((it for it in self.metrics(basis) if it["metric"] == name), None)


def told_metric(performed: Performed, wanted: str | None = None) -> Mapping[str, Any] | None:
    """Return the metric to tell of a batch first: what its verdict rests on.

    Measured before estimated, worse before well; else the wanted one, else one that people know.
    """

    def rank(it: Mapping[str, Any]) -> tuple[bool, bool, bool]:
        return it["verdict"] != DEGRADED, it["metric"] != wanted, it["metric"] not in KNOWN

    for basis in (REALISED, ESTIMATED):
        found = [it for it in performed.metrics(basis) if it["verdict"] != "too_little_data"]
        if found:
            return min(found, key=rank)
    return None


def figures_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a report on performance in a line of the journal."""
    metrics = [{name: it.get(name) for name in _OF_METRIC} for it in report["metrics"]]
    return {**{name: report.get(name) for name in _OF_BATCH}, "metrics": metrics}


def performance_level(windows: Sequence[Performed], k: int, m: int) -> tuple[Level, bool]:
    """Return what windows, oldest first, amount to, and whether the truth alone says so.

    An estimate cannot see that the same rows have another truth now: a window that is well by its
    estimate alone does not end what the truth of earlier windows has shown. The windows with their
    truth are looked at for themselves too, and the worse of the two counts.
    """
    by_truth = level([it.measured for it in windows], k, m)
    by_all = level([it.verdict for it in windows], k, m)
    ranks = list(Level)
    is_measured = by_truth is not Level.QUIET and ranks.index(by_truth) >= ranks.index(by_all)
    return (by_truth, True) if is_measured else (by_all, False)
