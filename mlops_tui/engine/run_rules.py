"""Which metrics of a run the rules look at, and what these say of its curves; asks nobody."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from mlops_tui.domain.alert_rules import NotANumber, Rule, settings_of
from mlops_tui.domain.alerts import Alert
from mlops_tui.domain.direction import is_lower_better, known_direction
from mlops_tui.domain.metric_names import chosen, is_of_a_game, is_of_other_data, pairs
from mlops_tui.domain.project import Direction, Project
from mlops_tui.domain.runs import Run
from mlops_tui.engine import run_findings as findings
from mlops_tui.engine.run_findings import Found, Subject
from mlops_tui.monitor.curve import Curve
from mlops_tui.monitor.curve_rules import find_divergence, find_overfitting, find_plateau

MOST_METRICS = 40
"""Of a run whose curves are judged; the objective's and those that are named come first."""


def judgeable(project: Project, run: Run) -> list[str]:
    """Return the metrics whose curves are needed, the most important first."""
    rules = settings_of(project).rules
    named = chosen(
        list(run.metrics),
        (*rules.divergence.metrics, *rules.plateau.metrics, *rules.overfitting.metrics),
    )
    goal = _objective_metric(project)
    learned = [name for name in run.metrics if _is_learned(project, name)]
    first = [goal] if goal is not None and goal in run.metrics else []
    longest = sorted(run.metrics, key=lambda name: -run.metrics[name].count)[:1]
    curves = list(dict.fromkeys([*first, *longest, *named, *learned]))[:MOST_METRICS]
    bad = [name for name, it in run.metrics.items() if not math.isfinite(it.last)]
    return list(dict.fromkeys([*curves, *_of_rule(rules.nan, bad, bad)[:MOST_METRICS]]))


def judge_curves(project: Project, subject: Subject, curves: Mapping[str, Curve]) -> list[Alert]:
    """Return what the rules say of a run's curves, at most one alert a rule."""
    alerts = (
        _not_a_number(project, subject, curves),
        _diverged(project, subject, curves),
        _plateau(project, subject, curves),
        _overfitting(project, subject, curves),
        _reached(project, subject),
    )
    return [alert for alert in alerts if alert is not None]


def _not_a_number(project: Project, subject: Subject, curves: Mapping[str, Curve]) -> Alert | None:
    rule = subject.rules.nan
    if not rule.is_on:
        return None
    names = _of_rule(rule, list(curves), list(curves))
    bad = {name: curves[name] for name in names if _is_bad(project, name, curves[name], rule)}
    return findings.not_a_number(subject, bad) if bad else None


def _is_bad(project: Project, name: str, curve: Curve, rule: NotANumber) -> bool:
    is_sure = curve.finite > 0 and known_direction(project, name) is not None
    return curve.last_bad >= (1 if is_sure else rule.points)


def _diverged(project: Project, subject: Subject, curves: Mapping[str, Curve]) -> Alert | None:
    """Judge what is minimised, and what is named: a reward that falls again is no divergence.

    Neither is validation that has a twin on the data of the training: that may be overfitting.
    """
    rule = subject.rules.divergence
    if not rule.is_on:
        return None
    twins = {validation for _, validation in pairs(curves)}
    learned = [name for name in curves if _is_learned(project, name) and name not in twins]
    usual = [name for name in learned if _sign(project, name) == 1]
    found = []
    for name in _of_rule(rule, list(curves), usual):
        sign = _sign(project, name)
        shape = find_divergence([sign * it for it in curves[name].means], rule)
        if shape is not None:
            found.append(Found(name, curves[name], shape, sign))
    return findings.diverged(subject, found) if found else None


def _plateau(project: Project, subject: Subject, curves: Mapping[str, Curve]) -> Alert | None:
    rule, run = subject.rules.plateau, subject.run
    if not rule.is_on or run.state.is_ended:
        return None
    done = run.progress[0] / run.progress[1] if run.progress and run.progress[1] else None
    if done is not None and done > _NEARLY_DONE:
        return None
    for name in _of_rule(rule, list(curves), _main_metric(project, curves)):
        curve, sign = curves[name], _sign(project, name)
        shape = find_plateau([sign * it for it in curve.means], curve.width, done, rule)
        if shape is None:
            continue
        stood_seconds = curve.times[-1] - curve.times[max(0, len(curve.times) - shape.n)]
        if stood_seconds >= rule.least_seconds:
            return findings.stands_still(subject, Found(name, curve, shape, sign))
    return None


_NEARLY_DONE = 0.9
"""The share of a run: what stands still then is soon over anyway."""


def _main_metric(project: Project, curves: Iterable[str]) -> list[str]:
    """Return the metric that says whether a run still gets better; nothing where none does."""
    learned = sorted(name for name in curves if _is_learned(project, name))
    goal = _objective_metric(project)
    ways = (
        [name for name in learned if name == goal],
        [name for name in learned if is_of_other_data(name) and _sign(project, name) == 1],
        [name for name in learned if _sign(project, name) == 1],
        learned,
    )
    return next((way[:1] for way in ways if way), [])


def _overfitting(project: Project, subject: Subject, curves: Mapping[str, Curve]) -> Alert | None:
    rule = subject.rules.overfitting
    if not rule.is_on:
        return None
    usual = [name for name in curves if _is_learned(project, name) or name in rule.metrics]
    for train, validation in pairs(usual):
        sign = _sign(project, validation)
        if validation not in _of_rule(rule, [validation], [validation]):
            continue
        levels = [
            list(zip(curve.steps, [sign * it for it in curve.means], strict=True))
            for curve in (curves[train], curves[validation])
        ]
        shape = find_overfitting(levels[0], levels[1], rule)
        if shape is not None:
            return findings.overfits(
                subject, Found(validation, curves[validation], shape, sign), train
            )
    return None


def _reached(project: Project, subject: Subject) -> Alert | None:
    goal, rule = project.objective, subject.rules.objective
    if not rule.is_on or goal is None or goal.metric is None or goal.target is None:
        return None
    summary = subject.run.metrics.get(goal.metric)
    if summary is None:
        return None
    is_lower = is_lower_better(project, goal.metric)
    best = summary.min if is_lower else summary.max
    if best is None or (best > goal.target if is_lower else best < goal.target):
        return None
    return findings.reached(subject, goal, summary, is_lower)


def _of_rule(rule: Rule, names: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Return the names that a rule is to look at: those it names, or else the usual ones."""
    return chosen(names, rule.metrics) if rule.metrics else list(usual)


def _is_learned(project: Project, name: str) -> bool:
    """Say whether the rules may look at a metric that they do not name."""
    is_declared = name in project.metrics and project.metrics[name].direction is not None
    if "@" in name or (is_of_a_game(name) and not is_declared):
        return False
    return known_direction(project, name) is not None


def _objective_metric(project: Project) -> str | None:
    return project.objective.metric if project.objective is not None else None


def _sign(project: Project, name: str) -> int:
    """Return 1 where less is better, -1 where more is."""
    direction = known_direction(project, name)
    is_lower = is_lower_better(project, name) if direction is None else (
        direction is Direction.MINIMIZE
    )  # fmt: skip
    return 1 if is_lower else -1
