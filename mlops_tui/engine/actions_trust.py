"""What a person does before a model is loaded: see what it would import, and trust it or not."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.domain.lifecycle import MODEL_TRUSTED
from mlops_tui.domain.models import ModelFile, ModelFormat, ModelVersion, Trust
from mlops_tui.engine import workers
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.actions_models import find_version
from mlops_tui.engine.creation import record_fact
from mlops_tui.engine.model_manifest import files_of, read_manifest
from mlops_tui.engine.model_scan import Import, Scan
from mlops_tui.engine.objects import object_path
from mlops_tui.engine.pickle_names import Level
from mlops_tui.engine.workers import Cancellation, OnProgress

if TYPE_CHECKING:
    from mlops_tui.index import Index

_KEPT_ONLY = (ModelFormat.FILE, ModelFormat.FOLDER)


@dataclass(frozen=True, slots=True)
class VersionScan:
    """What a version would import, and who lets it."""

    version: ModelVersion
    scan: Scan
    """Of all its files together."""
    trust: Trust | None
    """Who lets it be loaded; None where nobody does."""


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What `tasks.model_loading.load` needs to load a version."""

    path: str
    format: str
    trust: Mapping[str, Any] | None
    """None where nobody trusts it: it is refused then."""


def scan_version(
    project: Path,
    index: Index,
    name: str,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> VersionScan:
    """Return what loading a version would import; nothing is loaded.

    Raises:
        MlopsTuiError: there is no such version, or its files are gone.
    """
    version = find_version(project, index, name)
    files = files_of(read_manifest(project, version))
    found = _scanned(project, version, files, on_progress, cancellation)
    digests = [it.sha256 for it in files]
    trust = index.trusts(digests).get(files[0].sha256) if len(files) == 1 else None
    return VersionScan(version, found, trust)


def scan_path(path: Path, kind: ModelFormat) -> Scan:
    """Return what loading a file that is not registered would import; nothing is loaded.

    Raises:
        MlopsTuiError: it cannot be read.
    """
    files = [{"path": str(path.absolute()), "name": path.name}]
    return _together(workers.work("model_loading.scan", {"files": files, "kind": kind.value}))


def _scanned(
    project: Path,
    version: ModelVersion,
    files: Sequence[ModelFile],
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> Scan:
    told = [{"path": str(object_path(project, it.sha256)), "name": it.path} for it in files]
    arguments = {"files": told, "kind": version.format.value}
    return _together(workers.work("model_loading.scan", arguments, on_progress, cancellation))


def _together(found: Sequence[Mapping[str, Any]]) -> Scan:
    imports = {
        it["name"]: Import(it["name"], Level(it["level"]), it["where"])
        for one in found
        for it in one["imports"]
    }
    order = list(Level)[::-1]
    return Scan(
        tuple(sorted(imports.values(), key=lambda it: (order.index(it.level), it.name))),
        tuple(problem for one in found for problem in one["problems"]),
        tuple(note for one in found for note in one["notes"]),
    )


def trust_version(
    project: Path,
    index: Index,
    name: str,
    why: str,
    types: Sequence[str] | None = None,
    is_anyway: bool = False,
) -> Trust:
    """Let a version be loaded, by the digest of its file, and record who did so and why.

    Args:
        project: the project's folder.
        index: brought up to date; with the trust in it when this returns.
        name: of the version.
        why: the reason.
        types: of a skops file: those that may be loaded; None for all that it has.
        is_anyway: also where something suspicious would be imported.

    Raises:
        InputError: no reason is given, or the version is of a format that is never loaded.
        RefusedError: it is dangerous whoever trusts it, or suspicious.
        MlopsTuiError: there is no such version, or its files are gone.
    """
    found = scan_version(project, index, name)
    version = found.version
    file = _only_file(project, version)
    if not why.strip():
        raise InputError(f"why is {version.name} trusted?", "say it: --why REASON")
    if found.scan.problems:
        raise RefusedError(f"{version.name} is not loaded, ever: {found.scan.problems[0]}")
    bad = [it.name for it in found.scan.imports if it.level is Level.SUSPICIOUS]
    if bad and not is_anyway:
        words = f"{version.name} would import {', '.join(bad[:5])}: no model needs that"
        raise RefusedError(words, "if you are sure of its author: --anyway")
    approved: Sequence[str] = ()
    if version.format is ModelFormat.SKOPS:
        asked = _untrusted(project, file)
        approved = asked if types is None else [it for it in types if it]
        strange = sorted(set(approved) - set(asked))
        if strange:
            raise InputError(f"it has no type {strange[0]}", f"it has {', '.join(asked) or 'none'}")
    return _record(project, index, version, file, why, approved, is_revoked=False) or _gone()


def revoke_trust(project: Path, index: Index, name: str, why: str) -> ModelVersion:
    """Take back that a version may be loaded.

    Raises:
        InputError: no reason is given, or nobody trusts it.
        MlopsTuiError: there is no such version.
    """
    version = find_version(project, index, name)
    file = _only_file(project, version)
    if not why.strip():
        raise InputError(f"why is {version.name} not trusted any more?", "say it: --why REASON")
    if file.sha256 not in index.trusts([file.sha256]):
        raise InputError(f"nobody trusts {version.name}")
    _record(project, index, version, file, why, (), is_revoked=True)
    return version


def load_request(project: Path, index: Index, version: ModelVersion) -> LoadRequest:
    """Return what a worker needs to load a version: where it lies, and what is trusted of it.

    A file of ONNX holds no code; of one of skops only types are loaded that skops or a person
    trusts; both need no trust of the file as a whole.

    Raises:
        InputError: it is of a format that is never loaded.
        MlopsTuiError: its manifest is gone or damaged.
    """
    file = _only_file(project, version)
    trust = index.trusts([file.sha256]).get(file.sha256)
    told: dict[str, Any] | None = {
        "digest": file.sha256,
        "types": list(trust.types if trust else ()),
    }
    if trust is None and version.format.runs_code:
        told = None
    return LoadRequest(str(object_path(project, file.sha256)), version.format.value, told)


def _only_file(project: Path, version: ModelVersion) -> ModelFile:
    files = files_of(read_manifest(project, version))
    if version.format in _KEPT_ONLY or len(files) != 1:
        words = f"{version.name} is kept as a {version.format.value}: it is never loaded here"
        raise InputError(words, "its predictions can be evaluated: run.predictions(...)")
    return files[0]


def _untrusted(project: Path, file: ModelFile) -> list[str]:
    path = str(object_path(project, file.sha256))
    found: list[str] = workers.work("model_loading.untrusted_types", {"path": path})
    return found


def _record(
    project: Path,
    index: Index,
    version: ModelVersion,
    file: ModelFile,
    why: str,
    types: Sequence[str],
    is_revoked: bool,
) -> Trust | None:
    facts: dict[str, object] = {
        "model": version.model,
        "version": version.number,
        "manifest": version.manifest,
        "digest": file.sha256,
        "types": sorted(set(types)),
        "reason": why.strip(),
        "by": user_name(),
        "revoked": is_revoked,
    }
    record_fact(project, MODEL_TRUSTED, time.time(), **facts)
    index.ingest()
    return index.trusts([file.sha256]).get(file.sha256)


def _gone() -> Trust:
    raise RefusedError("somebody took the trust back at the same moment")
