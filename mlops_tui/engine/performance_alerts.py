"""Alerts about a model on live data, from what its batches in a row say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.alerts import Alert, AlertCost, Evidence, Remedy, RemedyKind, Severity
from mlops_tui.domain.monitoring import BatchFacts, Watched
from mlops_tui.domain.performed import DEGRADED, KNOWN, REALISED, Performed, performance_level
from mlops_tui.domain.project import Project
from mlops_tui.domain.verdicts import Level, Verdict, counted
from mlops_tui.engine.actions_alerts import clear, raise_alert
from mlops_tui.engine.model_remedies import model_remedies

if TYPE_CHECKING:
    from mlops_tui.index import Index

_BASES = {"realised": "measured by its truth", "estimated": "estimated without the truth"}


def tell_performance(
    described: Project,
    watched: Watched,
    batches: Sequence[BatchFacts],
    again: tuple[Remedy, ...],
    index: Index,
) -> None:
    """Raise or resolve `model:DATASET`, as the batches in a row say that were judged by now.

    One on which the model does worse is a warning, k of m are an alarm. Batches with too few rows,
    or nothing to judge the model by, count for nothing.

    Args:
        described: the project.
        watched: the live data and its reference.
        batches: those that could be judged, oldest first.
        again: what helps against a model that is worse: to train it again.
        index: the caller's.

    Raises:
        StorageError: the disk failed.
    """
    found = index.performed([it.id for it in batches])
    told = [(it, found[it.id]) for it in batches if it.id in found]
    windows = [performed for _, performed in told]
    if all(it.verdict is Verdict.TOO_LITTLE_DATA for it in windows):
        return
    cause = f"model:{watched.live.name}"
    monitor = watched.monitor
    level, by_truth = performance_level(windows, monitor.alarm_after, monitor.of_last)
    if level is Level.QUIET:
        clear(described.path, cause, "the model is as good as usual", index=index)
        return
    verdicts = [it.measured if by_truth else it.verdict for it in windows]
    last = counted(verdicts, monitor.of_last)
    count = f"{last.count(Verdict.DRIFT)} of the last {len(last)} windows"
    worse = [pair for pair, it in zip(told, verdicts, strict=True) if it is Verdict.DRIFT]
    since = _since(told, verdicts)
    helps = (*again, *model_remedies(described, monitor, index))
    alert = _worse(cause, watched, worse[-1], (level, count, since), helps)
    raise_alert(described.path, alert, index=index)


def _since(told: Sequence[tuple[BatchFacts, Performed]], verdicts: Sequence[Verdict]) -> float:
    """Return when the worse work of the newest window that counts began, Unix seconds."""
    since = 0.0
    for (batch, _), verdict in zip(reversed(told), reversed(verdicts), strict=True):
        if verdict is Verdict.OK:
            break
        since = batch.at if verdict is Verdict.DRIFT else since
    return since


def _worse(
    cause: str,
    watched: Watched,
    pair: tuple[BatchFacts, Performed],
    amount: tuple[Level, str, float],
    again: tuple[Remedy, ...],
) -> Alert:
    batch, performed = pair
    level, count, since = amount
    figures = performed.figures
    found = [it for it in figures["metrics"] if it["verdict"] == DEGRADED]
    worse = sorted(found, key=lambda it: (it["basis"] != REALISED, it["metric"] not in KNOWN))
    first = worse[0]
    objective = figures["objective"]
    is_missed = objective is not None and objective.get("is_reached") is False
    is_critical = is_missed or level is Level.ALARM
    return Alert(
        cause=cause,
        kind="performance",
        severity=Severity.CRITICAL if is_critical else Severity.WARNING,
        title=(
            f"the model does worse on {watched.live.name}: {first['metric']} {_value(first)},"
            f" usual {first['reference']:.3g}, {batch.key}, n = {first['n']:,}"
        ),
        detail="\n".join([*map(_words, worse[1:]), *_no_trust(figures["trust"])]),
        certainty=(
            f"{_BASES[first['basis']]}, p = {first['adjusted_p']:.2g}, 95 % bounds; worse in"
            f" {count}, {watched.monitor.alarm_after} of {watched.monitor.of_last} are an alarm"
        ),
        since=since,
        cost=_cost(objective),
        evidence=Evidence(
            n=first["n"],
            n_reference=first["n_reference"],
            metric=first["metric"],
            dataset=watched.live.name,
            batch=batch.id,
            numbers={name: first[name] for name in ("value", "lower", "upper", "reference")},
        ),
        remedies=(
            Remedy(RemedyKind.OPEN_REPORT, f"show {batch.key}", {"batch": batch.id}),
            *(*again, putting_aside(batch)),
        ),
    )


def putting_aside(batch: BatchFacts) -> Remedy:
    """Return what takes a batch out of all that is judged by live data."""
    return Remedy(RemedyKind.QUARANTINE, f"quarantine {batch.key}", {"batch": batch.id})


def _words(it: Mapping[str, Any]) -> str:
    usual = f"usual {it['reference']:.3g}, {_BASES[it['basis']]}, n = {it['n']:,}"
    return f"{it['metric']}: {_value(it)}, {usual}"


def _no_trust(trust: Mapping[str, Any] | None) -> list[str]:
    """Return what labels say against the estimate, where they do."""
    if trust is None or trust.get("is_kept") is not False:
        return []
    told = f"{trust['metric']} {trust['realised']:.3g}, estimated {trust['estimated']:.3g}"
    words = "the same rows have another truth than they used to have, which no estimate sees"
    return [f"{words}: {told}, n = {trust['n']:,}"]


def _value(metric: Mapping[str, Any]) -> str:
    return f"{metric['value']:.3g} ({metric['lower']:.3g} to {metric['upper']:.3g})"


def _cost(objective: Mapping[str, Any] | None) -> AlertCost | None:
    if objective is None or objective["is_reached"] is not False:
        return None
    target = f"{objective['target']:.3g}"
    return AlertCost(f"{objective['objective']} {_value(objective)}, target {target}")
