"""What is asked of the tables: runs, their order, their series."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain import lifecycle
from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.domain.runs import MetricSummary, Run, RunState, Series
from mlops_tui.index.fields import (
    STARTED,
    STATE,
    Fields,
    Rows,
    Values,
    decode_value,
    select_runs_listed,
)
from mlops_tui.index.labels import NO_LABEL
from mlops_tui.index.lines import BadLineError, clean, read_record, split_lines
from mlops_tui.index.packing import average, no_points
from mlops_tui.index.points import read_few_points, read_points
from mlops_tui.index.schema import limited
from mlops_tui.index.values import QueuedRun

if TYPE_CHECKING:
    from mlops_tui.domain.filters import Filter, Sort

_VISIBLE = "known = 1 AND purged = 0"
_AMONG = "IN (SELECT value FROM json_each(?))"
_BYTES_A_HEARTBEAT = 400


def select_ids(
    connection: sqlite3.Connection,
    read: Fields,
    where: Filter | None,
    sort: Sort | None,
    deleted: bool,
    limit: int | None,
) -> list[str]:
    """Return ids of runs, newest first unless sorted."""
    if where is None and sort is None and limit is not None:
        return [run_id for _, run_id in select_runs_listed(connection, deleted, limit)]
    rows = read.runs(connection, deleted)
    fields = (where.fields if where else frozenset()) | (sort.fields if sort else frozenset())
    columns = {field: read.read(connection, field) for field in fields}
    if where is not None:
        rows = _filtered(rows, where, columns)
    if sort is None:
        return [row[1] for row in rows[:limit]]
    numbers = {run_id: num for num, run_id in rows}
    ordered = sort.sorted(numbers, lambda run_id, field: columns[field].get(numbers[run_id]))
    return ordered[:limit]


def read_values(
    connection: sqlite3.Connection, read: Fields, fields: Sequence[str]
) -> dict[str, dict[str, object]]:
    """Return for every run, deleted ones too, the values of `fields`; None where it has none."""
    rows = connection.execute(f"SELECT num, id FROM runs WHERE {_VISIBLE}").fetchall()
    columns = [(field, read.read(connection, field)) for field in fields]
    return {run_id: {field: found.get(num) for field, found in columns} for num, run_id in rows}


def select_runs(connection: sqlite3.Connection, ids: Sequence[str]) -> list[Run]:
    """Return runs in the order of `ids`; those not there are left out."""
    rows = connection.execute(
        "SELECT num, id, name, job, kind,"
        f" {STATE}, created, {STARTED}, ended, exit_code, signal, reason, host, machine, retry_of,"
        " parent, attempt, slots, gpus, priority, progress_done, progress_total, unreadable,"
        " unreadable_first, backward, note, deleted, heard"
        f" FROM runs WHERE {_VISIBLE} AND id {_AMONG}",
        (json.dumps([clean(run_id) for run_id in ids]),),
    ).fetchall()
    numbers = json.dumps([row[0] for row in rows])
    labels = _labels(connection, numbers)
    metrics = _metrics(connection, numbers)
    runs = {row[1]: _run(row, labels, metrics) for row in rows}
    return [runs[run_id] for run_id in ids if run_id in runs]


def live_ids(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of runs that have not ended and are not deleted, newest first."""
    rows = connection.execute(
        f"SELECT id FROM runs WHERE settled = 0 AND {_VISIBLE} AND deleted = 0 AND end_source = 0"
        " ORDER BY created DESC, id DESC"
    )
    return [row[0] for row in rows]


def last_ended_ids(connection: sqlite3.Connection, limit: int) -> list[str]:
    """Return the ids of the runs that ended last and are not deleted, the last one first."""
    rows = connection.execute(
        f"SELECT id FROM runs WHERE {_VISIBLE} AND deleted = 0 AND end_source > 0"
        " ORDER BY ended DESC, id DESC LIMIT ?",
        (limited(limit),),
    )
    return [row[0] for row in rows]


def select_queued(connection: sqlite3.Connection, machine: str) -> list[QueuedRun]:
    """Return what waits to be started on a machine, the next one first."""
    rows = connection.execute(
        "SELECT id, priority, created, slots, gpus, place FROM runs"
        f" WHERE settled = 0 AND {_VISIBLE}"
        " AND deleted = 0 AND end_source = 0 AND phase = 0 AND source != 'track' AND machine = ?"
        " ORDER BY priority DESC, ifnull(place, created), id",
        (machine,),
    )
    return [QueuedRun(*row) for row in rows]


def find_run(connection: sqlite3.Connection, name: str, deleted_first: bool) -> str:
    """Return the id of the run that goes by an id, a name, or the unique beginning of an id.

    A whole id names its run whatever others are called. Else runs that are not deleted are looked
    at first, or those that are.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several.
    """
    wanted = clean(name)
    rows = (
        connection.execute(
            f"SELECT id, deleted FROM runs WHERE {_VISIBLE}"
            " AND (name = :name OR substr(id, 1, length(:name)) = :name)"
            " ORDER BY created DESC, id DESC",
            {"name": wanted},
        ).fetchall()
        if wanted
        else []
    )
    if any(row[0] == wanted for row in rows):
        return wanted
    chosen = [row for row in rows if bool(row[1]) is deleted_first] or rows
    if not chosen:
        raise NotFoundError(f"no run goes by {name!r}", "mlops-tui runs lists them")
    if len(chosen) > 1:
        candidates = [row[0] for row in chosen]
        raise AmbiguousError(f"{len(chosen)} runs go by {name!r}", candidates, "give the id")
    return str(chosen[0][0])


