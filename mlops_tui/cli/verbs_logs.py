"""The verb `logs`: what a run printed, whole, its tail, or as it comes."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.follow import BLOCK_BYTES, follow_as_json, follow_for_people
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.cli.terminal import LineCleaner, clean_line
from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.runs import Run
from mlops_tui.engine.creation import guarding


def do_logs(options: argparse.Namespace) -> int:
    """Show what a run printed."""
    if options.tail is not None and options.tail < 0:
        raise InputError(f"--tail {options.tail} asks for nothing", "give a number from 0 on")
    project = project_folder(options.project)
    with open_index(project) as index:
        run = one_run(index, options.run)
    path = places.run_dir(project, run.id) / "output.log"
    with guarding(path):
        start = 0 if options.tail is None else tail_offset(path, options.tail)
    if options.follow:
        if options.json:
            output.json_line({"id": run.id})
            return follow_as_json(project, run, start)
        return follow_for_people(project, run, start)
    with guarding(path):
        return _as_json(path, run, start) if options.json else _for_people(path, run, start)


def tail_offset(path: Path, line_count: int) -> int:
    """Return where the last `line_count` lines of a file begin; a line without end counts.

    Raises:
        OSError: the file cannot be read; one that is not there is empty.
    """
    try:
        with open(path, "rb") as file:
            place = file.seek(0, os.SEEK_END)
            return _back(file.fileno(), place, line_count)
    except FileNotFoundError:
        return 0


def _back(fd: int, size: int, line_count: int) -> int:
    if line_count == 0 or size == 0:
        return size
    missing, place = line_count, size
    end = size - 1 if os.pread(fd, 1, size - 1) == b"\n" else size
    place = end
    while place > 0:
        start = max(0, place - BLOCK_BYTES)
        block = os.pread(fd, place - start, start)
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


def _for_people(path: Path, run: Run, start: int) -> int:
    if not path.exists():
        output.words(f"{run.name} has printed nothing: it is {run.state}")
        return 0
    cleaner = LineCleaner() if output.is_terminal() else None
    with open(path, "rb") as file:
        file.seek(start)
        while block := file.read(BLOCK_BYTES):
            if cleaner is None:
                output.raw(block)
            else:
                for line in cleaner.feed(block):
                    output.data(line)
    for line in cleaner.close() if cleaner else []:
        output.data(line)
    return 0


def _as_json(path: Path, run: Run, start: int) -> int:
    data = b""
    if path.exists():
        with open(path, "rb") as file:
            file.seek(start)
            data = file.read()
    lines = data.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    output.json_data(
        {
            "id": run.id,
            "path": str(path),
            "bytes": start + len(data),
            "lines": [clean_line(line) for line in lines],
        }
    )
    return 0
