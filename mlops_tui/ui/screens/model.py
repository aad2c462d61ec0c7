"""The screen of one registered model: its versions, who moved its aliases, and what can be done."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.models import ModelVersion
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.compared import versions_to_compare
from mlops_tui.ui.errors import describe
from mlops_tui.ui.heavy import ProgressTold
from mlops_tui.ui.objective import objective_metric
from mlops_tui.ui.place_rows import Shelf
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.registry_rows import details_shelves, history_shelf, versions_shelf
from mlops_tui.ui.screens.gate import GateScreen, TrustScreen
from mlops_tui.ui.screens.models import TOPICS, newest_evaluations
from mlops_tui.ui.screens.shelves import ShelvesScreen
from mlops_tui.ui.stress_rows import stress_shelves
from mlops_tui.ui.widgets.place_table import PlaceTable
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.version_table import VersionTable
from mlops_tui.ui.with_index import with_index

if TYPE_CHECKING:
    from mlops_tui.engine.actions_models import VersionDetails
    from mlops_tui.index import Index

NO_OTHER = "There is no other version to compare with: space marks versions"


class ModelScreen(ShelvesScreen):
    """Lies over the list of models."""

    place: ClassVar[str] = keys.MODEL
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.SHELVES)

    @dataclass
    class Found(Message):
        """What is known of the model now."""

        shelves: Sequence[Shelf]
        versions: Sequence[ModelVersion]

    @dataclass
    class DetailsRead(Message):
        """What was recorded of a version."""

        details: VersionDetails
        tree: Sequence[str]
        card: Sequence[str]

    def __init__(self, source: ProjectSource, model: str, symbols: Symbols) -> None:
        self.versions = VersionTable(source)
        super().__init__(f"Model {model}")
        self._source = source
        self._model = model
        self._symbols = symbols
        self._versions: Sequence[ModelVersion] = ()

    def make_table(self) -> PlaceTable:
        return self.versions

    def on_mount(self) -> None:
        self._ask()

    def take(self, batch: Batch) -> None:
        if TOPICS & batch.topics:
            self._ask()

    def _ask(self) -> None:
        def work(reader: RunReader) -> ModelScreen.Found:
            metric = objective_metric(load_project(self._source.project))
            versions = reader.model_versions(self._model)
            moves = reader.alias_moves(self._model)
            now = time.time()
            shelves = [
                versions_shelf(versions, metric, newest_evaluations(reader), now),
                history_shelf(moves, now),
            ]
            return self.Found(shelves, versions)

        self._source.ask("the model", work, lambda it: it, self, "model")

    def on_model_screen_found(self, event: Found) -> None:
        event.stop()
        self._versions = event.versions
        self.versions.know(event.versions)
        self.put(f"Model {self._model}", event.shelves)

    # What keys do

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        here = self.versions.at(event.key)
        if here is None:
            return

        project = self._source.project

        def work(index: Index) -> ModelScreen.DetailsRead:
            from mlops_tui.engine import model_lineage
            from mlops_tui.engine.actions_card import version_card
            from mlops_tui.engine.actions_models import version_details

            details = version_details(project, index, here.name)
            lineage = model_lineage.lineage_of_model(project, index, here.name)
            card = version_card(project, index, here.name).rstrip().split("\n")
            return self.DetailsRead(details, model_lineage.tree_lines(lineage), card)

        source = self._source
        source.ask("what was recorded", lambda _: with_index(source, work), lambda it: it, self)

    def on_model_screen_details_read(self, event: DetailsRead) -> None:
        event.stop()
        title = f"{event.details.version.name}, as it was registered"
        self.app.push_screen(
            ShelvesScreen(title, details_shelves(event.details, event.tree, event.card))
        )

    def action_curve(self) -> None:
        """Go to a metric over all versions."""
        from mlops_tui.ui.screens.version_curve import VersionCurveScreen

        self.app.push_screen(VersionCurveScreen(self._source, self._model, self._symbols))

    def action_evaluation(self) -> None:
        """Go to what was measured of the version."""
        if (here := self.versions.version) is not None:
            from mlops_tui.ui.run_evaluation import evaluation_of_version

            self.app.push_screen(evaluation_of_version(self._source, here))

    def action_compare(self) -> None:
        """Put the marked versions side by side, or this one and the champion."""
        here = self.versions.at(self.versions.cursor_key)
        names = versions_to_compare(self._versions, self.versions.marked, here)
        if len(names) < 2:
            self.app.notify(NO_OTHER, markup=False, timeout=3)
        else:
            from mlops_tui.ui.screens.compare import CompareScreen  # not every session compares

            self.app.push_screen(CompareScreen(self._source, names, None, self._symbols))

    # What comes of it

    def on_version_table_gate_asked(self, event: VersionTable.GateAsked) -> None:
        event.stop()
        self.app.push_screen(GateScreen(self._source, event.gate), lambda _: self._ask())

    def on_version_table_stressed(self, event: VersionTable.Stressed) -> None:
        event.stop()
        found = event.found
        title = f"{found['model']} on {found['dataset']}: what goes wrong, the worst first"
        self.app.push_screen(ShelvesScreen(title, stress_shelves(found)))

    def on_version_table_scanned(self, event: VersionTable.Scanned) -> None:
        event.stop()
        self.app.push_screen(TrustScreen(self._source, event.found, time.time()))

    def on_action_done(self, event: intents.ActionDone) -> None:
        event.stop()
        self.app.notify(safe(event.words), markup=False, timeout=5)
        self._ask()

    def on_progress_told(self, event: ProgressTold) -> None:
        event.stop()

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.app.notify(describe(event.error), severity="error", markup=False)
