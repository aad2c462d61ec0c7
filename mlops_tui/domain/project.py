"""A project as its `mlops.toml` describes it: values only; `projectfile` reads and checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import ProjectFileError
from mlops_tui.domain.monitoring import Monitor
from mlops_tui.domain.problems import Problem
from mlops_tui.domain.runs import ParamValue

if TYPE_CHECKING:
    from mlops_tui.domain.alert_rules import AlertSettings
    from mlops_tui.domain.checks import Check
    from mlops_tui.domain.models import DeclaredModel, Gate

FILE_NAME = "mlops.toml"


class ParamType(StrEnum):
    """What a parameter holds."""

    INT = "int"
    FLOAT = "float"
    STR = "str"
    BOOL = "bool"
    CHOICE = "choice"
    PATH = "path"
    SECRET = "secret"


class Scale(StrEnum):
    """How a number is spread between its bounds."""

    LINEAR = "linear"
    LOG = "log"


class JobKind(StrEnum):
    """What a job is for."""

    PREPARE = "prepare"
    TRAIN = "train"
    EVALUATE = "evaluate"
    OTHER = "other"


class Role(StrEnum):
    """What a dataset is used for."""

    TRAIN = "train"
    VALIDATION = "validation"
    HOLDOUT = "holdout"
    REFERENCE = "reference"
    LIVE = "live"


class Direction(StrEnum):
    """Which way a metric gets better."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"


@dataclass(frozen=True, slots=True)
class Param:
    """One declared parameter of a job."""

    name: str
    type: ParamType
    default: ParamValue = None
    """None where there is no default; never set for a secret."""
    has_default: bool = False
    choices: tuple[str | int | float, ...] = ()
    min: int | float | None = None
    max: int | float | None = None
    scale: Scale = Scale.LINEAR
    help: str = ""
    env: str = ""
    """Name of the environment variable that carries a secret; empty for the other types."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A named recipe: a command with typed parameters, inputs and outputs."""

    name: str
    run: str | tuple[str, ...]
    """The command as written: text to be split as a shell would, or argv; empty where missing."""
    kind: JobKind = JobKind.OTHER
    inputs: tuple[str, ...] = ()
    """Names of datasets, or paths."""
    outputs: tuple[str, ...] = ()
    timeout_seconds: float | None = None
    retries: int = 0
    gpus: int = 0
    slots: int = 1
    env: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Param] = field(default_factory=dict)
    line: int = 0
    description: str = ""
    require_checks: bool = False
    """Whether the checks of its inputs have to pass before it starts."""
    run_line: int = 0
    input_lines: tuple[int, ...] = ()
    """Where each of `inputs` stands."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where some data lies and what its columns mean."""

    name: str
    path: str
    """A file, folder or glob as written, relative to the project; empty where missing."""
    role: Role | None = None
    target: str | None = None
    id: str | None = None
    timestamp: str | None = None
    group: str | None = None
    description: str = ""
    line: int = 0
    checks: tuple[Check, ...] = ()
    """What is expected of the data."""
    segments: tuple[str, ...] = ()
    """Columns whose values models are judged by one by one."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known about a metric before anything is recorded."""

    name: str
    direction: Direction | None = None
    unit: str = ""
    function: str | None = None
    """`module:function` of the project that computes it from predictions, if one does."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that must stay within bounds whatever the objective gains."""

    metric: str
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What an error or a unit costs, in `currency`; None where not said."""

    currency: str = ""
    false_negative: float | None = None
    false_positive: float | None = None
    per_unit: float | None = None
    units_per_month: float | None = None
    """How many decisions there are in a month."""


@dataclass(frozen=True, slots=True)
class Objective:
    """Why the model exists, and the number that shows it works."""

    statement: str = ""
    metric: str | None = None
    target: float | None = None
    owner: str = ""
    deadline: date | None = None
    cost: Cost | None = None
    guardrails: tuple[Guardrail, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """All that a project file says, as far as it could be understood, and what is wrong in it."""

    path: Path
    """The project's folder, absolute."""
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    objective: Objective | None = None
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    jobs: Mapping[str, Job] = field(default_factory=dict)
    alerts: AlertSettings | None = None
    """None where nothing is said of them: `alert_rules.settings_of` has what is usual."""
    monitor: Monitor = field(default_factory=Monitor)
    """What is to be watched of live data; the defaults where the file says nothing of it."""
    models: Mapping[str, DeclaredModel] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    """In the order of the file's lines."""
    has_file: bool = True
    """False where the folder has no `mlops.toml` at all, as the `unfiled` project."""

    @property
    def is_broken(self) -> bool:
        """Say whether nothing may be launched; browsing is always possible."""
        return bool(self.problems)

    def gate_of(self, model: str | None) -> Gate | None:
        """Return what is declared for versions of a model to be promoted; None for nothing."""
        declared = self.models.get(model) if model is not None else None
        return None if declared is None else declared.gate

    def require_sound(self) -> None:
        """Return quietly where jobs may be launched.

        Raises:
            ProjectFileError: the file has problems; the error carries them all.
        """
        if self.problems:
            lines = "\n".join(str(problem) for problem in self.problems)
            raise ProjectFileError(lines, self.problems)
