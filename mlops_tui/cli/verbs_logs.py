"""The verb `logs`: what a run printed, whole, its tail, or as it comes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.follow import BLOCK_BYTES, follow_as_json, follow_for_people
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.cli.terminal import LineCleaner, clean_line
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.runs import Run
from mlops_tui.engine.executors import executor_of
from mlops_tui.engine.recorded import RunFolder

Reader = Callable[[int, int], bytes]
"""Returns output from a byte on, at most so many bytes."""


def do_logs(options: argparse.Namespace) -> int:
    """Show what a run printed."""
    if options.tail is not None and options.tail < 0:
        raise InputError(f"--tail {options.tail} asks for nothing", "give a number from 0 on")
    project = project_folder(options.project)
    with open_index(project) as index:
        run = one_run(index, options.run)
    executor = executor_of(project)

    def read(offset: int, limit: int) -> bytes:
        return executor.logs(run.id, offset, limit)

    size = executor.log_bytes(run.id)
    start = 0 if options.tail is None else tail_offset(read, size, options.tail)
    if options.follow:
        if options.json:
            output.json_line({"id": run.id})
            return follow_as_json(project, run, start)
        return follow_for_people(project, run, start)
    if options.json:
        return _as_json(project, run, read, start)
    if not size:
        output.words(f"{run.name} has printed nothing: it is {run.state}")
    return _for_people(read, start)


def tail_offset(read: Reader, size: int, line_count: int) -> int:
    """Return where the last `line_count` lines of an output begin; a line without end counts.

    Args:
        read: the output.
        size: its length in bytes.
        line_count: how many lines.
    """
    if line_count == 0 or size == 0:
        return size
    missing = line_count
    place = size - 1 if read(size - 1, 1) == b"\n" else size
    while place > 0:
        start = max(0, place - BLOCK_BYTES)
        block = read(start, place - start)
        newlines = block.count(b"\n")
        if newlines < missing:
            missing -= newlines
            place = start
            continue
        at = len(block)
        for _ in range(missing):
            at = block.rfind(b"\n", 0, at)
        return start + at + 1
    return 0


def _blocks(read: Reader, offset: int) -> Iterator[bytes]:
    while block := read(offset, BLOCK_BYTES):
        yield block
        offset += len(block)


def _for_people(read: Reader, start: int) -> int:
    cleaner = LineCleaner() if output.is_terminal() else None
    for block in _blocks(read, start):
        if cleaner is None:
            output.raw(block)
        else:
            for line in cleaner.feed(block):
                output.data(line)
    for line in cleaner.close() if cleaner else []:
        output.data(line)
    return 0


def _as_json(project: Path, run: Run, read: Reader, start: int) -> int:
    data = b"".join(_blocks(read, start))
    lines = data.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    output.json_data(
        {
            "id": run.id,
            "path": str(RunFolder(project, run.id).output),
            "bytes": start + len(data),
            "lines": [clean_line(line) for line in lines],
        }
    )
    return 0