def select_series(
    connection: sqlite3.Connection,
    run_id: str,
    metric: str,
    limit: int | None,
    first_step: int | None,
    last_step: int | None,
    averaged: bool,
) -> Series:
    """Return the history of a metric; an unknown one has no points."""
    row = connection.execute(
        "SELECT series.id, size FROM series JOIN runs ON num = run"
        " WHERE runs.id = ? AND series.name = (SELECT id FROM names WHERE name = ?)"
        " ORDER BY file LIMIT 1",
        (clean(run_id), clean(metric)),
    ).fetchone()
    if row is None:
        return Series(metric, 0, *no_points())
    if limit is None:
        points = read_points(connection, row[0], first_step, last_step)
    elif averaged:
        points = average(read_points(connection, row[0], first_step, last_step), max(1, limit))
    else:
        points = read_few_points(connection, row[0], max(1, limit), first_step, last_step)
    return Series(metric, row[1], *points)


def select_metric_names(connection: sqlite3.Connection, ids: Sequence[str]) -> list[str]:
    """Return the names of all metrics of some runs, sorted."""
    rows = connection.execute(
        "SELECT DISTINCT names.name FROM names JOIN series ON series.name = names.id"
        f" WHERE run IN (SELECT num FROM runs WHERE id {_AMONG}) AND size > 0 ORDER BY 1",
        (json.dumps([clean(run_id) for run_id in ids]),),
    )
    return [row[0] for row in rows]


def last_heartbeats(path: Path, limit: int) -> list[dict[str, Any]]:
    """Return the last `limit` heartbeats in a `runner.jsonl`, newest last.

    They are read from the end of the file: kept in the index they would outweigh everything else.
    """
    wanted = limit * _BYTES_A_HEARTBEAT
    while True:
        try:
            with open(path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(max(0, size - wanted))
                data = file.read(wanted)
        except OSError:
            return []
        if size > wanted:
            data = data[data.find(b"\n") + 1 :]
        found = _heartbeats(data[: data.rfind(b"\n") + 1])
        if len(found) >= limit or size <= wanted:
            return found[-limit:] if limit > 0 else []
        wanted *= 4


def _heartbeats(data: bytes) -> list[dict[str, Any]]:
    found = []
    for line in split_lines(data):
        try:
            record = read_record(line)
        except BadLineError:
            continue
        if record.get("event") == lifecycle.RUNNER_HEARTBEAT:
            found.append(record)
    return found


def _filtered(rows: Rows, where: Filter, columns: dict[str, Values]) -> Rows:
    now = time.time()
    chosen = []
    num = 0

    def get(field: str) -> object:
        return columns[field].get(num)

    for row in rows:
        num = row[0]
        if where.matches(get, now):
            chosen.append(row)
    return chosen


def _labels(connection: sqlite3.Connection, numbers: str) -> dict[tuple[str, int], dict[str, Any]]:
    labels: dict[tuple[str, int], dict[str, Any]] = {}
    rows = connection.execute(
        "SELECT kind, run, names.name, value FROM labels JOIN names ON id = labels.name"
        f" WHERE run {_AMONG} AND value != '{NO_LABEL}' ORDER BY names.name",
        (numbers,),
    )
    for kind, run, name, value in rows:
        labels.setdefault((kind, run), {})[name] = decode_value(value)
    return labels


def _metrics(connection: sqlite3.Connection, numbers: str) -> dict[int, dict[str, MetricSummary]]:
    metrics: dict[int, dict[str, MetricSummary]] = {}
    rows = connection.execute(
        "SELECT run, names.name, last, low, high, first, size, nans, last_step, low_step, high_step"
        f" FROM series JOIN names ON names.id = series.name WHERE run {_AMONG} AND size > 0"
        " ORDER BY names.name, file DESC",
        (numbers,),
    )
    for run, name, last, low, high, first, *rest in rows:
        metrics.setdefault(run, {})[name] = MetricSummary(
            _or_nan(last), low, high, _or_nan(first), *rest
        )
    return metrics


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _run(
    row: Sequence[Any],
    labels: dict[tuple[str, int], dict[str, Any]],
    metrics: dict[int, dict[str, MetricSummary]],
) -> Run:
    (num, run_id, name, job, kind, state, created, started, ended, exit_code, signal, reason, host,
     machine, retry_of, parent, attempt, slots, gpus, priority, done, total, unreadable,
     unreadable_first, backward, note, deleted, heard) = row  # fmt: skip
    return Run(
        id=run_id,
        name=name,
        job=job,
        kind=kind,
        state=RunState(state),
        created=created,
        started=started,
        ended=ended,
        exit_code=exit_code,
        signal=signal,
        reason=reason,
        host=host,
        machine=machine,
        retry_of=retry_of,
        parent=parent,
        attempt=attempt,
        slots=slots,
        gpus=gpus,
        priority=priority,
        params=labels.get(("param", num), {}),
        tags=labels.get(("tag", num), {}),
        progress=None if done is None else (done, total),
        unreadable_lines=unreadable,
        unreadable_first=unreadable_first,
        backward_points=backward,
        metrics=metrics.get(num, {}),
        note=note,
        deleted=bool(deleted),
        heard=heard,
    )
