"""Streams a run's output and metrics until it ends; leaves the run alone whatever happens here."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mlops_tui.cli import output
from mlops_tui.cli.reading import open_index
from mlops_tui.cli.shapes import duration, run_shape
from mlops_tui.cli.terminal import LineCleaner
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import short_number
from mlops_tui.engine.executors import executor_of
from mlops_tui.engine.recorded import RunFolder, read_facts
from mlops_tui.journal.tail import Position, read_chunk

POLL_SECONDS = 0.1
SETTLE_SECONDS = 1.0
"""A runner that was killed says nothing: this often somebody else has to look."""
BLOCK_BYTES = 1 << 16
MOST_METRIC_LINES = 5
"""Lines on stderr for one poll; a flood of points is for `series`, not for eyes."""


class Point(NamedTuple):
    """Metrics that were recorded by one line, at one step."""

    moment: float | None
    step: int
    values: Mapping[str, object]


class Sink(NamedTuple):
    """Where what comes is given to."""

    output: Callable[[bytes], None]
    points: Callable[[list[Point]], None]
    finish: Callable[[], None]


class RunStream:
    """How far one run's files are read; one thread."""

    def __init__(self, project: Path, run_id: str, output_offset: int = 0) -> None:
        self.folder = RunFolder(project, run_id)
        self._executor = executor_of(project)
        self._offset = output_offset
        self._positions: dict[Path, Position] = {}
        self._steps: dict[Path, dict[str, int]] = {}
        self._runner_bytes = -1
        self._has_ended = False

    def read_output(self) -> bytes:
        """Return what the run has printed since, at most a block of it."""
        block = self._executor.logs(self.folder.run_id, self._offset, BLOCK_BYTES)
        self._offset += len(block)
        return block

    def read_points(self) -> list[Point]:
        """Return what the run has recorded since."""
        found: list[Point] = []
        for path in sorted(self.folder.path.glob("events*.jsonl")):
            chunk = read_chunk(path, self._positions.get(path, Position()))
            self._positions[path] = chunk.position
            steps = self._steps.setdefault(path, {})
            for line in chunk.data.splitlines():
                found += points_of(line, steps)
        return found

    def has_ended(self) -> bool:
        """Say whether the end of the run is recorded in its folder."""
        try:
            size = os.stat(self.folder.runner_journal).st_size
        except FileNotFoundError:
            return False
        if size != self._runner_bytes:
            self._runner_bytes = size
            self._has_ended = read_facts(self.folder).end is not None
        return self._has_ended


def points_of(line: bytes, steps: dict[str, int]) -> list[Point]:
    """Return what a line records; metrics without a step go on by one, each from its own last.

    Args:
        line: of a file of events; one that is no event records nothing.
        steps: the last step of every metric in that file; brought up to date.
    """
    try:
        found: Any = json.loads(line)
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, dict) or not isinstance(found.get("m"), dict):
        return []
    moment, given = found.get("t"), found.get("s")
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if given is not None and (isinstance(given, bool) or not isinstance(given, int)):
        return []
    by_step: dict[int, dict[str, object]] = {}
    for name, value in found["m"].items():
        step = steps[name] = steps.get(name, -1) + 1 if given is None else given
        by_step.setdefault(step, {})[name] = value
    t = float(moment) if isinstance(moment, int | float) else None
    return [Point(t, step, values) for step, values in by_step.items()]


def follow(project: Path, run_id: str, sink: Sink, output_offset: int = 0) -> Run:
    """Hand everything of a run to `sink` until it ends, and return the ended run.

    Raises:
        KeyboardInterrupt: the person has seen enough; the run goes on.
    """
    stream = RunStream(project, run_id, output_offset)
    settled = time.monotonic()
    while True:
        # looked at before the files are read: what was written before the end is read for sure
        has_ended = stream.has_ended()
        is_idle = not _pump(stream, sink)
        if has_ended and is_idle:
            break
        if is_idle:
            if time.monotonic() - settled >= SETTLE_SECONDS:
                settled = time.monotonic()
                if _run_now(project, run_id).state.is_ended and not _pump(stream, sink):
                    break
                _find_carer(project, run_id)
            time.sleep(POLL_SECONDS)
    sink.finish()
    return _run_now(project, run_id)


def follow_for_people(project: Path, run: Run, output_offset: int = 0) -> int:
    """Stream to the terminal or the pipe and return the exit code of `--follow`."""
    return _guarded(project, run, _sink_for_people(), output_offset, is_json=False)


def follow_as_json(project: Path, run: Run, output_offset: int = 0) -> int:
    """Stream as JSON Lines, the ended run last, and return the exit code of `--follow`."""
    sink = Sink(_json_output, _json_points, lambda: None)
    return _guarded(project, run, sink, output_offset, is_json=True)


def _guarded(project: Path, run: Run, sink: Sink, offset: int, *, is_json: bool) -> int:
    _mention_pause(project, run)
    try:
        ended = follow(project, run.id, sink, offset)
    except KeyboardInterrupt:
        output.words(f"detached; {run.name} goes on. To end it: mlops-tui stop {run.id}")
        return 130
    now = time.time()
    if is_json:
        output.json_line({"run": run_shape(ended, now)})
    else:
        why = f": {ended.reason}" if ended.reason else ""
        output.words(f"{ended.name} {ended.state} after {duration(ended, now)}{why}")
    return 0 if ended.state is RunState.FINISHED else 1


def _mention_pause(project: Path, run: Run) -> None:
    if run.state is not RunState.QUEUED:
        return
    with open_index(project) as index:
        if index.is_paused(run.host):
            output.words(f"the queue of {run.host} is paused: mlops-tui queue resume")


def _run_now(project: Path, run_id: str) -> Run:
    with open_index(project) as index:
        return index.runs([run_id])[0]


def _find_carer(project: Path, run_id: str) -> None:
    """Wake or start the agent where nobody looks after the run, as after a kill of either."""
    from mlops_tui.engine import wake
    from mlops_tui.engine.executor import Presence

    seen = executor_of(project).find(run_id)
    if seen is not None and seen.presence in (Presence.QUEUED, Presence.UNSUPERVISED):
        wake.ensure_agent(project)


def _pump(stream: RunStream, sink: Sink) -> bool:
    block = stream.read_output()
    if block:
        sink.output(block)
    points = stream.read_points()
    if points:
        sink.points(points)
    return bool(block or points)


def _sink_for_people() -> Sink:
    if not output.is_terminal():
        return Sink(output.raw, _words_of_points, lambda: None)
    cleaner = LineCleaner()

    def show(block: bytes) -> None:
        for line in cleaner.feed(block):
            output.data_now(line)

    def finish() -> None:
        for line in cleaner.close():
            output.data_now(line)

    return Sink(show, _words_of_points, finish)


def _words_of_points(points: list[Point]) -> None:
    for point in points[-MOST_METRIC_LINES:]:
        values = "  ".join(f"{name} {_number(value)}" for name, value in point.values.items())
        output.words(f"step {point.step}  {values}")


def _number(value: object) -> str:
    return short_number(value) if isinstance(value, int | float) else str(value)


def _json_output(block: bytes) -> None:
    output.json_line({"output": block.decode("utf-8", "replace")})


def _json_points(points: list[Point]) -> None:
    for point in points:
        output.json_line({"t": point.moment, "step": point.step, "metrics": dict(point.values)})
