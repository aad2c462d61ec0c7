"""Alerts about live data: raised and resolved from the batches that were judged last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlops_tui.domain.alerts import Alert, Evidence, Remedy, RemedyKind, Scalar, Severity
from mlops_tui.domain.monitoring import BatchFacts, Cell, Monitor, Watched
from mlops_tui.domain.project import JobKind, Project
from mlops_tui.domain.tables import dotted
from mlops_tui.domain.verdicts import Level, Verdict, counted, level
from mlops_tui.engine.actions_alerts import clear, raise_alert
from mlops_tui.engine.performance_alerts import putting_aside, tell_performance

if TYPE_CHECKING:
    from mlops_tui.index import Index

HISTORY = 200
"""Batches that are looked through for when a drift began."""
_NAMED = 3
_ASIDE = "what was wrong is put aside"


def tell_alerts(described: Project, watched: Watched, index: Index) -> None:
    """Raise or resolve the alerts of a live dataset, as its newest batches say; may be repeated.

    The causes are `drift:DATASET`, as long as the level of its windows is a warning or an alarm,
    `batch:DATASET`, while its newest batch cannot be judged, and `model:DATASET`, as long as what
    its windows say of the model is one of the two.

    Raises:
        StorageError: the disk failed.
    """
    index.ingest()
    name, folder = watched.live.name, described.path
    batches = index.batches(name, HISTORY)
    if not batches:
        return
    broken = max(batches, key=lambda batch: batch.judged)
    if broken.error is not None and broken.quarantined is None:
        raise_alert(folder, _unreadable(watched, broken), index=index)
    else:
        words = "a later batch could be judged" if broken.error is None else _ASIDE
        clear(folder, f"batch:{name}", words, index=index)
    judged = [it for it in batches if it.verdict is not None and it.quarantined is None]
    found = level_of(judged, watched.monitor)
    if found is not Level.QUIET:
        newest = [it for it in judged if it.verdict == Verdict.DRIFT][-1]
        cells = index.batch_columns([newest.id]).get(newest.id, {})
        raise_alert(folder, _drift(described, watched, judged, newest, cells), index=index)
    elif any(it.verdict == Verdict.OK for it in judged):
        clear(folder, f"drift:{name}", "the newest batch is as usual", index=index)
    elif any(it.verdict == Verdict.DRIFT for it in batches):
        clear(folder, f"drift:{name}", _ASIDE, index=index)
    if judged:
        tell_performance(described, watched, judged, _retraining(described), index)
    elif any(it.verdict is not None for it in batches):
        clear(folder, f"model:{name}", _ASIDE, index=index)


def level_of(batches: Sequence[BatchFacts], monitor: Monitor) -> Level:
    """Return what the verdicts of batches, oldest first, amount to.

    Those that cannot be read or were put aside do not count.
    """
    return level(_verdicts(batches), monitor.alarm_after, monitor.of_last)


def _verdicts(batches: Sequence[BatchFacts]) -> list[Verdict]:
    counts = (it.verdict for it in batches if it.quarantined is None)
    return [Verdict(verdict) for verdict in counts if verdict is not None]


def drifting_since(batches: Sequence[BatchFacts]) -> BatchFacts | None:
    """Return the batch with which the drift of the newest one began; None where there is none.

    Batches with too little data, and those that could not be judged, do not end it.
    """
    first = None
    for batch in reversed(batches):
        if batch.quarantined is not None:
            continue
        if batch.verdict == Verdict.DRIFT:
            first = batch
        elif batch.verdict == Verdict.OK:
            break
    return first


def level_words(batches: Sequence[BatchFacts], monitor: Monitor) -> str:
    """Return such as `2 of the last 3 windows have drifted; 2 are an alarm`."""
    last = counted(_verdicts(batches), monitor.of_last)
    drifted = last.count(Verdict.DRIFT)
    windows = f"{drifted} of the last {len(last)} windows have drifted"
    return f"{windows}; {monitor.alarm_after} of {monitor.of_last} are an alarm"


def _unreadable(watched: Watched, batch: BatchFacts) -> Alert:
    return Alert(
        cause=f"batch:{watched.live.name}",
        kind="batch",
        severity=Severity.WARNING,
        title=f"{watched.live.name}: {batch.key} cannot be judged",
        detail=batch.error or "",
        certainty="it was tried to read it",
        evidence=Evidence(dataset=watched.live.name, batch=batch.id),
        remedies=(putting_aside(batch),),
    )


def _drift(
    described: Project,
    watched: Watched,
    batches: Sequence[BatchFacts],
    newest: BatchFacts,
    cells: dict[str, Cell],
) -> Alert:
    monitor, name = watched.monitor, watched.live.name
    first = drifting_since(batches) or newest
    is_alarm = level_of(batches, monitor) is Level.ALARM
    named = ", ".join(newest.drifted[:_NAMED])
    more = newest.n_drifted - len(newest.drifted[:_NAMED])
    named += f" and {more} more" if more > 0 else ""
    columns = "column" if newest.n_drifted == 1 else "columns"
    what = f"{newest.n_drifted} {columns} ({named})" if newest.n_drifted else "its data"
    return Alert(
        cause=f"drift:{name}",
        kind="drift",
        severity=Severity.CRITICAL if is_alarm else Severity.WARNING,
        title=f"{name} drifts in {what}, {newest.key}, n = {newest.rows:,}",
        detail=_detail(newest, cells),
        certainty=level_words(batches, monitor),
        since=first.at,
        evidence=Evidence(
            n=newest.rows,
            dataset=name,
            batch=newest.id,
            columns=newest.drifted,
            numbers=_numbers(cells, newest),
        ),
        remedies=tuple(_remedies(described, watched, newest, cells)),
    )


def _detail(batch: BatchFacts, cells: dict[str, Cell]) -> str:
    """Return a line a drifted column: its score, the threshold, and what chance reaches."""
    lines = []
    for name in batch.drifted[:10]:
        cell = cells.get(name)
        if cell is None or cell.score is None or cell.threshold is None:
            lines.append(f"{name}: {cell.note.replace('_', ' ') if cell else 'broken'}")
            continue
        chance = "" if cell.null_q99 is None else f", chance up to {cell.null_q99:.3g}"
        note = f"; {cell.note.replace('_', ' ')}" if cell.note else ""
        lines.append(
            f"{name}: {cell.score:.3g} of {cell.threshold:.3g}{chance}, n = {cell.n:,}{note}"
        )
    return "\n".join(lines)


def _numbers(cells: dict[str, Cell], batch: BatchFacts) -> dict[str, float]:
    """Return the figures of the column that drifted most."""
    scored = [cells[name] for name in batch.drifted if name in cells]
    scored = [cell for cell in scored if cell.score is not None]
    if not scored:
        return {}
    told = zip(("score", "threshold", "null_q99"), scored[0][1:4], strict=True)
    return {name: value for name, value in told if value is not None}


def _remedies(
    described: Project, watched: Watched, batch: BatchFacts, cells: dict[str, Cell]
) -> list[Remedy]:
    found = [Remedy(RemedyKind.OPEN_REPORT, f"show {batch.key}", {"batch": batch.id})]
    found += [*_retraining(described), putting_aside(batch)]
    for name in batch.drifted:
        cell = cells.get(name)
        if cell is not None and cell.score is not None and not cell.note:
            value = math.ceil(cell.score * 110) / 100
            words = f"call {name} drifted from {value:g} on"
            key = dotted(("monitor", "columns", name, "threshold"))
            arguments: dict[str, Scalar] = {"key": key, "value": value}
            found.append(Remedy(RemedyKind.RAISE_THRESHOLD, words, arguments))
            break
    if not watched.live.checks:
        words = f"propose checks for {watched.live.name}"
        found.append(Remedy(RemedyKind.PROPOSE_CHECKS, words, {"dataset": watched.live.name}))
    return found


def _retraining(described: Project) -> tuple[Remedy, ...]:
    """Return the first job that trains and that can be started as it is; none where none can."""
    if described.problems:
        return ()
    for job in described.jobs.values():
        if job.kind is JobKind.TRAIN and all(it.has_default for it in job.params.values()):
            return (Remedy(RemedyKind.START_JOB, f"run {job.name} again", {"job": job.name}),)
    return ()
