"""The index as its users see it: every question and the one verb `ingest`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mlops_tui.domain import places
from mlops_tui.domain.datasets import DataVersion, UsedData
from mlops_tui.domain.runs import Run, Series
from mlops_tui.index import datasets, queries
from mlops_tui.index.alert_reads import AlertReads
from mlops_tui.index.batch_reads import BatchReads
from mlops_tui.index.evaluation_reads import EvaluationReads
from mlops_tui.index.fields import read_field_facts
from mlops_tui.index.lines import clean
from mlops_tui.index.model_reads import ModelReads
from mlops_tui.index.values import Changes, FieldFacts, QueuedRun

if TYPE_CHECKING:
    from mlops_tui.domain.filters import Filter, Sort

_Answer = TypeVar("_Answer")


class Index(AlertReads, BatchReads, EvaluationReads, ModelReads):
    """The index of one project; an object for one thread, any number of them and of processes.

    A damaged or deleted file is built again by whatever method notices, and the next `ingest`
    names all runs as changed. Every method raises `StorageError` where the disk does not work.
    """

    @classmethod
    def open(cls, project: Path, on_progress: Callable[[int, int], None] | None = None) -> Index:
        """Return the index of `project`, an empty one where there is none yet.

        Args:
            project: folder with `mlops.toml`.
            on_progress: called by `ingest` with bytes done and total while much is to be read.
        """
        return cls(project, on_progress)

    def ingest(self, budget_seconds: float | None = None) -> Changes:
        """Read what is new in the journals, until nothing is left or the budget is spent.

        Returns:
            what changed since the last call, or since `open`, also by other processes.
        """
        return self._guarded(lambda: self._ingester.ingest(budget_seconds))

    def run_ids(
        self,
        where: Filter | None = None,
        sort: Sort | None = None,
        *,
        deleted: bool = False,
        limit: int | None = None,
    ) -> list[str]:
        """Return the ids of the runs that pass `where`, newest first unless sorted.

        Args:
            where: what to pass; None for all.
            sort: the order; what is missing or NaN comes last.
            deleted: return deleted runs only, instead of none.
            limit: return no more than these.
        """
        return self._ask(lambda c: queries.select_ids(c, self._fields, where, sort, deleted, limit))

    def runs(self, ids: Sequence[str]) -> list[Run]:
        """Return runs in the order of `ids`; those not there are left out."""
        return self._ask(lambda c: queries.select_runs(c, ids))

    def resolve(self, name: str, *, deleted_first: bool = False) -> str:
        """Return the id of the run that goes by an id, a name, or the unique beginning of an id.

        Args:
            name: what the person typed.
            deleted_first: let deleted runs win over the others, instead of the other way round.

        Raises:
            NotFoundError: there is none.
            AmbiguousError: there are several that nothing puts before each other.
        """
        return self._ask(lambda c: queries.find_run(c, name, deleted_first))

    def live(self) -> list[Run]:
        """Return the runs that have not ended and are not deleted, newest first."""
        return self._ask(lambda c: queries.select_runs(c, queries.live_ids(c)))

    def last_ended(self, limit: int) -> list[Run]:
        """Return the runs that ended last and are not deleted, the last one first."""
        return self._ask(lambda c: queries.select_runs(c, queries.last_ended_ids(c, limit)))

    def queued(self, host_machine: str) -> list[QueuedRun]:
        """Return what waits to be started on a machine, the next one first."""
        return self._ask(lambda c: queries.select_queued(c, host_machine))

    def is_paused(self, host: str) -> bool:
        """Say whether the queue of `host` is paused."""
        query = "SELECT paused FROM paused WHERE host = ?"
        row = self._ask(lambda c: c.execute(query, (clean(host),)).fetchone())
        return row is not None and bool(row[0])

    def series(
        self,
        run_id: str,
        metric: str,
        points: int | None = None,
        first_step: int | None = None,
        last_step: int | None = None,
        averaged: bool = False,
    ) -> Series:
        """Return the history of a metric; one nobody wrote has no points.

        Args:
            run_id: the run.
            metric: its name, with `@rankN` where another process than the first wrote it.
            points: return at most so many, the extremes among them, at a cost of about that.
            first_step: leave out what comes before.
            last_step: leave out what comes after.
            averaged: where there are more, return means of stretches instead of extremes, at a
                cost of about all points.
        """
        return self._ask(
            lambda c: queries.select_series(
                c, run_id, metric, points, first_step, last_step, averaged
            )
        )

    def metric_names(self, run_ids: Sequence[str]) -> list[str]:
        """Return the names of all metrics of some runs, sorted."""
        return self._ask(lambda c: queries.select_metric_names(c, run_ids))

    def heartbeats(self, run_id: str, limit: int) -> list[dict[str, Any]]:
        """Return the last heartbeats of a run as the runner wrote them, newest last."""
        if not self.runs([run_id]):
            return []
        folder = places.run_dir(self.project, run_id)
        return queries.last_heartbeats(folder / "runner.jsonl", limit)

    def usage(self, run_id: str, points: int | None = None) -> dict[str, Series]:
        """Return what a run used, by the names of `domain.usage`; nothing where nobody sampled it.

        Args:
            run_id: the run.
            points: return at most so many of each, the extremes among them.
        """
        if not self.runs([run_id]):
            return {}
        return self._usage.read(places.run_dir(self.project, run_id) / "runner.jsonl", points)

    def artifacts(self, run_id: str) -> list[str]:
        """Return the paths that a run named as its artifacts, relative to its folder."""
        query = "SELECT path FROM artifacts JOIN runs ON num = run WHERE runs.id = ? ORDER BY path"
        rows = self._ask(lambda c: c.execute(query, (clean(run_id),)).fetchall())
        return [row[0] for row in rows]

    def data_used(self, run_ids: Sequence[str]) -> list[UsedData]:
        """Return the data that runs used, by run and then by name."""
        return self._ask(lambda c: datasets.select_used(c, run_ids))

    def data_versions(self, name: str | None = None) -> list[DataVersion]:
        """Return the versions of all datasets or of one, by name and then the newest first."""
        return self._ask(lambda c: datasets.select_versions(c, name))

    def values(self, fields: Sequence[str]) -> dict[str, dict[str, object]]:
        """Return the values of `fields` of all runs, deleted ones too; None where one has none."""
        return self._ask(lambda c: queries.read_values(c, self._fields, fields))

    def field_facts(self) -> list[FieldFacts]:
        """Return the fields that runs have, and whether the runs differ in them."""
        return self._ask(read_field_facts)

    def problems(self) -> list[str]:
        """Return what is wrong with the file of the index itself; nothing is mended."""
        return [f"{self._store.path}: {problem}" for problem in self._store.problems()]
