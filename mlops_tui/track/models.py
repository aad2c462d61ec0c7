"""What a run says of a model that is to be registered once it has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Optional

from mlops_tui.track.artifacts import keep
from mlops_tui.track.attempt import attempt, say_once, text_of
from mlops_tui.track.lines import clean
from mlops_tui.track.signatures import columns_of


def offer(
    run_dir: Path,
    name: Any,
    path: Any,
    inputs: Any = None,
    outputs: Any = None,
    kind: Optional[str] = None,
    note: Optional[str] = None,
) -> Dict[str, Any]:
    """Return the fact of a model, having copied it into the run's folder if it is outside.

    Raises:
        OSError: it is not there, or cannot be copied.
        TypeError: `path` is no path.
        ValueError: it is a folder with the run in it, or the name is none.
    """
    told = clean(text_of(name)).strip()
    if not told or any(letter in told for letter in ":@/\\"):
        raise ValueError("a model cannot be called %r: a name has none of : @ / \\" % told)
    fact = {"name": told, **keep(run_dir, path), "signature": _signature(inputs, outputs)}
    if kind is not None:
        fact["format"] = clean(text_of(kind))
    if note is not None:
        fact["note"] = clean(text_of(note))
    return fact


def _signature(inputs: Any, outputs: Any) -> Optional[Dict[str, Any]]:
    if inputs is None and outputs is None:
        return None
    return {"inputs": _columns(inputs), "outputs": _columns(outputs)}


def _columns(example: Any) -> Any:
    if example is None:
        return None
    found = attempt(columns_of, example)
    if isinstance(found, Exception):
        say_once("an example of a model is left out: %s" % text_of(found))
        return None
    return found
