"""What a person does with registered models: list, look, register, delete, ask what was."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import AmbiguousError, InputError, NotFoundError, RefusedError
from mlops_tui.domain.lifecycle import MODEL_DELETED, MODEL_RESTORED
from mlops_tui.domain.models import (
    AliasMove,
    Model,
    ModelFile,
    ModelFormat,
    ModelVersion,
    OfferedModel,
    format_of,
    parse_version,
)
from mlops_tui.domain.runs import Run
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.creation import record_fact
from mlops_tui.engine.model_claims import settle_claims
from mlops_tui.engine.model_files import OnBytes, missing_files, verify_files
from mlops_tui.engine.model_manifest import files_of, read_manifest
from mlops_tui.engine.registering import Order, Registered, register, register_offered
from mlops_tui.engine.run_files import list_files, path_inside

if TYPE_CHECKING:
    from mlops_tui.index import Index

_LOADABLE = frozenset(ModelFormat) - {ModelFormat.FILE, ModelFormat.FOLDER}


@dataclass(frozen=True, slots=True)
class VersionDetails:
    """A version with all that was recorded of it."""

    version: ModelVersion
    manifest: Mapping[str, Any]
    files: tuple[ModelFile, ...]
    problems: tuple[str, ...]
    """What of its files is gone or of another size."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the files of a version are what was registered."""

    version: ModelVersion
    size_bytes: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelHistory:
    """Who moved aliases of a model, when and why."""

    model: str
    moves: Sequence[AliasMove]
    """The newest first."""
    at: float | None
    """The moment that was asked about, Unix seconds."""
    stood: Mapping[str, int | None]
    """At that moment, or now: the version by alias; None where an alias was taken away."""


def catch_up(
    project: Path,
    index: Index,
    patience_seconds: float = 0.0,
    model: str | None = None,
    on_refused: Callable[[OfferedModel, str], object] = lambda *_: None,
) -> list[Registered]:
    """Bring models up to date: register what ended runs offered, finish what was killed.

    Args:
        project: the project's folder.
        index: brought up to date.
        patience_seconds: how long to wait for data and environment of runs that ended just now.
        model: the one that is asked about; None for all.
        on_refused: told what of an ended run cannot be registered, and why.

    Raises:
        StorageError: the disk refuses.
    """
    settle_claims(project, index, model)
    return register_offered(project, index, patience_seconds, on_refused)


def list_models(project: Path, index: Index, patience_seconds: float = 0.0) -> list[Model]:
    """Return the registered models, by name.

    Raises:
        StorageError: the disk refuses.
    """
    catch_up(project, index, patience_seconds)
    return index.models()


def find_version(project: Path, index: Index, name: str) -> ModelVersion:
    """Return the version that `NAME:3`, `NAME@champion` or `NAME` names.

    Raises:
        InputError: it is no such name.
        NotFoundError: there is none.
        StorageError: the disk refuses.
    """
    wanted = parse_version(name)
    catch_up(project, index, model=wanted.model)
    return index.model_version(wanted)


def version_details(project: Path, index: Index, name: str) -> VersionDetails:
    """Return all that is recorded of a version; its files are looked at, not read.

    Raises:
        NotFoundError: there is none.
        StorageError: its manifest is gone or damaged.
        RefusedError: its manifest names files outside of it.
    """
    version = find_version(project, index, name)
    manifest = read_manifest(project, version)
    files = files_of(manifest)
    return VersionDetails(version, manifest, files, tuple(missing_files(project, files)))


def verify_version(
    project: Path, index: Index, name: str, on_bytes: OnBytes = lambda _: None
) -> Verified:
    """Read all files of a version and compare their digests with its manifest.

    Raises:
        MlopsTuiError: there is no such version, or its manifest is gone, damaged or hostile.
    """
    version = find_version(project, index, name)
    manifest = read_manifest(project, version)
    files = files_of(manifest)
    problems = verify_files(project, files, on_bytes)
    if sum(it.size_bytes for it in files) != version.size_bytes:
        problems.append("the manifest names other sizes than the journal")
    return Verified(version, version.size_bytes, tuple(problems))


def register_file(
    project: Path,
    index: Index,
    model: str,
    source: Path,
    run_id: str | None = None,
    kind: ModelFormat | None = None,
    signature: Mapping[str, Any] | None = None,
    note: str = "",
    is_again: bool = False,
    on_bytes: OnBytes = lambda _: None,
) -> Registered:
    """Register a file or folder as the next version of a model; nothing in it is loaded.

    Args:
        project: the project's folder.
        index: brought up to date.
        model: its name.
        source: the file or folder.
        run_id: the run that made it, if that is known.
        kind: how it is made; None: what its name says.
        signature: `inputs` and `outputs`, as `track.signatures.columns_of` tells them.
        note: for whoever reads about it later.
        is_again: make a version of files that the newest version has already.
        on_bytes: told of what is copied.

    Raises:
        MlopsTuiError: the name is none, the file is not there, or it leads elsewhere.
    """
    order = Order(model, source, run_id, kind, signature, note, is_again)
    return register(project, index, order, on_bytes)


