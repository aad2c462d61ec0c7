"""What a sealed holdout is still worth after so many looks, and who has broken its seal."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping

from mlops_tui.domain.datasets import UsedData
from mlops_tui.domain.evaluations import Looks
from mlops_tui.domain.project import Dataset, JobKind, Project, Role

_Z95 = 1.959964
MANY_LOOKS = math.ceil(math.exp(_Z95**2 / 2))
"""From so many looks on (7), the best of them is expected to lie above its own 95 % interval."""


def holdouts(project: Project) -> dict[str, Dataset]:
    """Return the datasets that are kept away from training, by name."""
    return {name: it for name, it in project.datasets.items() if it.role is Role.HOLDOUT}


def holdouts_read(project: Project, kind: str, used: Iterable[UsedData]) -> list[str]:
    """Return the sealed datasets that a run read which must not: one that trains.

    Args:
        project: what its file declares.
        kind: of the run's job.
        used: the data that the run used.
    """
    if kind != JobKind.TRAIN.value:
        return []
    used = list(used)
    return [
        name
        for name, it in holdouts(project).items()
        if any(data.name == name or _is_at(project, it, data.path) for data in used)
    ]


def _is_at(project: Project, dataset: Dataset, path: str) -> bool:
    if not dataset.path or not path:
        return False
    own = os.path.realpath(project.path / dataset.path)
    return os.path.realpath(project.path / path) == own


def holdout_at(project: Project, words: Mapping[str, object] | Iterable[str]) -> str | None:
    """Return the sealed dataset that one of some words names or has as its path; None for none."""
    given = [str(word) for word in words]
    for name, dataset in holdouts(project).items():
        if any(word == name or _is_at(project, dataset, word) for word in given if word):
            return name
    return None


def expected_optimism(looks: int, standard_error: float) -> float:
    """Return how much better the best of so many results is expected to look than it is.

    At most sqrt(2 ln k) standard errors, natural logarithm: the expected maximum of k errors whose
    tails are no heavier than normal ones, however they depend on each other (Boucheron, Lugosi and
    Massart 2013, theorem 2.5). That is for models that were there before the looks. Where every
    look steers the next model it can be more, in the worst case sqrt(k) (Blum and Hardt 2015,
    "The Ladder"; Dwork et al. 2015, "The reusable holdout").

    Args:
        looks: >= 1; the first one costs nothing.
        standard_error: of one result, in the metric's unit.
    """
    return math.sqrt(2 * math.log(max(1, looks))) * standard_error


def worth_words(looks: Looks | None, half_width: float | None = None, metric: str = "") -> str:
    """Return in words how much a result on this data is still worth.

    Args:
        looks: at the data so far.
        half_width: half of a 95 % interval of the result; None where there is none.
        metric: which result.
    """
    count = 0 if looks is None else looks.looks
    if count <= 1:
        return f"{_looks(count)}: worth what its interval says"
    factor = math.sqrt(2 * math.log(count))
    gain = f"{factor:.1f} standard errors"
    if half_width is not None:
        amount = expected_optimism(count, half_width / _Z95)
        gain = f"{amount:.3g} ({gain}){f' of {metric}' if metric else ''}"
    words = f"{_looks(count)}: the best of them may look {gain} better than it is"
    if count >= MANY_LOOKS:
        words += ", more than its interval allows for: take fresh rows before you rely on it"
    return words


def _looks(count: int) -> str:
    return "no look so far" if not count else "1 look" if count == 1 else f"{count} looks"
