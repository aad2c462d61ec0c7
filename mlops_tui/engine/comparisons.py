"""What comparisons of predictions came to, kept beside the index: the same rows give the same.

So a promotion whose gate was looked at before needs no worker.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.direction import is_lower_better
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.evaluations import Evaluation
from mlops_tui.domain.models import ModelVersion, Relative, VersionName
from mlops_tui.domain.project import Project
from mlops_tui.engine import workers
from mlops_tui.engine.actions_aliases import alias_state
from mlops_tui.engine.evaluation_questions import dataset_shape, own_metric
from mlops_tui.engine.gating import dataset_of, evaluation_of
from mlops_tui.engine.subjects import recorded_predictions
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.index import Index

_FORM = 1


def compare_evaluated(
    described: Project,
    index: Index,
    asked: Relative,
    before: Evaluation,
    after: Evaluation,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Return whether what was evaluated later is better, paired on the same rows.

    Returns:
        as `actions_evaluate.compare_predictions` does, with `is_lower_better`.

    Raises:
        MlopsTuiError: predictions are gone, or cannot be paired.
    """
    cost = described.objective.cost if described.objective is not None else None
    ask: dict[str, Any] = {
        "cost": None if cost is None else asdict(cost),
        "problem": None,
        "positive": None,
        "min_difference": asked.margin or None,
        "seed": 0,
        "own": own_metric(described, asked.metric),
    }
    direction = is_lower_better(described, asked.metric)
    digests = [before.predictions, after.predictions]
    key = json.dumps([_FORM, asked.metric, direction, digests, before.data_version, ask])
    path = _path(described.path, key)
    kept = _load(path) if None not in digests else None
    if kept is None:
        both = (before, after)
        arguments = {
            "paths": [str(recorded_predictions(described.path, index, it)) for it in both],
            "names": [before.subject, after.subject],
            "metric": asked.metric,
            "dataset": dataset_shape(described, after.dataset),
            "ask": ask,
        }
        kept = workers.work("evaluating.compare", arguments, on_progress, cancellation)
        _save(path, kept)
    return {**kept, "is_lower_better": direction}


def compare_with_champion(
    described: Project,
    version: ModelVersion,
    dataset: str,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> None:
    """Make the comparison that the gate of a version asks for, so that promoting it needs no wait.

    Nothing is done, and nothing told, where no gate asks for one or it cannot be made.
    """
    gate = described.gate_of(version.model)
    if gate is None or gate.champion is None or dataset_of(described, gate) != dataset:
        return
    with contextlib.suppress(MlopsTuiError), Index.open(described.path) as index:
        index.ingest()
        state = alias_state(described.path, index, version.model, gate.alias)
        if state is None or state.to in (None, version.number):
            return
        champion = index.model_version(VersionName(version.model, number=state.to))
        before, after = (evaluation_of(index, it, dataset) for it in (champion, version))
        if before is not None and after is not None:
            watching = (on_progress, cancellation)
            compare_evaluated(described, index, gate.champion, before, after, *watching)


def _path(project: Path, key: str) -> Path:
    name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return places.cache_dir() / places.project_key(project) / "comparisons" / f"{name}.json"


def _load(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "verdict" in found else None


def _save(path: Path, found: Mapping[str, Any]) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError, TypeError):
        places.make_private(path.parent)
        temporary.write_text(json.dumps(found), encoding="utf-8")
        os.replace(temporary, path)
