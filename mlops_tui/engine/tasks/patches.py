"""Tasks about marked rows: pin them, find them again, write the data as the marks want it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mlops_tui.data.files import find_tables, is_glob, walk
from mlops_tui.data.patching import (
    Located,
    Standing,
    locate,
    pin_rows,
    require_columns,
    require_writable,
    write_patched,
)
from mlops_tui.data.places import positions
from mlops_tui.data.tables import read_chunks
from mlops_tui.data.values import texts
from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.patches import SUFFIX, Change, Pin
from mlops_tui.engine.patches import fixed_folder
from mlops_tui.engine.tasks.reading import Meter, size_of
from mlops_tui.engine.worker import Progress
from mlops_tui.journal.lock import sync_folder
from mlops_tui.journal.sharing import make_folder

_MOST_IDS = 10_000


def named_files(path: str) -> dict[str, Path]:
    """Return the tables of some data by the names that marks have for them.

    Raises:
        NotFoundError: there are none.
    """
    files = find_tables(path)
    if os.path.isfile(path):
        return {files[0].name: files[0]}
    return {os.path.relpath(file, _root(path)): file for file in files}


def _root(path: str) -> str:
    return fixed_folder(path) if is_glob(path) and not os.path.isdir(path) else path


def pin(
    progress: Progress,
    path: str,
    rows: Sequence[Mapping[str, Any]] = (),
    ids: Sequence[str] = (),
    key: str | None = None,
    values: Mapping[str, str] | None = None,
    shown: Sequence[str] = (),
) -> list[dict[str, object]]:
    """Return the rows that somebody named, each pinned by its content.

    Args:
        progress: told of files.
        path: the data; absolute.
        rows: each a `line` (or row), and its `file` where there are several.
        ids: values of the column `key`.
        key: the column that tells rows apart.
        values: what is to be written into the rows; looked at, not written.
        shown: columns to show first.

    Raises:
        InputError: a row, an id or a column is not there, or a value cannot be written.
    """
    files = named_files(path)
    wanted: dict[str, list[int]] = {}
    for row in rows:
        wanted.setdefault(_file_of(row.get("file"), files), []).append(int(row["line"]))
    if ids:
        for name, lines in _lines_of(files, ids, key).items():
            wanted.setdefault(name, []).extend(lines)
    found: list[dict[str, object]] = []
    for done, (name, lines) in enumerate(wanted.items(), 1):
        if values:
            require_columns(files[name], list(values))
            require_writable(files[name], values)
        for pinned in pin_rows(files[name], name, lines):
            columns = [*(values or ()), *shown]
            found.append({"pin": asdict(pinned.pin), "shown": pinned.shown(columns)})
        progress(done, len(wanted))
    return found


def _file_of(named: object, files: Mapping[str, Path]) -> str:
    if named is None:
        if len(files) == 1:
            return next(iter(files))
        some = ", ".join(list(files)[:5])
        raise InputError(f"there are {len(files)} files: say which", f"--file NAME: {some}")
    text = str(named)
    for name, path in files.items():
        if text == name or os.path.realpath(text) == os.path.realpath(path):
            return name
    same = [name for name in files if os.path.basename(name) == os.path.basename(text)]
    if len(same) == 1:
        return same[0]
    raise NotFoundError(f"{text} is no file of this data", f"files: {', '.join(list(files)[:5])}")


def _lines_of(
    files: Mapping[str, Path], ids: Sequence[str], key: str | None
) -> dict[str, list[int]]:
    if key is None:
        raise InputError("nothing tells rows by an id", "declare the dataset's id, or use --lines")
    left = set(ids)
    found: dict[str, list[int]] = {}
    for name, path in files.items():
        for chunk in read_chunks([path], [key]):
            values = texts(chunk.frame[key])
            for at in np.flatnonzero(np.isin(values.astype(str), list(ids))).tolist():
                found.setdefault(name, []).append(int(positions(chunk)[at]))
                left.discard(str(values[at]))
    if left:
        raise NotFoundError(f"no row has {key} {', '.join(sorted(left)[:10])}")
    return found


def judge(progress: Progress, path: str, pins: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return where marked rows stand now, in the order of `pins`.

    Raises:
        InputError: the data cannot be read.
    """
    asked = [Pin(**it) for it in pins]
    found = locate(named_files(path), asked)
    progress(1, 1)
    return [asdict(found[it]) for it in asked]


