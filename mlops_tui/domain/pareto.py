"""Which of several are best by one number, and which none beats in all; pure values."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlops_tui.domain.project import Direction

Number = float | int | None


def best_of(values: Sequence[Number], direction: Direction | None) -> tuple[int, ...]:
    """Return the places of the best values; none where nobody knows which way is better.

    None either where fewer than two have a value, or where all have the same.
    """
    known = {at: _signed(it, direction) for at, it in enumerate(values) if _is_number(it)}
    if direction is None or len(known) < 2 or len(set(known.values())) < 2:
        return ()
    best = max(known.values())
    return tuple(at for at, it in known.items() if it == best)


def pareto_front(
    points: Sequence[Sequence[Number]], directions: Sequence[Direction]
) -> tuple[int, ...]:
    """Return the places of the points that no other one beats in all numbers at once.

    Another one beats a point where it is nowhere worse and somewhere better. Points that lack a
    number are left out.

    Args:
        points: of each, a number a metric.
        directions: of each metric.
    """
    beaten = beaten_by(points, directions)
    return tuple(at for at, others in enumerate(beaten) if others == ())


def beaten_by(
    points: Sequence[Sequence[Number]], directions: Sequence[Direction]
) -> tuple[tuple[int, ...] | None, ...]:
    """Return of each point the places of those that beat it, as `pareto_front` means it.

    None for a point that lacks a number: nothing can be said of it.
    """
    known = {
        at: [_signed(it, way) for it, way in zip(point, directions, strict=True)]
        for at, point in enumerate(points)
        if all(_is_number(it) for it in point)
    }
    return tuple(
        tuple(it for it, other in known.items() if it != at and _beats(other, known[at]))
        if at in known
        else None
        for at in range(len(points))
    )


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


def _signed(value: Number, direction: Direction | None) -> float:
    number = float(value or 0.0)
    return -number if direction is Direction.MINIMIZE else number


def _is_number(value: Number) -> bool:
    return value is not None and not isinstance(value, bool) and math.isfinite(value)
