"""What is asked of an index about alerts."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from mlops_tui.index import alert_marks
from mlops_tui.index.opened import OpenIndex

if TYPE_CHECKING:
    from mlops_tui.domain.alerts import AlertCounts, AlertState, RecordedAlert


class AlertReads(OpenIndex):
    """The questions about alerts; a part of `Index`. Who asks none loads nothing of theirs."""

    def alerts(
        self,
        states: Collection[AlertState] | None = None,
        *,
        run_id: str | None = None,
        ids: Collection[str] | None = None,
        now: float | None = None,
    ) -> list[RecordedAlert]:
        """Return alerts: the open ones first, of these the worst first, then the last seen.

        Args:
            states: those that are in one of these states, in any but resolved if left out; a
                snooze that is over is open.
            run_id: only those about this run.
            ids: only these.
            now: Unix seconds; the clock's if left out.
        """
        moment = time.time() if now is None else now
        from mlops_tui.domain.alerts import UNRESOLVED
        from mlops_tui.index import alerts

        wanted = UNRESOLVED if states is None else states
        return self._ask(lambda c: alerts.select_alerts(c, moment, wanted, run_id, ids))

    def alert_counts(self, now: float | None = None) -> AlertCounts:
        """Return how many alerts there are in each state."""
        moment = time.time() if now is None else now
        from mlops_tui.index import alerts

        return self._ask(lambda c: alerts.count_alerts(c, moment))

    def alerts_of(self, causes: Iterable[str]) -> dict[str, RecordedAlert]:
        """Return by cause the unresolved alert, else the one resolved last; none where none was."""
        from mlops_tui.index import alerts

        return self._ask(lambda c: alerts.select_of_causes(c, causes))

    def unresolved_causes(self, prefix: str = "") -> list[str]:
        """Return the causes beginning with `prefix` that have an unresolved alert, sorted."""
        return self._ask(lambda c: alert_marks.unresolved_causes(c, prefix))

    def resolve_alert(self, name: str) -> str:
        """Return the id of the alert that goes by an id or the unique beginning of one.

        Raises:
            NotFoundError: there is none.
            AmbiguousError: there are several, none of which is the only unresolved one.
        """
        from mlops_tui.index import alerts

        return self._ask(lambda c: alerts.resolve_alert(c, name))