def materialise(
    progress: Progress,
    path: str,
    changes: Sequence[Mapping[str, Any]],
    folder: str,
    left_out: Sequence[str] = (),
) -> dict[str, object]:
    """Write data as its marks want it into a new folder; nothing where that is there already.

    Args:
        progress: told bytes.
        path: the data; absolute.
        changes: fields of `Change`.
        folder: where to, named by the version; its parent is there.
        left_out: names of files that are not written.

    Returns:
        `path`: of the data within the folder, a pattern where `path` is one; `standings`: of the
        changes, in their order.

    Raises:
        InputError: the data cannot be read.
        OSError: the folder cannot be written.
    """
    wanted = [Change(Pin(**it["pin"]), it["is_excluded"], dict(it["values"])) for it in changes]
    tables = named_files(path)
    located = locate(tables, [it.pin for it in wanted])
    standing = [_standing(it, located[it.pin], tables) for it in wanted]
    if not os.path.isdir(folder):
        by_file: dict[str, list[tuple[Change, int]]] = {}
        for change, it in zip(wanted, standing, strict=True):
            if it.standing.is_good and it.line is not None:
                by_file.setdefault(change.pin.file, []).append((change, it.line))
        _write(progress, path, by_file, folder, left_out)
    return {"path": _place_in(folder, path), "standings": [asdict(it) for it in standing]}


def _write(
    progress: Progress,
    path: str,
    changes: Mapping[str, list[tuple[Change, int]]],
    folder: str,
    left_out: Collection[str],
) -> None:
    """Write all files of the data into a folder that is there as a whole or not at all."""
    files = {path_name(file, path): file for file in walk(path) if not file.name.endswith(SUFFIX)}
    files = {name: file for name, file in files.items() if name not in left_out}
    meter = Meter(progress, size_of(list(files.values())))
    new = f"{folder}.{os.getpid()}.new"
    make_folder(Path(new))
    try:
        for name, file in files.items():
            target = Path(_home(new, path), name)
            target.parent.mkdir(parents=True, exist_ok=True)
            if name in changes:
                write_patched(file, target, changes[name], meter.add)
            else:
                shutil.copy2(file, target)
        _take_place(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    sync_folder(Path(folder).parent)


def _take_place(new: str, folder: str) -> None:
    try:
        os.rename(new, folder)
    except OSError:
        if not os.path.isdir(folder):  # else somebody was faster with the same
            raise


def path_name(file: Path, path: str) -> str:
    """Return the name that marks have for a file of the data at `path`."""
    return file.name if os.path.isfile(path) else os.path.relpath(file, _root(path))


def _home(folder: str, path: str) -> str:
    """Return the folder that the files of the data at `path` have their names in."""
    if os.path.isfile(path):
        return folder
    return os.path.join(folder, os.path.basename(_root(path).rstrip("/")) or "data")


def _place_in(folder: str, path: str) -> str:
    """Return where the data at `path` lies once it is written into `folder`."""
    home = _home(folder, path)
    if os.path.isfile(path):
        return os.path.join(home, os.path.basename(path))
    return home if os.path.isdir(path) else os.path.join(home, os.path.relpath(path, _root(path)))


def _standing(change: Change, located: Located, tables: Mapping[str, Path]) -> Located:
    if not located.standing.is_good or not change.values:
        return located
    try:
        require_columns(tables[change.pin.file], list(change.values))
        require_writable(tables[change.pin.file], change.values)
    except InputError:
        return Located(Standing.NO_COLUMN, located.line)
    return located
