"""Names of the facts in journals; the one list that writers and the index share. Python 3.9."""

from __future__ import annotations

RUN_CREATED = "run.created"
RUN_ENDED = "run.ended"
RUN_DELETED = "run.deleted"
RUN_RESTORED = "run.restored"
RUN_PURGED = "run.purged"
RUN_RENAMED = "run.renamed"
RUN_TAGGED = "run.tagged"
RUN_NOTED = "run.noted"
RUN_PRIORITY = "run.priority"
RUN_RETRIED = "run.retried"
QUEUE_PAUSED = "queue.paused"
QUEUE_RESUMED = "queue.resumed"
DATASET_VERSION = "dataset.version"
BATCH_JUDGED = "batch.judged"
EVALUATION_RECORDED = "evaluation.recorded"
MODEL_REGISTERED = "model.registered"
MODEL_REFUSED = "model.refused"
MODEL_TRUSTED = "model.trusted"
MODEL_DELETED = "model.deleted"
MODEL_RESTORED = "model.restored"
MODEL_REPRODUCED = "model.reproduced"
ALIAS_MOVED = "alias.moved"
ALIAS_DRILLED = "alias.drilled"
ALERT_RAISED = "alert.raised"
ALERT_SEEN = "alert.seen"
ALERT_REOPENED = "alert.reopened"
ALERT_ACKNOWLEDGED = "alert.acknowledged"
ALERT_SNOOZED = "alert.snoozed"
ALERT_RESOLVED = "alert.resolved"
ALERT_SENT = "alert.sent"
ALERT_EVENTS = (
    *(ALERT_RAISED, ALERT_SEEN, ALERT_REOPENED, ALERT_ACKNOWLEDGED, ALERT_SNOOZED),
    *(ALERT_RESOLVED, ALERT_SENT),
)
"""In the order in which they are told where they happened at the same moment."""

RUNNER_STARTING = "starting"
RUNNER_STARTED = "started"
RUNNER_ADOPTED = "adopted"
RUNNER_HEARTBEAT = "heartbeat"
RUNNER_SIGNAL = "signal"
RUNNER_ENDED = "ended"

VERSIONS_FILE = "datasets.jsonl"
"""In the folder of a run: which versions of its data it found, a line each."""
