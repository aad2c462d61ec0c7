"""A place of its own for a benchmark, with projects made up from a seed; nothing is left behind."""

from __future__ import annotations

import compileall
import json
import math
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlops_tui
from tests.process.support import end_processes_of

START = 1_766_000_000.0
TOML = """
[project]
name = "benchmark"
[objective]
metric = "metric0"
[metrics.metric0]
direction = "maximize"
"""


@contextmanager
def isolated(**environment: str) -> Iterator[Path]:
    """Give a folder, with cache, state and home in it, and end what was started there."""
    # as pip does it: without bytecode, every process would compile its modules
    compileall.compile_dir(os.path.dirname(mlops_tui.__file__), quiet=1)
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="mlops-benchmark-", ignore_cleanup_errors=True) as name:
        folder = Path(os.path.realpath(name))
        for variable in [key for key in os.environ if key.startswith(("MLOPS_", "XDG_", "SSH_"))]:
            del os.environ[variable]
        for variable, below in (("HOME", "home"), ("MLOPS_STATE_DIR", "state")):
            os.environ[variable] = str(folder / below)
        os.environ["MLOPS_CACHE_DIR"] = str(folder / "cache")
        os.environ.update(environment)
        try:
            yield folder
        finally:
            end_processes_of(folder)
            os.environ.clear()
            os.environ.update(before)


def event_text(points: int, metrics: int = 5, seed: int = 0) -> bytes:
    """Return event lines with `points` points, `metrics` of them a line: noisy falling curves."""
    chance = random.Random(seed)
    steps = points // metrics
    lines = []
    for step in range(steps):
        height = math.exp(-3 * step / steps)
        values = {f"metric{m}": height * (1 + 0.1 * chance.random()) for m in range(metrics)}
        lines.append(json.dumps({"t": START + step / 10, "s": step, "m": values}).encode() + b"\n")
    return b"".join(lines)


def make_project(
    project: Path, runs: int, points: int, metrics: int = 5, params: int = 3, texts: int = 1
) -> Path:
    """Write a project of ended runs; so many texts of events are shared among them."""
    chance = random.Random(runs)
    folder = project / ".mlops" / "runs"
    folder.mkdir(parents=True)
    (project / "mlops.toml").write_text(TOML)
    events = [event_text(points, metrics, seed) for seed in range(texts)]
    with open(project / ".mlops" / "journal-here.jsonl", "w") as journal:
        for number in range(runs):
            run_id = f"20251217-{number:06d}-{number:06x}"
            facts = {"params": {f"param{p}": chance.random() for p in range(params)}, "tags": {}}
            created = {"event": "run.created", "run": run_id, "name": f"train-{number}"}
            about = {"job": "train", "kind": "train", "host": "here", "created": START + number}
            journal.write(json.dumps({"t": START, **created, **about, **facts}) + "\n")
            end = {"event": "run.ended", "run": run_id, "state": "finished", "ended": START + 60}
            ended = {"t": START + 60, **end, "exit_code": 0, "started": START}
            journal.write(json.dumps(ended) + "\n")
            (folder / run_id).mkdir()
            (folder / run_id / "events.jsonl").write_bytes(events[number % texts])
    return project
