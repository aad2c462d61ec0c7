"""The verbs that show: runs, show, series."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.cli.listing import describe, print_table, runs_table, terminal_width
from mlops_tui.cli.reading import object_in, one_run, open_index, project_folder
from mlops_tui.cli.shapes import local_time, run_shape, series_shape, used_shape
from mlops_tui.cli.shapes_evaluations import (
    evaluation_lines,
    evaluation_shape,
    predictions_lines,
    predictions_shape,
    sealed_lines,
)
from mlops_tui.cli.table import Column
from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.text import nearest

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_tui.domain.alerts import RecordedAlert
    from mlops_tui.domain.datasets import UsedData
    from mlops_tui.domain.filters import Filter, Sort
    from mlops_tui.domain.runs import Run, Series
    from mlops_tui.index import Index

_MOST_EVALUATIONS = 20
LAST_BEATS = 3
"""Heartbeats looked at: the very last one is written when the command is gone."""


def do_runs(options: argparse.Namespace) -> int:
    """List the runs that a filter chooses."""
    where, sort = _condition(options.filter), _order(options.sort)
    _require_positive(options.limit, "--limit")
    columns = [part.strip() for part in (options.columns or "").split(",") if part.strip()]
    project = project_folder(options.project)
    if options.group_by is not None:
        if sort or options.limit or options.deleted:
            raise InputError("groups have an order of their own", "leave out --sort and the like")
        from mlops_tui.cli.grouping import show_groups  # most lists are of runs

        return show_groups(project, options.group_by, columns, where, options.json)
    now = time.time()
    with open_index(project) as index:
        ids = index.run_ids(where, sort, deleted=options.deleted, limit=options.limit)
        runs = index.runs(ids)
        if options.json:
            output.json_data([run_shape(run, now) for run in runs])
            return 0
        asked = {*columns, *(where.fields if where else ()), *(sort.fields if sort else ())}
        _mention_unknown(index, asked)
        data = index.values([name for name in columns if name.startswith("data.")])
    if runs:
        print_table(*runs_table(project, runs, columns, now, data))
    else:
        output.words("no run passes the filter" if where else "no runs yet: mlops-tui run JOB")
    return 0


def _condition(text: str) -> Filter | None:
    if not text:
        return None
    from mlops_tui.domain.filters import parse_filter  # most lists are not filtered

    return parse_filter(text)


def _order(text: str | None) -> Sort | None:
    if not text:
        return None
    from mlops_tui.domain.filters import parse_sort

    return parse_sort(text)


def do_show(options: argparse.Namespace) -> int:
    """Show all about one run."""
    project = project_folder(options.project)
    now = time.time()
    with open_index(project) as index:
        run = one_run(index, options.run)
        beats = index.heartbeats(run.id, LAST_BEATS)
        artifacts = index.artifacts(run.id)
        used = index.data_used([run.id])
        predictions = index.predictions([run.id])
        evaluations = index.evaluations(run_ids=[run.id], limit=_MOST_EVALUATIONS)
        alerts = _alerts_about(index, run.id, now)
    sealed = _broken_seals(project, run, used)
    folder = places.run_dir(project, run.id)
    record, found = object_in(folder / "run.json"), object_in(folder / "environment.json")
    latest: Mapping[str, object] = next(
        (beat for beat in reversed(beats) if beat.get("processes")), {}
    )
    if options.json:
        shape = run_shape(run, now) | {
            "deleted": run.deleted,
            "parent": run.parent,
            "note": run.note,
            "heard": run.heard,
            "unreadable_first": run.unreadable_first,
            "backward_points": run.backward_points,
            "artifacts": artifacts,
            "folder": str(folder),
            "user": record.get("user"),
            "cwd": record.get("cwd"),
            "argv": record.get("argv"),
            "inputs": record.get("inputs"),
            "outputs": record.get("outputs"),
            "datasets": [used_shape(data) for data in used],
            "predictions": [predictions_shape(it) for it in predictions],
            "holdouts_read": sealed,
            "evaluations": [evaluation_shape(it) for it in evaluations],
            "timeout_seconds": record.get("timeout_seconds"),
            "environment": found or None,
            "resources": latest or None,
            "alerts": _alert_shapes(alerts, now),
        }
        output.json_data(shape)
        return 0
    lines = describe(run, record, found, latest, artifacts, used, folder, now)
    lines += predictions_lines(predictions) + evaluation_lines(evaluations, now)
    lines += sealed_lines(sealed)
    for line in [*lines, *_alert_lines(alerts, now)]:
        output.data(line)
    return 0


def _broken_seals(project: Path, run: Run, used: Sequence[UsedData]) -> list[str]:
    """Return the holdouts that a training has read all the same."""
    if run.kind != "train" or not used:
        return []
    from mlops_tui.domain.projectfile import load_project
    from mlops_tui.domain.sealed import holdouts_read

    return holdouts_read(load_project(project), run.kind, used)


def _alerts_about(index: Index, run_id: str, now: float) -> list[RecordedAlert]:
    """Return what needs attention of a run; loads nothing of alerts where there are none."""
    return index.alerts(run_id=run_id, now=now) if index.unresolved_causes() else []


def _alert_shapes(alerts: Sequence[RecordedAlert], now: float) -> list[dict[str, object]]:
    if not alerts:
        return []
    from mlops_tui.domain.alert_shape import alert_shape

    return [alert_shape(found, now) for found in alerts]


def _alert_lines(alerts: Sequence[RecordedAlert], now: float) -> list[str]:
    if not alerts:
        return []
    from mlops_tui.cli.shapes_alerts import alert_lines

    width = terminal_width() - 2
    return ["", "alerts", *(f"  {line}" for it in alerts for line in alert_lines(it, now, width))]


def do_series(options: argparse.Namespace) -> int:
    """Show the history of one metric, or write it to files."""
    _require_positive(options.points, "--points")
    project = project_folder(options.project)
    with open_index(project) as index:
        run = one_run(index, options.run)
        series = _history(index, run, options.metric, options.points)
        if options.svg or options.png or options.csv:
            return _write_series(project, index, run, options)
        if options.others:
            raise InputError("--with is for files", "add --svg FILE, --png FILE or --csv FILE")
    if options.json:
        output.json_data(series_shape(series))
        return 0
    rows = [
        [str(step), local_time(moment), repr(value)]
        for step, moment, value in zip(series.steps, series.times, series.values, strict=True)
    ]
    print_table([Column("step", True), Column("time"), Column(options.metric, True)], rows)
    if len(rows) < series.count:
        output.words(f"{len(rows)} of {series.count} points, extremes kept")
    return 0


def _history(index: Index, run: Run, metric: str, points: int | None) -> Series:
    """Return the history of a metric of a run, or of what it used."""
    names = index.metric_names([run.id])
    if metric in names:
        return index.series(run.id, metric, points=points)
    used = index.usage(run.id, points)
    if metric not in used:
        names += list(used)
        meant = nearest(metric, names)
        listed = "it has " + ", ".join(names) if names else "it has recorded none yet"
        raise NotFoundError(
            f"{run.name} has no metric {metric!r}", f"did you mean {meant}?" if meant else listed
        )
    return used[metric]


def _write_series(project: Path, index: Index, run: Run, options: argparse.Namespace) -> int:
    """Write what was asked for and print the paths."""
    from mlops_tui.cli.series_files import KINDS, write_series_files

    def read(one: Run, points: int | None) -> Series:
        return _history(index, one, options.metric, points)

    others = [one_run(index, name) for name in options.others]
    runs = list({one.id: one for one in (run, *others)}.values())
    wanted = {kind: path for kind in KINDS if (path := getattr(options, kind)) is not None}
    paths = write_series_files(project, runs, options.metric, read, wanted)
    if options.json:
        output.json_data({"files": paths})
    else:
        for path in paths:
            output.data(path)
    return 0


def _mention_unknown(index: Index, fields: set[str]) -> None:
    """Say which fields no run has: it is the likeliest reason for an empty list or column."""
    if not fields:
        return
    from mlops_tui.domain.filters import unknown_fields

    values = index.values(sorted(fields))
    silent = {f for f in fields if all(row.get(f) is None for row in values.values())}
    ids = index.run_ids(limit=200)
    known = {name for run in index.runs(ids) for name in (*run.params, *run.tags)}
    for name, meant in unknown_fields(silent, known | set(index.metric_names(ids))):
        output.words(f"no run has {name!r}" + (f": did you mean {meant}?" if meant else ""))


def _require_positive(count: int | None, option: str) -> None:
    if count is not None and count < 1:
        raise InputError(f"{option} {count} asks for nothing", "give a number from 1 on")
