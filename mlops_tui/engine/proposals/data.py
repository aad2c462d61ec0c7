"""Finds data files and guesses what they are for; of a table only the header is read."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from mlops_tui.engine.proposals.found import FoundDataset, guess_role, safe_name
from mlops_tui.engine.proposals.reading import first_line

_SUFFIX = re.compile(r"\.(csv|tsv|parquet|jsonl|ndjson)(\.gz)?$", re.IGNORECASE)
_FOLDERS = frozenset({"data", "datasets", "dataset"})
_TARGETS = ("label", "target", "y", "class", "outcome")
_GLOB = re.compile(r"[*?\[\]]")
MAX_DATASETS = 30
PARTS = 5
"""So many files of one kind in one folder are taken for the parts of one dataset."""


def find_datasets(folder: Path, files: Sequence[str]) -> list[FoundDataset]:
    """Return the data among `files` at the top of `folder` or in a data folder."""
    chosen = [path for path in files if _is_data(path)]
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in chosen:
        groups[str(PurePosixPath(path).parent), _suffix(path)].append(path)
    found: list[FoundDataset] = []
    for (parent, suffix), paths in groups.items():
        if len(paths) > PARTS and not any(guess_role(_stem(path)) for path in paths):
            base = "" if parent == "." else f"{parent}/"
            label = PurePosixPath(parent).name or "data"
            found.append(_dataset(folder, label, f"{base}*{suffix}", paths[0]))
        else:
            found += [_dataset(folder, _stem(path), path, path) for path in paths]
    return _with_own_names(found[:MAX_DATASETS])


def _is_data(path: str) -> bool:
    parts = path.split("/")
    is_near = len(parts) == 1 or parts[0].lower() in _FOLDERS
    return bool(_SUFFIX.search(path)) and is_near and not _GLOB.search(path)


def _suffix(path: str) -> str:
    match = _SUFFIX.search(path)
    return match.group() if match else ""


def _stem(path: str) -> str:
    return _SUFFIX.sub("", PurePosixPath(path).name)


def _dataset(folder: Path, label: str, path: str, sample: str) -> FoundDataset:
    return FoundDataset(
        safe_name(label), path, guess_role(_SUFFIX.sub("", path)), _target(folder / sample)
    )


def _target(path: Path) -> str | None:
    """Return the column that has a name only a target has, None where there is none."""
    if not path.name.lower().endswith((".csv", ".tsv")):
        return None
    delimiter = "\t" if path.name.lower().endswith(".tsv") else ","
    try:
        columns = next(csv.reader([first_line(path)], delimiter=delimiter), [])
    except csv.Error:
        return None
    by_case = {column.strip().lower(): column for column in columns}
    return next((by_case[name] for name in _TARGETS if name in by_case), None)


def _with_own_names(found: list[FoundDataset]) -> list[FoundDataset]:
    """Return the datasets with a number behind every name that is taken."""
    taken: set[str] = set()
    named: list[FoundDataset] = []
    for dataset in found:
        name, number = dataset.name, 2
        while name in taken:
            name, number = f"{dataset.name}-{number}", number + 1
        taken.add(name)
        named.append(FoundDataset(name, dataset.path, dataset.role, dataset.target))
    return named
