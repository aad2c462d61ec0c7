"""Actions that need an index of their own: they may wait for the disk, so a thread does them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from mlops_tui.ui.project_source import ProjectSource

if TYPE_CHECKING:
    from mlops_tui.index import Index

T = TypeVar("T")


def with_index(source: ProjectSource, work: Callable[[Index], T]) -> T:
    """Return what `work` makes of the project's index, brought up to date."""
    from mlops_tui.index import Index

    with Index.open(source.project) as index:
        index.ingest()
        return work(index)
