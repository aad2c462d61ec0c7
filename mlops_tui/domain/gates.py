"""What a gate found: each condition with its figure, and what all of them come to; values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mlops_tui.domain.models import Bound, BoundOf, ModelVersion


class Light(StrEnum):
    """What a condition came to."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"
    """It cannot be told; counts as red unless it is declared to be optional."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a gate, and what it came to."""

    kind: str
    """As `[models.NAME.gate]` names it: `metrics`, `champion`, `size`, ..."""
    subject: str
    """What it is about, such as a metric; empty where the kind says it all."""
    wanted: str
    """Such as `>= 0.95`."""
    light: Light
    words: str
    """Why, or what is missing."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    is_optional: bool = False

    @property
    def holds(self) -> bool:
        """Say whether it is no obstacle."""
        return self.light is Light.GREEN or (self.light is Light.UNKNOWN and self.is_optional)

    @property
    def name(self) -> str:
        """Return such as `metrics recall`."""
        return f"{self.kind} {self.subject}".rstrip()


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate came to for one version, and what it rests on."""

    version: ModelVersion
    alias: str
    champion: int | None
    """What the alias pointed at."""
    generation: int
    """The move of the alias that stood; 0 for none."""
    dataset: str | None
    evaluation: str | None
    """Of the version, on that dataset."""
    conditions: Sequence[Condition]
    is_declared: bool
    """Whether the project file declares a gate at all."""
    at: float
    """Unix seconds."""

    @property
    def verdict(self) -> str:
        """Return `green`, `red`, or `none` where no gate is declared."""
        if not self.is_declared:
            return "none"
        return "green" if all(it.holds for it in self.conditions) else "red"

    @property
    def obstacles(self) -> list[Condition]:
        """Return the conditions that do not hold."""
        return [it for it in self.conditions if not it.holds]


def bound_words(bound: Bound) -> str:
    """Return such as `>= 0.95` or `0.1 to 0.3`."""
    if bound.min is not None and bound.max is not None:
        return f"{bound.min:g} to {bound.max:g}"
    return f">= {bound.min:g}" if bound.min is not None else f"<= {bound.max:g}"


def judge_bound(
    bound: Bound, value: float | None, low: float | None, high: float | None
) -> tuple[Light, str]:
    """Return whether a figure is within a bound, and why not.

    Args:
        bound: by the value alone, or by the end of the interval that is nearer to it.
        value: None where the metric is not defined.
        low: of the 95 % interval; None where none can be told.
        high: the same.
    """
    if value is None:
        return Light.UNKNOWN, "it is not defined here"
    if bound.by is BoundOf.VALUE:
        low = high = value
    if low is None or high is None:
        return Light.UNKNOWN, 'no interval is known: by = "value" judges the value alone'
    if bound.min is not None and low < bound.min:
        end = "it" if bound.by is BoundOf.VALUE else "the lower end of its interval"
        return Light.RED, f"{end} is {low:.4g}, below {bound.min:g}"
    if bound.max is not None and high > bound.max:
        end = "it" if bound.by is BoundOf.VALUE else "the upper end of its interval"
        return Light.RED, f"{end} is {high:.4g}, above {bound.max:g}"
    return Light.GREEN, ""
