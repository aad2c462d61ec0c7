"""Registered models: what a version is called, what is recorded of it, what its gate asks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mlops_tui.domain.errors import InputError

CHAMPION = "champion"
"""The alias of the version that is in use."""
CHALLENGER = "challenger"
_LONGEST_NAME = 100
_LONGEST_CLAIM = 180
"""Bytes of a name as part of a file's name, of which there may be 255 in all."""
_PLAIN = re.compile(r"[a-z0-9._]")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_HINT = "write NAME:3 for a version, NAME@champion for an alias, NAME for the newest version"


class ModelFormat(StrEnum):
    """How the files of a model are made, which decides what loading them takes."""

    SKOPS = "skops"
    JOBLIB = "joblib"
    PICKLE = "pickle"
    ONNX = "onnx"
    FILE = "file"
    """Some other file: kept and handed out, never loaded."""
    FOLDER = "folder"
    """Some folder: kept and handed out, never loaded."""

    @property
    def runs_code(self) -> bool:
        """Say whether loading one may run what its author wished."""
        return self in (ModelFormat.JOBLIB, ModelFormat.PICKLE)


_FORMATS = {
    ".skops": ModelFormat.SKOPS,
    ".joblib": ModelFormat.JOBLIB,
    ".pkl": ModelFormat.PICKLE,
    ".pickle": ModelFormat.PICKLE,
    ".onnx": ModelFormat.ONNX,
}


def format_of(name: str, is_folder: bool = False) -> ModelFormat:
    """Return the format that the name of a file, or that being a folder, stands for."""
    if is_folder:
        return ModelFormat.FOLDER
    return next(
        (it for suffix, it in _FORMATS.items() if name.lower().endswith(suffix)), ModelFormat.FILE
    )


@dataclass(frozen=True, slots=True)
class VersionName:
    """A version as people name it: by number, by alias, or the newest of a model."""

    model: str
    number: int | None = None
    alias: str | None = None

    def __str__(self) -> str:
        if self.number is not None:
            return f"{self.model}:{self.number}"
        return self.model if self.alias is None else f"{self.model}@{self.alias}"


def parse_version(text: str) -> VersionName:
    """Return what `NAME:3`, `NAME@champion` or `NAME` names.

    Raises:
        InputError: it is none of these.
    """
    model, sign, rest = text, "", ""
    for mark in ":@":
        if mark in text:
            model, sign, rest = text.partition(mark)
            break
    why = name_problem(model)
    if why:
        raise InputError(f"{text!r} names no model: {why}", _HINT)
    if sign == ":":
        if not _NUMBER.fullmatch(rest):
            raise InputError(f"{text!r} names no version: {rest!r} is no number from 1 on", _HINT)
        return VersionName(model, number=int(rest))
    if sign == "@":
        why = name_problem(rest)
        if why:
            raise InputError(f"{text!r} names no alias: {why}", _HINT)
        return VersionName(model, alias=rest)
    return VersionName(model)


def name_problem(name: str) -> str:
    """Return why a model or an alias cannot be called so, empty where it can."""
    if not name.strip():
        return "a name has at least one letter"
    if name != name.strip() or not name.isprintable():
        return "a name has no blank at its ends and nothing that cannot be seen"
    if any(letter in name for letter in ":@/\\"):
        return "a name has none of : @ / \\"
    if name.strip(".") == "" or name.startswith("-"):
        return "a name begins with a letter or a digit"
    if len(name) > _LONGEST_NAME or len(_file_part(name)) > _LONGEST_CLAIM:
        return f"a name has at most {_LONGEST_NAME} letters, fewer where they are no ASCII"
    return ""


def require_name(name: str, what: str = "a model") -> str:
    """Return a name that a model or an alias may have.

    Raises:
        InputError: it may not.
    """
    why = name_problem(name)
    if why:
        raise InputError(f"{name!r} cannot be the name of {what}: {why}")
    return name


def version_claim(model: str, number: int) -> str:
    """Return the name of the claim that makes a version."""
    return f"model-{_file_part(model)}-{number}"


def alias_claim(model: str, alias: str, generation: int) -> str:
    """Return the name of the claim that moves an alias for the nth time."""
    return f"alias-{_file_part(model)}-{_file_part(alias)}-{generation}"


