"""Points as packed little-endian arrays, and fewer points that keep the extremes; no SQL."""

from __future__ import annotations

import math
import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from typing import NamedTuple, TypeVar

CHUNK_POINTS = 4096
BUCKET_POINTS = 64
"""Points behind one step of the pyramid."""
_Numbers = TypeVar("_Numbers", "array[int]", "array[float]")
_HEADER = struct.Struct("<Iqq")
_EXPLICIT = 0
"""Stride of steps that are stored one by one."""


class Points(NamedTuple):
    """Points with strictly growing steps."""

    steps: array[int]
    times: array[float]
    values: array[float]

    def between(self, start: int, end: int) -> Points:
        """Return the points from position `start` up to, not with, `end`."""
        return Points(self.steps[start:end], self.times[start:end], self.values[start:end])

    def within(self, first_step: int | None, last_step: int | None) -> Points:
        """Return the points from `first_step` to `last_step`, both of them included."""
        start = 0 if first_step is None else bisect_left(self.steps, first_step)
        end = len(self.steps) if last_step is None else bisect_right(self.steps, last_step)
        return self if (start, end) == (0, len(self.steps)) else self.between(start, end)

    def extend(self, other: Points) -> None:
        """Append the points of `other`, all of which come later."""
        self.steps.extend(other.steps)
        self.times.extend(other.times)
        self.values.extend(other.values)


def no_points() -> Points:
    """Return an empty set of points."""
    return Points(array("q"), array("d"), array("d"))


def pack(points: Points) -> bytes:
    """Return `points` as bytes; steps of one stride take no room."""
    stride = _stride(points.steps)
    start = points.steps[0] if points.steps else 0
    parts = [_HEADER.pack(len(points.steps), start, stride)]
    if stride == _EXPLICIT:
        parts.append(_to_bytes(points.steps))
    return b"".join([*parts, _to_bytes(points.times), _to_bytes(points.values)])


def unpack(data: bytes) -> Points:
    """Return the points that `pack` made bytes of."""
    count, start, stride = _HEADER.unpack_from(data)
    view = memoryview(data)[_HEADER.size :]
    if stride == _EXPLICIT:
        steps = _fill(array("q"), view[: count * 8])
        view = view[count * 8 :]
    else:
        steps = array("q", range(start, start + count * stride, stride))
    times = _fill(array("d"), view[: count * 8])
    return Points(steps, times, _fill(array("d"), view[count * 8 :]))


def merge(old: Points, new: Points) -> Points:
    """Return both together, sorted by step; at one step the point of `new` stands."""
    start = bisect_left(old.steps, new.steps[0])
    end = bisect_right(old.steps, new.steps[-1])
    merged = old.between(0, start)
    if start == end:
        merged.extend(new)
    else:
        pairs_before = zip(old.times[start:end], old.values[start:end], strict=True)
        middle = dict(zip(old.steps[start:end], pairs_before, strict=True))
        middle.update(zip(new.steps, zip(new.times, new.values, strict=True), strict=True))
        steps = sorted(middle)
        pairs = [middle[step] for step in steps]
        times, values = zip(*pairs, strict=True)
        merged.extend(Points(array("q", steps), array("d", times), array("d", values)))
    merged.extend(old.between(end, len(old.steps)))
    return merged


def in_order(steps: array[int], times: array[float], values: array[float]) -> Points:
    """Return points written in any order sorted by step; at one step the later one stands."""
    position = dict(zip(steps, range(len(steps)), strict=True))
    chosen = [position[step] for step in sorted(position)]
    return _pick(Points(steps, times, values), chosen)


def thin(points: Points, bucket_points: int) -> Points:
    """Return the extremes of every `bucket_points` points: a step of the pyramid."""
    is_finite = math.isfinite(sum(points.values))
    chosen: list[int] = []
    for start in range(0, len(points.values), bucket_points):
        chosen += _extremes(points.values[start : start + bucket_points], start, is_finite)
    return _pick(points, chosen)


