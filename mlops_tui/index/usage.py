"""What runs used while they ran: histories made of heartbeats, when they are asked for.

They stay out of the tables: a heartbeat every few seconds of every run would outweigh all else that
the index holds, and hardly any of them is ever looked at. Read again from the same file they give
the same answer, whatever became of the index.
"""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.runs import Series
from mlops_tui.domain.usage import CPU, MEMORY, PROCESSES, READ, WRITE, gpu_load, gpu_memory
from mlops_tui.index.packing import Points, decimate
from mlops_tui.journal.tail import Position, read_chunk

if TYPE_CHECKING:
    from mlops_tui.index.beats import Beat

MOST_KEPT = 8
"""Runs whose heartbeats are kept to be read on; as many as can be charted together."""
MEBIBYTE = 1 << 20


class UsageReader:
    """Reads heartbeats and keeps those of the last runs asked for; one thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, Heartbeats] = OrderedDict()

    def read(self, path: Path, points: int | None) -> dict[str, Series]:
        """Return the histories in a `runner.jsonl`, each of at most `points` points."""
        beats = self._kept.pop(path, None) or Heartbeats()
        beats.read_on(path)
        self._kept[path] = beats
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return beats.series(points)


class Heartbeats:
    """The samples of one run, in the order of its file."""

    def __init__(self) -> None:
        self._position = Position()
        self._times = array("d")
        self._values: dict[str, array[float]] = {}
        """A value a sample; NaN where a sample lacks it."""
        self._last: Beat | None = None

    def read_on(self, path: Path) -> None:
        """Take what is new in the file; one that is not there or cannot be read has nothing new."""
        from mlops_tui.index.beats import decode_beats  # without a look at usage nobody needs it

        more = True
        while more:
            try:
                chunk = read_chunk(path, self._position)
            except OSError:
                return
            if chunk.restarted:
                self._times, self._values, self._last = array("d"), {}, None
            for beat in decode_beats(chunk.data):
                self._add(beat)
            self._position, more = chunk.position, chunk.has_more

    def _add(self, beat: Beat) -> None:
        if not beat.processes or (self._times and beat.t <= self._times[-1]):
            return  # nothing was left to be measured, or the clock was set back
        values = _values(beat, self._last)
        self._last = beat
        count = len(self._times)
        self._times.append(beat.t)
        for name, value in values.items():
            if name not in self._values:
                self._values[name] = array("d", [math.nan]) * count
            self._values[name].append(value)
        for name, column in self._values.items():
            if name not in values:
                column.append(math.nan)

    def series(self, points: int | None) -> dict[str, Series]:
        """Return the histories; a step is the number of a sample, from 0."""
        found = {}
        for name, values in self._values.items():
            whole = self._points(values)
            some = whole if points is None else decimate(whole, max(1, points))
            found[name] = Series(name, len(whole.steps), *some)
        return found

    def _points(self, values: array[float]) -> Points:
        if not math.isnan(sum(values)):
            return Points(array("q", range(len(values))), self._times[:], values[:])
        there = [at for at, value in enumerate(values) if value == value]
        return Points(
            array("q", there),
            array("d", map(self._times.__getitem__, there)),
            array("d", map(values.__getitem__, there)),
        )


def _values(beat: Beat, before: Beat | None) -> Mapping[str, float]:
    """Return what one heartbeat says, in the units of `domain.usage`."""
    values = {CPU: beat.cpu_percent, MEMORY: beat.rss_bytes / MEBIBYTE, PROCESSES: beat.processes}
    if before is not None:
        seconds = beat.t - before.t
        rates: tuple[tuple[str, Callable[[Any], float]], ...] = (
            (READ, lambda it: it.read_bytes),
            (WRITE, lambda it: it.write_bytes),
        )
        for name, total in rates:
            if total(beat) >= total(before):  # a runner that took over counts from 0
                values[name] = (total(beat) - total(before)) / MEBIBYTE / seconds
    for gpu in beat.gpus:
        if gpu.util_percent is not None:
            values[gpu_load(gpu.index)] = gpu.util_percent
        values[gpu_memory(gpu.index)] = gpu.memory_bytes / MEBIBYTE
    return values
