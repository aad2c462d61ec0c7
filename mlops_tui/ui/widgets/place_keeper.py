"""Brings a person back to where they were in a project, and remembers where they are."""

from __future__ import annotations

from textual.timer import Timer
from textual.widget import Widget

from mlops_tui.ui import intents
from mlops_tui.ui.last_place import Place, load_place, place_path, save_place
from mlops_tui.ui.project_source import ProjectSource, not_kept
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.panes import Panes
from mlops_tui.ui.widgets.run_detail import RunDetail
from mlops_tui.ui.widgets.runs_pane import RunsPane

KEEP_SECONDS = 2.0
"""A connection can be lost at any time: a place is remembered when one has stayed so long."""


class PlaceKeeper(Holder):
    """Holds what the panes of a project hold; changes the panes once, when the place was read."""

    def __init__(
        self, content: Widget, runs_pane: RunsPane, detail: RunDetail, source: ProjectSource
    ) -> None:
        super().__init__(content)
        self._runs_pane = runs_pane
        self._detail = detail
        self._source = source
        self._kept: Place | None = None
        """As it is in the file; None until that was read."""
        self._timer: Timer | None = None

    @property
    def _panes(self) -> Panes:
        return self.query_ancestor(Panes)

    def on_mount(self) -> None:
        path = place_path(self._source.project)
        self._source.ask("the last place", lambda _: load_place(path), intents.PlaceRead, self)
        self.watch(self._panes, "pane", self._keep_soon, init=False)
        self.watch(self._panes, "room", self._keep_soon, init=False)

    def on_place_read(self, event: intents.PlaceRead) -> None:
        event.stop()
        place = self._kept = event.place
        if place.run is not None:
            self._runs_pane.return_to(place.run)
        self._detail.charts.paging.wanted = place.metric
        self._panes.room = place.room
        # what is hidden at first is told so after the first layout, and would lose the focus then
        self.call_after_refresh(self._return_to, place.pane)

    def _return_to(self, pane: str) -> None:
        if self._panes.pane == "runs":  # else a person was quicker
            self._panes.pane = pane

    def on_runs_pane_run_pointed_at(self) -> None:
        self._keep_soon()

    def _keep_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(KEEP_SECONDS, self._keep)

    def _here(self, kept: Place) -> Place:
        paging = self._detail.charts.paging
        return Place(
            self._panes.pane,
            self._runs_pane.table.cursor_key or kept.run,
            paging.chosen or kept.metric,
            self._panes.room,
        )

    def _keep(self) -> None:
        if self._kept is not None and (here := self._here(self._kept)) != self._kept:
            self._kept, path = here, place_path(self._source.project)
            self._source.keep(lambda: save_place(path, here))

    def on_unmount(self) -> None:
        """Write it here: the threads that could do it are ending."""
        if self._kept is None or (here := self._here(self._kept)) == self._kept:
            return
        try:
            save_place(place_path(self._source.project), here)
        except OSError as error:
            not_kept(error)
