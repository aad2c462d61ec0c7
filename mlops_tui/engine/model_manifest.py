"""What is known of a model version at its registration: its manifest, which never changes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.models import ModelFile, ModelFormat, ModelVersion
from mlops_tui.domain.runs import Run
from mlops_tui.engine.model_files import check_path
from mlops_tui.engine.objects import read_object as read_kept
from mlops_tui.engine.recorded import read_object

if TYPE_CHECKING:
    from mlops_tui.index import Index

FORM = 1
"""Of what a manifest holds; a reader refuses a greater one."""
_MOST_METRICS = 1000
_OF_ORDER = ("argv", "cwd", "inputs", "outputs", "interpreter")
_UNKNOWN_RUN: Mapping[str, Any] = {
    **dict.fromkeys(("run", "run_name", "job", "params", "metrics", "datasets", "git")),
    **dict.fromkeys(("environment", "command")),
}


def manifest_of(
    model: str,
    files: Sequence[ModelFile],
    kind: ModelFormat,
    of_run: Mapping[str, Any] | None,
    **facts: object,
) -> bytes:
    """Return a manifest as it is kept: all keys always, null where nothing is known.

    Args:
        model: its name.
        files: all of them.
        kind: how they are made.
        of_run: what `facts_of_run` returned; None where no run is known to have made them.
        facts: `signature`, `note`, `by`, `t`, `source`.
    """
    record = {
        "manifest": FORM,
        "model": model,
        "format": kind.value,
        "files": [asdict(it) for it in files],
        "size_bytes": sum(it.size_bytes for it in files),
        **dict.fromkeys(("signature", "note", "by", "t", "source")),
        **(of_run or _UNKNOWN_RUN),
        **facts,
    }
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def facts_of_run(project: Path, index: Index, run: Run) -> dict[str, Any]:
    """Return what a manifest says of the run that made a model."""
    folder = places.run_dir(project, run.id)
    order, environment = _object_in(folder / "run.json"), _object_in(folder / "environment.json")
    metrics = sorted(run.metrics.items())[:_MOST_METRICS]
    used = index.data_used([run.id])
    keys = ("python", "packages", "platform")
    return {
        "run": run.id,
        "run_name": run.name,
        "job": run.job or None,
        "params": dict(run.params),
        "metrics": {name: _figures(asdict(it)) for name, it in metrics},
        "datasets": [{"name": it.name, "version": it.version, "path": it.path} for it in used],
        "git": environment.get("git"),
        "environment": {key: environment.get(key) for key in keys} if environment else None,
        "command": {key: order.get(key) for key in _OF_ORDER} if order else None,
    }


def _figures(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {key: summary[key] for key in ("last", "min", "max", "count", "last_step")}


def _object_in(path: Path) -> Mapping[str, Any]:
    try:
        return read_object(path)
    except (OSError, ValueError):
        return {}


def read_manifest(project: Path, version: ModelVersion) -> dict[str, Any]:
    """Return the manifest of a version.

    Raises:
        NotFoundError: it is gone.
        StorageError: it is damaged, or is none that this program understands.
        RefusedError: it names a file outside the model.
    """
    content = read_kept(project, version.manifest)
    try:
        record = json.loads(content)
        files = files_of(record)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StorageError(f"the manifest of {version.name} cannot be understood") from error
    if record.get("manifest") != FORM:
        raise StorageError(f"the manifest of {version.name} is of a newer mlops-tui", "update it")
    if record.get("model") != version.model:
        raise StorageError(f"{version.name} names the manifest of {record.get('model')!r}")
    for it in files:
        check_path(it.path)
    return record  # type: ignore[no-any-return]


def files_of(manifest: Mapping[str, Any]) -> tuple[ModelFile, ...]:
    """Return the files that a manifest names."""
    return tuple(
        ModelFile(str(it["path"]), int(it["size_bytes"]), str(it["sha256"]))
        for it in manifest["files"]
    )


def is_known_of(project: Path, index: Index, run_id: str) -> bool:
    """Say whether all is recorded of a run that processes beside it find out after its start."""
    folder = places.run_dir(project, run_id)
    is_told = os.path.exists(folder / "environment.json")
    return is_told and all(it.version or it.problem for it in index.data_used([run_id]))
