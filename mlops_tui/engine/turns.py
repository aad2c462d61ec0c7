"""Which turn runs of a queue get when some of them are moved; numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mlops_tui.index import QueuedRun

_FRONT_SECONDS = 1.0
_BACK_SECONDS = 0.001
"""How far before the first and behind the last a run is put: what is queued next comes behind."""


class Turn(NamedTuple):
    """What decides when a run starts: the greater priority first, then the smaller place."""

    run_id: str
    priority: int
    place: float
    """Unix seconds; the time of its creation unless it was moved."""


def moved(ids: Sequence[str], moving: Collection[str], by: int) -> list[str]:
    """Return `ids` with those of `moving` so many places later, or earlier where `by` is negative.

    They keep their order among themselves, and stay together at the end that they reach.
    """
    taken = [at for at, run_id in enumerate(ids) if run_id in moving]
    last = len(ids) - len(taken)
    if by < 0:
        targets = [max(at + by, number) for number, at in enumerate(taken)]
    else:
        targets = [min(at + by, last + number) for number, at in enumerate(taken)]
    found: dict[int, str] = {target: ids[at] for at, target in zip(taken, targets, strict=True)}
    others = (run_id for run_id in ids if run_id not in moving)
    return [found[at] if at in found else next(others) for at in range(len(ids))]


def new_turns(queued: Sequence[QueuedRun], moving: Collection[str], by: int) -> list[Turn]:
    """Return the turns to record so that the queue gets the order that `moved` gives.

    A moved run takes on the priority of those it comes to stand between. The others keep their
    turns, as long as there are numbers between theirs.

    Args:
        queued: the next one first.
        moving: ids of those to move.
        by: places to go back, or to come forward where it is negative.
    """
    turns = {run.id: Turn(run.id, run.priority, run.turn) for run in queued}
    order = moved(list(turns), moving, by)
    if order == list(turns):
        return []
    wanted = dict(turns)
    for first, end in _stretches(order, moving):
        before = turns[order[first - 1]] if first else None
        after = turns[order[end]] if end < len(order) else None
        for turn in _between([turns[run_id] for run_id in order[first:end]], before, after):
            wanted[turn.run_id] = turn
    if sorted(order, key=lambda run_id: _key(wanted[run_id])) != order:
        wanted = _spread([wanted[run_id] for run_id in order])
    return [wanted[run_id] for run_id in order if wanted[run_id] != turns[run_id]]


def _stretches(order: Sequence[str], moving: Collection[str]) -> list[tuple[int, int]]:
    """Return where runs of `moving` stand side by side: the first of each and the one behind."""
    found: list[tuple[int, int]] = []
    for at, run_id in enumerate(order):
        if run_id in moving:
            is_more = bool(found) and found[-1][1] == at
            found[-1:] = [(found[-1][0], at + 1)] if is_more else [*found[-1:], (at, at + 1)]
    return found


def _between(stretch: Sequence[Turn], before: Turn | None, after: Turn | None) -> list[Turn]:
    """Return turns for runs side by side that come behind one turn and before another."""
    made: list[Turn] = []
    most = before.priority if before else None
    least = after.priority if after else None
    priorities = [_clamped(turn.priority, least, most) for turn in stretch]
    for priority in dict.fromkeys(priorities):
        group = [turn for turn, its in zip(stretch, priorities, strict=True) if its == priority]
        low = before.place if before and before.priority == priority else None
        high = after.place if after and after.priority == priority else None
        places = _places([turn.place for turn in group], low, high)
        made += [
            Turn(turn.run_id, priority, place) for turn, place in zip(group, places, strict=True)
        ]
    return made


def _clamped(value: int, least: int | None, most: int | None) -> int:
    if least is not None and value < least:
        return least
    return most if most is not None and value > most else value


def _places(own: Sequence[float], low: float | None, high: float | None) -> list[float]:
    count = len(own)
    if low is not None and high is not None:
        return [low + (high - low) * (number + 1) / (count + 1) for number in range(count)]
    if low is not None:
        return [low + _BACK_SECONDS * (number + 1) for number in range(count)]
    if high is not None:
        return [high - _FRONT_SECONDS * (count - number) for number in range(count)]
    return list(own)


def _spread(order: Sequence[Turn]) -> dict[str, Turn]:
    """Return turns of this very order, the places of equal priorities a second apart."""
    latest = max(turn.place for turn in order)
    return {
        turn.run_id: turn._replace(place=latest - _FRONT_SECONDS * (len(order) - 1 - number))
        for number, turn in enumerate(order)
    }


def _key(turn: Turn) -> tuple[int, float, str]:
    return (-turn.priority, turn.place, turn.run_id)
