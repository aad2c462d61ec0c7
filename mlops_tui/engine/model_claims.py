"""Numbers of versions and moves of aliases, each claimed once anywhere, then told in the journal.

The claim is what counts: it holds all that the journal's line will say. Whoever finds a claim that
no line tells of writes the line, so that a registration or a move that was killed between the two
is whole as soon as anybody looks, and one that was killed before its claim never was.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.lifecycle import ALIAS_MOVED, MODEL_REGISTERED
from mlops_tui.domain.models import alias_claim, name_problem, version_claim
from mlops_tui.engine.creation import ensure_project_folders, guarding, record_fact
from mlops_tui.journal.lock import claim

if TYPE_CHECKING:
    from mlops_tui.index import Index

_GREATEST = 10**9
_LONGEST_BYTES = 512 * 1024
"""A longer claim would make a line that no reader takes."""
_RESTED_NS = 2_000_000_000
"""A folder that changed later than that may change again without its time doing so."""
_OF_VERSIONS, _OF_ALIASES = "model-", "alias-"


def claim_version(
    project: Path, last: int, facts: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Claim the next number of a model and tell of it; return the facts, and whether it is ours.

    It is not where the run of these facts has offered the same model already: that one counts.

    Args:
        project: the project's folder.
        last: a number that is taken, with all below it; 0 for none.
        facts: what the journal says of the version, with `model` and `t`, without `version`.

    Raises:
        StorageError: the disk refuses.
    """
    ensure_project_folders(project)
    number = last
    while True:
        number += 1
        fact = {**facts, "version": number}
        path = places.claims_dir(project) / version_claim(facts["model"], number)
        with guarding(path):
            is_ours = claim(path, fact)
        if is_ours:
            _tell(project, MODEL_REGISTERED, fact)
            return fact, True
        found = _read(path)
        if facts.get("offered") and found.get("offered") and found.get("run") == facts.get("run"):
            return found, False


def claim_move(project: Path, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Claim a move of an alias and tell of it; return None, or the facts of who was first.

    Args:
        project: the project's folder.
        facts: what the journal says of the move, with `model`, `alias`, `generation` and `t`.

    Raises:
        StorageError: the disk refuses.
    """
    ensure_project_folders(project)
    name = alias_claim(facts["model"], facts["alias"], facts["generation"])
    path = places.claims_dir(project) / name
    with guarding(path):
        is_ours = claim(path, dict(facts))
    if not is_ours:
        return _read(path)
    _tell(project, ALIAS_MOVED, facts)
    return None


def settle_claims(project: Path, index: Index, model: str | None = None) -> bool:
    """Tell of claims that no line tells of; return whether there were such, all in the index then.

    On a disk that cannot be written they stay untold: whoever reads it sees the state before them.

    Args:
        project: the project's folder.
        index: brought up to date, and again where something was told.
        model: look at the claims of this one only.
    """
    starts = (_OF_VERSIONS, _OF_ALIASES)
    if model is not None:
        starts = (version_claim(model, 0)[:-1], alias_claim(model, "", 0)[: -len("-0")])
    folder = places.claims_dir(project)
    try:
        changed_ns = os.stat(folder).st_mtime_ns
        if _was_settled(project, changed_ns):
            return False
        names = os.listdir(folder)
    except OSError:
        return False
    untold = {it for it in names if it.startswith(starts)} - _told(index, model)
    has_told = False
    for name in sorted(untold):
        fact = _read(folder / name)
        event = _event_of(name, fact)
        if event is not None:
            with contextlib.suppress(StorageError):
                _tell(project, event, fact)
                has_told = True
    if has_told:
        index.ingest()
    elif model is None and time.time_ns() - changed_ns > _RESTED_NS:
        _note_settled(project, changed_ns)
    return has_told


def _settled_file(project: Path) -> Path:
    return places.index_path(project).with_name("claims.seen")


def _was_settled(project: Path, changed_ns: int) -> bool:
    """Say whether all claims were told of when the folder of claims was as it is now."""
    try:
        return _settled_file(project).read_text() == f"{changed_ns}"
    except (OSError, ValueError):
        return False


def _note_settled(project: Path, changed_ns: int) -> None:
    with contextlib.suppress(OSError):
        _settled_file(project).write_text(f"{changed_ns}")


def _told(index: Index, model: str | None) -> set[str]:
    found: set[str] = set()
    for name, numbers in index.version_numbers(model).items():
        start = version_claim(name, 0)[:-1]
        found.update([f"{start}{number}" for number in numbers])
    found.update(alias_claim(*it) for it in index.alias_generations(model))
    return found


def _event_of(name: str, fact: Mapping[str, Any]) -> str | None:
    """Return what a claim is of; None where it is none that the index would take.

    Else whoever looks would tell of it in vain, again and again.
    """
    model, alias, t = fact.get("model"), fact.get("alias"), fact.get("t")
    if not _is_name(model) or not isinstance(t, int | float):
        return None
    version, generation = fact.get("version"), fact.get("generation")
    if _is_number(version) and version_claim(str(model), int(version or 0)) == name:
        return MODEL_REGISTERED
    is_move = _is_name(alias) and _is_number(generation)
    if is_move and alias_claim(str(model), str(alias), int(generation or 0)) == name:
        return ALIAS_MOVED
    return None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and not name_problem(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _GREATEST


def _tell(project: Path, event: str, fact: Mapping[str, Any]) -> None:
    told = {key: it for key, it in fact.items() if key not in ("t", "event")}
    record_fact(project, event, fact["t"], **told)


def _read(path: Path) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            data = file.read(_LONGEST_BYTES)
        found = json.loads(data) if len(data) < _LONGEST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
