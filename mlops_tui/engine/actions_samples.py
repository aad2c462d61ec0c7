"""Copies the sample projects that come with the program to where a person wants them."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import mlops_tui
from mlops_tui.domain.errors import NotFoundError, RefusedError
from mlops_tui.domain.project import FILE_NAME
from mlops_tui.engine.creation import guarding

FOLDER = "sample_projects"
_NOT_COPIED = frozenset({".mlops", "__pycache__", "data", "models", "reports"})
"""What running a sample leaves behind."""


@dataclass(frozen=True, slots=True)
class CopiedSamples:
    """What came of a copy."""

    folder: Path
    """Absolute; holds one folder a sample."""
    copied: tuple[str, ...]
    there_already: tuple[str, ...]
    """Names that were taken: nothing of these was touched."""

    @property
    def words(self) -> str:
        """Say in a sentence what there is now."""
        new, old = ", ".join(self.copied), ", ".join(self.there_already)
        left = f"{old}: there already, left as it is" if old else ""
        return "; ".join(part for part in (f"copied {new}" if new else "", left) if part)


def copy_samples(folder: Path) -> CopiedSamples:
    """Copy the sample projects into a folder, which is created if missing; overwrite nothing.

    Raises:
        NotFoundError: this installation has no samples.
        RefusedError: `folder` is something else than a folder.
        StorageError: it cannot be written.
    """
    samples = sample_folders()
    folder = Path(os.path.abspath(folder.expanduser()))
    if os.path.lexists(folder) and not folder.is_dir():
        raise RefusedError(f"{folder} is no folder", "name a folder, or one that is not there yet")
    copied = []
    with guarding(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for sample in samples:
            if _copy_new(sample, folder / sample.name):
                copied.append(sample.name)
    kept = [sample.name for sample in samples if sample.name not in copied]
    return CopiedSamples(folder, tuple(copied), tuple(kept))


def sample_folders() -> list[Path]:
    """Return the samples: in the package where it is installed, else beside it in a checkout.

    Raises:
        NotFoundError: there are none.
    """
    package = Path(mlops_tui.__file__).parent
    for place in (package / FOLDER, package.parent / FOLDER):
        found = sorted(path.parent for path in place.glob(f"*/{FILE_NAME}"))
        if found:
            return found
    raise NotFoundError("this installation has no sample projects", "mlops-tui init sets up yours")


def _copy_new(sample: Path, to: Path) -> bool:
    """Copy a sample to where nothing is, its project file last; say whether nothing was there."""
    try:
        to.mkdir()  # exclusively: of two copies at once, one gets each name
    except FileExistsError:
        return False
    names = sorted(path.name for path in sample.iterdir() if path.name not in _NOT_COPIED)
    for name in sorted(names, key=lambda name: name == FILE_NAME):
        shutil.copyfile(sample / name, to / name)
    return True