def register_artifact(
    project: Path, index: Index, model: str, run: Run, artifact: str | None = None, note: str = ""
) -> Registered:
    """Register a file that a run kept as the next version of a model.

    Args:
        project: the project's folder.
        index: brought up to date.
        model: its name.
        run: the run.
        artifact: its path in the run's folder, or the end of that; None where there is one model.
        note: for whoever reads about it later.

    Raises:
        NotFoundError: the run kept no such file.
        AmbiguousError: it kept several.
        RefusedError: it leads out of the run's folder.
    """
    path = _artifact_of(project, index, run, artifact)
    source = path_inside(places.run_dir(project, run.id), path)
    return register_file(project, index, model, source, run.id, note=note)


def _artifact_of(project: Path, index: Index, run: Run, artifact: str | None) -> str:
    folder = places.run_dir(project, run.id)
    listed = list_files(folder, index.artifacts(run.id)).artifacts
    names = [it.path for it in listed]
    if artifact is not None:
        names = [it for it in names if it == artifact or it.endswith("/" + artifact)]
        if not names and (folder / artifact).exists():
            return artifact  # a folder, which the list has by its files only
    else:
        names = [it for it in names if format_of(it) in _LOADABLE]
    if len(names) == 1:
        return names[0]
    if names:
        words = f"{run.name} kept {len(names)} files that may be meant"
        raise AmbiguousError(words, names, "name one: --artifact PATH")
    what = "no file that looks like a model" if artifact is None else f"no file {artifact}"
    hint = "mlops-tui files RUN lists what it kept; --artifact PATH names one"
    raise NotFoundError(f"{run.name} kept {what}", hint)


def model_history(
    project: Path,
    index: Index,
    model: str,
    alias: str | None = None,
    at: float | None = None,
    limit: int | None = None,
) -> ModelHistory:
    """Return the moves of the aliases of a model, and what they pointed at.

    Args:
        project: the project's folder.
        index: brought up to date.
        model: its name.
        alias: this one only.
        at: what stood at this moment, Unix seconds; None for now.
        limit: no more moves than these.

    Raises:
        NotFoundError: there is no such model.
    """
    settle_claims(project, index, model)
    index.model(model)
    moves = index.alias_moves(model, alias)
    if at is not None:
        moves = [it for it in moves if it.at <= at]
    stood: dict[str, int | None] = {}
    for name in sorted({it.alias for it in moves}):
        state = index.alias_state(model, name, at)
        if state is not None:
            stood[name] = state.to
    return ModelHistory(model, moves if limit is None else moves[:limit], at, stood)


def delete_version(project: Path, index: Index, name: str, why: str) -> ModelVersion:
    """Hide a version, so that purging may take its files; no file is removed.

    Raises:
        RefusedError: an alias points at it.
        InputError: no reason is given, or the version is named by an alias or as the newest.
        NotFoundError: there is none.
    """
    version = _numbered(project, index, name)
    if not why.strip():
        raise InputError(f"why is {version.name} deleted?", "say it: --why REASON")
    if version.aliases:
        words = f"{version.name} is {' and '.join(version.aliases)}"
        raise RefusedError(f"not deleted: {words}", "move the alias to another version first")
    if not version.deleted:
        _mark(project, index, MODEL_DELETED, version, why)
    return version


def restore_version(project: Path, index: Index, name: str) -> ModelVersion:
    """Show a deleted version again.

    Raises:
        RefusedError: its files were purged and emptied.
        NotFoundError: there is no such version.
    """
    version = _numbered(project, index, name)
    lost = missing_files(project, files_of(read_manifest(project, version)))
    if lost:
        raise RefusedError(f"not restored: {lost[0]}", "mlops-tui purge --undo brings files back")
    if version.deleted:
        _mark(project, index, MODEL_RESTORED, version, "")
    return version


def _numbered(project: Path, index: Index, name: str) -> ModelVersion:
    if parse_version(name).number is None:
        raise InputError(f"{name!r} does not say which version", "write NAME:3")
    return find_version(project, index, name)


def _mark(project: Path, index: Index, event: str, version: ModelVersion, why: str) -> None:
    told = {"model": version.model, "version": version.number, "why": why, "by": user_name()}
    record_fact(project, event, time.time(), **told)
    index.ingest()
