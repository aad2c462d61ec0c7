"""Lines of project journals that are about no run's life: the topic that changes, and who notes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from mlops_tui.domain import lifecycle
from mlops_tui.index import models
from mlops_tui.index.attached import note_attached
from mlops_tui.index.batches import note_batch
from mlops_tui.index.datasets import note_version
from mlops_tui.index.evaluations import note_evaluation
from mlops_tui.index.performed import note_performed
from mlops_tui.index.quarantine import note_quarantine

MODELS = "models"
OTHER_FACTS: Mapping[str, tuple[str, Callable[[sqlite3.Connection, Mapping[str, Any]], None]]] = {
    lifecycle.DATASET_VERSION: ("data", note_version),
    lifecycle.BATCH_JUDGED: ("batches", note_batch),
    lifecycle.BATCH_PERFORMED: ("batches", note_performed),
    lifecycle.BATCH_QUARANTINED: ("batches", note_quarantine),
    lifecycle.BATCH_RELEASED: ("batches", note_quarantine),
    lifecycle.EVALUATION_RECORDED: ("evaluations", note_evaluation),
    lifecycle.READINESS_ATTACHED: ("readiness", note_attached),
    lifecycle.MODEL_REGISTERED: (MODELS, models.note_version),
    lifecycle.MODEL_REFUSED: (MODELS, models.note_refused),
    lifecycle.MODEL_TRUSTED: (MODELS, models.note_trust),
    lifecycle.MODEL_DELETED: (MODELS, models.note_deleted),
    lifecycle.MODEL_RESTORED: (MODELS, models.note_deleted),
    lifecycle.MODEL_REPRODUCED: (MODELS, models.note_other),
    lifecycle.ALIAS_MOVED: (MODELS, models.note_move),
    lifecycle.ALIAS_DRILLED: (MODELS, models.note_other),
}
