"""What a person does about poor probabilities: a calibrated challenger of a registered model."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.models import ModelFormat, ModelVersion
from mlops_tui.engine import workers
from mlops_tui.engine.actions_models import find_version, register_file
from mlops_tui.engine.actions_stress import validation_of
from mlops_tui.engine.actions_trust import load_request
from mlops_tui.engine.data_sources import sound_datasets
from mlops_tui.engine.evaluation_questions import dataset_shape
from mlops_tui.engine.model_manifest import read_manifest
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.index import Index

METHODS = ("isotonic", "sigmoid")


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A new version, and what its calibration is good for."""

    version: ModelVersion
    source: ModelVersion
    """What it wraps."""
    dataset: str
    report: dict[str, Any]
    """`method`, `n`, `before` and `after` as the `calibration` of a report, cross-fitted, and
    `log_loss`: whether it is better, as `better` tells it, with `a` and `b`."""


def calibrate_model(
    project: Path,
    name: str,
    dataset: str | None = None,
    method: str | None = None,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> Calibrated:
    """Make the next version of a model: the same with its scores calibrated on a dataset.

    The new file is another one than that which is trusted: it is loaded only when it is trusted
    itself.

    Args:
        project: the project's folder.
        name: `NAME:3`, `NAME@champion` or `NAME`.
        dataset: of role validation; None: the only one.
        method: one of `METHODS`; None: isotonic from 1,000 rows on, else sigmoid.
        on_progress: told how far it is.
        cancellation: ends it from another thread.

    Raises:
        NotFoundError: there is no such version or dataset.
        RefusedError: nobody trusts the model, or the dataset is a sealed holdout.
        InputError: it is no classifier of scikit-learn, or there are too few rows.
        WorkerError: the worker process was lost.
    """
    if method is not None and method not in METHODS:
        raise InputError(f"no method {method!r}", f"there are: {', '.join(METHODS)}")
    described = sound_datasets(project)
    chosen = validation_of(described, dataset, "a calibration")
    with Index.open(described.path) as index, tempfile.TemporaryDirectory() as folder:
        index.ingest()
        source = find_version(described.path, index, name)
        request = load_request(described.path, index, source)
        if source.format is ModelFormat.ONNX:
            raise InputError(f"{source.name} is ONNX: only models of scikit-learn are calibrated")
        signature = read_manifest(described.path, source).get("signature")
        target = Path(folder, f"calibrated.{source.format.value}")
        arguments = {
            "model": {**asdict(request), "signature": signature},
            "dataset": dataset_shape(described, chosen),
            "target": str(target),
            "method": method,
        }
        report = workers.work("calibrating.calibrate", arguments, on_progress, cancellation)
        note = f"{source.name} calibrated on {chosen} ({report['method']}, n {report['n']:,})"
        made = register_file(
            described.path, index, source.model, target, None, source.format, signature, note, True
        )
    return Calibrated(made.version, source, chosen, report)
