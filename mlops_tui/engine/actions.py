"""Every verb a person has, one plain function each, called by the command line and the app alike.

They take values, return values and raise `MlopsTuiError` only; none of them prints or asks. The
module behind a name is loaded when the name is first asked for: who lists runs launches none.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_tui.engine.actions_agent import AgentStatus, agent_status, agent_stop
    from mlops_tui.engine.actions_alerts import acknowledge, reopen, resolve, snooze
    from mlops_tui.engine.actions_checks import check_data
    from mlops_tui.engine.actions_compare import (
        CodeChanges,
        Comparison,
        changed_files,
        compare_runs,
    )
    from mlops_tui.engine.actions_data import DatasetState, data_states, record_version
    from mlops_tui.engine.actions_diff import diff_data
    from mlops_tui.engine.actions_dry import DryRun, dry_run
    from mlops_tui.engine.actions_findings import Question, find_problems
    from mlops_tui.engine.actions_init import write_project_file
    from mlops_tui.engine.actions_keep import delete, purge, purge_preview, restore
    from mlops_tui.engine.actions_label import note, rename, tag
    from mlops_tui.engine.actions_launch import LaunchPlan, launch, plan_launch, retry
    from mlops_tui.engine.actions_profile import ProfiledData, profile_data
    from mlops_tui.engine.actions_propose_checks import (
        ProposedChecks,
        propose_data_checks,
        write_checks,
    )
    from mlops_tui.engine.actions_queue import (
        move,
        pause_queue,
        queue_status,
        resume_queue,
        set_priority,
    )
    from mlops_tui.engine.actions_remedies import ACTING, apply_remedy
    from mlops_tui.engine.actions_samples import CopiedSamples, copy_samples
    from mlops_tui.engine.actions_stop import mark_lost, stop
    from mlops_tui.engine.actions_sweep import Launched, launch_sweep, plan_sweep
    from mlops_tui.engine.executor import StopResult
    from mlops_tui.engine.waiting import QueueStatus

__all__ = [
    "ACTING",
    "AgentStatus",
    "CodeChanges",
    "Comparison",
    "CopiedSamples",
    "DatasetState",
    "DryRun",
    "LaunchPlan",
    "Launched",
    "ProfiledData",
    "ProposedChecks",
    "Question",
    "QueueStatus",
    "StopResult",
    "acknowledge",
    "agent_status",
    "agent_stop",
    "apply_remedy",
    "changed_files",
    "check_data",
    "compare_runs",
    "copy_samples",
    "data_states",
    "delete",
    "diff_data",
    "dry_run",
    "find_problems",
    "launch",
    "launch_sweep",
    "mark_lost",
    "move",
    "note",
    "pause_queue",
    "plan_launch",
    "plan_sweep",
    "profile_data",
    "propose_data_checks",
    "purge",
    "purge_preview",
    "queue_status",
    "record_version",
    "rename",
    "reopen",
    "resolve",
    "restore",
    "resume_queue",
    "retry",
    "set_priority",
    "snooze",
    "stop",
    "tag",
    "write_checks",
    "write_project_file",
]

_NAMES = {
    "actions_agent": ("AgentStatus", "agent_status", "agent_stop"),
    "actions_alerts": ("acknowledge", "reopen", "resolve", "snooze"),
    "actions_checks": ("check_data",),
    "actions_compare": ("CodeChanges", "Comparison", "changed_files", "compare_runs"),
    "actions_data": ("DatasetState", "data_states", "record_version"),
    "actions_diff": ("diff_data",),
    "actions_dry": ("DryRun", "dry_run"),
    "actions_findings": ("Question", "find_problems"),
    "actions_init": ("write_project_file",),
    "actions_keep": ("delete", "purge", "purge_preview", "restore"),
    "actions_label": ("note", "rename", "tag"),
    "actions_launch": ("LaunchPlan", "launch", "plan_launch", "retry"),
    "actions_profile": ("ProfiledData", "profile_data"),
    "actions_propose_checks": ("ProposedChecks", "propose_data_checks", "write_checks"),
    "actions_queue": (*("move", "pause_queue", "queue_status", "resume_queue", "set_priority"),),
    "actions_remedies": ("ACTING", "apply_remedy"),
    "actions_samples": ("CopiedSamples", "copy_samples"),
    "actions_stop": ("mark_lost", "stop"),
    "actions_sweep": ("Launched", "launch_sweep", "plan_sweep"),
    "executor": ("StopResult",),
    "waiting": ("QueueStatus",),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Return one of the names above, from its module."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"mlops_tui.engine.{_MODULES[name]}"), name)
    globals()[name] = found
    return found
