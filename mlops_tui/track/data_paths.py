"""Where a run finds its data: `run.data("train")`. Python 3.9, standard library only."""

from __future__ import annotations

import importlib
import json
import os
from typing import Any, Dict, Mapping, Optional

from mlops_tui.track.attempt import attempt, repr_of, say_once, text_of


class DataPaths:
    """Paths of the datasets that a run was launched with, by name; called with a name."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._given: Optional[Dict[str, str]] = None

    def __call__(self, name: str, default: Optional[str] = None) -> str:
        """Return the path of a dataset, with what people have marked in it; never raises.

        A script that was started by itself gets the path that `mlops.toml` declares, without
        marks, else `default`, else the name as it is.
        """
        text = text_of(name)
        if self._given is None:
            found = attempt(_launched_with, self._environ)
            self._given = found if isinstance(found, dict) else {}
        if text in self._given:
            return self._given[text]
        declared = attempt(_declared, self._environ, text)
        if isinstance(declared, str):
            if os.path.exists(declared + ".patch.jsonl"):
                say_once("marks of %s are not applied: launch the job" % repr_of(text))
            return declared
        if default is None:
            say_once("nothing says where the data %s is" % repr_of(text))
        return text if default is None else os.fspath(default)


def _launched_with(environ: Mapping[str, str]) -> Dict[str, str]:
    text = environ.get("MLOPS_DATA", "")
    found: Any = json.loads(text) if text else {}
    return {str(name): str(path) for name, path in found.items()}


def _declared(environ: Mapping[str, str], name: str) -> Optional[str]:
    toml = importlib.import_module("tomllib")  # of Python 3.11; before it the default stands

    from mlops_tui.domain.places import find_project

    folder = environ.get("MLOPS_PROJECT") or find_project(os.getcwd())  # type: ignore[arg-type]
    if not folder:
        return None
    with open(os.path.join(folder, "mlops.toml"), "rb") as file:
        datasets = toml.load(file).get("datasets", {})
    path = datasets.get(name, {}).get("path")
    return os.path.abspath(os.path.join(folder, path)) if isinstance(path, str) else None
