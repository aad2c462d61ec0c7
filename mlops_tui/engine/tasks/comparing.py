"""A batch compared with a reference: rows and columns in, a report as JSON holds it out."""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import find_tables
from mlops_tui.domain.errors import InputError
from mlops_tui.engine.table_samples import read_sample
from mlops_tui.engine.tasks.model_part import model_part
from mlops_tui.evaluate.columns import Column, Kind, read_columns
from mlops_tui.monitor import drift, quality
from mlops_tui.monitor.drift import ColumnDrift, DriftReport
from mlops_tui.monitor.nulls import NullCache
from mlops_tui.monitor.quality import Finding
from mlops_tui.monitor.verdicts import Verdict

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 1_000_000
"""Rows of each side that are compared; of more, as many are drawn at random."""


@dataclass(frozen=True)
class Data:
    """One side of a comparison."""

    place: str
    """Where it lies, for people."""
    frame: pd.DataFrame
    rows: int
    """In all; there are fewer in `frame` where those are a sample."""
    problems: Sequence[str] = ()
    """What is wrong in the files and was read nevertheless, with file and line."""
    kinds: Mapping[str, Kind] | None = None
    """What is known of its columns; None: it is told from the rows."""

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns of a reference."""
        return read_columns(self.frame, self.kinds)


@dataclass(frozen=True)
class Wish:
    """How to compare; nothing of it is needed."""

    settings: drift.Settings = field(default_factory=drift.Settings)
    preset: str | None = None
    """Decide as this tool does, without a null; None: our own verdict."""
    cache: str | None = None
    """The file that keeps nulls; None: none is kept."""
    is_multivariate: bool = False
    """Compare columns together as well, which takes seconds."""
    now: float | None = None
    """Unix seconds, to judge times by; None: they are not judged."""
    earlier_sizes: Sequence[int] = ()
    """Rows of the batches before; from five on an unusual size is told."""
    leave_out: Sequence[str] = ()
    """Columns that are not compared."""
    ask: Mapping[str, object] | None = None
    """Fields of `performance.Ask`, to judge the model by what it predicted."""
    is_brief: bool = False
    """Tell what matters to the model only where something has drifted: it takes half a second."""


def read_data(place: str) -> Data:
    """Return the rows of a file, folder or pattern, at most `MOST_ROWS`.

    Raises:
        InputError: it cannot be read.
    """
    problems = Problems()
    frame, rows = read_sample(find_tables(place), MOST_ROWS, problems)
    return Data(place, frame, rows, [str(problem) for problem in problems.all()])


def compare_data(
    reference: Data, current: Data, wish: Wish
) -> tuple[dict[str, object], dict[str, Column]]:
    """Return how `current` differs from `reference` as `monitor run --json` tells it.

    Returns:
        The report, and the columns of `current`, read with the kinds of the reference.

    Raises:
        InputError: a method does not fit the column it is named for.
    """
    columns = _kept(reference.columns, wish.leave_out)
    methods = {name: it for name, it in wish.settings.methods.items() if name in columns}
    chosen = replace(wish.settings, methods=methods)
    require_methods(chosen, columns)
    if chosen.time is None:
        chosen = replace(chosen, time=drift.find_time(columns))
    kinds = {name: column.kind for name, column in columns.items()}
    others = _kept(read_columns(current.frame, kinds), wish.leave_out)
    frames = (reference.frame, current.frame)
    report = _drift(wish.preset, frames, (columns, others), chosen, wish.cache)
    # what is broken in a batch makes its rows look alike
    names = [name for name in columns if name in others and _is_whole(others[name])]
    hashes = [quality.row_hashes(side, names) for side in (columns, others)]
    setting = quality.Setting(
        now=wish.now,
        time=chosen.time,
        earlier_sizes=wish.earlier_sizes,
        reference_hashes=hashes[0],
        current_hashes=hashes[1],
    )
    findings = quality.examine(columns, others, setting)
    together = _multivariate(columns, others, chosen) if wish.is_multivariate else None
    shape = report_shape(report, findings)
    model, notes = model_part(frames, (columns, others), report.columns, wish.ask, wish.is_brief)
    sides: dict[str, object] = {
        "reference": reference.place,
        "current": current.place,
        "preset": wish.preset,
        "rows_reference": reference.rows,
        "rows_current": current.rows,
        "multivariate": together,
        "problems": [*reference.problems, *current.problems, *notes],
    }
    return {**shape, **model, **sides}, others


def _kept(columns: Mapping[str, Column], leave_out: Sequence[str]) -> dict[str, Column]:
    return {name: column for name, column in columns.items() if name not in leave_out}


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


def require_columns(settings: drift.Settings, data: Data) -> None:
    """Raise `InputError` where a column that is named is not in the data."""
    names = list(data.columns)
    wanted = [settings.target, settings.prediction, settings.time, *settings.methods]
    for name in wanted:
        if name is not None and name not in names:
            hint = f"it has: {', '.join(names[:20])}"
            raise InputError(f"{data.place} has no column {name!r}", hint)


def require_methods(settings: drift.Settings, columns: Mapping[str, Column]) -> None:
    """Raise `InputError` where a method does not fit the column it is named for."""
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
