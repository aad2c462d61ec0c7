"""How ready a project is for production, computed from what is recorded: rubrics and scores.

The ML Test Score (Breck et al. 2017, "The ML Test Score: A Rubric for ML Production Readiness and
Technical Debt Reduction") and the levels of Google's "MLOps: Continuous delivery and automation
pipelines in machine learning". Nobody's word counts for a whole point: what is attached by hand
counts half in the score, and not at all for a level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mlops_tui.domain.attached import Attached
from mlops_tui.domain.evaluations import Evaluation, Looks
from mlops_tui.domain.models import AliasMove, Model
from mlops_tui.domain.project import Project
from mlops_tui.domain.runs import Run


class Section(StrEnum):
    """The four sections of the ML Test Score; the score is that of the worst."""

    DATA = "data"
    MODEL = "model"
    INFRASTRUCTURE = "infrastructure"
    MONITORING = "monitoring"


BANDS = (
    (0.0, "a research project, not a product"),
    (1.0, "not totally untested, with serious holes to be expected"),
    (2.0, "a first pass at production"),
    (3.0, "reasonably tested"),
    (5.0, "strong levels of testing"),
    (7.0, "exceptional"),
)
"""Up to which score what is said; 0 is 0 only."""


@dataclass(frozen=True, slots=True)
class ReadinessState:
    """What is recorded of a project, as far as readiness is told from it."""

    project: Project
    runs: Sequence[Run] = ()
    """The latest, newest first; not deleted."""
    commits: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    """By run: its git commit, and whether files had uncommitted changes; of a few latest runs."""
    commands: Mapping[str, str] = field(default_factory=dict)
    """By job: its command."""
    versions_used: Mapping[str, int] = field(default_factory=dict)
    """By run: how many datasets it used whose version is recorded; of a few latest runs."""
    evaluations: Sequence[Evaluation] = ()
    """Newest first, without those that failed."""
    report: Mapping[str, object] | None = None
    """Of the newest evaluation; None where there is none or it is gone."""
    looks: Sequence[Looks] = ()
    models: Sequence[Model] = ()
    moves: Sequence[AliasMove] = ()
    """Of the alias champion, over all models, newest first."""
    trained: Mapping[str, float] = field(default_factory=dict)
    """By `MODEL:NUMBER`: when its run was created, Unix seconds; of versions in `moves`."""
    drills: Sequence[Mapping[str, object]] = ()
    """Lines of rehearsed rollbacks, newest first."""
    reproductions: Sequence[Mapping[str, object]] = ()
    """Lines of repeated trainings, newest first."""
    batches: int = 0
    """Batches of live data that were judged."""
    drift_alerts: int = 0
    """Alerts about live data or a model on it, resolved ones too."""
    attached: Mapping[str, Attached] = field(default_factory=dict)
    """By line."""
    now: float = 0.0

    def subject(self, evaluation: Evaluation) -> str:
        """Return what was measured as people call it."""
        if evaluation.model is not None:
            return evaluation.subject
        names = (it.name for it in self.runs if it.id == evaluation.run_id)
        return next(names, evaluation.subject)


@dataclass(frozen=True, slots=True)
class Found:
    """What is recorded about one line."""

    is_met: bool
    words: str
    """The evidence, or what is missing."""
    cure: str = ""
    """The one command that would provide it, where that depends on the state."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a rubric."""

    id: str
    words: str
    judge: Callable[[ReadinessState], Found]
    cure: str
    """The one command, or line of mlops.toml, that would provide the evidence."""
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rubric and how it stands."""

    id: str
    words: str
    section: str | None
    is_met: bool
    """By what is recorded."""
    score: float
    """1 where it is met, 0.5 where a person has attached evidence, else 0."""
    evidence: str
    cure: str
    """Empty where it is met."""
    attached: Attached | None = None


@dataclass(frozen=True, slots=True)
class TestScore:
    """The ML Test Score."""

    lines: tuple[Line, ...]
    sections: Mapping[str, float]
    """Sum of each, 0 to 7."""
    score: float
    """The smallest of them."""
    band: str

    @property
    def weakest(self) -> str:
        """The section that decides."""
        return min(self.sections, key=lambda name: self.sections[name])


@dataclass(frozen=True, slots=True)
class Level:
    """Where a project stands on Google's levels."""

    lines: tuple[Line, ...]
    level: int
    """0 to 2, by what is recorded."""
    with_attached: int
    """The same if what people attached counted."""
    missing: tuple[str, ...]
    """Lines that the next level needs."""


def judge_lines(state: ReadinessState, rules: Sequence[Rule]) -> tuple[Line, ...]:
    """Return how each line of a rubric stands."""
    return tuple(_line(state, rule) for rule in rules)


def _line(state: ReadinessState, rule: Rule) -> Line:
    found = rule.judge(state)
    attached = state.attached.get(rule.id)
    evidence = found.words
    if not found.is_met and attached is not None:
        evidence = f"by hand: {attached.evidence} ({attached.why}; {attached.by})"
    score = 1.0 if found.is_met else 0.5 if attached is not None else 0.0
    section = None if rule.section is None else rule.section.value
    cure = "" if found.is_met else found.cure or rule.cure
    return Line(rule.id, rule.words, section, found.is_met, score, evidence, cure, attached)


def score_of(lines: Sequence[Line]) -> TestScore:
    """Return the score of the 28 tests: the smallest sum of the four sections."""
    sections = {it.value: 0.0 for it in Section}
    for line in lines:
        if line.section is not None:
            sections[line.section] += line.score
    least = min(sections.values())
    band = next(words for limit, words in BANDS if least <= limit)
    return TestScore(tuple(lines), sections, least, band)


def level_of(lines: Sequence[Line], needed: Mapping[int, Sequence[Sequence[str]]]) -> Level:
    """Return the highest level whose lines are met, together with all lower ones.

    Args:
        lines: of the rubric.
        needed: by level, groups of lines of which one has to be met each.
    """
    recorded = {it.id for it in lines if it.is_met}
    said = recorded | {it.id for it in lines if it.attached is not None}
    level, with_attached = (_reached(it, needed) for it in (recorded, said))
    following = needed.get(level + 1, ())
    missing = [group[0] for group in following if not recorded.intersection(group)]
    return Level(tuple(lines), level, with_attached, tuple(missing))


def _reached(met: set[str], needed: Mapping[int, Sequence[Sequence[str]]]) -> int:
    level = 0
    for number in sorted(needed):
        if not all(met.intersection(group) for group in needed[number]):
            break
        level = number
    return level
