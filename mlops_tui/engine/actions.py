"""Every verb a person has, one plain function each, called by the command line and the app alike.

They take values, return values and raise `MlopsTuiError` only; none of them prints or asks.
"""

from mlops_tui.engine.actions_agent import AgentStatus, agent_status, agent_stop
from mlops_tui.engine.actions_keep import delete, purge, purge_preview, restore
from mlops_tui.engine.actions_launch import LaunchPlan, launch, plan_launch, retry
from mlops_tui.engine.actions_queue import (
    QueueStatus,
    pause_queue,
    queue_status,
    rename,
    resume_queue,
    set_priority,
)
from mlops_tui.engine.actions_stop import StopResult, mark_lost, stop

__all__ = [
    "AgentStatus",
    "LaunchPlan",
    "QueueStatus",
    "StopResult",
    "agent_status",
    "agent_stop",
    "delete",
    "launch",
    "mark_lost",
    "pause_queue",
    "plan_launch",
    "purge",
    "purge_preview",
    "queue_status",
    "rename",
    "restore",
    "resume_queue",
    "retry",
    "set_priority",
    "stop",
]
