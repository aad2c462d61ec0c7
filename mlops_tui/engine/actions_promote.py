"""What a person does about the model in use: ask a gate, promote, roll back, rehearse that."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import InputError, MlopsTuiError, NotFoundError, RefusedError
from mlops_tui.domain.evaluations import Evaluation
from mlops_tui.domain.gates import GateResult
from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import ALIAS_DRILLED
from mlops_tui.domain.models import (
    CHAMPION,
    AliasMove,
    Gate,
    ModelVersion,
    MoveKind,
    Relative,
    VersionName,
)
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.rollbacks import rollback_target
from mlops_tui.engine.actions_aliases import Reasons, alias_state, move_alias
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.actions_models import find_version
from mlops_tui.engine.actions_trust import load_request
from mlops_tui.engine.creation import record_fact
from mlops_tui.engine.gating import Case, dataset_of, evaluation_of, judge, obstacle_words
from mlops_tui.engine.model_files import verify_files
from mlops_tui.engine.model_manifest import files_of, read_manifest
from mlops_tui.engine.objects import keep_object
from mlops_tui.engine.workers import Cancellation, OnProgress

if TYPE_CHECKING:
    from mlops_tui.data.check_results import CheckReport
    from mlops_tui.index import Index

_SAY_WHY = "say it: --why REASON"


@dataclass(frozen=True, slots=True)
class Promoted:
    """A promotion, and what the gate had said."""

    move: AliasMove
    gate: GateResult


@dataclass(frozen=True, slots=True)
class RolledBack:
    """A rollback, or the rehearsal of one."""

    model: str
    alias: str
    before: int | None
    to: int
    move: AliasMove | None
    """None where it was rehearsed only."""
    seconds: float
    """From the beginning until it was on disk."""
    problems: tuple[str, ...] = ()
    """Of a rehearsal: why it would not have worked."""


def ask_gate(
    project: Path,
    index: Index,
    name: str,
    alias: str | None = None,
    is_complete: bool = True,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> GateResult:
    """Return what the gate of a model says of a version; nothing is moved.

    Args:
        project: the project's folder.
        index: brought up to date.
        name: of the version.
        alias: what is to be moved; None for the one that the gate is declared for.
        is_complete: evaluate and check what was not, as far as that is needed.
        on_progress: told how far evaluating and comparing is.
        cancellation: ends it from another thread.

    Raises:
        NotFoundError: there is no such version.
        ProjectFileError: the project file has problems.
        WorkCancelledError: it was cancelled.
    """
    described = load_project(project)
    described.require_sound()
    version = find_version(project, index, name)
    gate = described.gate_of(version.model)
    asked = alias or (gate.alias if gate is not None else CHAMPION)
    state = alias_state(project, index, version.model, asked)
    to = None if state is None else state.to
    champion = None
    if to is not None:
        champion = index.model_version(VersionName(version.model, number=to))
    generation = 0 if state is None else state.generation
    if gate is None:
        return GateResult(version, asked, to, generation, None, None, (), False, time.time())
    dataset = dataset_of(described, gate)
    if is_complete:
        for it in (version, champion):
            if it is not None and dataset is not None:
                _evaluate(project, index, it, gate, dataset, (on_progress, cancellation))
    watching = (on_progress, cancellation)
    case = _case(described, index, gate, version, champion, dataset, is_complete, watching)
    evaluation = case.evaluation.id if case.evaluation is not None else None
    found = judge(case)
    return GateResult(version, asked, to, generation, dataset, evaluation, found, True, case.now)


def _case(
    described: Project,
    index: Index,
    gate: Gate,
    version: ModelVersion,
    champion: ModelVersion | None,
    dataset: str | None,
    is_complete: bool,
    watching: tuple[OnProgress | None, Cancellation | None],
) -> Case:
    from mlops_tui.engine.actions_evaluations import read_report  # most gates ask for no report
    from mlops_tui.engine.comparisons import compare_evaluated

    def check(name: str) -> CheckReport | None:
        from mlops_tui.engine import kept_checks
        from mlops_tui.engine.actions_checks import check_data

        kept = kept_checks.load(described, name)
        if kept is not None or not is_complete:
            return kept
        on_progress, cancellation = watching
        return check_data(described.path, name, on_progress=on_progress, cancellation=cancellation)

    def compare(asked: Relative, before: Evaluation, after: Evaluation) -> dict[str, object]:
        return compare_evaluated(described, index, asked, before, after, *watching)

    return Case(
        described,
        index,
        gate,
        version,
        champion,
        dataset,
        evaluation_of(index, version, dataset),
        None if champion is None else evaluation_of(index, champion, dataset),
        compare,
        lambda evaluation: read_report(described.path, evaluation),
        check,
        time.time(),
    )


def _evaluate(
    project: Path,
    index: Index,
    version: ModelVersion,
    gate: Gate,
    dataset: str,
    watching: tuple[OnProgress | None, Cancellation | None],
) -> None:
    """Evaluate a version where that is missing: what its run predicted, else the model itself."""
    by_name = index.evaluations(model=version.model, number=version.number, dataset=dataset)
    if any(it.error is None for it in by_name):
        return
    is_called = gate.latency_max_ms is not None and _may_load(project, index, version)
    if not is_called and evaluation_of(index, version, dataset) is not None:
        return
    from mlops_tui.engine.actions_evaluations import evaluate_run
    from mlops_tui.engine.actions_model_evaluation import evaluate_version
    from mlops_tui.engine.evaluation_questions import RunQuestion

    told = index.predictions([version.run_id]) if version.run_id is not None else []
    try:
        if not is_called and any(it.dataset == dataset for it in told):
            (run,) = index.runs([version.run_id or ""])
            evaluate_run(project, run, RunQuestion(dataset), *watching)
        elif is_called or _may_load(project, index, version):
            evaluate_version(project, version.name, RunQuestion(dataset), *watching)
    except (InputError, RefusedError):
        return  # the condition says that there is no evaluation
    index.ingest()


def _may_load(project: Path, index: Index, version: ModelVersion) -> bool:
    """Say whether somebody lets the model be loaded, or it takes nobody."""
    try:
        return load_request(project, index, version).trust is not None
    except MlopsTuiError:
        return False


def promote(
    project: Path,
    index: Index,
    name: str,
    alias: str | None = None,
    why: str = "",
    is_override: bool = False,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> Promoted:
    """Point an alias at a version if the gate lets it; the move and the gate's word are recorded.

    Args:
        project: the project's folder.
        index: brought up to date.
        name: of the version.
        alias: what is moved; None for the one that the gate is declared for.
        why: the reason; needed for an override.
        is_override: also where the gate is red.
        on_progress: told how far evaluating and comparing is.
        cancellation: ends it from another thread; nothing is moved then.

    Raises:
        GateRefusedError: the gate is red, and nobody overrides it.
        InputError: an override without a reason.
        RefusedError: somebody else moved the alias meanwhile, or it is there already.
        MlopsTuiError: there is no such version, or the disk refuses.
    """
    if is_override and not why.strip():
        raise InputError("why is the gate overridden?", _SAY_WHY)
    gate = ask_gate(project, index, name, alias, True, on_progress, cancellation)
    if gate.champion == gate.version.number:
        raise RefusedError(f"{gate.version.name} is {gate.alias} already")
    if gate.verdict == "red" and not is_override:
        raise GateRefusedError(gate)
    report = keep_object(project, json.dumps(gate_record(gate), sort_keys=True).encode())
    reasons = Reasons(
        why.strip() or _why_of(gate), MoveKind.PROMOTE, gate.evaluation, gate.verdict, report
    )
    move = move_alias(project, index, gate.version.name, gate.alias, reasons, gate.generation)
    return Promoted(move, gate)


class GateRefusedError(RefusedError):
    """A gate is red; `gate` has each condition."""

    def __init__(self, gate: GateResult) -> None:
        super().__init__(
            f"{gate.version.name} is not promoted: {obstacle_words(gate.obstacles)}",
            "to do it all the same, on record: --override --why REASON",
        )
        self.gate = gate


def _why_of(gate: GateResult) -> str:
    if not gate.is_declared:
        return "promoted; no gate is declared"
    return f"all {len(gate.conditions)} conditions of the gate hold"


def gate_record(gate: GateResult) -> dict[str, object]:
    """Return what a gate said as JSON holds it."""
    return {
        "model": gate.version.model,
        "version": gate.version.number,
        "alias": gate.alias,
        "champion": gate.champion,
        "dataset": gate.dataset,
        "evaluation": gate.evaluation,
        "verdict": gate.verdict,
        "at": gate.at,
        "conditions": [
            {**asdict(it), "light": it.light.value, "holds": it.holds} for it in gate.conditions
        ],
    }


def rollback(
    project: Path,
    index: Index,
    model: str,
    why: str,
    alias: str = CHAMPION,
    to: int | None = None,
    is_drill: bool = False,
) -> RolledBack:
    """Point an alias back at the version before, or rehearse that and record how long it took.

    Args:
        project: the project's folder.
        index: brought up to date.
        model: its name.
        why: the reason.
        alias: what is moved.
        to: a version that it pointed at earlier; None for the one before, rollbacks left out.
        is_drill: move nothing; read all files of the version instead and compare their digests.

    Raises:
        InputError: no reason is given, or the alias never pointed at that version.
        NotFoundError: there is no such model or alias, or nothing to go back to.
        RefusedError: somebody else moved the alias meanwhile, or files are gone.
    """
    begun = time.perf_counter()
    if not why.strip() and not is_drill:
        raise InputError(f"why is {model} rolled back?", _SAY_WHY)
    state = alias_state(project, index, model, alias)
    if state is None:
        index.model(model)
        raise NotFoundError(f"{model} has no alias {alias}", "nothing was promoted yet")
    target = rollback_target(index.alias_moves(model, alias), to)
    if target is None:
        known = sorted({it.to for it in index.alias_moves(model, alias) if it.to})
        names = ", ".join(f"{model}:{it}" for it in known)
        words = f"{alias} of {model} never was {model}:{to}"
        if to is None:
            words = f"there is nothing to go back to: {alias} of {model} was {names} only"
        raise NotFoundError(words, f"it was {names}; promote points it at others")
    name = f"{model}:{target}"
    if is_drill:
        return _drill(project, index, model, alias, state, target, why, begun)
    reasons = Reasons(why, MoveKind.ROLLBACK, None)
    move = move_alias(project, index, name, alias, reasons, state.generation)
    return RolledBack(model, alias, state.to, target, move, time.perf_counter() - begun)


def _drill(
    project: Path,
    index: Index,
    model: str,
    alias: str,
    state: AliasMove,
    target: int,
    why: str,
    begun: float,
) -> RolledBack:
    problems: list[str] = []
    try:
        version = index.model_version(VersionName(model, number=target))
        problems += [f"{version.name} is deleted"] if version.deleted else []
        problems += verify_files(project, files_of(read_manifest(project, version)))
    except MlopsTuiError as error:
        problems.append(error.message)
    seconds = time.perf_counter() - begun
    facts: dict[str, object] = {
        "model": model,
        "alias": alias,
        "from": state.to,
        "to": target,
        "seconds": round(seconds, 4),
        "problems": problems,
        "why": why.strip(),
        "by": user_name(),
        "host": host_name(),
    }
    record_fact(project, ALIAS_DRILLED, time.time(), **facts)
    index.ingest()
    taken = time.perf_counter() - begun
    return RolledBack(model, alias, state.to, target, None, taken, tuple(problems))
