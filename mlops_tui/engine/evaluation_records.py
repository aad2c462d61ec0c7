"""What is written of an evaluation: its name, its report, its line in the journal."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import EVALUATION_RECORDED
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.creation import ensure_project_folders, record_fact
from mlops_tui.engine.objects import keep_object

_ID_LETTERS = 16


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on what."""

    run_id: str | None
    model: str | None
    """The registered name, where a version was measured."""
    number: int | None
    dataset: str | None
    data_version: str | None
    role: str | None
    predictions: str | None
    """SHA-256 of the table of predictions."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What else a report depends on, as JSON holds it."""

    @property
    def id(self) -> str:
        """What its evaluation is called, wherever and whenever it is done."""
        told = [self.run_id, self.model, self.number, self.dataset, self.data_version]
        words = json.dumps([*told, self.predictions, self.settings], sort_keys=True)
        digest = hashlib.sha256(words.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:_ID_LETTERS]

    def _asdict(self) -> dict[str, object]:
        return {
            "evaluation": self.id,
            "run": self.run_id,
            "model": self.model,
            "number": self.number,
            "dataset": self.dataset,
            "data_version": self.data_version,
            "role": self.role,
            "predictions": self.predictions,
        }


def record_evaluation(
    project: Path, measured: Measured, report: Mapping[str, Any], predictions: str | None = None
) -> str:
    """Keep a report, record its evaluation, and return the evaluation's id.

    Args:
        project: the project's folder.
        measured: what it is about.
        report: with `metrics`, `task` and `n`; as JSON holds it.
        predictions: SHA-256 of the table, where it was made by the evaluation itself.

    Raises:
        StorageError: the disk failed.
    """
    content = json.dumps(report, ensure_ascii=False, separators=(",", ":"))
    digest = keep_object(project, content.encode("utf-8", "backslashreplace"))
    told = {"problem": report["task"], "rows": report["n"], "metrics": figures_of(report)}
    if predictions is not None:
        told["predictions"] = predictions
    _record(project, measured, told | {"report": digest, "error": None})
    return measured.id


def figures_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a report that lists, gates and comparisons ask for, by name.

    The metrics, `ece` of the calibration, and what was measured of the model itself.
    """
    found = dict(report["metrics"])
    calibration = report.get("calibration")
    if calibration is not None:
        found["ece"] = {"value": calibration["ece"], "n": calibration["n"]}
    found |= report.get("model_figures") or {}
    keys = ("value", "low", "high", "n")
    return {name: {key: it.get(key) for key in keys} for name, it in found.items()}


def record_failure(project: Path, measured: Measured, error: str) -> str:
    """Record that something could not be evaluated, and why; return the evaluation's id.

    Raises:
        StorageError: the disk failed.
    """
    told = {"problem": "", "rows": 0, "metrics": {}, "report": None, "error": error}
    _record(project, measured, told)
    return measured.id


def _record(project: Path, measured: Measured, told: Mapping[str, object]) -> None:
    ensure_project_folders(project)
    facts = {**measured._asdict(), **told, "by": user_name(), "host": host_name()}
    record_fact(project, EVALUATION_RECORDED, time.time(), **facts)
