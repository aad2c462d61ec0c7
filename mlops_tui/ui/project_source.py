"""Where a project's screen has its facts from: the feed and the reading threads of one project."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message
from textual.message_pump import MessagePump

from mlops_tui.domain.alerts import AlertCounts, AlertState, RecordedAlert
from mlops_tui.domain.errors import RefusedError, StorageError
from mlops_tui.domain.filters import Filter, Sort
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run, Series
from mlops_tui.engine.feed import Batch, Feed
from mlops_tui.ui import intents
from mlops_tui.ui.chosen_columns import curve
from mlops_tui.ui.errors import describe, run_guarded
from mlops_tui.ui.logpages import LogWindow, Wish
from mlops_tui.ui.objective import best_first, objective_metric
from mlops_tui.ui.outputs import Outputs, Search, open_output
from mlops_tui.ui.reads import ReadPool, RunReader
from mlops_tui.ui.series_reads import SeriesKey, SeriesWish, read_series
from mlops_tui.ui.table_view import Views, load_views, views_path

if TYPE_CHECKING:
    from mlops_tui.engine.machine import Machine

LOGGER = logging.getLogger(__name__)
T = TypeVar("T")
READ_ONLY = "Opened read-only: nothing is started, stopped or written here."
CURVE_POINTS = 64
"""Enough for eight cells; more would be read for nothing."""


class ProjectSource:
    """Asks in threads and answers by messages; lives as long as the screen of its project.

    Owned by the interface's thread. Every answer goes to the widget that is named in the question.
    """

    def __init__(
        self,
        project: Path,
        open_reader: Callable[[], RunReader],
        live_hz: float,
        tend: Callable[[Path, Sequence[Run]], object] | None = None,
        *,
        is_read_only: bool = False,
    ) -> None:
        self.project = project
        self._pool = ReadPool(open_reader)
        self._outputs = Outputs(partial(open_output, project))
        self._live_hz = live_hz
        self.is_read_only = is_read_only
        self._tend = None if is_read_only else tend
        self._feed: Feed | None = None
        self.machine: Machine | None = None
        """Made by the first thread that looks at it; no two look at a time."""
        self._views_lock = threading.Lock()

    def follow(self, to: MessagePump) -> None:
        """Begin to post `BatchArrived` to `to`."""

        def post(batch: Batch) -> None:
            to.post_message(intents.BatchArrived(batch))

        def failed(error: BaseException) -> None:
            to.post_message(intents.FeedFailed(describe(error)))

        def trouble(error: StorageError | None) -> None:
            if error is None:
                to.post_message(intents.FeedRecovered())
            else:
                failed(error)

        self._feed = Feed(
            self.project,
            post,
            self._live_hz,
            guard=lambda work: run_guarded(work, lambda _: None, failed),
            on_trouble=trouble,
            tend=self._tend,
        )
        self._feed.start()

    def close(self) -> None:
        """End all threads; none of them is waited for long."""
        if self._feed is not None:
            self._feed.stop(0.5)
        self._pool.close(0.2)

    def ask_project(self, to: MessagePump) -> None:
        self.ask(
            "the project file",
            lambda _: load_project(self.project),
            intents.ProjectRead,
            to,
            "project",
        )

    def ask_list(
        self,
        to: MessagePump,
        where: Filter | None,
        sort: Sort | None,
        with_deleted: bool = False,
        *,
        missing: Callable[[list[str]], list[str]],
    ) -> None:
        """Have `ListRead` posted to `to`, with facts of those that `missing` tells in a thread."""

        def work(reader: RunReader) -> tuple[list[str], list[Run]]:
            deleted = reader.run_ids(where, sort, deleted=True) if with_deleted else []
            ids = reader.run_ids(where, sort) + deleted
            return ids, reader.runs(missing(ids))

        self.ask("the list of runs", work, lambda found: intents.ListRead(*found), to, "list")

    def ask_runs(
        self, to: MessagePump, ids: Sequence[str], group: str, *, replaces: bool = True
    ) -> None:
        def work(reader: RunReader) -> list[Run]:
            return reader.runs(ids)

        self.ask("runs", work, intents.RunsRead, to, group, replaces=replaces)

    def ask_summary(self, to: MessagePump, project: Project) -> None:
        def work(reader: RunReader) -> tuple[Run | None, list[Run]]:
            return best_run(reader, project), reader.live()

        self.ask("the summary", work, lambda found: intents.SummaryRead(*found), to, "summary")

    def ask_alerts(self, to: MessagePump) -> None:
        def work(reader: RunReader) -> tuple[AlertCounts, list[RecordedAlert]]:
            return reader.alert_counts(), reader.alerts(frozenset({AlertState.OPEN}))

        self.ask("the alerts", work, lambda found: intents.AlertsRead(*found), to, "alerts")

    def ask_fields(self, to: MessagePump) -> None:
        self.ask(
            "the columns", lambda reader: reader.field_facts(), intents.FieldsRead, to, "fields"
        )

    def ask_curves(self, to: MessagePump, keys: Sequence[tuple[str, str]]) -> None:
        def work(reader: RunReader) -> Mapping[tuple[str, str], tuple[int, str]]:
            found = {key: reader.series(*key, CURVE_POINTS) for key in keys}
            return {key: (series.count, curve(series.values)) for key, series in found.items()}

        self.ask("the curves", work, intents.CurvesRead, to, "curves")

    def ask_views(self, to: MessagePump) -> None:
        self.ask(
            "the views",
            lambda _: load_views(views_path(self.project)),
            lambda views: intents.ViewsRead(views, True),
            to,
        )

    def keep_views(self, to: MessagePump, save: Callable[[], Views]) -> None:
        """Change the file of views in a thread; `ViewsRead` says what it holds then."""

        def work(_: RunReader) -> Views:
            with self._views_lock:
                return save()

        self._pool.submit(
            work,
            lambda views: to.post_message(intents.ViewsRead(views, False)),
            lambda error: to.post_message(intents.ActionFailed("The view was not saved", error)),
        )

    def keep(self, save: Callable[[], object]) -> None:
        """Have something small written in a thread, in order; a failure nobody need know of."""
        self._pool.submit(lambda _: save(), lambda _: None, not_kept, "kept", replaces=False)

    def ask_series(self, to: MessagePump, wish: SeriesWish) -> None:
        def work(reader: RunReader) -> Mapping[SeriesKey, Series]:
            return read_series(reader, wish)

        self.ask("the charts", work, intents.SeriesRead, to, "series")

    def ask_usage(self, to: MessagePump, run_ids: Sequence[str], points: int) -> None:
        def work(reader: RunReader) -> Mapping[tuple[str, str], Series]:
            return {
                (run_id, name): series
                for run_id in run_ids
                for name, series in reader.usage(run_id, points).items()
            }

        self.ask("the use of the system", work, intents.UsageRead, to, "usage")

    def ask_output(self, to: MessagePump, run_id: str, wish: Wish) -> None:
        def work(_: RunReader) -> LogWindow:
            return self._outputs.read(run_id, wish)

        def answer(window: LogWindow) -> intents.OutputRead:
            return intents.OutputRead(run_id, wish, window)

        self.ask("the output", work, answer, to, "output")

    def search_output(self, to: MessagePump, run_id: str, search: Search) -> None:
        def told(share: float) -> None:
            to.post_message(intents.OutputSearchTold(search, share))

        def work(_: RunReader) -> int | None:
            return self._outputs.find(run_id, search, told)

        def answer(found: int | None) -> intents.OutputSearched:
            return intents.OutputSearched(run_id, search, found)

        self.ask("the output", work, answer, to, "search")

    def ask_waiting(self, to: MessagePump, run_id: str) -> None:
        def work(reader: RunReader) -> str:
            from mlops_tui.engine.waiting import read_queue

            return read_queue(self.project, reader).reasons.get(run_id, "")

        self.ask("the queue", work, lambda words: intents.WaitingRead(run_id, words), to, "waiting")

    def act(self, to: MessagePump, what: str, work: Callable[[], intents.ActionDone]) -> None:
        """Carry out an action in a thread; `ActionDone` or `ActionFailed` says how it went.

        Everything that changes the project goes through here, and nothing where it is only read.
        """
        if self.is_read_only:
            to.post_message(intents.ActionFailed(what, RefusedError(READ_ONLY)))
            return

        def done(answer: intents.ActionDone) -> None:
            if self._feed is not None:
                self._feed.wake()
            to.post_message(answer)

        self._pool.submit(
            lambda _: work(),
            done,
            lambda error: to.post_message(intents.ActionFailed(what, error)),
        )

    def ask(
        self,
        what: str,
        work: Callable[[RunReader], T],
        answer: Callable[[T], Message],
        to: MessagePump,
        group: str | None = None,
        *,
        replaces: bool = True,
    ) -> None:
        """Have `work` done in a thread, and what `answer` makes of it, or `ReadFailed`, posted."""
        self._pool.submit(
            work,
            lambda result: to.post_message(answer(result)),
            lambda error: to.post_message(intents.ReadFailed(what, error)),
            group,
            replaces=replaces,
        )


def not_kept(error: BaseException) -> None:
    """Log that something of little weight could not be written."""
    LOGGER.warning("the place was not kept: %s", error)


def best_run(reader: RunReader, project: Project) -> Run | None:
    """Return the run with the best last value of the objective's metric, if there is any."""
    metric = objective_metric(project)
    if metric is None:
        return None
    runs = reader.runs(reader.run_ids(None, best_first(project, metric), limit=1))
    return runs[0] if runs and metric in runs[0].metrics else None
