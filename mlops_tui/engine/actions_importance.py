"""Which parameters matter: over all finished runs that have a metric; a worker reckons."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.groups import SEED_LIKE
from mlops_tui.domain.runs import RunState
from mlops_tui.engine import workers
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.index import Index

if TYPE_CHECKING:
    from mlops_tui.domain.filters import Filter

LEAST_RUNS = 12
MOST_RUNS = 2_000


def importance(
    project: Path,
    metric: str,
    where: Filter | None = None,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
    run_ids: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return how much each parameter tells of the last value of a metric.

    Args:
        project: the project's folder.
        metric: its name.
        where: which runs; None for the finished ones of the job that has most with the metric.
        on_progress: told the share that is done.
        cancellation: ends it from another thread.
        run_ids: of these runs only, instead of `where`.

    Returns:
        `metric`, `job`, `n`, `explained`, `chance`, and `params`: of each `param`, `share`, `low`,
        `high`, `is_sure`, `values`; the most important first; and `seeds`, those left out.

    Raises:
        InputError: there are too few runs, or they do not differ.
        WorkerError: the worker process was lost.
    """
    with Index.open(project) as index:
        index.ingest()
        ids = index.run_ids(where, limit=10 * MOST_RUNS) if run_ids is None else run_ids
        runs = index.runs(ids)
    having = [
        it
        for it in runs
        if it.state is RunState.FINISHED
        and metric in it.metrics
        and math.isfinite(it.metrics[metric].last)
    ]
    jobs = Counter(it.job for it in having)
    job = jobs.most_common(1)[0][0] if jobs else ""
    having = [it for it in having if it.job == job][:MOST_RUNS]
    if len(having) < LEAST_RUNS:
        words = f"{len(having)} finished runs have {metric}: too few to tell which parameter counts"
        hint = f"{LEAST_RUNS} or more: mlops-tui run {job or 'JOB'} --sweep 'lr=log 1e-4..1e-1 x12'"
        raise InputError(words, hint)
    names = sorted({name for it in having for name in it.params})
    seeds = [name for name in names if SEED_LIKE.search(name)]
    params = {it: [run.params.get(it) for run in having] for it in names if it not in seeds}
    values = [it.metrics[metric].last for it in having]
    arguments = {"params": params, "metric": values}
    found = workers.work("tuning.importance", arguments, on_progress, cancellation)
    if found is None:
        raise InputError(f"the {len(having)} runs of {job} do not differ in what could matter")
    return {"metric": metric, "job": job, "seeds": seeds, **found}
