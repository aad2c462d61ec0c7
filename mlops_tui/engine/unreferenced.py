"""Kept contents that nothing refers to: found, put into a folder of trash, brought back, removed.

A content is referred to where a line of a journal names its digest. Versions of models are the
exception: those that are deleted refer to nothing any more.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain import places
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.lifecycle import (
    MODEL_REGISTERED,
    MODEL_TRUSTED,
    OBJECTS_EMPTIED,
    OBJECTS_RESTORED,
    OBJECTS_TRASHED,
)
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.creation import guarding, record_fact
from mlops_tui.engine.model_claims import settle_claims
from mlops_tui.engine.model_manifest import files_of, read_manifest
from mlops_tui.engine.objects import object_path
from mlops_tui.journal.sharing import make_folder

if TYPE_CHECKING:
    from mlops_tui.index import Index

YOUNG_SECONDS = 3600.0
"""What was kept so recently may be about to be named by a line that is not written yet."""
_DIGEST = re.compile(rb"[0-9a-f]{64}")
_NAME = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".new-"


@dataclass(frozen=True, slots=True)
class Unreferenced:
    """A content that nothing refers to."""

    digest: str
    """Or the name of a copy that was never finished."""
    size_bytes: int
    changed_ns: int
    """When it was kept, or asked for last."""
    why: str


def find_unreferenced(project: Path, index: Index, now: float | None = None) -> list[Unreferenced]:
    """Return the contents that nothing refers to, the largest first; nothing is removed.

    Args:
        project: the project's folder.
        index: brought up to date.
        now: Unix seconds; the clock if left out.

    Raises:
        StorageError: the disk cannot be read.
    """
    settle_claims(project, index)
    moment = time.time() if now is None else now
    used, given_up = _referenced(project, index)
    found = []
    with guarding(_objects(project)):
        for name, stat in _kept(project):
            is_young = moment - stat.st_mtime < YOUNG_SECONDS
            if name in used or (is_young and name not in given_up):
                continue
            why = given_up.get(name, "nothing names it")
            if name.startswith(_UNFINISHED):
                why = "a copy that was not finished"
            found.append(Unreferenced(name, stat.st_size, stat.st_mtime_ns, why))
    return sorted(found, key=lambda it: (-it.size_bytes, it.digest))


def _referenced(project: Path, index: Index) -> tuple[set[str], dict[str, str]]:
    """Return the digests that are named, and those that deleted versions alone named."""
    used = set(_named_in_journals(project))
    for version in index.model_versions():
        used.add(version.manifest)
        try:
            used.update(it.sha256 for it in files_of(read_manifest(project, version)))
        except MlopsTuiError:
            continue  # `models verify` tells of it
    given_up: dict[str, str] = {}
    for version in index.model_versions(deleted=True):
        why = f"{version.name} is deleted"
        given_up[version.manifest] = why
        try:
            files = files_of(read_manifest(project, version))
        except MlopsTuiError:
            continue
        given_up.update((it.sha256, why) for it in files)
    return used, {digest: why for digest, why in given_up.items() if digest not in used}


def _named_in_journals(project: Path) -> Iterator[str]:
    for journal in places.project_dot(project).glob("journal-*.jsonl"):
        with guarding(journal), open(journal, "rb") as file:
            for line in file:
                digests = _DIGEST.findall(line)
                if digests and not _is_of_version(line):
                    yield from (it.decode() for it in digests)


def _is_of_version(line: bytes) -> bool:
    """Say whether a line registers or trusts a version: the index knows which of these count."""
    if b"model." not in line:
        return False
    try:
        return json.loads(line).get("event") in (MODEL_REGISTERED, MODEL_TRUSTED)
    except (ValueError, AttributeError, RecursionError):
        return False


def _objects(project: Path) -> Path:
    return places.project_dot(project) / "objects"


def _trash(project: Path) -> Path:
    return places.project_dot(project) / "trash"


def _kept(project: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield name and facts of every content, and of copies that were not finished."""
    try:
        folders = list(os.scandir(_objects(project)))
    except FileNotFoundError:
        return
    for folder in folders:
        if folder.name.startswith(_UNFINISHED):
            yield folder.name, folder.stat(follow_symlinks=False)
        elif len(folder.name) == 2 and folder.is_dir(follow_symlinks=False):
            with os.scandir(folder.path) as entries:
                for entry in entries:
                    if _NAME.fullmatch(entry.name):
                        yield entry.name, entry.stat(follow_symlinks=False)


def _place(project: Path, name: str) -> Path:
    return _objects(project) / name if name.startswith(_UNFINISHED) else object_path(project, name)


def trash_unreferenced(project: Path, index: Index, now: float | None = None) -> list[Unreferenced]:
    """Put what nothing refers to into the trash and return it; `restore_trash` undoes it.

    What somebody asked for meanwhile, or named, stays or comes back.

    Raises:
        StorageError: the disk refuses.
    """
    found = find_unreferenced(project, index, now)
    moved = []
    trash = _trash(project)
    with guarding(trash):
        if found:
            make_folder(trash)
        for it in found:
            path = _place(project, it.digest)
            if os.lstat(path).st_mtime_ns == it.changed_ns:
                os.rename(path, trash / it.digest)
                moved.append(it)
    index.ingest()
    used, _ = _referenced(project, index)
    wanted = [it.digest for it in moved if it.digest in used]
    _bring_back(project, wanted)
    kept_out = [it for it in moved if it.digest not in wanted]
    _tell(project, OBJECTS_TRASHED, len(kept_out), sum(it.size_bytes for it in kept_out))
    return kept_out


def restore_trash(project: Path) -> int:
    """Bring back all that is in the trash and return how many contents that are.

    Raises:
        StorageError: the disk refuses.
    """
    names = [name for name, _ in trashed(project)]
    _bring_back(project, names)
    _tell(project, OBJECTS_RESTORED, len(names), 0)
    return len(names)


def _bring_back(project: Path, names: list[str]) -> None:
    with guarding(_trash(project)):
        for name in names:
            target = _place(project, name)
            for folder in (target.parent.parent, target.parent):
                make_folder(folder)
            os.rename(_trash(project) / name, target)


def trashed(project: Path) -> list[tuple[str, int]]:
    """Return name and bytes of everything in the trash."""
    try:
        with os.scandir(_trash(project)) as entries:
            return [(it.name, it.stat(follow_symlinks=False).st_size) for it in entries]
    except FileNotFoundError:
        return []


def empty_trash(project: Path) -> int:
    """Remove all that is in the trash for good and return the bytes that this freed.

    Raises:
        StorageError: the disk refuses.
    """
    found = trashed(project)
    with guarding(_trash(project)):
        for name, _ in found:
            (_trash(project) / name).unlink(missing_ok=True)
    freed = sum(size for _, size in found)
    _tell(project, OBJECTS_EMPTIED, len(found), freed)
    return freed


def _tell(project: Path, event: str, count: int, size_bytes: int) -> None:
    if count:
        facts: dict[str, object] = {"count": count, "bytes": size_bytes, "by": user_name()}
        record_fact(project, event, time.time(), **facts)