def decimate(points: Points, limit: int) -> Points:
    """Return at most `limit` points: first, last and the extremes of stretches of equal width.

    NaN and infinities are extremes of their own, so that each stretch that has one shows it.
    Stretches have round widths and begin at multiples of them, so that those which are over stay
    as they are while a series grows.
    """
    count = len(points.steps)
    if count <= limit:
        return points
    kinds = _kinds(points.values)
    buckets = (limit - 2) // kinds
    if buckets < 2:
        return _pick(points, _few(points.values, limit))
    low, high = points.steps[0], points.steps[-1]
    is_finite = kinds == 2
    chosen = {0, count - 1}
    start = 0
    width = _stretch(low, high, buckets)
    for bucket in range(low // width, high // width + 1):
        end = bisect_left(points.steps, (bucket + 1) * width, start)
        if end > start:
            chosen.update(_extremes(points.values[start:end], start, is_finite))
        start = end
    return _pick(points, sorted(chosen))


def average(points: Points, limit: int) -> Points:
    """Return the means of at most `limit` stretches of equal width; few points as they are.

    The mean of a stretch stands at the middle of its steps and times; it is NaN where any value
    of the stretch is not finite.
    """
    count = len(points.steps)
    if count <= limit:
        return points
    steps, times, values = no_points()
    low, high = points.steps[0], points.steps[-1]
    width, start = _stretch(low, high, max(2, limit)), 0
    for stretch in range(low // width, high // width + 1):
        end = bisect_left(points.steps, (stretch + 1) * width, start)
        if end > start:
            mean = sum(points.values[start:end]) / (end - start)
            steps.append((points.steps[start] + points.steps[end - 1]) // 2)
            times.append((points.times[start] + points.times[end - 1]) / 2)
            values.append(mean if math.isfinite(mean) else math.nan)
        start = end
    return Points(steps, times, values)


def _stretch(low: int, high: int, most: int) -> int:
    """Return the smallest of 2^n and 3 * 2^n of which at most `most` multiples reach over all.

    `most` is 2 at least: one stretch that begins at a multiple never reaches over zero.
    """
    power = 1 << max(0, ((high - low) // most).bit_length() - 1)
    while True:
        for width in (power, power + power // 2):
            if high // width - low // width < most:
                return width
        power *= 2


def _few(values: array[float], limit: int) -> list[int]:
    """Return positions of at most `limit` points that matter most."""
    extremes = _extremes(values, 0, False)
    by_weight = [*extremes[:2], len(values) - 1, 0, *extremes] if limit > 1 else [len(values) - 1]
    return sorted(list(dict.fromkeys(by_weight))[:limit])


def _kinds(values: array[float]) -> int:
    """Return how many points one stretch may need: the finite extremes and what is not finite."""
    if math.isfinite(sum(values)):
        return 2
    return 2 + len({str(value) for value in values if not math.isfinite(value)})


def _extremes(values: array[float], offset: int, is_finite: bool) -> list[int]:
    """Return the positions of the least and greatest value, and of the first of each non-finite."""
    if is_finite:
        low, high = values.index(min(values)), values.index(max(values))
        if low == high:
            return [offset + low]
        return [offset + low, offset + high] if low < high else [offset + high, offset + low]
    first: dict[str, int] = {}
    finite: list[int] = []
    for position, value in enumerate(values):
        if math.isfinite(value):
            finite.append(position)
        else:
            first.setdefault(str(value), position)
    chosen = set(first.values())
    if finite:
        chosen.add(min(finite, key=values.__getitem__))
        chosen.add(max(finite, key=values.__getitem__))
    return [offset + position for position in sorted(chosen)]


def _pick(points: Points, positions: list[int]) -> Points:
    return Points(
        array("q", map(points.steps.__getitem__, positions)),
        array("d", map(points.times.__getitem__, positions)),
        array("d", map(points.values.__getitem__, positions)),
    )


def _stride(steps: array[int]) -> int:
    """Return the distance between all neighbours, or `_EXPLICIT` where it varies."""
    count = len(steps)
    if count < 2:
        return 1
    width = steps[-1] - steps[0]
    if width == count - 1:
        return 1
    stride, rest = divmod(width, count - 1)
    if rest or stride >= 1 << 62:
        return _EXPLICIT
    regular = array("q", range(steps[0], steps[-1] + 1, stride))
    return stride if regular == steps else _EXPLICIT


def _to_bytes(numbers: array[int] | array[float]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _fill(numbers: _Numbers, data: memoryview) -> _Numbers:
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
