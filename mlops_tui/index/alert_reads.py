"""What is asked of an index about alerts."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable

from mlops_tui.domain.alerts import UNRESOLVED, AlertCounts, AlertState, RecordedAlert
from mlops_tui.index import alerts
from mlops_tui.index.opened import OpenIndex


class AlertReads(OpenIndex):
    """The questions about alerts; as the index itself, for one thread."""

    def alerts(
        self,
        states: Collection[AlertState] = UNRESOLVED,
        *,
        run_id: str | None = None,
        ids: Collection[str] | None = None,
        now: float | None = None,
    ) -> list[RecordedAlert]:
        """Return alerts: the open ones first, of these the worst first, then the last seen.

        Args:
            states: those that are in one of these states; a snooze that is over is open.
            run_id: only those about this run.
            ids: only these.
            now: Unix seconds; the clock's if left out.
        """
        moment = time.time() if now is None else now
        return self._ask(lambda c: alerts.select_alerts(c, moment, states, run_id, ids))

    def alert_counts(self, now: float | None = None) -> AlertCounts:
        """Return how many alerts there are in each state."""
        moment = time.time() if now is None else now
        return self._ask(lambda c: alerts.count_alerts(c, moment))

    def alerts_of(self, causes: Iterable[str]) -> dict[str, RecordedAlert]:
        """Return by cause the unresolved alert, else the one resolved last; none where none was."""
        return self._ask(lambda c: alerts.select_of_causes(c, causes))

    def unresolved_causes(self, prefix: str = "") -> list[str]:
        """Return the causes beginning with `prefix` that have an unresolved alert, sorted."""
        return self._ask(lambda c: alerts.unresolved_causes(c, prefix))

    def resolve_alert(self, name: str) -> str:
        """Return the id of the alert that goes by an id or the unique beginning of one.

        Raises:
            NotFoundError: there is none.
            AmbiguousError: there are several, none of which is the only unresolved one.
        """
        return self._ask(lambda c: alerts.resolve_alert(c, name))
