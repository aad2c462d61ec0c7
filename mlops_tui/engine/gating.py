"""Judges the gate of a model for one of its versions: what is recorded against what is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.gates import Condition, Light, bound_words, judge_bound
from mlops_tui.domain.lifecycle import MODEL_REPRODUCED
from mlops_tui.domain.models import Bound, BoundOf, Gate, ModelVersion, Relative, Than
from mlops_tui.domain.project import Project, Role
from mlops_tui.domain.signatures import differences
from mlops_tui.domain.text import short_bytes, short_duration
from mlops_tui.engine.model_manifest import read_manifest

if TYPE_CHECKING:
    from mlops_tui.data.check_results import CheckReport
    from mlops_tui.index import Index

_LATENCIES = ("latency_p95_ms", "latency_ms")
_CALIBRATION = "ece"

Compare = Callable[[Relative, Evaluation, Evaluation], Mapping[str, Any]]
"""Returns whether the version (second) is better than the champion (first)."""
Report = Callable[[Evaluation], Mapping[str, Any]]
Check = Callable[[str], "CheckReport | None"]
"""Returns what the checks of a dataset come to; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that a gate is judged by."""

    described: Project
    index: Index
    gate: Gate
    version: ModelVersion
    champion: ModelVersion | None
    """What the alias points at; None for nothing."""
    dataset: str | None
    evaluation: Evaluation | None
    """Of the version, on that dataset; None where there is none."""
    rival: Evaluation | None
    """Of the champion, on that dataset."""
    compare: Compare
    report: Report
    check: Check
    now: float

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.described.path


def dataset_of(described: Project, gate: Gate) -> str | None:
    """Return what evaluations of a gate are to be on."""
    if gate.dataset is not None:
        return gate.dataset
    for role in (Role.HOLDOUT, Role.VALIDATION):
        for name, dataset in described.datasets.items():
            if dataset.role is role:
                return name
    return None


def evaluation_of(index: Index, version: ModelVersion, dataset: str | None) -> Evaluation | None:
    """Return the newest evaluation of a version on a dataset, or of what its run predicted."""
    if dataset is None:
        return None
    found = index.evaluations(model=version.model, number=version.number, dataset=dataset)
    if version.run_id is not None:
        found = [*found, *index.evaluations(run_ids=[version.run_id], dataset=dataset)]
    return next((it for it in found if it.error is None), None)


def judge(case: Case) -> list[Condition]:
    """Return every condition that the gate declares, and what it comes to."""
    gate = case.gate
    found = [_metric(case, "metrics", it) for it in gate.metrics]
    found += [_segments(case, it) for it in gate.segments]
    if gate.champion is not None:
        found.append(_relative(case, gate.champion))
    if gate.guardrails and case.described.objective is not None:
        found += [
            _metric(case, "guardrails", Bound(it.metric, it.min, it.max, BoundOf.VALUE))
            for it in case.described.objective.guardrails
        ]
    if gate.calibration_max is not None:
        bound = Bound(_CALIBRATION, None, gate.calibration_max, BoundOf.VALUE)
        found.append(replace(_metric(case, "calibration", bound), subject=""))
    if gate.latency_max_ms is not None:
        found.append(_latency(case, gate.latency_max_ms))
    if gate.size_max_bytes is not None:
        found.append(_size(case, gate.size_max_bytes))
    for is_asked, act in (
        (gate.checks, _checks),
        (gate.signature, _signature),
        (gate.fresh_seconds is not None, _fresh),
        (gate.reproducible, _reproducible),
    ):
        found += [act(case)] if is_asked else []
    return [replace(it, is_optional=it.kind in gate.optional) for it in found]


def _figure(case: Case, metric: str) -> Figure | None:
    """Return a figure of the evaluation, or what the evaluated run recorded under that name."""
    evaluation = case.evaluation
    if evaluation is None:
        return None
    if metric in evaluation.figures:
        return evaluation.figures[metric]
    runs = case.index.runs([evaluation.run_id]) if evaluation.run_id else []
    summary = runs[0].metrics.get(metric) if runs else None
    return None if summary is None else Figure(summary.last)


def _metric(case: Case, kind: str, bound: Bound) -> Condition:
    wanted = bound_words(bound)
    figure = _figure(case, bound.metric)
    if figure is None:
        known = case.evaluation
        words = _missing(case) if known is None else f"evaluation {known.id} has no such metric"
        return Condition(kind, bound.metric, wanted, Light.UNKNOWN, words)
    light, words = judge_bound(bound, figure.value, figure.low, figure.high)
    told = (figure.value, figure.low, figure.high, figure.n)
    return Condition(kind, bound.metric, wanted, light, words, *told)


def _missing(case: Case, of: ModelVersion | None = None) -> str:
    if case.dataset is None:
        return 'no dataset is declared to judge on: on = "NAME", or one with role = "holdout"'
    name = (of or case.version).name
    return f"it was not evaluated there: mlops-tui evaluate {name} --on {case.dataset}"


def _segments(case: Case, floor: Bound) -> Condition:
    kind, wanted = "segments", bound_words(floor)
    if case.evaluation is None:
        return Condition(kind, floor.metric, wanted, Light.UNKNOWN, _missing(case))
    try:
        segments = case.report(case.evaluation).get("segments") or []
    except MlopsTuiError as error:
        return Condition(kind, floor.metric, wanted, Light.UNKNOWN, error.message)
    asked = [it for it in segments if not floor.columns or it["column"] in floor.columns]
    missing = sorted(set(floor.columns) - {it["column"] for it in asked})
    judged = [it for it in asked if (it.get("n") or 0) >= floor.rows]
    told = [(it, it["metrics"][floor.metric]) for it in judged if floor.metric in it["metrics"]]
    if missing or not told:
        words = f"{missing[0]} makes no segments there" if missing else "no segment is that large"
        return Condition(kind, floor.metric, wanted, Light.UNKNOWN, words)
    lights = [
        (judge_bound(floor, it.get("value"), it.get("low"), it.get("high")), segment, it)
        for segment, it in told
    ]
    order = [Light.RED, Light.UNKNOWN, Light.GREEN]
    (light, words), segment, figure = min(
        lights, key=lambda it: (order.index(it[0][0]), _badness(floor, it[2].get("value")))
    )
    where = f"{segment['column']} = {segment['value']}"
    if light is Light.GREEN:
        words = f"the worst of {len(told)} is {where}"
    else:
        count = sum(it[0][0] is light for it in lights)
        words = f"{where}: {words}" + (f", and {count - 1} more" if count > 1 else "")
    numbers = (figure.get("value"), figure.get("low"), figure.get("high"), segment.get("n"))
    return Condition(kind, floor.metric, wanted, light, words, *numbers)


def _badness(floor: Bound, value: float | None) -> float:
    if value is None:
        return 0.0
    return value if floor.min is not None else -value


def _relative(case: Case, asked: Relative) -> Condition:
    kind, metric = "champion", asked.metric
    wanted = f"{asked.is_.value}" + (f" by {asked.margin:g}" if asked.margin else "")
    if case.champion is None:
        words = f"nothing is {case.gate.alias} yet: there is nothing to compare with"
        return Condition(kind, metric, wanted, Light.GREEN, words)
    if case.champion.number == case.version.number:
        words = f"it is {case.gate.alias} already"
        return Condition(kind, metric, wanted, Light.GREEN, words)
    if case.evaluation is None or case.rival is None:
        words = _missing(case, None if case.evaluation is None else case.champion)
        return Condition(kind, metric, wanted, Light.UNKNOWN, words)
    try:
        found = case.compare(asked, case.rival, case.evaluation)
    except MlopsTuiError as error:
        return Condition(kind, metric, wanted, Light.UNKNOWN, error.message)
    light, words = judge_difference(asked, found)
    words = f"{words} than {case.champion.name} ({found['method']})"
    told = (found.get("difference"), found.get("low"), found.get("high"), found.get("n"))
    return Condition(kind, metric, wanted, light, words, *told)


def judge_difference(asked: Relative, found: Mapping[str, Any]) -> tuple[Light, str]:
    """Return what a comparison comes to for a condition.

    `better` takes an interval that excludes 0 and a difference of the margin; `not worse` takes
    an interval that ends better than minus the margin.
    """
    verdict = found["verdict"]
    low, high, difference = found.get("low"), found.get("high"), found.get("difference")
    if low is None or high is None or difference is None:
        return Light.UNKNOWN, "nothing can be told: not better"
    is_lower = bool(found["is_lower_better"])
    worst = -high if is_lower else low
    size = -difference if is_lower else difference
    if asked.is_ is Than.NOT_WORSE:
        holds = worst >= -asked.margin
        return (Light.GREEN, "not worse") if holds else (Light.RED, "perhaps worse")
    if verdict == "better" and size >= asked.margin:
        return Light.GREEN, "better"
    return Light.RED, "not enough better" if verdict == "better" else f"{verdict}: not better"


def _latency(case: Case, most: float) -> Condition:
    for name in _LATENCIES:
        figure = _figure(case, name)
        if figure is not None:
            bound = Bound(name, None, most, BoundOf.VALUE)
            return replace(_metric(case, "latency", bound), subject="")
    words = "nobody measured it" if case.evaluation is not None else _missing(case)
    return Condition("latency", "", f"<= {most:g} ms", Light.UNKNOWN, words)


def _size(case: Case, most: int) -> Condition:
    size = case.version.size_bytes
    light = Light.GREEN if size <= most else Light.RED
    words = f"it is {short_bytes(size)}"
    return Condition("size", "", f"<= {short_bytes(most)}", light, words, float(size))


def _checks(case: Case) -> Condition:
    wanted = "all pass"
    names = [it for it in _learned_from(case) if case.described.datasets[it].checks]
    if not names:
        words = "no checks are declared for the data that it learned from"
        return Condition("checks", "", wanted, Light.UNKNOWN, words)
    for name in names:
        try:
            report = case.check(name)
        except MlopsTuiError as error:
            return Condition("checks", "", wanted, Light.UNKNOWN, f"{name}: {error.message}")
        if report is None:
            words = f"{name} was not checked as it is now: mlops-tui data check {name}"
            return Condition("checks", "", wanted, Light.UNKNOWN, words)
        if report.status.value == "failed":
            return Condition("checks", "", wanted, Light.RED, f"{name} does not meet its checks")
    return Condition("checks", "", wanted, Light.GREEN, ", ".join(names))


def _learned_from(case: Case) -> list[str]:
    """Return the declared datasets that the version's run read, sealed ones left out."""
    used = case.index.data_used([case.version.run_id]) if case.version.run_id else []
    declared = case.described.datasets
    names = dict.fromkeys(it.name for it in used if it.name in declared)
    return [it for it in names if declared[it].role is not Role.HOLDOUT]


