"""The verbs of a run about files and data: what it reads, and what it makes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from mlops_tui.track.attempt import attempt, say_once, text_of
from mlops_tui.track.lines import clean
from mlops_tui.track.opened import OpenRun


class KeepingRun(OpenRun):
    """What a run records of files; a part of `TrackedRun`."""

    _predicted: Optional[Dict[str, str]] = None

    def dataset(self, name: str, path: object) -> None:
        """Record that the run reads the data at `path`, under a name; its version follows soon.

        A process of its own reads all of the data, unless it was not touched since that was done.
        """
        self._record("dataset", lambda given: _look_at(self.dir, given), (name, path))

    def artifact(self, path: object) -> None:
        """Record a file or folder that the run made.

        One outside the run's folder is copied into its `artifacts/`, whole or not at all.
        """
        self._record("artifact", lambda given: _keep(self.dir, given), path)

    def model(
        self,
        name: str,
        path: object,
        input_example: Any = None,
        output_example: Any = None,
        format: Optional[str] = None,  # noqa: A002 what people expect to write
        note: Optional[str] = None,
    ) -> None:
        """Have a model registered as a version of `name`, once the run has ended.

        A file or folder outside the run's folder is copied into its `artifacts/`, as `artifact`
        does it. Of several calls for one name the last counts: a run makes one version of it.

        Args:
            name: what the model is called; the same one for every version of it.
            path: the file or folder.
            input_example: what one call takes: a row as a dict, rows, a data frame or an array;
                its columns and their types are kept, none of its values.
            output_example: what one call gives, in the same way.
            format: `skops`, `joblib`, `pickle`, `onnx`, `file` or `folder`; left out, the name of
                the file says it.
            note: for whoever reads about this version later.
        """
        given = (name, path, input_example, output_example, format, note)
        self._record("model", lambda it: _offer(self.dir, it), given)

    def predictions(
        self,
        ids: Any,
        y_true: Any,
        y_pred: Any,
        y_score: Any = None,
        dataset: Optional[str] = None,
        classes: Any = None,
        model: Optional[str] = None,
    ) -> None:
        """Record what a model said of rows and what was true, so that they can be evaluated.

        Written to `artifacts/predictions.csv` of the run, whole or not at all; predictions on a
        second dataset to `artifacts/predictions-DATASET.csv`. A later call for the same dataset
        takes the place of an earlier one.

        Args:
            ids: (n,) what the rows are called; None where they go by their place alone.
            y_true: (n,) class or number of each row; None in it where that is not known.
            y_pred: (n,) the predicted class or number.
            y_score: (n,) the score of the positive class, or (n, k) one of each class, or a
                mapping of class to (n,); None where there are no scores.
            dataset: the name of the dataset that the rows are of.
            classes: the k classes in the order of the columns of `y_score`, such as
                `model.classes_`; left out, they are the sorted labels.
            model: `NAME:VERSION`, where a registered model version was evaluated.
        """
        given = (ids, y_true, y_pred, y_score, classes)
        self._record("predictions", lambda it: self._keep_predictions(it, dataset, model), given)

    def _keep_predictions(self, given: Any, dataset: Any, model: Any) -> Mapping[str, Any]:
        from mlops_tui.track.predictions import file_name, keep_predictions  # it loads csv

        named = None if dataset is None else clean(text_of(dataset))
        is_first = self._events is None or self._events.is_primary
        files = self._predicted if self._predicted is not None else {}
        name = files.get(named or "") or file_name(named, is_first, bool(files))
        fact = keep_predictions(self.dir, name, *given)
        self._predicted = {**files, named or "": name}
        told = {} if model is None else {"model": clean(text_of(model))}
        return {**fact, "dataset": named, **told}


def _keep(run_dir: Path, given: Any) -> Dict[str, Any]:
    from mlops_tui.track.artifacts import keep  # it loads shutil

    return keep(run_dir, given)


def _offer(run_dir: Path, given: Any) -> Dict[str, Any]:
    from mlops_tui.track.models import offer

    return offer(run_dir, *given)


def _look_at(run_dir: Path, given: Any) -> Dict[str, Any]:
    from mlops_tui.track.datasets import start_recording  # few scripts name their data

    name, path = clean(text_of(given[0])), clean(os.path.abspath(os.fspath(given[1])))
    error = attempt(start_recording, run_dir, [(name, path)], sys.executable or "python3")
    if error is not None:
        say_once("the version of data is not recorded: %s" % text_of(error))
    return {"name": name, "path": path}
