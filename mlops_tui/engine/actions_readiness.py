"""How ready a project is for production, from recorded state alone; and evidence by hand."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain import lifecycle, places
from mlops_tui.domain.business import Business, business_of
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.evaluations import Evaluation
from mlops_tui.domain.host import host_name
from mlops_tui.domain.models import CHAMPION, AliasMove, VersionName
from mlops_tui.domain.project import JobKind, Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.readiness import (
    Level,
    ReadinessState,
    TestScore,
    judge_lines,
    level_of,
    score_of,
)
from mlops_tui.domain.readiness_levels import NEEDED
from mlops_tui.domain.readiness_levels import RULES as LEVEL_RULES
from mlops_tui.domain.readiness_tests import RULES as TEST_RULES
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import nearest
from mlops_tui.engine.actions_evaluations import read_report
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.creation import ensure_project_folders, record_fact
from mlops_tui.engine.recorded import read_object
from mlops_tui.index import Index

_MOST_RUNS = 500
_MOST_EVALUATIONS = 200
_MOST_MODELS = 50
_LOOKED = 30
"""Runs whose folders are looked into for their commit."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How ready a project is."""

    business: Business | None
    """None where no objective is declared."""
    score: TestScore
    level: Level


def readiness(project: Path, now: float | None = None) -> Readiness:
    """Return how ready a project is, by what is recorded of it.

    Args:
        project: its folder.
        now: Unix seconds; the clock if left out.

    Raises:
        StorageError: the journals or the index cannot be read.
    """
    described = load_project(Path(os.path.realpath(project)))
    moment = time.time() if now is None else now
    with Index.open(described.path) as index:
        index.ingest()
        state = _state(described, index, moment)
    business = business_of(described, state.runs, state.evaluations, state.report)
    tests = score_of(judge_lines(state, TEST_RULES))
    return Readiness(business, tests, level_of(judge_lines(state, LEVEL_RULES), NEEDED))


def attach(project: Path, test: str, evidence: str, why: str) -> None:
    """Attach evidence to a line that nothing recorded shows; it counts half.

    Args:
        project: the project's folder.
        test: such as `D5` or `L1.4`.
        evidence: where it can be seen.
        why: that it is enough.

    Raises:
        InputError: there is no such line, or something is empty.
        StorageError: the disk failed.
    """
    if not evidence.strip() or not why.strip():
        raise InputError(
            "evidence and reason have to say something", "--evidence WHERE --why WORDS"
        )
    _attach(project, test, {"evidence": evidence.strip(), "why": why.strip(), "removed": False})


def detach(project: Path, test: str, why: str) -> None:
    """Take back what was attached to a line.

    Raises:
        InputError: there is no such line, nothing is attached to it, or no reason is given.
        StorageError: the disk failed.
    """
    if not why.strip():
        raise InputError("a reason has to say something", "--why WORDS")
    with Index.open(project) as index:
        index.ingest()
        if _line(test) not in index.attached():
            raise InputError(f"nothing is attached to {test}")
    _attach(project, test, {"evidence": "", "why": why.strip(), "removed": True})


def _attach(project: Path, test: str, facts: Mapping[str, object]) -> None:
    line = _line(test)
    ensure_project_folders(project)
    event, now = lifecycle.READINESS_ATTACHED, time.time()
    record_fact(project, event, now, test=line, **facts, by=user_name(), host=host_name())


def _line(test: str) -> str:
    known = [rule.id for rule in (*TEST_RULES, *LEVEL_RULES)]
    for line in known:
        if line.lower() == test.strip().lower():
            return line
    meant = nearest(test, known)
    hint = f"did you mean {meant}?" if meant else "mlops-tui readiness lists them"
    raise InputError(f"there is no line {test!r}", hint)


def _state(described: Project, index: Index, now: float) -> ReadinessState:
    runs = index.runs(index.run_ids(limit=_MOST_RUNS))
    latest = _latest(runs)
    evaluations = [it for it in index.evaluations(limit=_MOST_EVALUATIONS) if it.error is None]
    models = index.models()
    names = [it.name for it in models[:_MOST_MODELS]]
    moves = [it for name in names for it in index.alias_moves(name, CHAMPION)]
    moves.sort(key=lambda it: -it.at)
    return ReadinessState(
        project=described,
        runs=runs,
        commits=_commits(described.path, latest),
        commands={it.name: _command(it.run) for it in described.jobs.values()},
        versions_used=_versions_used(index, latest),
        evaluations=evaluations,
        report=_report(described.path, evaluations),
        looks=index.looks(),
        models=models,
        moves=moves,
        trained=_trained(index, moves),
        drills=_facts(index, names, lifecycle.ALIAS_DRILLED),
        reproductions=_facts(index, names, lifecycle.MODEL_REPRODUCED),
        batches=len(index.batches()),
        drift_alerts=sum(it.alert.cause.startswith(("drift:", "model:")) for it in index.alerts()),
        attached=index.attached(),
        now=now,
    )


def _latest(runs: Sequence[Run]) -> list[Run]:
    """Return the runs whose folders are looked into: the newest of each kind."""
    found: list[Run] = []
    for kind in (JobKind.TRAIN, JobKind.EVALUATE, JobKind.PREPARE):
        found += [it for it in runs if it.kind == kind.value][: _LOOKED // 3]
    return found


def _commits(project: Path, runs: Sequence[Run]) -> dict[str, tuple[str, bool]]:
    found = {}
    for run in runs:
        try:
            record = read_object(places.run_dir(project, run.id) / "environment.json")
        except (OSError, ValueError, RecursionError):
            continue
        git = record.get("git")
        commit = git.get("commit") if isinstance(git, dict) else None
        if isinstance(git, dict) and isinstance(commit, str):
            found[run.id] = (commit, bool(git.get("dirty")))
    return found


def _versions_used(index: Index, runs: Sequence[Run]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for used in index.data_used([it.id for it in runs]):
        if used.version is not None:
            counts[used.run_id] = counts.get(used.run_id, 0) + 1
    return counts


def _report(project: Path, evaluations: Sequence[Evaluation]) -> Mapping[str, Any] | None:
    if not evaluations:
        return None
    try:
        return read_report(project, evaluations[0])
    except MlopsTuiError:
        return None


def _trained(index: Index, moves: Sequence[AliasMove]) -> dict[str, float]:
    """Return when the runs of promoted versions were created, by version."""
    found: dict[str, float] = {}
    for move in moves[:_MOST_MODELS]:
        if move.to is None:
            continue
        name = VersionName(move.model, number=move.to)
        version = index.model_version(name)
        runs = index.runs([version.run_id]) if version.run_id is not None else []
        if runs:
            found[str(name)] = runs[0].created
    return found


def _facts(index: Index, models: Sequence[str], event: str) -> list[dict[str, Any]]:
    found = [it for name in models for it in index.model_facts(name, event)]
    return sorted(found, key=lambda it: -float(it.get("t") or 0.0))


def _command(run: str | tuple[str, ...]) -> str:
    return run if isinstance(run, str) else " ".join(run)
