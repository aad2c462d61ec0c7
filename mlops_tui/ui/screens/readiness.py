"""The screen of readiness: the objective, and two rubrics computed from what is recorded."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.project_source import READ_ONLY, best_run
from mlops_tui.ui.readiness_rows import readiness_content
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.pick import PromptDialog
from mlops_tui.ui.screens.place import PlaceScreen
from mlops_tui.ui.screens.row_marks import need_reason
from mlops_tui.ui.widgets.place_table import PlaceTable, ReadinessTable

LATEST_RUNS = 50


class ReadinessScreen(PlaceScreen):
    """Says what stands between the project and its objective."""

    place: ClassVar[str] = keys.READINESS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)

    def make_table(self) -> PlaceTable:
        return ReadinessTable()

    def is_about(self, batch: Batch) -> bool:
        return bool(batch.runs) or bool(batch.topics)

    def read(self, reader: RunReader) -> PlaceContent:
        from mlops_tui.engine.actions_readiness import readiness  # not every session asks

        project = load_project(self._source.project)
        runs = reader.runs(reader.run_ids(limit=LATEST_RUNS))
        found = readiness(project.path)
        best = best_run(reader, project)
        return readiness_content(project, best, runs, date.today(), found)  # noqa: DTZ011

    def action_attach(self) -> None:
        """Attach evidence to the line under the cursor; it counts half."""
        here = self.table.here
        if here is None or "test" not in dict(here.facts):
            words = "Evidence is attached to a line of the score or of the level"
            self.app.notify(words, markup=False, timeout=3)
        elif self._source.is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
        else:
            test, project = here.key, self._source.project

            def answered(evidence: str | None) -> None:
                if evidence is not None:
                    question = f"Why is that enough for {test}?"
                    self.app.push_screen(
                        PromptDialog(question, "", need_reason),
                        lambda why: None if why is None else keep(evidence, why),
                    )

            def keep(evidence: str, why: str) -> None:
                def work() -> intents.ActionDone:
                    from mlops_tui.engine.actions_readiness import attach

                    attach(project, test, evidence, why)
                    return intents.ActionDone(f"Attached to {test}: it counts half")

                self._source.act(self, "Nothing was attached", work)

            question = f"Where can the evidence for {test} be seen? An address, a file, a commit."
            self.app.push_screen(PromptDialog(question, "", need_reason), answered)
