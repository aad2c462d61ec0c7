"""What an index is asked about predictions and evaluations."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_tui.domain.evaluations import Predictions
from mlops_tui.index import predictions
from mlops_tui.index.opened import OpenIndex


class EvaluationReads(OpenIndex):
    """The questions about how good models are; a part of `Index`."""

    def predictions(self, run_ids: Sequence[str]) -> list[Predictions]:
        """Return the files of predictions of some runs, by run and then by dataset."""
        return self._ask(lambda c: predictions.select_predictions(c, run_ids))
