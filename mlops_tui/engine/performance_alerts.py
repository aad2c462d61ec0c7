"""Alerts about a model on live data, from what the newest batch says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.alerts import Alert, AlertCost, Evidence, Remedy, RemedyKind, Severity
from mlops_tui.domain.errors import NotFoundError
from mlops_tui.domain.monitoring import BatchFacts, Watched
from mlops_tui.domain.project import Project
from mlops_tui.engine.actions_alerts import clear, raise_alert
from mlops_tui.engine.actions_monitor import report_of

if TYPE_CHECKING:
    from mlops_tui.index import Index

_BASES = {"realised": "measured by its truth", "estimated": "estimated without the truth"}


def tell_performance(
    described: Project,
    watched: Watched,
    newest: BatchFacts,
    again: tuple[Remedy, ...],
    index: Index,
) -> None:
    """Raise or resolve `model:DATASET`, as the report of the newest batch says.

    Where the batch has too few rows, or nothing to judge the model by, all stays as it was.

    Args:
        described: the project.
        watched: the live data and its reference.
        newest: the newest batch that could be judged.
        again: what helps against a model that is worse: to train it again.
        index: the caller's.

    Raises:
        StorageError: the disk failed.
    """
    found = _performance(described, newest)
    if found is None or found["verdict"] == "too_little_data":
        return
    cause = f"model:{watched.live.name}"
    if found["verdict"] == "degraded":
        raise_alert(described.path, _worse(cause, watched, newest, found, again), index=index)
    else:
        clear(described.path, cause, "the model is as good as usual", index=index)


def _performance(described: Project, batch: BatchFacts) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] | None = report_of(described.path, batch).get("performance")
    except NotFoundError:
        return None  # there is none, or it was not copied along with the journal
    return found


def _worse(
    cause: str,
    watched: Watched,
    batch: BatchFacts,
    found: Mapping[str, Any],
    again: tuple[Remedy, ...],
) -> Alert:
    worse = [it for it in found["metrics"] if it["verdict"] == "degraded"]
    first = worse[0]
    objective = found.get("objective")
    is_missed = objective is not None and objective["is_reached"] is False
    return Alert(
        cause=cause,
        kind="performance",
        severity=Severity.CRITICAL if is_missed else Severity.WARNING,
        title=(
            f"the model does worse on {watched.live.name}: {first['metric']} {_value(first)},"
            f" usual {first['reference']:.3g}, {batch.key}, n = {first['n']:,}"
        ),
        detail="\n".join(
            f"{it['metric']}: {_value(it)}, usual {it['reference']:.3g}, n = {it['n']:,}"
            for it in worse[1:]
        ),
        certainty=f"{_BASES[first['basis']]}, p = {first['adjusted_p']:.2g}, 95 % bounds",
        since=batch.at,
        cost=_cost(objective),
        evidence=Evidence(
            n=first["n"],
            n_reference=first["n_reference"],
            metric=first["metric"],
            dataset=watched.live.name,
            batch=batch.id,
            numbers={name: first[name] for name in ("value", "lower", "upper", "reference")},
        ),
        remedies=(Remedy(RemedyKind.OPEN_REPORT, f"show {batch.key}", {"batch": batch.id}), *again),
    )


def _value(metric: Mapping[str, Any]) -> str:
    return f"{metric['value']:.3g} ({metric['lower']:.3g} to {metric['upper']:.3g})"


def _cost(objective: Mapping[str, Any] | None) -> AlertCost | None:
    if objective is None or objective["is_reached"] is not False:
        return None
    target = f"{objective['target']:.3g}"
    return AlertCost(f"{objective['objective']} {_value(objective)}, target {target}")
