"""How near a project is to its objective, line by line, from what is declared and recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mlops_tui.domain.business_words import money_line, value_line
from mlops_tui.domain.project import Cost, Guardrail, JobKind, Objective, Project, Role
from mlops_tui.domain.runs import ENDED, Run, RunState
from mlops_tui.domain.text import count, safe, short_number
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.objective import is_reached, objective_metric, target_words, unit_of, value_of
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.widgets.pieces import Piece

if TYPE_CHECKING:
    from mlops_tui.domain.business import Business
    from mlops_tui.domain.readiness import Line as RubricLine
    from mlops_tui.engine.actions_readiness import Readiness

HEADS = (Head(""), Head("What"), Head("As it is"))
SCORES: Mapping[float, Piece] = {1.0: ("✓", "good"), 0.5: ("½", "warn"), 0.0: ("✗", "bad")}
MARKS = {True: ("✓", "good"), False: ("✗", "bad"), None: ("·", "dim")}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that has to be so; the remedy says how it becomes so."""

    what: str
    words: str
    is_met: bool | None
    """None where it is told and not judged."""
    remedy: str = ""


def readiness_content(
    project: Project,
    best: Run | None,
    runs: Sequence[Run],
    today: date,
    found: Readiness | None = None,
) -> PlaceContent:
    """Return what the readiness screen shows.

    Args:
        project: what its file says.
        best: the run with the best value of the objective's metric.
        runs: the latest ones.
        today: for the deadline.
        found: what was evaluated, and how the rubrics stand.
    """
    business = None if found is None else found.business
    lines = [
        *_objective(project, best, today, business),
        *_guardrails(project, best),
        *_data(project),
        *_runs(project, best, runs),
    ]
    rows = [
        PlaceRow(
            str(number),
            (MARKS[line.is_met], (line.what, ""), (line.words, "" if line.is_met else "dim")),
            [(label, value) for label, value in _told(line) if value],
        )
        for number, line in enumerate(lines)
    ]
    judged = [line for line in lines if line.is_met is not None]
    met = sum(line.is_met is True for line in judged)
    words = f"{met} of {len(judged)} met"
    if found is not None:
        rows += rubric_rows(found)
        score = short_number(found.score.score)
        words = f"{met}/{len(judged)} met, {score}/7, level {found.level.level}"
    return PlaceContent(HEADS, rows, words)


def rubric_rows(found: Readiness) -> list[PlaceRow]:
    """Return the ML Test Score and the MLOps level, each with its lines below it."""
    score, level = found.score, found.level
    sums = ", ".join(f"{name} {short_number(it)}" for name, it in score.sections.items())
    needs = f"level {level.level + 1} needs {', '.join(level.missing)}" if level.missing else ""
    rows = [_rubric("ML Test Score", f"{short_number(score.score)} of 7: {score.band}", sums)]
    rows += [_rubric_row(it) for it in score.lines]
    rows.append(_rubric("MLOps level", f"{level.level} of 2", needs))
    return rows + [_rubric_row(it) for it in level.lines]


def _rubric(name: str, stands: str, more: str) -> PlaceRow:
    cells = (("", ""), (name, "header"), (f"{stands}; {more}" if more else stands, "strong"))
    return PlaceRow(name, cells, [("what", name), ("stands", stands), ("of", more or "-")])


def _rubric_row(line: RubricLine) -> PlaceRow:
    evidence = (safe(line.evidence), "" if line.is_met else "dim")
    cells = (SCORES[line.score], (f"{line.id} {line.words}", ""), evidence)
    facts = [("test", f"{line.id}: {line.words}"), ("evidence", safe(line.evidence))]
    if line.cure:
        facts.append(("to do", safe(line.cure)))
    if line.attached is not None:
        told = f"{line.attached.evidence}: {line.attached.why} ({line.attached.by})"
        facts.append(("by hand", safe(told)))
    return PlaceRow(line.id, cells, facts)


def _told(line: Line) -> list[Fact]:
    facts = [("what", line.what), ("is", line.words)]
    return facts if line.is_met or not line.remedy else [*facts, ("remedy", line.remedy)]


