"""Writes projects as runs leave them on disk: journals and events, nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops_tui.domain import places

MLOPS_TOML = """
[project]
name = "digits"
description = "Read digits"
[objective]
statement = "Route most forms"
metric = "accuracy"
target = 0.97
[metrics.accuracy]
direction = "maximize"
[jobs.train]
run = "python train.py --lr {lr} --epochs {epochs}"
[jobs.train.params]
lr = { type = "float", default = 0.05, min = 1e-5, max = 1.0, help = "learning rate" }
epochs = 20
solver = { type = "choice", choices = ["adam", "sgd"], default = "adam" }
augment = { type = "bool", default = true }
"""
START = 1_760_000_000.0


def write_project(folder: Path, toml: str = MLOPS_TOML) -> Path:
    places.runs_dir(folder).mkdir(parents=True)
    (folder / "mlops.toml").write_text(toml)
    return folder


def run_id(number: int) -> str:
    return (
        f"20251009-{number // 3600 % 24:02d}{number // 60 % 60:02d}{number % 60:02d}-{number:06x}"
    )


def add_run(
    project: Path,
    number: int,
    *,
    name: str | None = None,
    state: str | None = "finished",
    metrics: Mapping[str, Sequence[float]] | None = None,
    params: Mapping[str, Any] | None = None,
    output: bytes = b"",
    reason: str | None = None,
    job: str = "train",
) -> str:
    """Record one run; without `state` it is still running, on another machine."""
    ident = run_id(number)
    created = START + number
    folder = places.run_dir(project, ident)
    folder.mkdir(parents=True)
    facts = {
        "name": name or f"train-{number}",
        "job": job,
        "kind": "train",
        "host": "gpu-box",
        "machine": "elsewhere",
        "created": created,
        "params": dict(params or {}),
        "tags": {},
        "retry_of": None,
        "attempt": 1,
        "source": "launch",
    }
    (folder / "run.json").write_text(json.dumps({"id": ident, **facts}))
    lines = [{"t": created, "event": "run.created", "run": ident, **facts}]
    append(folder / "runner.jsonl", {"t": created + 1, "event": "started", "pid": 1, "start": "1"})
    if state is not None:
        end = {"state": state, "exit_code": 0, "signal": None, "reason": reason}
        end |= {"started": created + 1, "ended": created + 61}
        append(folder / "runner.jsonl", {"t": created + 61, "event": "ended", **end})
        lines.append({"t": created + 61, "event": "run.ended", "run": ident, **end})
    for line in lines:
        append(places.project_journal(project, "gpu-box"), line)
    for name_of_metric, values in (metrics or {}).items():
        for step, value in enumerate(values):
            log_point(project, ident, name_of_metric, step, value)
    if output:
        (folder / "output.log").write_bytes(output)
    return ident


def log_point(project: Path, ident: str, metric: str, step: int, value: float) -> None:
    line = {"t": START + step, "s": step, "m": {metric: value}}
    append(places.run_dir(project, ident) / "events.jsonl", line)


def append(path: Path, line: Mapping[str, Any]) -> None:
    with open(path, "a") as file:
        file.write(json.dumps(line) + "\n")
