"""Changes a project file: it stays as sound as it was, and is replaced as a whole."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.project import FILE_NAME, Project
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.engine.creation import guarding


def edit_project_file(before: Project, what: str, change: Callable[[str], str]) -> Path:
    """Replace the text of a project file by what `change` makes of it; return its path.

    Args:
        before: what the file says now.
        what: that is written, for the words of an error.
        change: given the text, returns the new one, or raises `RefusedError`.

    Raises:
        RefusedError: it would not be sound any more, or the file changed meanwhile.
        StorageError: it cannot be read or written.
    """
    path = Path(os.path.realpath(before.path / FILE_NAME))
    with guarding(path):
        data = path.read_bytes()
    try:
        made = change(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RefusedError(f"{path} is no UTF-8: {error}") from error
    _require_sound(made, before, what)
    with guarding(path):
        _replace(path, data, made.encode())
    return path


def _require_sound(text: str, before: Project, what: str) -> None:
    """Return quietly where the file has no problem that it had not before."""
    after = parse_project(text.removeprefix("\ufeff"), before.path)
    if len(after.problems) > len(before.problems):
        known = {(it.key, it.message) for it in before.problems}
        new = next((it for it in after.problems if (it.key, it.message) not in known), None)
        raise RefusedError(f"{what} would not be understood: {new}", "please report this")


def _replace(path: Path, expected: bytes, data: bytes) -> None:
    """Put `data` in the place of a file that still holds what was expected.

    Raises:
        RefusedError: it does not.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        if path.read_bytes() != expected:
            raise RefusedError(f"{path} changed meanwhile", "nothing was written: try again")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
