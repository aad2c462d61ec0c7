"""Putting batches of live data aside, and taking them back; their files stay where they are."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.lifecycle import BATCH_QUARANTINED, BATCH_RELEASED
from mlops_tui.domain.monitoring import BatchFacts
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.creation import record_fact
from mlops_tui.engine.drift_alerts import tell_alerts
from mlops_tui.engine.monitored import monitored_project, require_watched

if TYPE_CHECKING:
    from mlops_tui.index import Index


def quarantine_batch(
    project: Path, index: Index, name: str, why: str, is_undo: bool = False
) -> BatchFacts:
    """Put a batch aside, or take it back; return it as it is then.

    It counts no more for what windows in a row amount to, for what a later batch is compared with,
    nor for how large batches usually are. Its files are neither moved nor changed; other content
    under its key is another batch.

    Args:
        project: the project's folder.
        index: the caller's.
        name: its id, the beginning of one, or its key.
        why: the reason; none is needed to take it back.
        is_undo: take it back.

    Raises:
        NotFoundError: there is no such batch.
        InputError: no reason is given.
        StorageError: the disk failed.
    """
    index.ingest()
    batch = index.find_batch(name)
    reason = " ".join(why.split())
    if not reason and not is_undo:
        raise InputError(f"why is {batch.key} put aside?", "say it: --why REASON")
    if (batch.quarantined is None) is is_undo:
        return batch
    facts = {"batch": batch.id, "dataset": batch.dataset, "key": batch.key, "why": reason}
    event = BATCH_RELEASED if is_undo else BATCH_QUARANTINED
    record_fact(project, event, time.time(), **facts, by=user_name())
    index.ingest()
    try:
        described = monitored_project(project)
        tell_alerts(described, require_watched(described, batch.dataset), index)
    except MlopsTuiError:
        pass  # it is put aside whatever mlops.toml says by now; the next batch tells the rest
    found = index.batch(batch.id)
    return batch if found is None else found
