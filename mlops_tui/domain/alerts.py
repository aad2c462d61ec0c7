"""Alerts as values: what a person should know, what it rests on, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SCALARS = (str, int, float, bool)
Scalar = str | int | float | bool


class Severity(StrEnum):
    """How much an alert matters; the later one matters more."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 for what matters least."""
        return list(Severity).index(self)


class AlertState(StrEnum):
    """Where an alert is in its life; in the order in which they are listed."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


UNRESOLVED = frozenset(AlertState) - {AlertState.RESOLVED}


class RemedyKind(StrEnum):
    """What can be done about an alert, with the arguments that it takes."""

    SHOW_RUN = "show_run"
    """`run`; also `metric` and `step`, where to look."""
    STOP_RUN = "stop_run"
    """`run`."""
    START_JOB = "start_job"
    """`job`; any other argument is a parameter of it by name."""
    OPEN_REPORT = "open_report"
    """`batch`, the id of one of live data; or `reference` and `current`, two files."""
    PROPOSE_CHECKS = "propose_checks"
    """`dataset`."""
    RAISE_THRESHOLD = "raise_threshold"
    """`key`, dotted as in the project file, and `value`, what would have kept quiet; the reason
    that a person gives is written beside it."""
    ROLL_BACK = "roll_back"
    """`model`, `alias`, `from` and `to`: numbers of versions; refused where it moved meanwhile."""
    RECALIBRATE = "recalibrate"
    """`version`, such as `cancer:3`: a challenger with calibrated scores is made of it."""
    QUARANTINE = "quarantine"
    """`batch`, the id of one of live data: it is put aside, its files stay."""
    FREE_DISK = "free_disk"
    """No argument: what purging deleted runs would free is shown first."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One prepared act; whoever names it has seen to it that it works."""

    kind: RemedyKind
    words: str
    """What it does, such as `stop train-3`."""
    arguments: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an alert rests on; None and empty where that has no meaning."""

    n: int | None = None
    """Rows or points that were judged."""
    n_reference: int | None = None
    """Rows or points that they were compared with."""
    run: str | None = None
    """Id of the run."""
    metric: str | None = None
    step: int | None = None
    dataset: str | None = None
    batch: str | None = None
    columns: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Anything else by name: `score`, `threshold`, `p_value`; may be NaN or infinite."""

    @property
    def subject(self) -> tuple[str | None, str | None, str | None]:
        """Return what was looked at: another one is another observation."""
        return self.run, self.dataset, self.batch


@dataclass(frozen=True, slots=True)
class AlertCost:
    """What it costs to do nothing; only where that can be told from what the project declares."""

    words: str
    """Such as `accuracy 0.91, target 0.97` or `about 12 wrong rejections in 500 rows`."""
    amount: float | None = None
    """Money, in `currency`, for the rows or the time that `words` name."""
    currency: str = ""

    @property
    def told(self) -> str:
        """Return such as `1,200.00 EUR: about 12 wrong rejections in 500 rows`."""
        if self.amount is None:
            return self.words
        return f"{self.amount:,.2f} {self.currency}".strip() + f": {self.words}"


@dataclass(frozen=True, slots=True)
class Alert:
    """What is raised; the same cause again is the same alert."""

    cause: str
    """What it is known by, such as `run:20261121-101500-3f2a1b:nan:loss`."""
    kind: str
    """The sort of cause, such as `nan`, `plateau`, `drift`, `quality`."""
    severity: Severity
    title: str
    """One line: what is the matter, with its n."""
    detail: str = ""
    certainty: str = ""
    """How sure it is, in words with numbers."""
    since: float | None = None
    """Since when it is so, Unix seconds; None for when it was found."""
    cost: AlertCost | None = None
    evidence: Evidence = Evidence()
    remedies: tuple[Remedy, ...] = ()
    once: bool = False
    """A fact that will not change, as NaN in one run: resolved by a person it stays resolved."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of telling one receiver about an alert."""

    receiver: str
    """Its name without secrets, such as `slack` or `command`."""
    t: float
    is_done: bool
    attempts: int = 1
    problem: str = ""
    severity: Severity = Severity.WARNING
    """As it was then: what gets worse is told again."""


@dataclass(frozen=True, slots=True)
class RecordedAlert:
    """An alert and its life so far; times are Unix seconds."""

    id: str
    alert: Alert
    """As it was seen last."""
    state: AlertState
    """As it was told last; `state_at` also knows when a snooze is over."""
    first: float
    last: float
    """When it was seen last."""
    count: int = 1
    """How many times it was seen."""
    reopened: int = 0
    """How many times it came back."""
    until: float | None = None
    """Where it is snoozed: when that ends."""
    by: str = ""
    """Who brought it into its state; empty where it went by itself."""
    reason: str = ""
    """Why, in their words."""
    changed: float = 0.0
    """When it came into its state."""
    sendings: tuple[Sending, ...] = ()
    """The last one to each receiver, by its name."""

    def state_at(self, now: float) -> AlertState:
        """Return the state at a time: a snooze that is over is open."""
        is_over = self.state is AlertState.SNOOZED and (self.until or 0.0) <= now
        return AlertState.OPEN if is_over else self.state


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """How many alerts there are in each state; what the badge shows."""

    open: int = 0
    acknowledged: int = 0
    snoozed: int = 0
    resolved: int = 0
    worst: Severity | None = None
    """Of the open ones; None where there are none."""
