"""What a rule found about a run, as the alert that a person reads; pure, asks nobody."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlops_tui.domain.alert_rules import AlertRules, Rule
from mlops_tui.domain.alerts import Alert, AlertCost, Evidence, Remedy, RemedyKind, Scalar, Severity
from mlops_tui.domain.direction import is_lower_better
from mlops_tui.domain.project import Objective, Project
from mlops_tui.domain.runs import MetricSummary, Run
from mlops_tui.domain.text import short_duration, short_number
from mlops_tui.engine.actions_alerts import run_prefix
from mlops_tui.monitor.curve import Curve
from mlops_tui.monitor.curve_rules import Shape


@dataclass(frozen=True, slots=True)
class Subject:
    """The run that is judged, and what it is for."""

    run: Run
    project: Project
    rules: AlertRules
    is_stoppable: bool
    """It runs on this host."""

    def cause(self, rule: str) -> str:
        """Return the cause of what a rule finds about the run."""
        return f"{run_prefix(self.run.id)}{rule}"

    def remedies(
        self, metric: str | None = None, step: int | None = None, words: str = "look at it"
    ) -> tuple[Remedy, ...]:
        """Return what can be done about the run: look at it, and stop it while it runs."""
        where: dict[str, Scalar] = {"run": self.run.id}
        if metric is not None:
            where["metric"] = metric
        if step is not None:
            where["step"] = step
        show = Remedy(RemedyKind.SHOW_RUN, words, where)
        if not self.is_stoppable:
            return (show,)
        stop = Remedy(RemedyKind.STOP_RUN, f"stop {self.run.name}", {"run": self.run.id})
        return (show, stop)

    def quiet(self, rule: str, key: str, value: Scalar, words: str) -> Remedy:
        """Return what sets a rule so that it would not have spoken."""
        arguments: dict[str, Scalar] = {"key": f"alerts.rules.{rule}.{key}", "value": value}
        return Remedy(RemedyKind.RAISE_THRESHOLD, words, arguments)

    def cost(self, metric: str, now: float, best: float) -> AlertCost | None:
        """Return what it means: in money where the metric is money, else for the objective."""
        goal = self.project.objective
        if goal is None:
            return None
        declared = self.project.metrics.get(metric)
        currency = goal.cost.currency if goal.cost is not None else ""
        if currency and declared is not None and declared.unit == currency:
            is_cost = is_lower_better(self.project, metric)
            words = f"{'more' if is_cost else 'less'} of {metric} than at its best"
            return AlertCost(words, abs(now - best), currency)
        if goal.metric != metric:
            return None
        target = "" if goal.target is None else f", the target is {short_number(goal.target)}"
        words = f"the objective's {metric} is {short_number(now)}, its best was"
        return AlertCost(f"{words} {short_number(best)}{target}")


def not_a_number(subject: Subject, curves: Mapping[str, Curve]) -> Alert:
    """Return the alert about metrics whose last points are no numbers."""
    worst = max(curves, key=lambda name: curves[name].last_bad)
    curve = curves[worst]
    others = f" and {len(curves) - 1} more" if len(curves) > 1 else ""
    points = "point" if curve.last_bad == 1 else _count(curve.last_bad)
    return Alert(
        cause=subject.cause("nan"),
        kind="nan",
        severity=subject.rules.nan.severity,
        title=f"{worst}{others} of {subject.run.name} is NaN or infinite since step "
        f"{curve.last_bad_step} (the last {points} of {curve.count:,})",
        detail=f"{', '.join(curves)}" if others else "",
        certainty="certain: what was recorded is no finite number",
        evidence=Evidence(
            n=curve.count,
            run=subject.run.id,
            metric=worst,
            step=curve.last_bad_step,
            columns=tuple(curves),
        ),
        remedies=subject.remedies(worst, curve.last_bad_step, "look where it began"),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule about curves found of one metric."""

    metric: str
    curve: Curve
    shape: Shape
    sign: int
    """1 where less is better, -1 where more is."""

    @property
    def now(self) -> float:
        """Return the present level."""
        return self.sign * self.shape.now

    @property
    def best(self) -> float:
        """Return the best level."""
        return self.sign * self.shape.best

    @property
    def best_step(self) -> int:
        """Return the step of the best level."""
        return self.curve.steps[self.shape.best_at]

    def evidence(self, run_id: str, step: int) -> Evidence:
        """Return what the alert rests on."""
        shape = self.shape
        numbers = {"start": self.sign * shape.start, "best": self.best, "now": self.now}
        return Evidence(
            n=self.curve.finite,
            run=run_id,
            metric=self.metric,
            step=step,
            numbers={**numbers, "noise": shape.noise},
        )