def _file_part(name: str) -> str:
    """Return a name as one part of a file's name: no two are alike, on any file system.

    Capitals are spelled out too, as some file systems take them for small letters.
    """
    return "".join(
        it if _PLAIN.fullmatch(it) else "".join(f"%{byte:02x}" for byte in it.encode("utf-8"))
        for it in name
    )


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a version."""

    path: str
    """Relative to the model's folder, with slashes; of a single file its name."""
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One immutable artifact of a model, as the index knows it; its manifest says more."""

    model: str
    number: int
    manifest: str
    """SHA-256 of the manifest, which is kept under it."""
    format: ModelFormat
    size_bytes: int
    """Of all files together."""
    files: int
    run_id: str | None
    job: str | None
    registered: float
    """Unix seconds."""
    by: str
    host: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    """The last values that its run recorded."""
    note: str = ""
    aliases: tuple[str, ...] = ()
    """Those that point at it now, sorted."""
    deleted: bool = False

    @property
    def name(self) -> str:
        """Return such as `cancer:3`."""
        return f"{self.model}:{self.number}"


@dataclass(frozen=True, slots=True)
class Model:
    """A registered name and where it stands."""

    name: str
    versions: int
    """Those that are not deleted."""
    newest: ModelVersion
    aliases: Mapping[str, int]
    """Numbers of versions by alias, sorted by alias."""
    changed: float
    """When a version was registered or an alias moved, Unix seconds."""


class MoveKind(StrEnum):
    """Why an alias was moved."""

    MOVE = "move"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class AliasMove:
    """One move of an alias; the greatest generation stands."""

    model: str
    alias: str
    generation: int
    """From 1 on."""
    before: int | None
    """The version that it pointed at; None for none."""
    to: int | None
    """The version that it points at from then on; None where it was taken away."""
    at: float
    """Unix seconds."""
    by: str
    host: str
    why: str
    kind: MoveKind = MoveKind.MOVE
    evaluation: str | None = None
    """Of the version that it was moved to."""
    gate: str | None = None
    """`green`, `red` where it was overridden, `none` where none is declared; None: not asked."""
    report: str | None = None
    """SHA-256 of what the gate said, which is kept under it."""


@dataclass(frozen=True, slots=True)
class Trust:
    """That a person lets a file be loaded."""

    digest: str
    """SHA-256 of the file."""
    model: str
    number: int
    reason: str
    by: str
    at: float
    """Unix seconds."""
    types: tuple[str, ...] = ()
    """Of a skops file: those that may be loaded."""


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model that a run said is to be registered, by its event line."""

    run_id: str
    model: str
    path: str
    """Relative to the run's folder."""
    facts: Mapping[str, Any]
    """The rest of the line: `signature`, `format`, `note`."""
    at: float
    """Unix seconds."""


class BoundOf(StrEnum):
    """Which figure of a metric has to be within bounds."""

    INTERVAL = "interval"
    """The whole interval: its lower end for a minimum, its upper end for a maximum."""
    VALUE = "value"


class Than(StrEnum):
    """What a version has to be, compared with the champion on the same rows."""

    BETTER = "better"
    NOT_WORSE = "not worse"
    """Not worse by the margin: the interval of the difference ends above minus the margin."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a metric has to be within, over all rows or in each segment."""

    metric: str
    min: float | None = None
    max: float | None = None
    by: BoundOf = BoundOf.INTERVAL
    columns: tuple[str, ...] = ()
    """Of a floor in segments: the columns that make them; empty for all that were looked at."""
    rows: int = 30
    """Of a floor in segments: those with fewer rows are not judged."""


@dataclass(frozen=True, slots=True)
class Relative:
    """What a version has to be, compared with what the alias points at."""

    metric: str
    is_: Than = Than.NOT_WORSE
    margin: float = 0.0
    """A difference that matters in practice, in the metric's unit."""


CONDITIONS = (
    *("metrics", "segments", "champion", "guardrails", "checks", "calibration", "latency"),
    *("size", "signature", "fresh", "reproducible"),
)
"""Kinds of conditions, as `optional` names them."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What has to hold before an alias is moved to a version."""

    alias: str = CHAMPION
    dataset: str | None = None
    """What evaluations are to be on; None: on the holdout dataset, else the validation dataset."""
    metrics: Sequence[Bound] = ()
    segments: Sequence[Bound] = ()
    champion: Relative | None = None
    guardrails: bool = True
    """Whether the objective's have to hold."""
    checks: bool = False
    """Whether the checks of the data it learned from have to pass."""
    calibration_max: float | None = None
    """Expected calibration error."""
    latency_max_ms: float | None = None
    """Milliseconds a call, the 95th percentile."""
    size_max_bytes: int | None = None
    signature: bool = False
    """Whether whoever calls what the alias points at can call this version too."""
    fresh_seconds: float | None = None
    """How old the newest version of the data it learned from may be."""
    reproducible: bool = False
    """Whether training it once more has to have given the same."""
    optional: frozenset[str] = frozenset()
    """Kinds of conditions of which not to know is no obstacle."""


@dataclass(frozen=True, slots=True)
class DeclaredModel:
    """What `[models.NAME]` says."""

    name: str
    description: str = ""
    license: str = ""
    intended_use: str = ""
    limitations: str = ""
    gate: Gate | None = None
    line: int = 0
