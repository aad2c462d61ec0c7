"""Setting a folder up as a project: a proposal is shown first, and written where there is none."""

from __future__ import annotations

import os
from pathlib import Path

from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.project import FILE_NAME
from mlops_tui.engine.creation import guarding


def write_project_file(folder: Path, text: str) -> Path:
    """Write `mlops.toml` with this text into a folder that has none, and return its path.

    Raises:
        RefusedError: there is one already.
        StorageError: it cannot be written.
    """
    path = Path(os.path.realpath(folder)) / FILE_NAME
    with guarding(path):
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            raise RefusedError(f"{path} is there already") from None
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(fd)
    return path
