"""What people say of runs: another name, tags, a note."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.lifecycle import RUN_NOTED, RUN_RENAMED, RUN_TAGGED
from mlops_tui.engine.actions_lookup import find_run, find_runs, user_name
from mlops_tui.engine.actions_tags import checked_tags
from mlops_tui.engine.creation import record_fact
from mlops_tui.engine.run_names import checked_name

LONGEST_NOTE = 4000


def rename(project: Path, run_id: str, name: str) -> None:
    """Give a run another name.

    Raises:
        NotFoundError: there is no such run.
        InputError: it cannot be a name.
        StorageError: the disk failed.
    """
    run = find_run(project, run_id)
    record_fact(
        project, RUN_RENAMED, time.time(), run=run.id, name=checked_name(name), by=user_name()
    )


def tag(
    project: Path, run_ids: Sequence[str], tags: Mapping[str, str], gone: Sequence[str] = ()
) -> list[str]:
    """Set tags of runs and take others away; return the ids of the runs that this changed.

    Args:
        project: The folder of the project.
        run_ids: Which runs.
        tags: Text by name; empty for a tag that is only there.
        gone: Names of tags to take away; those that a run does not have are no matter.

    Raises:
        NotFoundError: one of the runs is not there; nothing is changed then.
        InputError: one cannot be a tag.
        StorageError: the disk failed.
    """
    tags = checked_tags(tags)
    changed = []
    for run in find_runs(project, run_ids):
        new: dict[str, str | None] = {
            name: text for name, text in tags.items() if run.tags.get(name) != text
        }
        new.update({name: None for name in gone if name in run.tags and name not in tags})
        if new:
            record_fact(project, RUN_TAGGED, time.time(), run=run.id, tags=new, by=user_name())
            changed.append(run.id)
    return changed


def note(project: Path, run_id: str, text: str) -> None:
    """Note something about a run in place of what was noted before; nothing if `text` is empty.

    Raises:
        NotFoundError: there is no such run.
        InputError: the text is too long.
        StorageError: the disk failed.
    """
    run = find_run(project, run_id)
    record_fact(
        project, RUN_NOTED, time.time(), run=run.id, note=checked_note(text), by=user_name()
    )


def checked_note(text: str) -> str | None:
    """Return the text of a note without blanks around it, None where that is nothing.

    Raises:
        InputError: it is too long.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST_NOTE:
        raise InputError(
            f"a note of {len(stripped):,} letters is too long", f"{LONGEST_NOTE:,} are the most"
        )
    return stripped or None
