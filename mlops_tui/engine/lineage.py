"""Where a run comes from and what came of it: other runs, data in, files out; looks only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mlops_tui.domain import places
from mlops_tui.domain.filters import Filter, parse_filter
from mlops_tui.domain.filters_ast import Compare
from mlops_tui.domain.project import Dataset
from mlops_tui.domain.runs import Run
from mlops_tui.engine.actions_tags import SWEEP_TAG
from mlops_tui.engine.recorded import read_object

MOST_RELATIVES = 50
"""Of one kind; a sweep may have thousands."""
_MOST_ATTEMPTS = 20


class LineageReader(Protocol):
    """What is asked of an index here."""

    def run_ids(self, where: Filter | None = None) -> list[str]:
        """Return the ids of the runs wanted, newest first."""

    def runs(self, ids: Sequence[str]) -> list[Run]:
        """Return these runs in this order; those not there are left out."""


@dataclass(frozen=True, slots=True)
class Relative:
    """Another run and what it is to this one."""

    relation: str
    run_id: str
    run: Run | None
    """None where the index does not have it (any more)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Data or a file by the name that the job gives it, and where that lies."""

    name: str
    path: str = ""
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class Lineage:
    """All that is known of where a run stands among others."""

    relatives: tuple[Relative, ...] = ()
    sweep: str = ""
    """The name of the sweep it belongs to."""
    siblings: int = 0
    """Other runs of that sweep; the first of them are among the relatives."""
    inputs: tuple[Place, ...] = ()
    outputs: tuple[Place, ...] = ()


def read_lineage(
    project: Path, datasets: Mapping[str, Dataset], reader: LineageReader, run: Run
) -> Lineage:
    """Return the lineage of `run`; a `run.json` that cannot be read counts as empty.

    Args:
        project: its folder.
        datasets: what the project file declares, by name.
        reader: the index.
        run: whose.
    """
    try:
        record: Mapping[str, object] = read_object(places.run_dir(project, run.id) / "run.json")
    except (OSError, ValueError, RecursionError):
        record = {}
    relatives = _before(reader, run)
    if run.parent:
        relatives.append(_relative(reader, "child of", run.parent))
    sweep = str(run.tags.get(SWEEP_TAG, ""))
    siblings = 0
    for relation, field, value in (
        ("retried as", "retry_of", run.id),
        ("parent of", "parent", run.id),
        ("swept with", f"tag.{SWEEP_TAG}", sweep),
    ):
        ids = [it for it in _ids_with(reader, field, value) if it != run.id]
        relatives += [Relative(relation, it.id, it) for it in reader.runs(ids[:MOST_RELATIVES])]
        siblings = len(ids)
    return Lineage(
        tuple(relatives),
        sweep,
        siblings,
        _places(project, datasets, record.get("inputs")),
        _places(project, datasets, record.get("outputs")),
    )


def _before(reader: LineageReader, run: Run) -> list[Relative]:
    """Return the runs that this one is a retry of, the nearest first."""
    found: list[Relative] = []
    wanted = run.retry_of
    while wanted and len(found) < _MOST_ATTEMPTS and wanted not in [it.run_id for it in found]:
        words = "retry of" if not found else "which retries"
        found.append(_relative(reader, words, wanted))
        before = found[-1].run
        wanted = before.retry_of if before is not None else None
    return found


def _relative(reader: LineageReader, relation: str, run_id: str) -> Relative:
    runs = reader.runs([run_id])
    return Relative(relation, run_id, runs[0] if runs else None)


def _ids_with(reader: LineageReader, field: str, value: str) -> list[str]:
    return reader.run_ids(parse_filter(str(Compare(field, "=", value)))) if value else []


def _places(project: Path, datasets: Mapping[str, Dataset], names: object) -> tuple[Place, ...]:
    if not isinstance(names, list):
        return ()
    found = []
    for name in names:
        text = str(name)
        path = datasets[text].path if text in datasets else text
        found.append(Place(text, path if path != text else "", _is_there(project, path)))
    return tuple(found)


def _is_there(project: Path, path: str) -> bool:
    try:
        if any(letter in path for letter in "*?["):
            return any(True for _ in project.glob(path))
        return (project / path).exists()
    except (OSError, ValueError, NotImplementedError):
        return False
