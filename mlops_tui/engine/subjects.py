"""What a person means by a model to judge, and the predictions that are recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.evaluations import Evaluation, Predictions
from mlops_tui.domain.models import ModelVersion, parse_version
from mlops_tui.domain.runs import Run
from mlops_tui.engine.predicted_files import find_predictions, predictions_of
from mlops_tui.index import Index

HOW = "write them with run.predictions(ids, y_true, y_pred, y_score), or a file and its event line"


@dataclass(frozen=True, slots=True)
class Predicted:
    """A table of predictions of one model."""

    words: str
    """What the model is called."""
    path: Path
    dataset: str | None
    data_version: str | None
    """None where nobody recorded which content of the dataset it was."""
    run: Run | None


def find_run(index: Index, word: str) -> Run:
    """Return the run that goes by an id, the beginning of one, or a name.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several.
    """
    return index.runs([index.resolve(word)])[0]


def predicted_by(project: Path, index: Index, word: str, dataset: str | None) -> Predicted:
    """Return the predictions of a run, or of a registered version, on a dataset.

    Args:
        project: the project's folder.
        index: brought up to date.
        word: the run, or `NAME:3` or `NAME@champion`.
        dataset: its name; may be left out where the run has predictions on one only.

    Raises:
        NotFoundError: there is no such run, or it has no such predictions (any more).
        InputError: it has some on several datasets, and none is named.
    """
    if is_version(word):
        return _predicted_by_version(
            project, index, index.model_version(parse_version(word)), dataset
        )
    run = find_run(index, word)
    found = chosen_predictions(run, index.predictions([run.id]), dataset)
    version = used_version(index, run.id, found.dataset)
    if version is None:
        known = index.evaluations(run_ids=[run.id], dataset=found.dataset)
        version = next((it.data_version for it in known if it.data_version), None)
    path = find_predictions(project, found)
    return Predicted(run.name, path, found.dataset, version, run)


def is_version(word: str) -> bool:
    """Say whether a word names a model by number or alias, and no run."""
    return ":" in word or "@" in word


def _predicted_by_version(
    project: Path, index: Index, version: ModelVersion, dataset: str | None
) -> Predicted:
    found = index.evaluations(model=version.model, number=version.number, dataset=dataset)
    run_ids = [version.run_id] if version.run_id is not None else []
    found += index.evaluations(run_ids=run_ids, dataset=dataset) if run_ids else []
    sound = [it for it in found if it.error is None and it.predictions is not None]
    if not sound:
        on = f" on {dataset}" if dataset else ""
        hint = f"mlops-tui evaluate {version.name}{f' --on {dataset}' if dataset else ''}"
        raise NotFoundError(f"{version.name} has no recorded predictions{on}", hint)
    names = sorted({it.dataset or "data that is not named" for it in sound})
    if dataset is None and len(names) > 1:
        raise InputError(f"{version.name} was evaluated on {', '.join(names)}", "say --on DATASET")
    last = sound[0]
    path = recorded_predictions(project, index, last)
    runs = index.runs(run_ids)
    run = runs[0] if runs else None
    return Predicted(version.name, path, last.dataset, last.data_version, run)


def chosen_predictions(run: Run, found: list[Predictions], dataset: str | None) -> Predictions:
    """Return the predictions of a run that are meant.

    Raises:
        NotFoundError: there are none, or none on that dataset.
        InputError: there are some on several datasets.
    """
    if not found:
        raise NotFoundError(f"{run.name} has no predictions", HOW)
    on = ", ".join(it.dataset or "data that is not named" for it in found)
    if dataset is not None:
        named = [it for it in found if it.dataset == dataset]
        unnamed = [it for it in found if it.dataset is None]
        if not named and not unnamed:
            words = f"{run.name} has no predictions on {dataset}"
            raise NotFoundError(words, f"it has some on {on}")
        return named[0] if named else _on(unnamed[0], dataset)
    if len(found) > 1:
        raise InputError(f"{run.name} has predictions on {on}", "say --on DATASET")
    return found[0]


def _on(found: Predictions, dataset: str) -> Predictions:
    return Predictions(found.run_id, found.path, dataset, found.model, found.rows, found.t)


def used_version(index: Index, run_id: str, dataset: str | None) -> str | None:
    """Return the version of a dataset that a run used; None where that is not recorded."""
    if dataset is None:
        return None
    used = [it for it in index.data_used([run_id]) if it.name == dataset and it.version]
    return used[-1].version if used else None


def recorded_predictions(project: Path, index: Index, evaluation: Evaluation) -> Path:
    """Return the table that was evaluated.

    Raises:
        NotFoundError: it is gone, or was written anew.
    """
    found = None
    if evaluation.run_id is not None:
        named = index.predictions([evaluation.run_id])
        own = [it for it in named if it.dataset in (evaluation.dataset, None)]
        found = own[-1] if own else None
    return predictions_of(project, evaluation, found)
