"""What `[alerts]` of a project file says: which rules watch runs, and who is told; values only."""

from __future__ import annotations

from dataclasses import dataclass

from mlops_tui.domain.alerts import Severity
from mlops_tui.domain.project import Project

FEWEST_OF_A_PLATEAU = 40
"""Points: two quarters of five blocks of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has."""

    is_on: bool = True
    severity: Severity = Severity.WARNING
    metrics: tuple[str, ...] = ()
    """Names or patterns such as `val_*`; none for those that the rule chooses."""
    reason: str = ""
    """Why it is set as it is, for whoever reads it later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotANumber(Rule):
    """`nan`: the last points of a metric are NaN or infinite."""

    severity: Severity = Severity.CRITICAL
    points: int = 3
    """So many in a row; of a metric that is known to get better up or down, one is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence(Rule):
    """`divergence`: a metric is as bad as at the start, or worse."""

    severity: Severity = Severity.CRITICAL
    points: int = 12
    """Fewer points are no history."""
    given_back: float = 0.9
    """The share of what was gained that has to be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plateau(Rule):
    """`plateau`: the metric that matters does not improve any more."""

    severity: Severity = Severity.INFO
    points: int = 100
    """Fewer points are no history."""
    improvement: float = 0.02
    """A share of all that was gained: as much in the last quarter would have mattered."""
    least_seconds: float = 600.0
    """Standing still for less is cheaper than reading of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfitting(Rule):
    """`overfitting`: validation gets worse while training gets better."""

    points: int = 5
    """So many points of validation since its best level."""
    worse: float = 0.1
    """The share of what validation had gained that has to be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Rule):
    """`stall`: a run that is alive records nothing any more."""

    factor: float = 10.0
    """Times the usual gap between two points."""
    least_seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveReached(Rule):
    """`objective`: a run has reached the target of the objective."""

    severity: Severity = Severity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFull(Rule):
    """`disk`: the disk that everything is recorded on is nearly full."""

    share: float = 0.05
    """Free, of the whole disk ..."""
    free_gb: float = 10.0
    """... and less than this, in 10^9 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentRunner(Rule):
    """`silent`: nothing was heard for long of the process that looks after a run."""

    least_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class AlertRules:
    """All rules, as they are set."""

    nan: NotANumber = NotANumber()
    divergence: Divergence = Divergence()
    plateau: Plateau = Plateau()
    overfitting: Overfitting = Overfitting()
    stall: Stall = Stall()
    objective: ObjectiveReached = ObjectiveReached()
    disk: DiskFull = DiskFull()
    silent: SilentRunner = SilentRunner()


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The table `[alerts]`."""

    rules: AlertRules = AlertRules()
    send: tuple[str, ...] = ()
    """URLs as Apprise takes them, or `env:NAME` for one in the environment; they hold secrets."""
    command: tuple[str, ...] = ()
    """A program and its arguments: it gets the alert as JSON on its stdin."""
    least: Severity = Severity.WARNING
    """What matters less is told to nobody outside."""
    cool_down_seconds: float = 3600.0
    """What comes back within so long is the same alert again."""


def settings_of(project: Project) -> AlertSettings:
    """Return what a project says of alerts, and what is usual where it says nothing."""
    return AlertSettings() if project.alerts is None else project.alerts
