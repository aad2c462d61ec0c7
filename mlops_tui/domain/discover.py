"""Finds the projects below a folder without opening a file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from mlops_tui.domain.project import FILE_NAME

MAX_DEPTH = 3
SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "env", "conda-meta"})

MOST_CANDIDATES = 20
_SIGNS = re.compile(
    r"dvc\.yaml|MLproject|(?:.*_)?(?:train|fit|finetune|fine_tune)(?:_.*|ing)?\.(?:py|R|jl|sh)"
)

Identity = tuple[int, int]


def find_projects(workspace: Path) -> list[Path]:
    """Return the folders with an `mlops.toml`: `workspace` itself, else those below it.

    Looks `MAX_DEPTH` folders down, not into hidden folders, virtual environments or projects.
    Links are followed, and a folder that is reached twice is listed once. Sorted by name; what
    cannot be read is left out.
    """
    if _is_project(workspace):
        return [workspace]
    return [folder for folder in _walk(workspace, _is_project) if _is_project(folder)]


def find_candidates(workspace: Path) -> list[Path]:
    """Return folders that look like a project and have no `mlops.toml`, `MOST_CANDIDATES` at most.

    Such a folder holds a recipe of another tool, or a script that is called after training. What
    lies inside a project or another candidate is left out.
    """
    if _is_project(workspace):
        return []
    if _is_candidate(workspace):
        return [workspace]
    found = _walk(workspace, lambda folder: _is_project(folder) or _is_candidate(folder))
    return [folder for folder in found if not _is_project(folder)][:MOST_CANDIDATES]


def _walk(workspace: Path, is_wanted: Callable[[Path], bool]) -> list[Path]:
    """Return the folders wanted below `workspace`, sorted by name; looks into none of them."""
    seen: set[Identity] = set()
    _is_new(workspace, seen)
    found: list[Path] = []
    level = [workspace]
    for _ in range(MAX_DEPTH):
        children = [child for folder in level for child in _children(folder)]
        new = [child for child in children if _is_new(child, seen)]
        wanted = {child for child in new if is_wanted(child)}
        found += wanted
        level = [child for child in new if child not in wanted and not _is_venv(child)]
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


def _is_candidate(folder: Path) -> bool:
    try:
        return any(_SIGNS.fullmatch(name) for name in os.listdir(folder))
    except OSError:
        return False


def _is_venv(folder: Path) -> bool:
    return os.path.isfile(folder / "pyvenv.cfg")
