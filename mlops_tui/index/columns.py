"""Event lines turned into one column of points a metric, with the rules for what is missing."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import attrgetter, lt
from typing import TYPE_CHECKING, NamedTuple

from mlops_tui.index.lines import GREATEST_STEP

if TYPE_CHECKING:
    from mlops_tui.index.events import Line

_TIME, _STEP, _METRICS = attrgetter("t"), attrgetter("s"), attrgetter("m")


class Column(NamedTuple):
    """The points of one metric in the order of their lines."""

    steps: array[int]
    times: array[float]
    values: array[float]
    is_growing: bool
    """Every step is greater than the one before."""
    backward: int
    """Points whose step is smaller than the one before."""


class Undated(NamedTuple):
    """Where the first line stands whose time no heartbeat tells yet, and what held before it."""

    offset: int
    end: int
    last_t: float | None
    previous_steps: Mapping[str, int]


@dataclass(slots=True)
class FileState:
    """What the lines of a file up to now leave behind for the next one."""

    start: float
    """The run's start, Unix seconds."""
    last_t: float | None = None
    previous_steps: dict[str, int] = field(default_factory=dict)
    covered_sizes: Sequence[int] = ()
    """Growing sizes of the file that heartbeats saw."""
    covered_times: Sequence[float] = ()


class Dated(NamedTuple):
    """Columns, and what is left behind for the next stretch of the file."""

    columns: dict[str, Column]
    last_t: float | None
    heard: float | None
    """The greatest time that a line states itself."""
    undated: Undated | None


def to_columns(lines: list[Line], ends: Sequence[int], base: int, state: FileState) -> Dated:
    """Return the points of `lines`, which stand in one file from the offset `base` on."""
    times = list(map(_TIME, lines))
    if None in times:
        return _one_by_one(lines, ends, base, state)
    measured = lines if all(map(_METRICS, lines)) else [line for line in lines if line.m]
    steps = list(map(_STEP, measured))
    if None in steps:
        return _one_by_one(lines, ends, base, state)
    columns: dict[str, Column] = {}
    if measured:
        kept = times if measured is lines else list(map(_TIME, measured))
        maps: list[dict[str, float]] = list(map(_METRICS, measured))
        columns = _by_names(maps, array("q", steps), array("d", kept), state.previous_steps)
    last_t = times[-1] if times else state.last_t
    return Dated(columns, last_t, max(times, default=None), None)


def _by_names(
    maps: list[dict[str, float]],
    steps: array[int],
    times: array[float],
    previous_steps: Mapping[str, int],
) -> dict[str, Column]:
    """Return columns of lines that lack nothing, all lines of the same names at one go."""
    names = list(map(tuple, maps))
    if names.count(names[0]) == len(names):
        return _of_group(names[0], maps, steps, times, previous_steps)
    groups: dict[tuple[str, ...], list[int]] = {}
    for position, key in enumerate(names):
        groups.setdefault(key, []).append(position)
    columns: dict[str, Column] = {}
    scattered = _repeated(groups)
    for key, positions in groups.items():
        if scattered.isdisjoint(key):
            chosen = [maps[position] for position in positions]
            group_steps = array("q", map(steps.__getitem__, positions))
            group_times = array("d", map(times.__getitem__, positions))
            columns |= _of_group(key, chosen, group_steps, group_times, previous_steps)
        else:
            for name in key:
                if name not in columns:
                    columns[name] = _of_metric(name, maps, steps, times, previous_steps)
    return columns


def _repeated(groups: Mapping[tuple[str, ...], object]) -> set[str]:
    """Return the names that more than one group has."""
    seen: set[str] = set()
    repeated: set[str] = set()
    for key in groups:
        repeated |= seen.intersection(key)
        seen.update(key)
    return repeated


def _of_group(
    names: tuple[str, ...],
    maps: list[dict[str, float]],
    steps: array[int],
    times: array[float],
    previous_steps: Mapping[str, int],
) -> dict[str, Column]:
    flat = array("d", chain.from_iterable(map(dict.values, maps)))
    width = len(names)
    is_growing, backward = _order_of(steps)
    return {
        name: Column(
            steps,
            times,
            flat[position::width],
            is_growing,
            backward + _is_behind(steps[0], previous_steps.get(name)),
        )
        for position, name in enumerate(names)
    }


def _of_metric(
    name: str,
    maps: list[dict[str, float]],
    steps: array[int],
    times: array[float],
    previous_steps: Mapping[str, int],
) -> Column:
    chosen = [position for position, metrics in enumerate(maps) if name in metrics]
    own_steps = array("q", map(steps.__getitem__, chosen))
    own_times = array("d", map(times.__getitem__, chosen))
    values = array("d", [maps[position][name] for position in chosen])
    is_growing, backward = _order_of(own_steps)
    backward += _is_behind(own_steps[0], previous_steps.get(name))
    return Column(own_steps, own_times, values, is_growing, backward)


def _one_by_one(lines: list[Line], ends: Sequence[int], base: int, state: FileState) -> Dated:
    """Return the columns of lines of which some lack a time or a step."""
    previous = dict(state.previous_steps)
    rows: dict[str, tuple[array[int], array[float], array[float]]] = {}
    last_t, heard, undated = state.last_t, None, None
    for position, line in enumerate(lines):
        t = line.t
        if t is None:
            t = _covering_time(ends[position], state)
            if t is None:
                if undated is None:
                    start = ends[position - 1] if position else base
                    undated = Undated(start, ends[position], last_t, dict(previous))
                t = state.start if last_t is None else last_t
        elif heard is None or t > heard:
            heard = t
        last_t = t
        if line.m:
            _add_line(rows, line, t, previous)
    columns = {
        name: _to_column(steps, times, values, state.previous_steps.get(name))
        for name, (steps, times, values) in rows.items()
    }
    return Dated(columns, last_t, heard, undated)


def _add_line(
    rows: dict[str, tuple[array[int], array[float], array[float]]],
    line: Line,
    t: float,
    previous: dict[str, int],
) -> None:
    given = line.s
    for name, value in (line.m or {}).items():
        row = rows.get(name)
        if row is None:
            row = rows[name] = (array("q"), array("d"), array("d"))
        step = given
        if step is None:
            step = min(previous.get(name, -1) + 1, GREATEST_STEP)
        previous[name] = step
        row[0].append(step)
        row[1].append(t)
        row[2].append(value)


def _to_column(
    steps: array[int], times: array[float], values: array[float], previous: int | None
) -> Column:
    is_growing, backward = _order_of(steps)
    return Column(steps, times, values, is_growing, backward + _is_behind(steps[0], previous))


def _covering_time(end: int, state: FileState) -> float | None:
    """Return the time of the first heartbeat that saw the file with the line that ends at `end`."""
    position = bisect_left(state.covered_sizes, end)
    return state.covered_times[position] if position < len(state.covered_sizes) else None


def _order_of(steps: array[int]) -> tuple[bool, int]:
    if all(map(lt, steps, islice(steps, 1, None))):
        return True, 0
    return False, sum(map(lt, islice(steps, 1, None), steps))


def _is_behind(step: int, previous: int | None) -> bool:
    return previous is not None and step < previous
