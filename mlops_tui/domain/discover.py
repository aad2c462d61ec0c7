"""Finds the projects below a folder without opening a file."""

from __future__ import annotations

import os
from pathlib import Path

from mlops_tui.domain.project import FILE_NAME

MAX_DEPTH = 3
SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "env", "conda-meta"})

Identity = tuple[int, int]


def find_projects(workspace: Path) -> list[Path]:
    """Return the folders with an `mlops.toml`: `workspace` itself, else those below it.

    Looks `MAX_DEPTH` folders down, not into hidden folders, virtual environments or projects.
    Links are followed, and a folder that is reached twice is listed once. Sorted by name; what
    cannot be read is left out.
    """
    if _is_project(workspace):
        return [workspace]
    seen: set[Identity] = set()
    _is_new(workspace, seen)
    found: list[Path] = []
    level = [workspace]
    for _ in range(MAX_DEPTH):
        children = [child for folder in level for child in _children(folder)]
        new = [child for child in children if _is_new(child, seen)]
        found += [child for child in new if _is_project(child)]
        level = [child for child in new if not _is_project(child) and not _is_venv(child)]
    return sorted(found, key=lambda path: (path.name.lower(), str(path)))


def _children(folder: Path) -> list[Path]:
    """Return the folders in `folder` that are worth a look, real ones before links."""
    try:
        with os.scandir(folder) as entries:
            kept = sorted((entry.is_symlink(), entry.name) for entry in entries if _is_open(entry))
    except OSError:
        return []
    return [folder / name for _, name in kept]


def _is_open(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in SKIPPED:
        return False
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_new(folder: Path, seen: set[Identity]) -> bool:
    """Say whether this folder was not met before, and remember it."""
    try:
        facts = os.stat(folder)
    except OSError:
        return False
    identity = (facts.st_dev, facts.st_ino)
    if identity in seen:
        return False
    seen.add(identity)
    return True


def _is_project(folder: Path) -> bool:
    return os.path.isfile(folder / FILE_NAME)


def _is_venv(folder: Path) -> bool:
    return os.path.isfile(folder / "pyvenv.cfg")
