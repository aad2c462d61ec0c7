"""One batch of live data judged: against what, by which scores, and what its checks say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from mlops_tui.data.check_results import CheckReport, Status
from mlops_tui.data.checks import Around, judge_checks
from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import Chunk, find_tables
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.monitoring import Against, ColumnKind, Monitor, Watched
from mlops_tui.domain.project import Project
from mlops_tui.engine.actions_monitor import null_cache_path
from mlops_tui.engine.actions_performance import ask_about
from mlops_tui.engine.live_keys import path_of
from mlops_tui.engine.monitored import live_path
from mlops_tui.engine.tasks.checks import others_of
from mlops_tui.engine.tasks.comparing import (
    Data,
    Wish,
    compare_data,
    read_data,
    require_methods,
)
from mlops_tui.engine.tasks.performance import ask_of, performance_of
from mlops_tui.engine.tasks.pieces import Loaded, Piece, load_piece, times_of
from mlops_tui.engine.tasks.reading import Meter, reader_of
from mlops_tui.evaluate.columns import Column
from mlops_tui.evaluate.figures import Floats
from mlops_tui.monitor import drift, scores
from mlops_tui.monitor.distributions import overlaid

MOST_DISTRIBUTIONS = 500
_EARLIEST = 315_532_800.0
"""1980: numbers that are smaller are no Unix times, whatever their column is called."""


def _months(seconds: Floats) -> Floats:
    """Return the month, 1 to 12, of Unix seconds; NaN stays NaN."""
    is_time = np.isfinite(seconds)
    moments = np.where(is_time, seconds, 0).astype("datetime64[s]")
    return np.where(is_time, moments.astype("datetime64[M]").astype(np.int64) % 12 + 1, np.nan)


_PERIODS: dict[Against, tuple[str, Callable[[Floats], Floats]]] = {
    Against.SAME_HOUR: ("hour", lambda seconds: seconds // 3600 % 24),
    # 1970-01-01 was a Thursday, the fourth day
    Against.SAME_WEEKDAY: ("weekday", lambda seconds: (seconds // 86400 + 3) % 7),
    Against.SAME_MONTH: ("month", _months),
}
"""What a time is called within its period, and how it is told from Unix seconds."""


class Bench:
    """A live dataset and what is usual, held in memory between batches. One thread.

    Whoever holds one asks `is_current` before using it again.
    """

    def __init__(self, described: Project, watched: Watched) -> None:
        """Read the reference.

        Raises:
            InputError: it cannot be read, or `[monitor]` names a column that it does not have.
        """
        self.project = described
        self.watched = watched
        self.path = live_path(described, watched)
        place = os.path.abspath(described.path / watched.reference.path)
        self._mark = _mark_of(place)
        self._place = place
        self.reference = read_data(place)
        self.settings = settings_of(watched, self.reference)
        require_methods(self.settings, self.reference.columns)
        target = watched.live.target or watched.reference.target
        self._ask: dict[str, Any] = ask_about(watched.monitor, target, described)

    @property
    def is_current(self) -> bool:
        """Say whether the files of the reference are as they were read."""
        return _mark_of(self._place) == self._mark

    def change(self, thresholds: Mapping[str, float], methods: Mapping[str, str]) -> None:
        """Judge by other thresholds, of columns or methods, and by other methods of columns.

        Raises:
            InputError: there is no such column, or a method does not fit it.
        """
        known = [*self.reference.columns, *scores.THRESHOLDS]
        for name in [*thresholds, *methods]:
            if name not in known:
                words = f"{self.reference.place} has no column {name!r}"
                raise InputError(words, f"it has: {', '.join(known[:20])}")
        self.settings = replace(
            self.settings,
            thresholds={**self.settings.thresholds, **thresholds},
            methods={**self.settings.methods, **methods},
        )
        require_methods(self.settings, self.reference.columns)

    def forget_model(self) -> None:
        """Say nothing of the model from now on, which is quicker."""
        self._ask = {}

    @property
    def truth(self) -> str | None:
        """The column of the truth; None where the model cannot be judged by it."""
        found: str | None = self._ask.get("truth")
        return found if found is not None and found in self.reference.frame else None

    def judge_model(self, data: Data) -> dict[str, Any]:
        """Return how the model did on a batch whose rows have their truth.

        Raises:
            InputError: a column is missing.
        """
        usual, _ = self._usual(data, None)
        ask = ask_of(self._ask | {"time": self.settings.time})
        return performance_of(usual.frame, data.frame, ask)

    def read_all(self) -> Data:
        """Return all rows of the live dataset.

        Raises:
            MlopsTuiError: they cannot be read.
        """
        return read_data(self.path)

    def load(self, piece: Piece) -> Loaded:
        """Return the rows of a batch.

        Raises:
            MlopsTuiError: they cannot be read.
        """
        live = self.watched.live
        return load_piece(self.path, piece, self.watched.monitor.cut, live.timestamp, live.name)

    def judge(
        self,
        piece: Piece,
        loaded: Loaded,
        now: float,
        previous: Data | None = None,
        earlier_sizes: Sequence[int] = (),
    ) -> dict[str, Any]:
        """Return the report of a batch, as `actions_monitor.report_of` describes it.

        Args:
            piece: which batch.
            loaded: its rows.
            now: Unix seconds.
            previous: the batch before, where that is what it is compared with.
            earlier_sizes: rows of the batches before, oldest first.

        Raises:
            MlopsTuiError: its rows cannot be compared.
        """
        files = [path_of(self.path, file.key) for file in piece.files]
        whole = files if piece.digest is None else None
        report = self.compare(
            loaded.data, now, whole, piece.at, previous, earlier_sizes, is_brief=True
        )
        return report | {"batch": self._facts(piece, loaded)}

    def compare(
        self,
        data: Data,
        now: float,
        files: Sequence[Path] | None = None,
        written: float | None = None,
        previous: Data | None = None,
        earlier_sizes: Sequence[int] = (),
        is_multivariate: bool = False,
        is_brief: bool = False,
    ) -> dict[str, Any]:
        """Return the report of some live data that need be no batch.

        Args:
            data: the rows.
            now: as for `judge`.
            files: where they lie, if those have nothing else; then checks tell lines.
            written: when they were, Unix seconds; None for now.
            previous: as for `judge`.
            earlier_sizes: as for `judge`.
            is_multivariate: compare the columns together as well.
            is_brief: tell what matters to the model only where something has drifted.
        """
        usual, words = self._usual(data, previous)
        late = self._late_columns(data)
        settings = replace(self.settings, target=None) if late else self.settings
        cache = None if previous is not None else str(null_cache_path(self._place))
        wish = Wish(
            settings,
            cache=cache,
            now=now,
            earlier_sizes=earlier_sizes,
            leave_out=(*self.watched.monitor.leave_out, *late),
            is_multivariate=is_multivariate,
            ask=self._ask | {"time": settings.time},
            is_brief=is_brief,
        )
        report, columns = compare_data(usual, data, wish)
        checks = self._checks(data, files, now if written is None else min(now, written))
        told = report | {
            "dataset": self.watched.live.name,
            "batch": None,
            "against": words,
            "checks": None if checks is None else asdict(checks),
            "distributions": _distributions(usual, columns, report),
        }
        return _with_checks(told, checks)

    def _usual(self, data: Data, previous: Data | None) -> tuple[Data, str]:
        """Return what a batch is compared with, and that in words."""
        against = self.watched.monitor.against
        if against is Against.PREVIOUS and previous is not None:
            return replace(previous, kinds=self._kinds()), "the batch before"
        if against in _PERIODS:
            return self._of_the_same(against, data)
        return self.reference, self.watched.reference.name

    def _kinds(self) -> dict[str, Any]:
        return {name: column.kind for name, column in self.reference.columns.items()}

    def _of_the_same(self, against: Against, data: Data) -> tuple[Data, str]:
        """Return the rows of the reference from the hours, or such, that the batch has."""
        name, part = _PERIODS[against]
        time = self.watched.live.timestamp
        frame = self.reference.frame
        if time is None or time not in data.frame or time not in frame:
            return (
                self.reference,
                f"{self.watched.reference.name}: there are no times on both sides",
            )
        own, usual = (part(times_of(it, time)) for it in (data.frame, frame))
        wanted = np.unique(own[np.isfinite(own)])
        kept = frame[np.isin(usual, wanted)]
        named = ", ".join(str(int(it)) for it in wanted[:5]) + (" ..." if len(wanted) > 5 else "")
        words = f"rows of {self.watched.reference.name} of {name} {named} (UTC)"
        return replace(self.reference, frame=kept, rows=len(kept), kinds=self._kinds()), words

    def _late_columns(self, data: Data) -> tuple[str, ...]:
        """Return the target where the batch does not have it: labels come later."""
        target = self.settings.target
        return () if target is None or target in data.frame else (target,)

    def _facts(self, piece: Piece, loaded: Loaded) -> dict[str, Any]:
        start, end = self.span(loaded.data)
        newest = max(piece.files, key=lambda file: file.mtime_ns)
        return {
            "id": loaded.id,
            "key": piece.key,
            "at": self.moment(piece, loaded),
            "start": start,
            "end": end,
            "size": sum(file.size for file in piece.files),
            "mtime_ns": newest.mtime_ns,
            "files": [str(path_of(self.path, file.key)) for file in piece.files],
        }

    def moment(self, piece: Piece, loaded: Loaded) -> float:
        """Return what a batch stands for: its newest time, else when it was written."""
        end = self.span(loaded.data)[1]
        return piece.at if end is None else end

    def span(self, data: Data) -> tuple[float | None, float | None]:
        """Return the oldest and the newest time of a batch."""
        time = self.watched.live.timestamp
        if time is None or time not in data.frame:
            return None, None
        times = times_of(data.frame, time)
        times = times[times >= _EARLIEST]
        return (float(times.min()), float(times.max())) if len(times) else (None, None)

    def _checks(
        self, data: Data, files: Sequence[Path] | None, written: float
    ) -> CheckReport | None:
        """Judge the declared checks; how fresh data is, is told as of when it was written."""
        live = self.watched.live
        if not live.checks:
            return None
        meter = Meter(lambda *_: None, 1.0)
        around = Around(
            now=written,
            others=others_of(self.project, live.checks, meter),
            id=live.id,
            changed=lambda _: written,
        )

        def given() -> Iterable[Chunk]:
            return [Chunk(data.frame, Path(data.place), 0, None)]

        read = given if files is None else reader_of(files, meter, Problems())
        return judge_checks(live.name, live.checks, read, around)


def settings_of(watched: Watched, reference: Data) -> drift.Settings:
    """Return how to compare, from what `[monitor]` says of kinds and columns.

    Raises:
        InputError: it names a column that the reference does not have.
    """
    monitor, live = watched.monitor, watched.live
    columns = reference.columns
    for name in monitor.columns:
        if name not in columns:
            words = f"[monitor.columns.{name}]: {reference.place} has no such column"
            raise InputError(words, f"it has: {', '.join(list(columns)[:20])}")
    target = live.target or watched.reference.target
    return drift.Settings(
        methods=_methods(monitor, columns),
        thresholds=_thresholds(monitor, columns),
        target=target if target in columns else None,
        prediction=monitor.prediction if monitor.prediction in columns else None,
        time=live.timestamp if live.timestamp in columns else None,
    )


def _methods(monitor: Monitor, columns: Mapping[str, Column]) -> dict[str, str]:
    found = {}
    for name, column in columns.items():
        own = monitor.columns.get(name)
        general = monitor.kinds.get(ColumnKind(column.kind)) if column.kind in _KINDS else None
        method = (own and own.method) or (general and general.method)
        if method:
            found[name] = method.value
    return found


def _thresholds(monitor: Monitor, columns: Mapping[str, Column]) -> dict[str, float]:
    found = {}
    for name, column in columns.items():
        own = monitor.columns.get(name)
        general = monitor.kinds.get(ColumnKind(column.kind)) if column.kind in _KINDS else None
        threshold = (own and own.threshold) or (general and general.threshold)
        if threshold:
            found[name] = threshold
    return found


_KINDS = frozenset(kind.value for kind in ColumnKind)


def _distributions(
    usual: Data, columns: Mapping[str, Column], report: Mapping[str, Any]
) -> dict[str, object]:
    """Return both sides of the columns that were compared, the most urgent first."""
    found: dict[str, object] = {}
    names = list(dict.fromkeys(it["column"] for it in report["columns"]))
    for name in names[:MOST_DISTRIBUTIONS]:
        both = overlaid(usual.columns[name], columns[name])
        if both is not None:
            rounded = {"edges": [float(f"{edge:.6g}") for edge in both.edges]}
            found[name] = asdict(both) | rounded
    return found


def _with_checks(report: dict[str, Any], checks: CheckReport | None) -> dict[str, Any]:
    """Return a report in which a declared check that failed is an error of the data."""
    failed = [] if checks is None else [it for it in checks.checks if it.status is Status.FAILED]
    findings = [
        {
            "kind": "check",
            "level": "error",
            "column": _column_of(result.check),
            "words": f"{result.told} (mlops.toml, line {result.line})",
            "count": result.n_failed if result.n_failed is not None else result.n,
            "n_reference": report["n_reference"],
            "n_current": result.n,
            "p_value": None,
            "rows": [],
        }
        for result in failed
    ]
    verdict = "drift" if failed else report["verdict"]
    return report | {"quality": [*findings, *report["quality"]], "verdict": verdict}


def _column_of(check: str) -> str | None:
    """Return the column that `columns.age.max` is about, None for a check of the whole."""
    return check[8:].rpartition(".")[0] or check[8:] if check.startswith("columns.") else None


def _mark_of(place: str) -> list[tuple[str, int, int]] | None:
    """Return what changes when the files at a place do; None where that cannot be told."""
    try:
        stats = [(str(file), os.stat(file)) for file in find_tables(place)]
    except (MlopsTuiError, OSError):
        return None
    return [(name, it.st_size, it.st_mtime_ns) for name, it in stats]
