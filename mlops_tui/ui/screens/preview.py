"""The screen that shows one file of a run: as text in windows, a table or an image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from mlops_tui.domain.text import safe
from mlops_tui.engine.run_files import ARTIFACTS, open_file
from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.logpages import LogWindow, Wish
from mlops_tui.ui.outputs import Outputs
from mlops_tui.ui.previews import Preview, TablePreview, TextPreview, read_preview
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.screens.dialogs import ReadingDialog
from mlops_tui.ui.widgets.cell_table import CellTable
from mlops_tui.ui.widgets.log_tail import LogTail
from mlops_tui.ui.widgets.output_pane import OutputPane
from mlops_tui.ui.widgets.picture_view import PictureView
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.row_table import RowTable


class PreviewScreen(AppScreen):
    """Holds a viewer for each kind of file, and shows the one that suits."""

    place: ClassVar[str] = keys.PREVIEW
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PREVIEW, keys.PLACES)

    @dataclass
    class PreviewRead(Message):
        """The file was looked into."""

        preview: Preview

    def __init__(self, source: ProjectSource, folder: Path, path: str, has_blocks: bool) -> None:
        """Show the file at `path` in the run's `folder`."""
        super().__init__()
        self._source = source
        self._path = path
        self._open = partial(open_file, folder, path)
        self._full_path = str(folder / path)
        self._about = ""
        self._data: bytes | None = None
        self._outputs = Outputs(self._open_text)
        self.line = PieceLine(id="project-line")
        self.log_tail = LogTail(id="output")
        self.text = OutputPane({"output": "Text"}, self.log_tail)
        self.cells = CellTable()
        self.picture = PictureView(has_blocks)

    def body(self) -> Widget:
        for viewer in (self.text, self.cells, self.picture):
            viewer.display = False
        return Vertical(self.line, self.text, self.cells, self.picture, id="body")

    def on_mount(self) -> None:
        self._show_line()
        self.call_after_refresh(self._ask)

    def on_resize(self) -> None:
        if self.picture.display:
            self.call_after_refresh(self._ask)

    def _ask(self) -> None:
        columns, rows = self.size.width, max(1, self.size.height - 2)
        path, open_it = self._path, self._open
        self._source.ask(
            "the file",
            lambda _: read_preview(path, open_it, columns, rows),
            self.PreviewRead,
            self,
            "preview",
        )

    def on_preview_screen_preview_read(self, event: PreviewRead) -> None:
        preview = event.preview
        self._about = preview.about
        if isinstance(preview, TextPreview):
            self._data = preview.data
            self._reveal(self.text, self.log_tail)
            self._ask_text(Wish(0, is_jump=True))
        elif isinstance(preview, TablePreview):
            self._reveal(self.cells, self.cells)
            self.cells.show(preview.head, preview.rows)
        else:
            self._reveal(self.picture, self.picture)
            self.picture.show(preview.picture)
        self.call_after_refresh(self._show_line)

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self._about = ""
        self._data = describe(event.error).encode("utf-8", "replace")
        self._reveal(self.text, self.log_tail)
        self._ask_text(Wish(0, is_jump=True))

    def _reveal(self, viewer: Widget, focused: Widget) -> None:
        viewer.display = True
        self.set_focus(focused)

    def _show_line(self) -> None:
        words = [it for it in (self.cells.words if self.cells.display else "", self._about) if it]
        name = self._path.removeprefix(ARTIFACTS + "/")
        self.line.show([(f" {safe(name)}", "strong")], "  ".join(map(safe, words)) + " ")

    # Text

    def _open_text(self, _: str) -> IO[bytes]:
        return self._open() if self._data is None else BytesIO(self._data)

    def _ask_text(self, wish: Wish) -> None:
        def work(_: object) -> LogWindow:
            return self._outputs.read(self._path, wish)

        def answer(window: LogWindow) -> intents.OutputRead:
            return intents.OutputRead(self._path, wish, window)

        self._source.ask("the file", work, answer, self.log_tail, "preview text")

    def on_log_tail_window_requested(self, event: LogTail.WindowRequested) -> None:
        event.stop()
        self._ask_text(event.wish)

    def on_output_read(self, event: intents.OutputRead) -> None:
        event.stop()

    def on_output_pane_search_requested(self, event: OutputPane.SearchRequested) -> None:
        event.stop()
        search, pane = event.search, self.text

        def told(share: float) -> None:
            pane.post_message(intents.OutputSearchTold(search, share))

        self._source.ask(
            "the file",
            lambda _: self._outputs.find(self._path, search, told),
            lambda found: intents.OutputSearched(self._path, search, found),
            pane,
            "preview search",
        )

    # What keys do

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        self.app.push_screen(ReadingDialog(f"row {event.key}", self.cells.row_in_full))

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()
        self._show_line()

    def action_search(self) -> None:
        if self.text.display:
            self.text.begin_search()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._full_path)
        self.app.notify("Copied the path", markup=False, timeout=3)

    def action_leave(self) -> None:
        if not (self.text.display and self.text.step_out()):
            self.dismiss()
