"""Columns asked for by name; standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import nearest


def require_columns(path: Path, there: Sequence[str], wanted: Sequence[str] | None) -> None:
    """Return quietly where a file has all columns that are wanted.

    Raises:
        InputError: it lacks one; the hint names the nearest that it has.
    """
    for name in wanted or ():
        if name not in there:
            near = nearest(name, list(there))
            hint = f"did you mean {near}?" if near else f"it has {', '.join(list(there)[:20])}"
            raise InputError(f"{path} has no column {name!r}", hint)
