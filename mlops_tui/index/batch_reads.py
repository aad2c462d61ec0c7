"""What an index is asked about live data."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_tui.domain.monitoring import BatchFacts, Cell, HeatMap
from mlops_tui.domain.performed import Performed
from mlops_tui.index import batches, performed
from mlops_tui.index.opened import OpenIndex


class BatchReads(OpenIndex):
    """The questions about live data; a part of `Index`."""

    def batches(
        self, dataset: str | None = None, limit: int | None = None, before: float | None = None
    ) -> list[BatchFacts]:
        """Return the newest batches of live data that were judged, oldest first.

        Args:
            dataset: of this one only.
            limit: no more than these.
            before: only those that stand for a moment before this one, Unix seconds.
        """
        return self._ask(lambda c: batches.select_batches(c, dataset, limit, before))

    def batch(self, batch_id: str) -> BatchFacts | None:
        """Return one batch, also one whose file has other content by now; None for no such."""
        return self._ask(lambda c: batches.select_batch(c, batch_id))

    def find_batch(self, name: str) -> BatchFacts:
        """Return the batch that goes by an id, the unique beginning of one, or its key.

        Raises:
            NotFoundError: there is none.
            AmbiguousError: there are several.
        """
        return self._ask(lambda c: batches.find_batch(c, name))

    def batch_columns(self, batch_ids: Sequence[str]) -> dict[str, dict[str, Cell]]:
        """Return what each column of some batches came to: batch, then column."""
        return self._ask(lambda c: batches.select_cells(c, batch_ids))

    def quarantined(self, dataset: str) -> list[BatchFacts]:
        """Return the batches of a live dataset that people have put aside, oldest first."""
        return self._ask(lambda c: batches.select_quarantined(c, dataset))

    def performed(self, batch_ids: Sequence[str]) -> dict[str, Performed]:
        """Return by batch how the model did on it, as it was judged last; others are left out."""
        return self._ask(lambda c: performed.select_performed(c, batch_ids))

    def is_performed(self, batch_id: str, labels: str) -> bool:
        """Say whether the model was judged on a batch by the truth of this digest."""
        return self._ask(lambda c: performed.is_noted(c, batch_id, labels))

    def heat_map(
        self, dataset: str, limit: int | None = None, columns: int | None = None
    ) -> HeatMap:
        """Return the columns of the newest batches of a dataset, the most urgent columns first.

        Args:
            dataset: its name.
            limit: no more batches than these.
            columns: no more columns than these.
        """
        return self._ask(lambda c: batches.select_heat(c, dataset, limit, columns))

    def known_files(self, dataset: str, files: Sequence[tuple[str, int, int]]) -> set[str]:
        """Return the keys of those files, of (key, bytes, ns of change), judged as they are now."""
        return self._ask(lambda c: batches.select_known(c, dataset, files))

    def newest_batches(self, batch_ids: Sequence[str]) -> set[str]:
        """Return those of these batches that were judged and that no other content followed."""
        return self._ask(lambda c: batches.select_newest(c, batch_ids))

    def batch_sizes(self, dataset: str, before: float) -> list[int]:
        """Return how many rows the twenty batches before a moment had, oldest first."""
        return self._ask(lambda c: batches.select_sizes(c, dataset, before))
