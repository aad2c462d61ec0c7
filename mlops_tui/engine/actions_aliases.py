"""What a person does with aliases of models: point them at a version, or take them away."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError
from mlops_tui.domain.host import host_name
from mlops_tui.domain.models import AliasMove, ModelVersion, MoveKind, require_name
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.actions_models import find_version
from mlops_tui.engine.model_claims import claim_move, settle_claims
from mlops_tui.engine.model_files import missing_files
from mlops_tui.engine.model_manifest import files_of, read_manifest

if TYPE_CHECKING:
    from mlops_tui.index import Index


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an alias is moved, and what that rests on."""

    why: str
    kind: MoveKind = MoveKind.MOVE
    evaluation: str | None = None
    gate: str | None = None
    """`green`, `red`, `none`; None where no gate was asked."""
    report: str | None = None
    """SHA-256 of what the gate said."""


def alias_state(project: Path, index: Index, model: str, alias: str) -> AliasMove | None:
    """Return the move of an alias that stands, also one that was killed before it was told.

    Raises:
        StorageError: the index cannot be read.
    """
    settle_claims(project, index, model)
    return index.alias_state(model, alias)


def move_alias(
    project: Path,
    index: Index,
    name: str,
    alias: str,
    reasons: Reasons,
    seen: int | None = None,
) -> AliasMove:
    """Point an alias at a version and return the move, which is on disk then.

    Args:
        project: the project's folder.
        index: brought up to date; with the move in it when this returns.
        name: of the version, such as `cancer:3` or `cancer@challenger`.
        alias: what is moved; it is made where there is none.
        reasons: why.
        seen: the generation that the decision rests on, 0 for no alias yet; None for the present.

    Raises:
        InputError: no reason is given, or a name is none.
        NotFoundError: there is no such version.
        RefusedError: somebody else moved it meanwhile, it points there already, or files are gone.
        StorageError: the disk refuses.
    """
    require_name(alias, "an alias")
    version = find_version(project, index, name)
    if version.deleted:
        raise RefusedError(f"{version.name} is deleted", f"mlops-tui models restore {version.name}")
    lost = missing_files(project, files_of(read_manifest(project, version)))
    if lost:
        raise RefusedError(f"{alias} stays where it is: {lost[0]}", "mlops-tui models verify")
    return _move(project, index, version.model, alias, version, reasons, seen)


def remove_alias(
    project: Path, index: Index, model: str, alias: str, reasons: Reasons, seen: int | None = None
) -> AliasMove:
    """Take an alias away and return the move; arguments and errors as of `move_alias`."""
    settle_claims(project, index, model)
    index.model(model)
    return _move(project, index, model, alias, None, reasons, seen)


def _move(
    project: Path,
    index: Index,
    model: str,
    alias: str,
    to: ModelVersion | None,
    reasons: Reasons,
    seen: int | None,
) -> AliasMove:
    if not reasons.why.strip():
        raise InputError(f"why is {alias} moved?", "say it: --why REASON")
    state = index.alias_state(model, alias)
    number = None if to is None else to.number
    before = None if state is None else state.to
    generation = 0 if state is None else state.generation
    if state is not None and seen not in (None, generation):
        raise _too_late(model, alias, _fact_of(state))
    if to is None and before is None:
        raise NotFoundError(f"{model} has no alias {alias}")
    if number == before:
        raise RefusedError(f"{model}:{number} is {alias} already")
    facts: dict[str, Any] = {
        "model": model,
        "alias": alias,
        "generation": generation + 1,
        "from": before,
        "to": number,
        "why": reasons.why.strip(),
        "by": user_name(),
        "host": host_name(),
        "t": time.time(),
        "kind": reasons.kind.value,
        "evaluation": reasons.evaluation,
        "gate": reasons.gate,
        "report": reasons.report,
    }
    first = claim_move(project, facts)
    if first is not None:
        raise _too_late(model, alias, first)
    index.ingest()
    made = index.alias_state(model, alias)
    assert made is not None
    return made


def _fact_of(state: AliasMove) -> dict[str, Any]:
    return {"by": state.by, "to": state.to, "why": state.why, "host": state.host}


def _too_late(model: str, alias: str, fact: dict[str, Any]) -> RefusedError:
    """Return what to tell whoever was not first."""
    to = fact.get("to")
    where = "took it away" if to is None else f"moved it to {model}:{to}"
    who = f"{fact.get('by') or 'somebody'} on {fact.get('host') or 'some host'}"
    why = f": {fact['why']}" if fact.get("why") else ""
    return RefusedError(
        f"{alias} of {model} is not moved: {who} {where} just before{why}",
        f"look at it again: mlops-tui models history {model}",
    )
