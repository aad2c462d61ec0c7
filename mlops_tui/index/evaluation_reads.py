"""What an index is asked about predictions and evaluations."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_tui.domain.attached import Attached
from mlops_tui.domain.evaluations import Evaluation, Looks, Predictions
from mlops_tui.index import attached, evaluations, predictions
from mlops_tui.index.opened import OpenIndex


class EvaluationReads(OpenIndex):
    """The questions about how good models are; a part of `Index`."""

    def predictions(self, run_ids: Sequence[str]) -> list[Predictions]:
        """Return the files of predictions of some runs, by run and then by dataset."""
        return self._ask(lambda c: predictions.select_predictions(c, run_ids))

    def unevaluated(self, kind: str, limit: int) -> list[Predictions]:
        """Return predictions of so many finished runs of a kind that nobody has evaluated."""
        return self._ask(lambda c: predictions.select_unevaluated(c, kind, limit))

    def evaluations(
        self,
        *,
        run_ids: Sequence[str] | None = None,
        model: str | None = None,
        number: int | None = None,
        dataset: str | None = None,
        limit: int | None = None,
    ) -> list[Evaluation]:
        """Return evaluations, newest first.

        Args:
            run_ids: of these runs only.
            model: of the versions of this registered model only.
            number: of this version of it only.
            dataset: on this dataset only.
            limit: no more than these.
        """
        return self._ask(
            lambda c: evaluations.select_evaluations(c, run_ids, model, number, dataset, limit)
        )

    def evaluation(self, name: str) -> Evaluation:
        """Return the evaluation that goes by an id or the unique beginning of one.

        Raises:
            NotFoundError: there is none.
            AmbiguousError: there are several.
        """
        return self._ask(lambda c: evaluations.find_evaluation(c, name))

    def attached(self) -> dict[str, Attached]:
        """Return what people attached to lines of readiness, by line."""
        return self._ask(attached.select_attached)

    def looks(self) -> list[Looks]:
        """Return how often each dataset was looked at to judge models, by name."""
        return self._ask(evaluations.select_looks)