def _objective(
    project: Project, best: Run | None, today: date, business: Business | None
) -> Iterator[Line]:
    objective = project.objective or Objective()
    remedy = "[objective] in mlops.toml says why the model exists: statement, metric, target"
    words = safe(objective.statement)
    yield Line("objective is stated", words or "not stated", bool(words), remedy)
    has_target = objective.target is not None
    yield Line("target is set", target_words(project) or "none", has_target, remedy)
    metric = objective_metric(project)
    if business is not None and business.best is not None and business.best.is_evaluated:
        remedy = "8, then e on a version evaluates it; more rows make the interval narrower"
        yield Line("target is reached", safe(value_line(business)), business.is_reached, remedy)
        if business.money is not None:
            yield Line("money", safe(money_line(business, business.money)), None)
    elif metric is not None:
        yield _reached(project, objective, metric, best)
    owner = safe(objective.owner)
    remedy = "owner in [objective]"
    yield Line("somebody owns it", owner or "nobody is named", bool(owner), remedy)
    if objective.deadline is not None:
        days = (objective.deadline - today).days
        left = f"{count(days, 'day')} left" if days >= 0 else f"{count(-days, 'day')} over"
        yield Line("deadline", f"{objective.deadline}, {left}", days >= 0)
    if objective.cost is not None:
        yield Line("cost of errors", _cost(objective.cost), None)


def _reached(project: Project, objective: Objective, metric: str, best: Run | None) -> Line:
    what, value = "target is reached", value_of(best, metric)
    if value is None or best is None:
        remedy = "l launches a job that records it"
        return Line(what, f"{safe(metric)} was never measured", False, remedy)
    words = f"best {short_number(value)}{unit_of(project, metric)} by {safe(best.name)}"
    if objective.target is None:
        return Line(what, words, None)
    if is_reached(project, value):
        return Line(what, words, True)
    away = short_number(abs(objective.target - value), 3)
    remedy = "C compares the best runs, L launches one like them with other values"
    return Line(what, f"{words}, {away} to go", False, remedy)


def _cost(cost: Cost) -> str:
    costs = {
        "false negative": cost.false_negative,
        "false positive": cost.false_positive,
        "unit": cost.per_unit,
    }
    told = [
        f"{value:,.2f}".removesuffix(".00") + f" {safe(cost.currency)} a {what}"
        for what, value in costs.items()
        if value is not None
    ]
    return ", ".join(told) or "none is given"


def _guardrails(project: Project, best: Run | None) -> Iterator[Line]:
    for guardrail in project.objective.guardrails if project.objective else ():
        value = value_of(best, guardrail.metric)
        bounds = _bounds(guardrail)
        words = "not measured by the best run" if value is None else f"{short_number(value)}"
        is_met = None if value is None else _is_within(guardrail, value)
        yield Line(f"{safe(guardrail.metric)} {bounds}", words, is_met)


def _bounds(guardrail: Guardrail) -> str:
    low, high = guardrail.min, guardrail.max
    parts = [f"≥ {short_number(low)}"] if low is not None else []
    return " and ".join(parts + ([f"≤ {short_number(high)}"] if high is not None else []))


def _is_within(guardrail: Guardrail, value: float) -> bool:
    low, high = guardrail.min, guardrail.max
    return (low is None or value >= low) and (high is None or value <= high)


def _data(project: Project) -> Iterator[Line]:
    datasets = list(project.datasets.values())
    names = ", ".join(safe(it.name) for it in datasets)
    remedy = "[datasets.NAME] in mlops.toml"
    yield Line("data is declared", names or "no dataset", bool(datasets), remedy)
    apart = [safe(it.name) for it in datasets if it.role in (Role.HOLDOUT, Role.VALIDATION)]
    remedy = 'a dataset with role = "holdout"'
    yield Line("data to measure on is kept apart", ", ".join(apart) or "none", bool(apart), remedy)
    if datasets:
        bare = [safe(it.name) for it in datasets if not it.checks]
        words = f"none for {', '.join(bare)}" if bare else "for every dataset"
        remedy = "[datasets.NAME.checks] in mlops.toml"
        yield Line("data has checks", words, not bare, remedy)


def _runs(project: Project, best: Run | None, runs: Sequence[Run]) -> Iterator[Line]:
    trains = [safe(job.name) for job in project.jobs.values() if job.kind is JobKind.TRAIN]
    remedy = '[jobs.train] with kind = "train"'
    yield Line("training is a job", ", ".join(trains) or "no train job", bool(trains), remedy)
    ended = [run for run in runs if run.state in ENDED]
    if ended:
        failed = sum(run.state in (RunState.FAILED, RunState.LOST) for run in ended)
        words = f"{failed} of the last {count(len(ended), 'run')} failed"
        yield Line("runs end well", words, failed * 10 <= len(ended), "4 shows what a run said")
    if best is not None:
        seeds = {run.params.get("seed") for run in runs if run.job == best.job} - {None}
        words = f"{count(len(seeds), 'seed')} tried" if seeds else "no parameter named seed"
        remedy = "L launches it again: seed = 1..5 is five runs, a shows their mean and interval"
        yield Line("the best is no lucky seed", words, len(seeds) > 2, remedy)
