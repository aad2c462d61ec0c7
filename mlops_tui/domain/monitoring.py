"""What is to be watched of live data, as `[monitor]` says it, and what became of a batch of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from mlops_tui.domain.outputs import ModelOutputs

if TYPE_CHECKING:
    from mlops_tui.domain.project import Dataset, Project

_MONDAY_SECONDS = 4 * 86400.0
"""1970-01-05, a Monday: windows of days and weeks begin at midnight and on Mondays, UTC."""


class Against(StrEnum):
    """What a batch is compared with."""

    REFERENCE = "reference"
    PREVIOUS = "previous"
    """The batch before it; the first one has the reference."""
    SAME_HOUR = "same_hour"
    """Rows of the reference from the hours of the day that the batch has."""
    SAME_WEEKDAY = "same_weekday"
    """Rows of the reference from the weekdays that the batch has."""
    SAME_MONTH = "same_month"
    """Rows of the reference from the months of the year that the batch has."""


class ColumnKind(StrEnum):
    """Kinds of columns that have scores of their own."""

    NUMERIC = "numeric"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    TEXT = "text"


class Score(StrEnum):
    """How a column may be compared."""

    WASSERSTEIN = "wasserstein"
    KOLMOGOROV_SMIRNOV = "kolmogorov_smirnov"
    JENSEN_SHANNON = "jensen_shannon"
    PSI = "psi"
    HELLINGER = "hellinger"
    CHI_SQUARE = "chi_square"
    TOTAL_VARIATION = "total_variation"
    L_INFINITY = "l_infinity"


OF_NUMBERS = frozenset({Score.WASSERSTEIN, Score.KOLMOGOROV_SMIRNOV})
"""Scores for which values need an order."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is said of a column, or of all of a kind, in place of the defaults."""

    method: Score | None = None
    threshold: float | None = None
    """Of practical size from here on; in the unit of the score."""
    reason: str = ""
    """Why, for whoever reads it later."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How live data falls into batches: by file where neither is set."""

    rows: int | None = None
    seconds: float | None = None
    """The length of a window of the live dataset's time."""

    @property
    def words(self) -> str:
        """Return such as `file`, `500 rows`, `window of 86400 s`; it names the cut in batch ids."""
        if self.rows is not None:
            return f"{self.rows} rows"
        return "file" if self.seconds is None else f"window of {self.seconds:g} s"

    def window_start(self, t: float) -> float:
        """Return when the window that has the moment `t` began, Unix seconds.

        Windows follow each other from a Monday's midnight, UTC.
        """
        assert self.seconds is not None
        return math.floor((t - _MONDAY_SECONDS) / self.seconds) * self.seconds + _MONDAY_SECONDS


@dataclass(frozen=True, slots=True)
class Monitor:
    """The table `[monitor]`; without one, everything is as here."""

    live: str | None = None
    """The dataset to watch; None: those of role live."""
    reference: str | None = None
    """The dataset that is as usual; None: the first of role reference, else of role train."""
    is_watched: bool = True
    """Whether the background process looks for new batches."""
    cut: Cut = field(default_factory=Cut)
    alarm_after: int = 2
    """So many drifted windows of the last `of_last` are an alarm; one is a warning."""
    of_last: int = 3
    against: Against = Against.REFERENCE
    prediction: str | None = None
    """The column that holds what a model predicted."""
    leave_out: tuple[str, ...] = ()
    """Columns that are not looked at."""
    kinds: Mapping[ColumnKind, Rule] = field(default_factory=dict)
    columns: Mapping[str, Rule] = field(default_factory=dict)
    outputs: ModelOutputs = field(default_factory=ModelOutputs)
    model: str | None = None
    """The registered model that predicts; None: the only one with a champion."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Live data and what is usual."""

    live: Dataset
    reference: Dataset
    monitor: Monitor


def watched_pairs(project: Project) -> tuple[Watched, ...]:
    """Return what is to be compared with what; nothing where one of the two is not declared."""
    monitor = project.monitor
    reference = _usual(project)
    if reference is None:
        return ()
    if monitor.live is not None:
        found = [project.datasets[monitor.live]] if monitor.live in project.datasets else []
    else:
        found = [it for it in project.datasets.values() if it.role == "live"]
    return tuple(
        Watched(live, reference, monitor) for live in found if live.path and live is not reference
    )


def _usual(project: Project) -> Dataset | None:
    named = project.monitor.reference
    if named is not None:
        return project.datasets.get(named)
    for role in ("reference", "train"):
        for dataset in project.datasets.values():
            if dataset.role == role and dataset.path:
                return dataset
    return None


class Cell(NamedTuple):
    """What one column of one batch came to; a cell of the heat map."""

    verdict: str
    """`ok`, `drift` or `too_little_data`; drift too where the column is broken or gone."""
    score: float | None
    """None where there was nothing to compare."""
    threshold: float | None
    null_q99: float | None
    """What chance reaches once in a hundred batches of this size."""
    n: int
    """Values in the batch."""
    note: str
    """The worst finding about its quality such as `missing_column`; empty for none."""

    @property
    def beyond(self) -> float:
        """Return the score in thresholds: 1 is of practical size.

        Without a score 0, and infinity for a column that is broken or gone.
        """
        if self.score is None or not self.threshold:
            return math.inf if self.verdict == "drift" else 0.0
        return self.score / self.threshold


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One batch of live data that was judged."""

    id: str
    dataset: str
    reference: str
    """The dataset it was compared with."""
    key: str
    """What it is within the dataset: a file, a window such as `2026-03-02T00:00Z`, or `rows 0-499`;
    the newest content of a key is the one that counts."""
    at: float
    """The moment it stands for, Unix seconds: its newest time, else when its file was written."""
    start: float | None
    """The times that its rows have, Unix seconds; None without a column of times."""
    end: float | None
    rows: int
    verdict: str | None
    """`ok`, `drift` or `too_little_data`; None where it could not be judged."""
    error: str | None
    """Why it could not be judged, with file and line."""
    columns: int
    """How many were compared."""
    drifted: tuple[str, ...]
    """Columns that drifted or are broken, the most urgent first; at most twenty."""
    n_drifted: int
    findings: int
    """About the quality of the data, errors and warnings."""
    report: str | None
    """The digest of its whole report."""
    judged: float
    """When, Unix seconds."""
    host: str
    quarantined: str | None = None
    """Why a person has put it aside; None where nobody has."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The columns of the last batches of a dataset."""

    batches: Sequence[BatchFacts]
    """Oldest first."""
    columns: Sequence[str]
    """Those that drifted most often first, then those nearest to their thresholds."""
    cells: Mapping[str, Sequence[Cell | None]]
    """By column, a cell a batch; None where that batch does not have it."""
