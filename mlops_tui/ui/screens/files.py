"""The screen of one run's files and lineage: what it kept, where it comes from, what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from mlops_tui.domain import places
from mlops_tui.domain.errors import NotFoundError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe
from mlops_tui.engine.lineage import Lineage, read_lineage
from mlops_tui.engine.run_files import RunFiles, list_files
from mlops_tui.ui import keys
from mlops_tui.ui.listed_files import items_of
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.look import LookScreen
from mlops_tui.ui.screens.preview import PreviewScreen
from mlops_tui.ui.widgets.file_table import FileTable
from mlops_tui.ui.widgets.row_table import RowTable


class FilesScreen(LookScreen):
    """Lists in a thread what there is; Enter looks into a file or goes to a run."""

    place: ClassVar[str] = keys.FILES
    table: FileTable

    @dataclass
    class FilesRead(Message):
        """The folder was looked through, and the index asked for relatives."""

        run: Run
        files: RunFiles
        lineage: Lineage

    def __init__(
        self,
        source: ProjectSource,
        run_id: str,
        go_to: Callable[[str], None],
        has_blocks: bool,
    ) -> None:
        """Show the run `run_id`; `go_to` shows another one in the list of runs."""
        super().__init__(source)
        self._run_id = run_id
        self._go_to = go_to
        self._has_blocks = has_blocks
        self.table = FileTable()

    def on_mount(self) -> None:
        self.table.focus()
        self.line.show([(" Files", "strong")])
        self._ask()

    def on_screen_resume(self) -> None:
        if self.table.keys:
            self._ask()

    def _ask(self) -> None:
        run_id, project = self._run_id, self._source.project

        def work(reader: RunReader) -> tuple[Run, RunFiles, Lineage]:
            runs = reader.runs([run_id])
            if not runs:
                raise NotFoundError("this run is not there any more")
            files = list_files(places.run_dir(project, run_id), reader.artifacts(run_id))
            datasets = load_project(project).datasets
            return runs[0], files, read_lineage(project, datasets, reader, runs[0])

        self._source.ask("the files", work, lambda found: self.FilesRead(*found), self, "files")

    def on_files_screen_files_read(self, event: FilesRead) -> None:
        self.line.show([(f" Files of {safe(event.run.name)}", "strong")], f"{event.run.id} ")
        self.table.show(items_of(event.files, event.lineage, time.time()))

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        here = self.table.here
        if here is None:
            return
        if here.path is not None:
            folder = places.run_dir(self._source.project, self._run_id)
            self.app.push_screen(PreviewScreen(self._source, folder, here.path, self._has_blocks))
        elif here.run_id is not None:
            self.dismiss()
            self._go_to(here.run_id)

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()

    def action_copy(self) -> None:
        here = self.table.here
        if here is not None and here.path is not None:
            folder = places.run_dir(self._source.project, self._run_id)
            self.app.copy_to_clipboard(str(folder / here.path))
            self.app.notify("Copied the path", markup=False, timeout=3)
