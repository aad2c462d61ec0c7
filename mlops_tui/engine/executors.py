"""Which executor runs the runs of a project: the one place that knows more than the interface."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_tui.engine.executor import SupervisedExecutor


def executor_of(project: Path) -> SupervisedExecutor:
    """Return the executor of a project."""
    from mlops_tui.engine.local import LocalExecutor  # few verbs of the command line need it

    return LocalExecutor(project)
