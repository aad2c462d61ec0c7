"""The task that compares a batch of data with a reference: files in, a report as JSON out."""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import find_tables
from mlops_tui.domain.errors import InputError
from mlops_tui.engine.table_samples import read_sample
from mlops_tui.engine.tasks.model_part import model_part
from mlops_tui.engine.worker import Progress
from mlops_tui.monitor import drift, quality
from mlops_tui.monitor.columns import Column, read_columns
from mlops_tui.monitor.drift import ColumnDrift, DriftReport
from mlops_tui.monitor.nulls import NullCache
from mlops_tui.monitor.quality import Finding
from mlops_tui.monitor.verdicts import Verdict

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 1_000_000
"""Rows of each side that are compared; of more, as many are drawn at random."""
_STEPS = 4


def compare(
    progress: Progress,
    reference: str,
    current: str,
    preset: str | None = None,
    settings: Mapping[str, object] | None = None,
    cache: str | None = None,
    multivariate: bool = False,
    now: float | None = None,
    ask: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return how the tables at `current` differ from those at `reference`.

    Args:
        progress: told of steps.
        reference: a file, folder or pattern; absolute.
        current: the same.
        preset: decide as this tool does, without a null; None: our own verdict.
        settings: fields of `drift.Settings`.
        cache: the file that keeps nulls; None: none is kept.
        multivariate: compare columns together as well, which takes seconds.
        now: Unix seconds, to judge times by; None: they are not judged.
        ask: fields of `performance.Ask`, to judge the model by what it predicted.

    Raises:
        InputError: a file cannot be read, a column that is named is not there, or there is nothing
            to compare.
    """
    with ThreadPoolExecutor(2) as readers:
        reading = [readers.submit(_read, place) for place in (reference, current)]
        before, rows_before, problems = reading[0].result()
        progress(1, _STEPS)
        after, rows_after, more_problems = reading[1].result()
    progress(2, _STEPS)
    chosen = drift.Settings(**(settings or {}))  # type: ignore[arg-type]
    _require(chosen, before, reference)
    columns = read_columns(before)
    _require_methods(chosen, columns)
    if chosen.time is None:
        chosen = drift.Settings(**(asdict(chosen) | {"time": drift.find_time(columns)}))
    others = read_columns(after, {name: column.kind for name, column in columns.items()})
    report = _drift(preset, (before, after), (columns, others), chosen, cache)
    progress(3, _STEPS)
    findings = _quality(columns, others, now, chosen.time)
    together = _multivariate(columns, others, chosen) if multivariate else None
    progress(_STEPS, _STEPS)
    shape = report_shape(report, findings)
    model, notes = model_part((before, after), (columns, others), report.columns, ask)
    sides = {
        "reference": reference,
        "current": current,
        "preset": preset,
        "rows_reference": rows_before,
        "rows_current": rows_after,
        "multivariate": together,
        "problems": [*map(str, (*problems.all(), *more_problems.all())), *notes],
    }
    return {**shape, **model, **sides}


def _quality(
    columns: Mapping[str, Column], others: Mapping[str, Column], now: float | None, time: str | None
) -> Sequence[Finding]:
    # what is broken in a batch makes its rows look alike
    names = [name for name in columns if name in others and _is_whole(others[name])]
    hashes = [quality.row_hashes(side, names) for side in (columns, others)]
    setting = quality.Setting(
        now=now, time=time, reference_hashes=hashes[0], current_hashes=hashes[1]
    )
    return quality.examine(columns, others, setting)


def _is_whole(column: Column) -> bool:
    return 2 * column.count > column.rows


def report_shape(report: DriftReport, findings: Sequence[Finding]) -> dict[str, object]:
    """Return a report as `monitor run --json` gives it; numbers that do not exist are null.

    The verdict is drift where a column has drifted, or where a finding is an error: a batch that
    lacks a column, or has text for numbers, is not what the model was made for.
    """
    verdict = report.verdict
    if any(finding.level is quality.Level.ERROR for finding in findings):
        verdict = Verdict.DRIFT
    return {
        "dataset": None,
        "reference": None,
        "current": None,
        "n_reference": report.n_reference,
        "n_current": report.n_current,
        "verdict": str(verdict),
        "columns": [_column_shape(column) for column in report.columns],
        "alerts": [],
        "quality": [_plain(asdict(finding)) for finding in findings],
        "skipped": [_plain(asdict(skipped)) for skipped in report.skipped],
        "time": report.time,
    }


def _column_shape(column: ColumnDrift) -> dict[str, object]:
    return _plain(asdict(column))


def _plain(fields: dict[str, object]) -> dict[str, object]:
    return {
        key: None if isinstance(value, float) and math.isnan(value) else value
        for key, value in fields.items()
    }


def _read(place: str) -> tuple[pd.DataFrame, int, Problems]:
    problems = Problems()
    return *read_sample(find_tables(place), MOST_ROWS, problems), problems


def _require(settings: drift.Settings, frame: pd.DataFrame, place: str) -> None:
    names = [str(name) for name in frame.columns]
    wanted = [settings.target, settings.prediction, settings.time, *settings.methods]
    for name in wanted:
        if name is not None and name not in names:
            hint = f"it has: {', '.join(names[:20])}"
            raise InputError(f"{place} has no column {name!r}", hint)


def _require_methods(settings: drift.Settings, columns: Mapping[str, Column]) -> None:
    for name, method in settings.methods.items():
        fits = drift.methods_for(columns[name].kind)
        if method not in fits:
            hint = f"for {columns[name].kind} columns: {', '.join(fits) or 'none'}"
            raise InputError(f"{name} cannot be compared by {method!r}", hint)


def _drift(
    preset: str | None,
    frames: tuple[pd.DataFrame, pd.DataFrame],
    columns: tuple[dict[str, Column], dict[str, Column]],
    settings: drift.Settings,
    cache: str | None,
) -> DriftReport:
    if preset is not None:
        from mlops_tui.monitor.presets import compare_as

        return compare_as(preset, *frames)
    nulls = _load(cache)
    report = drift.compare(*columns, settings, nulls)
    if cache is not None and nulls.computed:
        _keep(nulls, Path(cache))
    return report


def _multivariate(
    columns: Mapping[str, Column], others: Mapping[str, Column], settings: drift.Settings
) -> dict[str, object]:
    """Compare features together; what a model predicts or says is no feature."""
    from mlops_tui.monitor.multivariate import domain_classifier, pca_residuals

    apart = (settings.target, settings.prediction, settings.time)
    features = {name: column for name, column in columns.items() if name not in apart}
    order = drift.time_order(columns, settings.time)
    classifier = domain_classifier(features, others, order)
    pca = pca_residuals(features, others, order)
    return {
        "domain_classifier": None if classifier is None else asdict(classifier),
        "pca": None if pca is None else asdict(pca),
    }


def _load(cache: str | None) -> NullCache:
    if cache is None:
        return NullCache()
    try:
        return NullCache.from_bytes(Path(cache).read_bytes())
    except OSError:
        return NullCache()


def _keep(nulls: NullCache, path: Path) -> None:
    """Write the cache as a whole or not at all; without it the next comparison is slower only."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                file.write(nulls.to_bytes())
                os.replace(file.name, path)
            except OSError:
                os.unlink(file.name)
                raise
