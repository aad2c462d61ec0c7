"""What the jobs are read from: the queue by the command line's own query, and the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from mlops_tui.domain.runs import Run
from mlops_tui.ui import intents
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.reads import RunReader

if TYPE_CHECKING:
    from mlops_tui.engine.machine import MachineLoad
    from mlops_tui.engine.waiting import QueueStatus

LAST_ENDED = 5
"""Runs that are shown below what runs and waits."""


def ask_jobs(source: ProjectSource, to: MessagePump) -> None:
    """Have `JobsRead` posted to `to`, and see to it that what can start is started."""

    def work(reader: RunReader) -> tuple[QueueStatus, list[Run]]:
        from mlops_tui.engine.waiting import keep_starting, read_queue

        status = read_queue(source.project, reader)
        if not source.is_read_only:
            keep_starting(source.project, status)
        return status, reader.last_ended(LAST_ENDED)

    source.ask("the queue", work, lambda found: intents.JobsRead(*found), to, "jobs")


def ask_machine(source: ProjectSource, to: MessagePump, what: str) -> None:
    """Have `MachineRead` posted to `to`, who waits for it before asking again."""

    def work(_: RunReader) -> MachineLoad:
        from mlops_tui.engine.machine import Machine

        source.machine = source.machine or Machine(source.project)
        return source.machine.look()

    source.ask(what, work, intents.MachineRead, to)
