"""Files that a run keeps: copied into its folder whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Dict, List

from mlops_tui.journal.sharing import make_folder, share
from mlops_tui.track.lines import clean
from mlops_tui.track.own import working_folder


def keep(run_dir: Path, given: Any) -> Dict[str, Any]:
    """Return the fact of an artifact, having copied it into the run's folder if it is outside.

    One below the working folder keeps its path from there (`artifacts/plots/roc.png`); any other
    its name. A later artifact of the same name takes the place of an earlier one.

    Raises:
        OSError: it is not there, or cannot be copied.
        TypeError: `given` is no path.
        ValueError: it is a folder with the run in it.
    """
    source = Path(os.path.abspath(os.fsdecode(given)))
    folder = Path(os.path.abspath(run_dir))
    if _holds(source, folder):
        raise ValueError("%s has this run in it: name what is to be kept of it" % source)
    size_bytes = _size_of(source)
    if folder in source.parents:
        return {"path": clean(source.relative_to(folder).as_posix()), "bytes": size_bytes}
    here = working_folder()
    inside = source.relative_to(here) if here in source.parents else Path(source.name)
    if inside.parts[0] == ".mlops":
        inside = Path(source.name)
    target = folder / "artifacts" / inside
    for around in [*reversed(target.relative_to(folder).parents)][1:]:
        make_folder(folder / around)
    _copy_whole(source, target)
    path = clean(target.relative_to(folder).as_posix())
    return {"path": path, "bytes": size_bytes, "source": clean(str(source))}


def _holds(outer: Path, inner: Path) -> bool:
    real, inside = Path(os.path.realpath(outer)), Path(os.path.realpath(inner))
    return real == inside or real in inside.parents


def _without_copy(folder: str, names: List[str]) -> List[str]:
    """Return the links in a folder that lead nowhere, or around it: copied, they had no end."""
    links = [path for path in (Path(folder, name) for name in names) if path.is_symlink()]
    return [link.name for link in links if not link.exists() or _holds(link, Path(folder))]


def _size_of(path: Path) -> int:
    if not path.is_dir():
        return os.stat(path).st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _copy_whole(source: Path, target: Path) -> None:
    suffix = "%d-%s" % (os.getpid(), os.urandom(4).hex())
    temporary = target.with_name(".new-%s.%s" % (target.name, suffix))
    replaced = target.with_name(".old-%s.%s" % (target.name, suffix))
    try:
        if source.is_dir():
            shutil.copytree(source, temporary, ignore=_without_copy)
        else:
            shutil.copyfile(source, temporary)
            shutil.copymode(source, temporary)
            _sync(temporary)
        for copy in [temporary, *(temporary.rglob("*") if temporary.is_dir() else ())]:
            share(copy)
        if target.is_dir() or (source.is_dir() and target.exists()):
            os.rename(target, replaced)
        os.replace(temporary, target)
    finally:
        for leftover in (temporary, replaced):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
