"""By what two runs or versions can be compared, the metric that most likely is meant first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.business import figure_name
from mlops_tui.domain.direction import known_direction
from mlops_tui.domain.evaluated import OF_FORECASTS, OF_SEVERAL_CLASSES, OF_TWO_CLASSES
from mlops_tui.domain.evaluations import Evaluation
from mlops_tui.domain.models import Gate
from mlops_tui.domain.project import Project
from mlops_tui.engine.actions_compare_models import Subject, common_gate
from mlops_tui.engine.gating import dataset_of

_COMPARABLE = tuple(dict.fromkeys((*OF_TWO_CLASSES, *OF_SEVERAL_CLASSES, *OF_FORECASTS)))
_NO_DIRECTION = ("bias", "mase")
"""Gets better neither up nor down; and one that needs the rows before."""
_OF_GATE, _OF_OBJECTIVE = "the gate's", "the objective's"


@dataclass(frozen=True, slots=True)
class BetterChoice:
    """A way to ask whether one of two is better."""

    metric: str
    dataset: str | None
    """Whose rows; None where the data is not named."""
    about: str = ""
    """Why one would choose it."""
    margin: float | None = None
    """The difference that matters, where the gate declares one, > 0."""
    is_repeated: bool = False
    """Whether over repeated runs, instead of over the rows of predictions."""


def better_choices(described: Project, a: Subject, b: Subject) -> list[BetterChoice]:
    """Return the metrics and datasets by which both can be compared.

    Those that the gate and the objective name come first; after what was evaluated come metrics
    that both runs recorded, to be compared over the runs that are alike but for their seeds.
    """
    gate = common_gate(described, (a, b))
    found: list[BetterChoice] = []
    datasets = [it for it in _datasets(a) if it in _datasets(b)]
    wanted = dataset_of(described, gate) if gate is not None else None
    for dataset in sorted(datasets, key=lambda it: it != wanted):
        found += _of_dataset(described, gate, (a, b), dataset)
    return [*sorted(found, key=lambda it: _rank(it.about)), *_of_runs(described, a, b)]


def _rank(about: str) -> int:
    return (_OF_GATE, _OF_OBJECTIVE).index(about) if about in (_OF_GATE, _OF_OBJECTIVE) else 2


def _datasets(subject: Subject) -> list[str | None]:
    """Return where it has predictions that could be read."""
    evaluated = [it.dataset for it in subject.evaluations if it.predictions is not None]
    return list(dict.fromkeys([*evaluated, *subject.predicted]))


def _of_dataset(
    described: Project, gate: Gate | None, sides: Sequence[Subject], dataset: str | None
) -> list[BetterChoice]:
    evaluated = [_evaluation(it, dataset) for it in sides]
    known = [list(it.figures) for it in evaluated if it is not None]
    names = [it for it in _COMPARABLE if it not in _NO_DIRECTION]
    names += [name for name, it in described.metrics.items() if it.function is not None]
    for own in known:
        names = [it for it in names if it in own]
    asked = gate.champion if gate is not None else None
    objective = described.objective.metric if described.objective is not None else None
    meant = figure_name(objective, dict.fromkeys(names)) if objective else None
    found = []
    for name in names:
        about, margin = "" if known else "not evaluated yet", None
        if name == meant:
            about = _OF_OBJECTIVE
        if asked is not None and name == asked.metric:
            about, margin = _OF_GATE, asked.margin or None
        found.append(BetterChoice(name, dataset, about, margin))
    return found


def _evaluation(subject: Subject, dataset: str | None) -> Evaluation | None:
    return next((it for it in subject.evaluations if it.dataset == dataset), None)


def _of_runs(described: Project, a: Subject, b: Subject) -> list[BetterChoice]:
    """Return the metrics that both runs recorded and that get better one way."""
    if a.run is None or b.run is None or a.run.id == b.run.id:
        return []
    objective = described.objective.metric if described.objective is not None else None
    common = [
        it
        for it in a.run.metrics
        if it in b.run.metrics and known_direction(described, it) is not None
    ]
    common.sort(key=lambda it: it != objective)
    return [BetterChoice(it, None, "over repeated runs", None, True) for it in common]
