"""Messages that cross panes: facts that threads found, and answers to wishes of widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from mlops_tui.domain.alerts import AlertCounts, RecordedAlert
    from mlops_tui.domain.project import Project
    from mlops_tui.domain.runs import Run, Series
    from mlops_tui.engine.feed import Batch
    from mlops_tui.engine.machine import MachineLoad
    from mlops_tui.engine.waiting import QueueStatus
    from mlops_tui.index import FieldFacts
    from mlops_tui.ui.last_place import Place
    from mlops_tui.ui.logpages import LogWindow, Wish
    from mlops_tui.ui.outputs import Search
    from mlops_tui.ui.table_view import Views


@dataclass
class BatchArrived(Message):
    """The feed found something new."""

    batch: Batch


@dataclass
class FeedFailed(Message):
    """The feed has no news at present; what is on the screen stays as it is."""

    words: str


@dataclass
class FeedRecovered(Message):
    """The feed has news again."""


@dataclass
class ProjectRead(Message):
    """`mlops.toml` was read."""

    project: Project


@dataclass
class AlertsRead(Message):
    """How many alerts there are, and those that are open, the worst first."""

    counts: AlertCounts
    opened: list[RecordedAlert]


@dataclass
class ListRead(Message):
    """The ids of the runs wanted, in order, and facts of those that are seen first."""

    ids: list[str]
    runs: list[Run]


@dataclass
class RunsRead(Message):
    """Facts of runs."""

    runs: list[Run]


@dataclass
class FieldsRead(Message):
    """Which fields runs have, and whether they differ in them."""

    fields: list[FieldFacts]


@dataclass
class CurvesRead(Message):
    """Courses in blocks by run id and metric, each with the number of points it is of."""

    curves: Mapping[tuple[str, str], tuple[int, str]]


@dataclass
class ViewsRead(Message):
    """The views of the project as they are kept now."""

    views: Views
    is_first: bool


@dataclass
class PlaceRead(Message):
    """Where in the project the person was last."""

    place: Place


@dataclass
class ListWanted(Message):
    """The list of runs has to be read again: another order, or others to show."""


@dataclass
class GroupsWanted(Message):
    """The person wants to see the runs in groups."""


@dataclass
class WaitingRead(Message):
    """Why a queued run has not started; empty where it has."""

    run_id: str
    words: str


@dataclass
class JobsRead(Message):
    """What runs and what waits, and the runs that ended last."""

    status: QueueStatus
    ended: list[Run]


@dataclass
class MachineRead(Message):
    """What the machine does at the moment."""

    load: MachineLoad


@dataclass
class PaneRequested(Message):
    """A person wants to go to the jobs, or from there to a pane, and perhaps to a run in it."""

    pane: str
    run_id: str | None = None


@dataclass
class SummaryRead(Message):
    """What the line over all runs says."""

    best: Run | None
    live: list[Run]


@dataclass
class SeriesRead(Message):
    """Histories by run id and metric."""

    series: Mapping[tuple[str, str], Series]


@dataclass
class UsageRead(Message):
    """What runs used, by run id and name."""

    series: Mapping[tuple[str, str], Series]


@dataclass
class OutputRead(Message):
    """A part of a run's output, and what was asked for."""

    run_id: str
    wish: Wish
    window: LogWindow


@dataclass
class OutputSearched(Message):
    """A search in a run's output ended: at this byte, or None where nothing was found."""

    run_id: str
    search: Search
    found: int | None


@dataclass
class OutputSearchTold(Message):
    """A search in a run's output has done this share of it."""

    search: Search
    share: float

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, OutputSearchTold)


@dataclass
class ReadFailed(Message):
    """A read went wrong; `what` names what was read."""

    what: str
    error: BaseException


@dataclass
class ActionDone(Message):
    """An action a person asked for was carried out; `show` is a run to look at."""

    words: str
    show: str | None = None


@dataclass
class RunsDeleted(Message):
    """A person wants these runs deleted; who offers to bring them back should know which."""

    ids: tuple[str, ...]


@dataclass
class ActionFailed(Message):
    """An action a person asked for was refused or failed."""

    what: str
    error: BaseException
