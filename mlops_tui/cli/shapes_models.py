"""The shapes of `--json` of what is said about registered models; all keys always."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from mlops_tui.domain.models import AliasMove, Model, ModelVersion

if TYPE_CHECKING:
    from mlops_tui.engine.actions_models import ModelHistory, Verified, VersionDetails


def version_shape(version: ModelVersion) -> dict[str, object]:
    """Return a version as `models show --json` gives it, without its manifest."""
    return {
        "name": version.name,
        "model": version.model,
        "version": version.number,
        "format": version.format.value,
        "size_bytes": version.size_bytes,
        "files": version.files,
        "manifest": version.manifest,
        "run": version.run_id,
        "job": version.job,
        "registered": version.registered,
        "by": version.by,
        "host": version.host,
        "metrics": dict(version.metrics),
        "note": version.note or None,
        "aliases": list(version.aliases),
        "deleted": version.deleted,
    }


def model_shape(model: Model) -> dict[str, object]:
    """Return a model as `models list --json` gives it."""
    return {
        "model": model.name,
        "versions": model.versions,
        "aliases": dict(model.aliases),
        "changed": model.changed,
        "newest": version_shape(model.newest),
    }


def details_shape(details: VersionDetails) -> dict[str, object]:
    """Return a version as `models show --json` gives it."""
    return {
        **version_shape(details.version),
        "contents": [asdict(it) for it in details.files],
        "problems": list(details.problems),
        "recorded": {key: it for key, it in details.manifest.items() if key != "files"},
    }


def verified_shape(found: Verified) -> dict[str, object]:
    """Return what reading a version's files came to as `models verify --json` gives it."""
    return {
        "name": found.version.name,
        "size_bytes": found.size_bytes,
        "is_whole": not found.problems,
        "problems": list(found.problems),
    }


def move_shape(move: AliasMove) -> dict[str, object]:
    """Return a move of an alias as `models history --json` gives it."""
    return {
        "model": move.model,
        "alias": move.alias,
        "generation": move.generation,
        "from": move.before,
        "to": move.to,
        "at": move.at,
        "by": move.by,
        "host": move.host,
        "why": move.why,
        "kind": move.kind.value,
        "evaluation": move.evaluation,
        "gate": move.gate,
        "report": move.report,
    }


def history_shape(history: ModelHistory) -> dict[str, object]:
    """Return what aliases pointed at as `models history --json` gives it."""
    return {
        "model": history.model,
        "at": history.at,
        "aliases": dict(history.stood),
        "moves": [move_shape(it) for it in history.moves],
    }
