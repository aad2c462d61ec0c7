"""What a person asks of where a version of a model comes from, told as a card or as a tree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine.actions_models import version_details
from mlops_tui.engine.model_card import write_card

if TYPE_CHECKING:
    from mlops_tui.index import Index


def version_card(project: Path, index: Index, name: str) -> str:
    """Return the card of a version as Markdown, from recorded facts only.

    Raises:
        NotFoundError: there is no such version.
        StorageError: its manifest is gone or damaged.
    """
    details = version_details(project, index, name)
    version = details.version
    found = index.evaluations(model=version.model, number=version.number)
    if version.run_id is not None:
        found = [*found, *index.evaluations(run_ids=[version.run_id])]
    return write_card(load_project(project), version, details.manifest, found)
