"""The parameters of a run: those it was launched with, and those recorded so far."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Mapping

from mlops_tui.track.attempt import attempt, say_once
from mlops_tui.track.lines import flat_params


class Params:
    """What a run was given, and what of it is recorded, so that nothing is recorded twice."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = dict(given)
        """Values of the launch, of the types that they had there."""
        self._recorded: Dict[str, Any] = {}

    def unrecorded(self, params: Mapping[Any, Any]) -> Dict[str, Any]:
        """Return those that are new or have changed, as plain values, and take them as recorded."""
        known = self._recorded
        flat = flat_params(params)
        new = {key: flat[key] for key in flat if key not in known or known[key] != flat[key]}
        known.update(new)
        return new


def launched_with(environ: Mapping[str, str] = os.environ) -> Dict[str, Any]:
    """Return the parameters of the launch, none where this process was not launched."""
    text = environ.get("MLOPS_PARAMS", "")
    if not text:
        return {}
    given = attempt(json.loads, text)
    if isinstance(given, dict):
        return given
    say_once("MLOPS_PARAMS is no JSON object: defaults are used instead")
    return {}
