"""Reads a folder with bounds: so many files, so many bytes, and no link, pipe or hidden folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from mlops_tui.domain.discover import SKIPPED

MAX_BYTES = 1_000_000
MAX_ENTRIES = 20_000
NOT_OURS = SKIPPED | {"tests", "test", "docs", "doc", "build", "dist", "site", "examples", "mlruns"}


def read_text(path: Path) -> str | None:
    """Return the text of a regular file of at most `MAX_BYTES`, else None."""
    try:
        facts = os.stat(path)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_BYTES:
            return None
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def first_line(path: Path, limit_bytes: int = 65_536) -> str:
    """Return the first line of a regular file, "" where there is none or it is too long."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        with open(path, "rb") as file:
            line = file.readline(limit_bytes)
    except OSError:
        return ""
    return line.decode("utf-8-sig", "replace").rstrip("\r\n") if line.endswith(b"\n") else ""


def walk_files(folder: Path, depth: int) -> Iterator[str]:
    """Yield the regular files below `folder`, as sorted relative paths with `/`.

    Looks at `depth` levels of folders (0: none below `folder`) and `MAX_ENTRIES` entries.
    """
    level = [""]
    seen = 0
    for remaining in range(depth, -1, -1):
        below: list[str] = []
        for prefix in level:
            entries = _entries(folder / prefix)
            seen += len(entries)
            if seen > MAX_ENTRIES:
                return
            yield from (prefix + name for name, is_folder in entries if not is_folder)
            below += [f"{prefix}{name}/" for name, is_folder in entries if is_folder]
        level = below if remaining else []


def _entries(folder: Path) -> list[tuple[str, bool]]:
    """Return name and "is a folder" of the files and folders worth a look."""
    found: list[tuple[str, bool]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.name.isprintable():
                    continue
                if entry.is_file():
                    found.append((entry.name, False))
                elif entry.is_dir(follow_symlinks=False) and _is_ours(entry):
                    found.append((entry.name, True))
                if len(found) > MAX_ENTRIES:
                    break
    except OSError:
        return []
    return sorted(found)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    is_venv = os.path.isfile(os.path.join(entry.path, "pyvenv.cfg"))
    return entry.name not in NOT_OURS and not is_venv