def _signature(case: Case) -> Condition:
    wanted = f"as {case.gate.alias}"
    if case.champion is None or case.champion.number == case.version.number:
        return Condition("signature", "", wanted, Light.GREEN, "nobody calls another version")
    try:
        manifests = [read_manifest(case.project, it) for it in (case.champion, case.version)]
    except MlopsTuiError as error:
        return Condition("signature", "", wanted, Light.UNKNOWN, error.message)
    found = differences(manifests[0].get("signature"), manifests[1].get("signature"))
    if found is None:
        words = "it is not recorded: run.model(..., input_example=...)"
        return Condition("signature", "", wanted, Light.UNKNOWN, words)
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    light = Light.RED if found else Light.GREEN
    return Condition("signature", "", wanted, light, f"{found[0]}{more}" if found else "the same")


def _fresh(case: Case) -> Condition:
    most = case.gate.fresh_seconds or 0.0
    wanted = f"data <= {short_duration(most)} old"
    used = case.index.data_used([case.version.run_id]) if case.version.run_id else []
    names = set(_learned_from(case))
    ages = []
    for it in used:
        if it.version and it.name in names:
            seen = [v for v in case.index.data_versions(it.name) if v.version == it.version]
            ages += [(case.now - v.first_seen, it.name, it.version[:SHORT]) for v in seen]
    if not ages:
        words = "which data it learned from is not recorded"
        return Condition("fresh", "", wanted, Light.UNKNOWN, words)
    age, name, version = min(ages)
    light = Light.GREEN if age <= most else Light.RED
    words = f"{name} {version} was first seen {short_duration(age)} ago"
    return Condition("fresh", "", wanted, light, words, age)


def _reproducible(case: Case) -> Condition:
    wanted = "the same once more"
    lines = case.index.model_facts(case.version.model, MODEL_REPRODUCED)
    mine = [it for it in lines if it.get("version") == case.version.number]
    if not mine:
        words = f"nobody tried: mlops-tui models reproduce {case.version.name}"
        return Condition("reproducible", "", wanted, Light.UNKNOWN, words)
    verdict = str(mine[0].get("verdict"))
    light = Light.GREEN if verdict in ("same bits", "same metrics") else Light.RED
    return Condition("reproducible", "", wanted, light, verdict)


def obstacle_words(conditions: Sequence[Condition]) -> str:
    """Return the conditions that do not hold in one sentence."""
    return "; ".join(f"{it.name} ({it.light.value}): {it.words or it.wanted}" for it in conditions)
