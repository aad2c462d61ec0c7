"""What differs between runs in params, metrics, data, code and environment; pure values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.runs import Run

Value = str | int | float | bool | None
Facts = Mapping[str, Value]


class Section(StrEnum):
    """Which side of a run a difference is on."""

    PARAMS = "params"
    METRICS = "metrics"
    DATA = "data"
    CODE = "code"
    CHANGES = "changes"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class RunDetails:
    """A run and what its folder says about where its result came from."""

    run: Run
    data: Facts
    code: Facts
    environment: Facts


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of all runs; None where a run does not have it."""

    section: Section
    key: str
    values: tuple[Value, ...]

    @property
    def differs(self) -> bool:
        """Say whether the runs do not all have the same; NaN equals NaN."""
        return any(not _is_same(self.values[0], value) for value in self.values[1:])


def details_of(
    run: Run,
    record: Mapping[str, object],
    found: Mapping[str, object],
    versions: Mapping[str, str] = MappingProxyType({}),
    marks: Mapping[str, str] = MappingProxyType({}),
) -> RunDetails:
    """Return what can be compared of a run.

    Args:
        run: the run as the index knows it.
        record: its `run.json`; empty where there is none.
        found: its `environment.json`; empty where there is none.
        versions: of its data, by name.
        marks: what people's marks made of it, in words, by name.
    """
    git = _mapping(found.get("git"))
    code: dict[str, Value] = {f"git {key}": _value(git[key]) for key in sorted(git)}
    argv = record.get("argv")
    if isinstance(argv, list):
        code["command"] = " ".join(str(part) for part in argv)
    data: dict[str, Value] = {}
    for key in ("inputs", "outputs"):
        names = record.get(key)
        if isinstance(names, list):
            data[key] = ", ".join(str(name) for name in names)
    for name in sorted(versions):
        data[f"version of {name}"] = versions[name][:SHORT]
    for name in sorted(marks):
        data[f"marks of {name}"] = marks[name]
    environment: dict[str, Value] = {"host": run.host}
    for key in ("python", "executable", "platform"):
        if found.get(key) is not None:
            environment[key] = _value(found[key])
    for name, value in sorted(_mapping(record.get("env")).items()):
        environment[f"${name}"] = _value(value)
    for name, version in sorted(_mapping(found.get("packages")).items()):
        environment[name] = _value(version)
    return RunDetails(run, data, code, environment)


def compare(runs: Sequence[RunDetails]) -> list[Row]:
    """Return every fact of any of the runs, section by section, in the order of first sight."""
    sides: list[tuple[Section, list[Facts]]] = [
        (Section.PARAMS, [details.run.params for details in runs]),
        (Section.METRICS, [_last_values(details.run) for details in runs]),
        (Section.DATA, [details.data for details in runs]),
        (Section.CODE, [details.code for details in runs]),
        (Section.ENVIRONMENT, [details.environment for details in runs]),
    ]
    return [
        Row(section, key, tuple(facts.get(key) for facts in side))
        for section, side in sides
        for key in dict.fromkeys(key for facts in side for key in facts)
    ]


def _last_values(run: Run) -> Facts:
    return {name: summary.last for name, summary in run.metrics.items()}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _value(value: object) -> Value:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _is_same(one: Value, other: Value) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    return one == other
