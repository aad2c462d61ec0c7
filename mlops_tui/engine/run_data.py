"""Which data a run reads and where: told at its launch, and changed by marks when it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlops_tui.engine.actions_launch import LaunchPlan

_LONGEST_SCRIPT = 1 << 20


def data_of(plan: LaunchPlan) -> dict[str, str]:
    """Return the datasets that a run reads and their absolute paths: inputs and `{data.NAME}`."""
    from mlops_tui.domain.params import data_pieces

    project, datasets = plan.project.path, plan.project.datasets
    by_path = {os.path.abspath(project / it.path): name for name, it in datasets.items() if it.path}
    named = [
        given if given in datasets else by_path.get(os.path.abspath(project / given), "")
        for given in plan.job.inputs
    ]
    pieces = data_pieces(plan.job, plan.params, list(datasets))
    named += [text for it in pieces.values() for kind, text in it if kind == "data"]
    return {
        name: os.path.abspath(project / datasets[name].path)
        for name in dict.fromkeys(named)
        if name in datasets and datasets[name].path
    }


def order_of(plan: LaunchPlan) -> dict[str, Any]:
    """Return what the record of a run says of its data.

    - `data`: by name, the absolute path;
    - `data_arguments`: by the place in `argv`, what to join to it once paths are known;
    - `data_marks`: by name, the file that marks of it stand in, whether it is there or not;
    - `data_live`: the names of live data, files of which may be in quarantine.
    """
    from mlops_tui.domain.monitoring import watched_pairs
    from mlops_tui.domain.params import data_pieces
    from mlops_tui.engine.data_sources import declared_source
    from mlops_tui.engine.patches import patch_file

    data = data_of(plan)
    pieces = data_pieces(plan.job, plan.params, list(data))
    return {
        "data": data,
        "data_arguments": {str(place): it for place, it in pieces.items()},
        "data_marks": {name: str(patch_file(declared_source(plan.project, name))) for name in data},
        "data_live": [it.live.name for it in watched_pairs(plan.project) if it.live.name in data],
    }


def paths_of(order: Mapping[str, Any]) -> dict[str, str]:
    """Return where a run finds its data: with its marks, once they are applied."""
    return {**(order.get("data") or {}), **(order.get("data_paths") or {})}


def argv_of(order: Mapping[str, Any]) -> list[str]:
    """Return the command of a run, with the paths of data that has marks put in."""
    argv = list(order["argv"])
    changed = order.get("data_paths") or {}
    paths = paths_of(order)
    for place, pieces in (order.get("data_arguments") or {}).items():
        if any(kind == "data" and text in changed for kind, text in pieces):
            argv[int(place)] = "".join(
                paths[text] if kind == "data" else text for kind, text in pieces
            )
    return argv


def asks_for(order: Mapping[str, Any], name: str) -> bool:
    """Say whether the command of a run can get a dataset with its marks.

    It names `{data.NAME}`, or a file that it names has `MLOPS_DATA` or `.data(` in it. A command
    that has the data's own path in it would read rows without their marks.
    """
    arguments = (order.get("data_arguments") or {}).values()
    if any(kind == "data" and text == name for pieces in arguments for kind, text in pieces):
        return True
    folder = str(order.get("cwd") or "")
    return any(_mentions(os.path.join(folder, word)) for word in order["argv"])


def _mentions(path: str) -> bool:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LONGEST_SCRIPT:
            return False
        with open(path, "rb") as file:
            text = file.read()
    except (OSError, ValueError):
        return False
    return b"MLOPS_DATA" in text or b".data(" in text


def may_have_marks(order: Mapping[str, Any]) -> bool:
    """Say whether data of a run has a file of marks beside it, or may have files in quarantine."""
    return bool(order.get("data_live")) or any(
        os.path.exists(file) for file in (order.get("data_marks") or {}).values()
    )
