"""The threads that read for the screen, and what they read; no widget is touched here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from mlops_tui.domain.alerts import UNRESOLVED, AlertCounts, AlertState, RecordedAlert
from mlops_tui.ui.errors import run_guarded

if TYPE_CHECKING:
    from mlops_tui.domain.datasets import DataVersion
    from mlops_tui.domain.evaluations import Evaluation, Predictions
    from mlops_tui.domain.filters import Filter, Sort
    from mlops_tui.domain.models import AliasMove, Model, ModelVersion, OfferedModel
    from mlops_tui.domain.monitoring import BatchFacts, HeatMap
    from mlops_tui.domain.performed import Performed
    from mlops_tui.domain.runs import Run, Series
    from mlops_tui.index import FieldFacts, QueuedRun

T = TypeVar("T")


class ModelReader(Protocol):
    """What the screens ask of the index about models and how good they are."""

    def evaluations(
        self,
        *,
        run_ids: Sequence[str] | None = None,
        model: str | None = None,
        number: int | None = None,
        dataset: str | None = None,
        limit: int | None = None,
    ) -> list[Evaluation]:
        """Return evaluations, newest first."""

    def predictions(self, run_ids: Sequence[str]) -> list[Predictions]:
        """Return the files of predictions of some runs, by run and then by dataset."""

    def offered_models(self) -> list[OfferedModel]:
        """Return what ended runs offered and nobody has registered or refused yet."""

    def models(self) -> list[Model]:
        """Return the registered models, by name."""

    def model_versions(
        self, model: str | None = None, limit: int | None = None, deleted: bool = False
    ) -> list[ModelVersion]:
        """Return versions by model, the newest first."""

    def alias_moves(
        self, model: str, alias: str | None = None, limit: int | None = None
    ) -> list[AliasMove]:
        """Return the moves of the aliases of a model, the newest first."""


class RunReader(ModelReader, Protocol):
    """What the screens ask of the index; one reader belongs to one thread."""

    def run_ids(
        self,
        where: Filter | None = None,
        sort: Sort | None = None,
        *,
        deleted: bool = False,
        limit: int | None = None,
    ) -> list[str]:
        """Return the ids of the runs wanted, newest first unless sorted."""

    def runs(self, ids: Sequence[str]) -> list[Run]:
        """Return these runs in this order; those not there are left out."""

    def field_facts(self) -> list[FieldFacts]:
        """Return the fields that runs have, and whether the runs differ in them."""

    def values(self, fields: Sequence[str]) -> dict[str, dict[str, object]]:
        """Return the values of `fields` of all runs; None where one has none."""

    def live(self) -> list[Run]:
        """Return the runs that have not ended."""

    def last_ended(self, limit: int) -> list[Run]:
        """Return the runs that ended last, the last one first."""

    def queued(self, host_machine: str) -> list[QueuedRun]:
        """Return what waits to be started on a machine, the next one first."""

    def is_paused(self, host: str) -> bool:
        """Say whether the queue of `host` is paused."""

    def series(
        self,
        run_id: str,
        metric: str,
        points: int | None = None,
        first_step: int | None = None,
        last_step: int | None = None,
        averaged: bool = False,
    ) -> Series:
        """Return a history of at most about `points` points: its extremes, or else means."""

    def usage(self, run_id: str, points: int | None = None) -> dict[str, Series]:
        """Return what a run used, by the names of `domain.usage`."""

    def artifacts(self, run_id: str) -> list[str]:
        """Return the paths that a run named as its artifacts, relative to its folder."""

    def data_versions(self, name: str | None = None) -> list[DataVersion]:
        """Return the versions of data that were seen, by name and then the newest first."""

    def alerts(self, states: Collection[AlertState] = UNRESOLVED) -> list[RecordedAlert]:
        """Return alerts in these states: the open ones first, of these the worst first."""

    def alert_counts(self) -> AlertCounts:
        """Return how many alerts there are in each state."""

    def batches(self, dataset: str | None = None, limit: int | None = None) -> list[BatchFacts]:
        """Return the newest batches of live data that were judged, oldest first."""

    def performed(self, batch_ids: Sequence[str]) -> dict[str, Performed]:
        """Return by batch how the model did on it; those where nothing is known are left out."""

    def batch(self, batch_id: str) -> BatchFacts | None:
        """Return one batch; None where there is no such."""

    def heat_map(
        self, dataset: str, limit: int | None = None, columns: int | None = None
    ) -> HeatMap:
        """Return the columns of the newest batches of a dataset, the most urgent ones first."""

    def close(self) -> None:
        """Let go of files."""


Task = Callable[[RunReader], None]


class ReadPool:
    """A few daemon threads, each with a reader of its own, that work off the newest wishes.

    Owned by the interface's thread. A wish of a group replaces the one of that group which has
    not begun, and begins when the one before it is answered: no older answer comes after a newer
    one. The threads are daemons: a hanging file system must not keep anybody from quitting.
    """

    def __init__(self, open_reader: Callable[[], RunReader], threads: int = 2) -> None:
        self._open_reader = open_reader
        self._waiting: dict[object, tuple[object, Task]] = {}
        self._busy: set[object] = set()
        self._condition = threading.Condition()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._work, name=f"read-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        work: Callable[[RunReader], T],
        done: Callable[[T], object],
        failed: Callable[[BaseException], object],
        group: str | None = None,
        *,
        replaces: bool = True,
    ) -> None:
        """Have `work` done; `done` or `failed` is called in the thread and may only post.

        With `replaces`, the wish of its group that waits is dropped for this one.
        """

        def task(reader: RunReader) -> None:
            run_guarded(lambda: work(reader), done, failed)

        with self._condition:
            if not self._closing:
                alone = object()
                key = alone if group is None or not replaces else group
                self._waiting[key] = (alone if group is None else group, task)
                self._condition.notify()

    def close(self, seconds: float = 0.5) -> None:
        """Drop what waits and end the threads; those that hang are left behind."""
        with self._condition:
            self._closing = True
            self._waiting.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(seconds)

    def _begin(self) -> tuple[object, Task] | None:
        with self._condition:
            while not self._closing:
                for key, (group, task) in self._waiting.items():
                    if group not in self._busy:
                        self._busy.add(group)
                        del self._waiting[key]
                        return group, task
                self._condition.wait()
        return None

    def _end(self, group: object) -> None:
        with self._condition:
            self._busy.discard(group)

    def _work(self) -> None:
        opened: list[RunReader] = []

        def reader() -> RunReader:
            if not opened:
                opened.append(self._open_reader())
            return opened[0]

        while (begun := self._begin()) is not None:
            group, task = begun
            try:
                task(cast(RunReader, LazyReader(reader)))
            finally:
                self._end(group)
        if opened:
            opened[0].close()


class LazyReader:
    """A `RunReader` that is opened by its first question, so that a failure is the question's."""

    def __init__(self, reader: Callable[[], RunReader]) -> None:
        self._reader = reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader(), name)

    def close(self) -> None:
        """Leave it open: it belongs to the thread."""
