"""Where predictions lie that a run named, and their content kept where it could be lost."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.evaluations import Evaluation, Predictions
from mlops_tui.engine.objects import keep_object, object_path

_MOST_BYTES = 2 << 30


def find_predictions(project: Path, found: Predictions) -> Path:
    """Return the file of a run's predictions: in the run's folder, the project's, or where it says.

    Raises:
        NotFoundError: it is not there.
    """
    run_dir = places.run_dir(project, found.run_id)
    for folder in (run_dir, project):
        path = folder / found.path
        if path.is_file():
            return path
    words = f"the predictions of {found.run_id} are gone: {found.path}"
    raise NotFoundError(words, f"looked in {run_dir} and {project}")


def keep_predictions(project: Path, run_id: str, path: Path) -> str:
    """Return the digest (SHA-256) of a table of predictions that can be read by it from now on.

    One outside of its run's folder, where the next run may write over it, is copied.

    Raises:
        InputError: it cannot be read, or is too large.
        StorageError: it cannot be kept.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path} is too large for predictions: over 2 GiB")
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        own = os.path.realpath(places.run_dir(project, run_id))
        if not os.path.realpath(path).startswith(own + os.sep):
            return keep_object(project, path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    return digest


def predictions_of(project: Path, evaluation: Evaluation, found: Predictions | None) -> Path:
    """Return the table of predictions that was evaluated.

    Args:
        project: the project's folder.
        evaluation: which.
        found: what its run says of its predictions on that data; None where there is no run.

    Raises:
        NotFoundError: it is gone, or is another one by now.
    """
    if evaluation.predictions is None:
        raise NotFoundError(f"evaluation {evaluation.id} has no predictions")
    kept = object_path(project, evaluation.predictions)
    if kept.is_file():
        return kept
    if found is None:
        raise NotFoundError(f"the predictions of evaluation {evaluation.id} are gone")
    path = find_predictions(project, found)
    with open(path, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != evaluation.predictions:
            words = f"{path} is not what evaluation {evaluation.id} measured: it was written anew"
            raise NotFoundError(words, "evaluate the run again")
    return path