def diverged(subject: Subject, found: Sequence[Found]) -> Alert:
    """Return the alert about metrics that are as bad as at the start, or worse."""
    first = found[0]
    others = f" and {len(found) - 1} more" if len(found) > 1 else ""
    shape, step = first.shape, first.best_step
    return Alert(
        cause=subject.cause("divergence"),
        kind="divergence",
        severity=subject.rules.divergence.severity,
        title=f"{first.metric}{others} of {subject.run.name} has diverged: "
        f"{short_number(first.now)}, its best was {short_number(first.best)} at step {step} "
        f"(n = {first.curve.finite:,} points)",
        certainty=_above_noise(shape, f"it began at {short_number(first.sign * shape.start)}"),
        since=first.curve.times[min(shape.best_at + 1, len(first.curve.times) - 1)],
        cost=subject.cost(first.metric, first.now, first.best),
        evidence=first.evidence(subject.run.id, step),
        remedies=subject.remedies(first.metric, step, "look where it was best"),
    )


def stands_still(subject: Subject, found: Found) -> Alert:
    """Return the alert about the metric that matters, which does not improve any more."""
    curve = found.curve
    begin = max(0, len(curve.steps) - found.shape.n)
    step, rule = curve.steps[begin], subject.rules.plateau
    return Alert(
        cause=subject.cause("plateau"),
        kind="plateau",
        severity=rule.severity,
        title=f"{found.metric} of {subject.run.name} stands still at {short_number(found.now)} "
        f"since step {step} (n = {curve.finite:,} points)",
        certainty=f"a change of {rule.improvement:.0%} of what was gained before is ruled out by "
        "two standard errors; a falling learning rate may still bring one",
        since=curve.times[begin],
        evidence=found.evidence(subject.run.id, step),
        remedies=(
            *subject.remedies(found.metric, step),
            subject.quiet("plateau", "on", False, "do not tell of plateaus"),
        ),
    )


def overfits(subject: Subject, found: Found, train: str) -> Alert:
    """Return the alert about validation that gets worse while training gets better."""
    shape, step = found.shape, found.best_step
    return Alert(
        cause=subject.cause("overfitting"),
        kind="overfitting",
        severity=subject.rules.overfitting.severity,
        title=f"{subject.run.name} overfits: {found.metric} is {short_number(found.now)}, its best "
        f"was {short_number(found.best)} at step {step}; {train} goes on improving "
        f"(n = {found.curve.finite:,} points)",
        certainty=_above_noise(shape, f"so are the last {shape.n} points"),
        since=found.curve.times[shape.best_at],
        cost=subject.cost(found.metric, found.now, found.best),
        evidence=found.evidence(subject.run.id, step),
        remedies=subject.remedies(found.metric, step, "look where it was best"),
    )


