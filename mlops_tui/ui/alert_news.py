"""Which alerts a person is to be told of now: those raised since the app is open, each once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from mlops_tui.domain.alerts import RecordedAlert, Severity
from mlops_tui.domain.text import count, safe

Toast = tuple[str, str, Literal["information", "warning", "error"]]
"""Title, words, and how it looks."""
_LOOKS: dict[Severity, Literal["information", "warning", "error"]] = {
    Severity.INFO: "information",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "error",
}
MOST_TOLD = 3
"""So many alerts at once are told one by one; of more there is one word."""


class AlertNews:
    """Remembers what was told."""

    def __init__(self, since: float | None = None) -> None:
        self._since = time.time() if since is None else since
        self._told: dict[str, Severity] = {}
        """How bad each alert was when it was told last, by its id."""

    def of(self, opened: Sequence[RecordedAlert]) -> list[Toast]:
        """Return what to tell of the alerts that are open now, the worst first.

        What was open before the app was is in the badge only; what got worse is told again.
        """
        new = [it for it in opened if self._is_new(it)]
        for found in opened:
            self._told[found.id] = found.alert.severity
        if len(new) > MOST_TOLD:
            worst = _LOOKS[new[0].alert.severity]
            return [(f"{count(len(new), 'new alert')}", "! shows them", worst)]
        return [
            (safe(it.alert.title), "! shows it, with what to do", _LOOKS[it.alert.severity])
            for it in new
        ]

    def _is_new(self, found: RecordedAlert) -> bool:
        told = self._told.get(found.id)
        if told is None:
            return found.changed >= self._since
        return found.alert.severity.rank > told.rank
