"""Contents kept under their own digest in `.mlops/objects`: written once, never changed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import NotFoundError, StorageError
from mlops_tui.engine.creation import ensure_project_folders, guarding
from mlops_tui.journal.lock import write_atomically
from mlops_tui.journal.sharing import make_folder

_DIGEST = re.compile(r"[0-9a-f]{64}")


def keep_object(project: Path, content: bytes) -> str:
    """Keep some content and return its digest (SHA-256); it is on disk when this returns.

    Raises:
        StorageError: it cannot be written.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = object_path(project, digest)
    if path.exists():
        return digest
    ensure_project_folders(project)
    with guarding(path):
        for folder in (path.parent.parent, path.parent):
            make_folder(folder)
        write_atomically(path, content)
    return digest


def read_object(project: Path, digest: str) -> bytes:
    """Return the content that has this digest.

    Raises:
        NotFoundError: there is none.
        StorageError: it cannot be read, or is not what it was.
    """
    if not _DIGEST.fullmatch(digest):
        raise NotFoundError(f"{digest!r} is no digest of anything kept")
    path = object_path(project, digest)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"{path} is gone", "it may not have been copied along") from None
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise StorageError(f"{path} is damaged: it is not what was written")
    return content


def object_path(project: Path, digest: str) -> Path:
    """Return where content of this digest lies."""
    return places.project_dot(project) / "objects" / digest[:2] / digest