def stalled(subject: Subject, quiet_seconds: float, gap_seconds: float, n: int) -> Alert:
    """Return the alert about a run that is alive and records nothing."""
    return Alert(
        cause=subject.cause("stall"),
        kind="stall",
        severity=subject.rules.stall.severity,
        title=f"{subject.run.name} has recorded and printed nothing for "
        f"{short_duration(quiet_seconds)}; else a point came every {_gap_words(gap_seconds)} "
        f"(n = {n:,} points)",
        certainty="its processes are alive; whether they still work cannot be told",
        evidence=Evidence(n=n, run=subject.run.id, numbers={"gap_seconds": gap_seconds}),
        remedies=(
            *subject.remedies(),
            subject.quiet(
                "stall", "least", _twice(quiet_seconds), f"allow {_twice(quiet_seconds)}"
            ),
        ),
    )


def silent(subject: Subject, quiet_seconds: float) -> Alert:
    """Return the alert about a runner that was not heard of for long."""
    run = subject.run
    return Alert(
        cause=subject.cause("silent"),
        kind="silent",
        severity=subject.rules.silent.severity,
        title=f"nothing was heard of {run.name} on {run.host} for {short_duration(quiet_seconds)}",
        certainty="the host may be down or cut off, or its clock be wrong: the run may go on",
        since=run.heard,
        evidence=Evidence(run=run.id),
        remedies=subject.remedies(),
    )


def reached(subject: Subject, goal: Objective, summary: MetricSummary, is_lower: bool) -> Alert:
    """Return the alert that the target of the objective was reached for the first time."""
    best, step = (summary.min, summary.min_step) if is_lower else (summary.max, summary.max_step)
    broken = [
        f"{it.metric} is {short_number(subject.run.metrics[it.metric].last)}"
        for it in goal.guardrails
        if it.metric in subject.run.metrics
        and not _is_within(subject.run.metrics[it.metric].last, it.min, it.max)
    ]
    value, target = math.nan if best is None else best, goal.target or 0.0
    return Alert(
        cause=f"objective:{goal.metric}:{target:g}",
        kind="objective",
        severity=subject.rules.objective.severity,
        title=f"{subject.run.name} has reached the objective: {goal.metric} "
        f"{short_number(value)}, target {short_number(target)} (n = {_count(summary.count)})",
        detail=f"but a guardrail is broken: {', '.join(broken)}" if broken else "",
        certainty="one run, on the rows that it measured itself; chance helps the best of many",
        evidence=Evidence(
            n=summary.count,
            run=subject.run.id,
            metric=goal.metric,
            step=step,
            numbers={"value": value, "target": target},
        ),
        remedies=subject.remedies(goal.metric, step),
        once=True,
    )


def disk_full(rule: Rule, host: str, free_bytes: float, total_bytes: float) -> Alert:
    """Return the alert that the disk of the project is nearly full."""
    free = f"{free_bytes / 1e9:.1f} GB"
    is_urgent = free_bytes < 1e9
    return Alert(
        cause=f"disk:{host}",
        kind="disk",
        severity=Severity.CRITICAL if is_urgent else rule.severity,
        title=f"the project's disk has {free} left, {free_bytes / total_bytes:.1%} of "
        f"{total_bytes / 1e9:,.0f} GB",
        certainty="certain; a full disk ends every run that writes to it",
        evidence=Evidence(numbers={"free_bytes": free_bytes, "total_bytes": total_bytes}),
        remedies=(Remedy(RemedyKind.FREE_DISK, "see what purging deleted runs frees"),),
    )


def _above_noise(shape: Shape, words: str) -> str:
    """Return how far the present level is from the best one."""
    if shape.noise <= 0:
        return words
    times = (shape.now - shape.best) / shape.noise
    return f"it is {times:,.0f} times the scatter of the points away from the best; {words}"


def _twice(seconds: float) -> str:
    """Return twice a time as project files have it, in whole minutes."""
    return f"{max(1, round(seconds / 30))}m"


def _count(points: int) -> str:
    return "1 point" if points == 1 else f"{points:,} points"


def _gap_words(seconds: float) -> str:
    return short_duration(seconds) if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _is_within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
