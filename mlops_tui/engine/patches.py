"""Patch files beside data: where they are, what they say, and what is added to them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.patches import (
    SUFFIX,
    Change,
    Mark,
    changes_of,
    read_patch,
)
from mlops_tui.engine.creation import guarding
from mlops_tui.engine.data_sources import Source
from mlops_tui.journal.append import append_synced, locked


@dataclass(frozen=True, slots=True)
class Patch:
    """The marks of some data."""

    file: Path
    """The patch file; it need not be there."""
    marks: tuple[Mark, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def changes(self) -> list[Change]:
        """What the marks come to."""
        return changes_of(self.marks)


def patch_file(source: Source) -> Path:
    """Return where marks of some data stand: beside its file or folder.

    Those of a pattern stand in the folder that the pattern begins with, by the dataset's name.

    Raises:
        InputError: a pattern that no dataset declares.
    """
    path = source.path
    if not _is_pattern(path):
        return Path(path.rstrip("/") + SUFFIX)
    if source.dataset is None:
        raise InputError(f"{path} is a pattern", "declare it as a dataset, or name a file")
    return Path(fixed_folder(path), source.name.replace("/", "-") + SUFFIX)


def fixed_folder(pattern: str) -> str:
    """Return the folder that all files of a pattern are below."""
    place = next(at for at, letter in enumerate(pattern) if letter in "*?[")
    return os.path.dirname(pattern[:place])


def _is_pattern(path: str) -> bool:
    return any(letter in path for letter in "*?[") and not os.path.exists(path)


def read_marks(source: Source) -> Patch:
    """Return the marks of some data; none where there is no patch file.

    Raises:
        InputError: as for `patch_file`.
        StorageError: it cannot be read.
    """
    file = patch_file(source)
    with guarding(file):
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            return Patch(file)
    marks, problems = read_patch(text)
    return Patch(file, tuple(marks), tuple(f"{file}, {it}" for it in problems))


def has_marks(source: Source) -> bool:
    """Say whether there is a patch file; looks at nothing else."""
    try:
        return patch_file(source).exists()
    except InputError:
        return False


def append_lines(file: Path, lines: Sequence[Mapping[str, object]]) -> None:
    """Add lines to a patch file; they are on disk when this returns.

    Raises:
        StorageError: it cannot be written.
    """
    with guarding(file), locked(file) as fd:
        for line in lines:
            append_synced(fd, line)


def new_mark_id(taken: Sequence[str]) -> str:
    """Return an id that no mark has."""
    while True:
        found = "m" + secrets.token_hex(3)
        if found not in taken:
            return found
