"""Keys that take something out of the app: to the clipboard, a file, the editor or the pager."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from textual.app import App, SuspendNotSupported
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from mlops_tui.domain import places
from mlops_tui.domain.errors import MlopsTuiError, NotFoundError, RefusedError
from mlops_tui.domain.project import FILE_NAME
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import count, safe
from mlops_tui.ui import intents, keys, outside, saved
from mlops_tui.ui.errors import describe
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.dialogs import MessageDialog
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.panes import Panes
from mlops_tui.ui.widgets.run_detail import RunDetail
from mlops_tui.ui.widgets.runs_pane import RunsPane


class TakeOut(Holder):
    """Holds the panes of a project; what is taken is that of the pane that is looked at."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.OUTSIDE, keys.OUTSIDE_LIST)

    @dataclass
    class FileFound(Message):
        """This file is to be opened in the editor, or in the pager."""

        path: Path
        is_for_editor: bool

    @dataclass
    class Saved(Message):
        """This is where it was saved to."""

        path: str

    @dataclass
    class Failed(Message):
        """This is why it could not be had."""

        words: str

    def __init__(
        self, content: Widget, runs_pane: RunsPane, detail: RunDetail, source: ProjectSource
    ) -> None:
        super().__init__(content)
        self._runs_pane = runs_pane
        self._detail = detail
        self._source = source
        self._has_edited = False

    @property
    def _pane(self) -> str:
        return self.query_ancestor(Panes).pane

    @property
    def _run_id(self) -> str | None:
        return self._runs_pane.table.cursor_key

    def _run_name(self) -> str:
        run = self._runs_pane.table.run_at_hand(self._run_id)
        return run.name if run is not None else self._run_id or ""

    # Copying

    def action_copy(self) -> None:
        text = self.screen.get_selected_text() or self._text_of_pane()
        if not text:
            self._say("there is nothing to copy here")
            return
        self.app.copy_to_clipboard(text)
        lines = text.count("\n") + 1
        self._say(f"Copied {text}" if lines == 1 else f"Copied {count(lines, 'line')}")

    def _text_of_pane(self) -> str:
        if self._pane == "facts":
            return self._detail.facts.text
        if self._pane == "output":
            return self._detail.log_tail.text
        return self._run_id or ""

    # Saving

    def action_save(self) -> None:
        if self._pane in ("facts", "output") and self._run_id is None:
            self._say("there is no run to save anything of")
        elif self._pane == "facts":
            text = self._detail.facts.text + "\n"
            self._save(
                saved.file_name(self._run_name(), "details.txt"), lambda _, file: put(file, text)
            )
        elif self._pane == "output":
            log = self._log()
            self._save(
                saved.file_name(self._run_name(), "output.txt"), lambda _, file: copy_log(log, file)
            )
        else:
            self._save_runs()

    def _save_runs(self) -> None:
        table, lens = self._runs_pane.table, self._runs_pane.view_keys.lens
        ids, columns, now = list(table.keys), list(table.shown), time.time()

        def write(reader: RunReader, file: IO[str]) -> None:
            saved.write_runs(file, reader.runs(ids), columns, lens, now)

        self._save(saved.file_name(self._source.project.name, "runs.csv"), write)

    def _save(self, name: str, write: Callable[[RunReader, IO[str]], None]) -> None:
        folders = saved.folders_to_save(self._source.project, self._source.is_read_only)

        def work(reader: RunReader) -> Message:
            with saved.new_file(folders, name) as file:
                write(reader, file)
            return self.Saved(os.path.abspath(file.name))

        self._ask(work)

    def _ask(self, work: Callable[[RunReader], Message]) -> None:
        """Have a message made in a thread and sent to us, or `Failed` with what went wrong."""

        def guarded(reader: RunReader) -> Message:
            try:
                return work(reader)
            except (MlopsTuiError, OSError) as error:
                return self.Failed(describe(error))

        self._source.ask("the file", guarded, lambda message: message, self)

    def on_take_out_failed(self, event: Failed) -> None:
        event.stop()
        self.app.push_screen(MessageDialog("That did not go well", event.words))

    def on_take_out_saved(self, event: Saved) -> None:
        event.stop()
        home = os.path.join(Path.home(), "")
        near = event.path.replace(home, "~/", 1) if event.path.startswith(home) else event.path
        self._say(f"Saved {near}", seconds=8)

    # Editor and pager

    def action_edit_project(self) -> None:
        self._find(lambda: self._source.project / FILE_NAME, is_for_editor=True)

    def action_edit_script(self) -> None:
        run = self._runs_pane.table.run_at_hand(self._run_id)
        folder, job = self._source.project, run.job if run is not None else None
        self._find(lambda: script_in(folder, job), is_for_editor=True)

    def action_page(self) -> None:
        if self._run_id is not None:
            self._find(self._log, is_for_editor=False)

    def _log(self) -> Path:
        return places.run_dir(self._source.project, self._run_id or "") / "output.log"

    def _find(self, where: Callable[[], Path], *, is_for_editor: bool) -> None:
        def work(_: RunReader) -> Message:
            path = where()
            if not path.is_file():
                what = path.name if is_for_editor else "output"
                raise NotFoundError(f"there is no {what} here", "")
            return self.FileFound(path, is_for_editor)

        self._ask(work)

    def on_take_out_file_found(self, event: FileFound) -> None:
        event.stop()
        try:
            if event.is_for_editor:
                argv = [*outside.editor(os.environ), os.fspath(event.path)]
                lend(self.app, self._source.project, argv)
            else:
                page(self.app, self._source.project, event.path)
        except MlopsTuiError as error:
            self.post_message(self.Failed(describe(error)))
        if event.is_for_editor:
            self._has_edited = True
            self._source.ask_project(self)

    def on_project_read(self, event: intents.ProjectRead) -> None:
        """Tell the mistakes of a file that was just edited; the message goes on to the screen."""
        if self._has_edited and event.project.problems:
            folder = f"{event.project.path}/"
            words = "\n".join(str(it).removeprefix(folder) for it in event.project.problems)
            self.app.push_screen(MessageDialog("mlops.toml has problems", words))
        self._has_edited = False

    def _say(self, words: str, seconds: float = 3) -> None:
        self.app.notify(safe(words), markup=False, timeout=seconds)


def script_in(folder: Path, job: str | None) -> Path:
    """Return the script of a job, else of the first one that has one.

    Raises:
        NotFoundError: no job runs a file of the project.
    """
    project = load_project(folder)
    first = [found for name, found in project.jobs.items() if name == job]
    for candidate in (*first, *project.jobs.values()):
        if (script := outside.script_of(project, candidate)) is not None:
            return script
    raise NotFoundError("no job runs a file of this project", "see `run` in mlops.toml")


def put(file: IO[str], text: str) -> None:
    """Write a text."""
    file.write(text)


def copy_log(log: Path, file: IO[str]) -> None:
    """Write a run's output as plain text."""
    with open(log, "rb") as raw:
        file.writelines(saved.output_lines(raw))


def page(app: App[object], folder: Path, log: Path) -> None:
    """Show a log in the pager, as it is where that cannot act on the terminal.

    Raises:
        MlopsTuiError: that did not go well.
    """
    argv, environ = outside.pager(os.environ), outside.pager_environment(os.environ)
    if outside.reads_safely(argv, environ):
        lend(app, folder, [*argv, os.fspath(log)], environ)
        return
    with open(log, "rb") as file:
        lend(app, folder, argv, environ, saved.output_lines(file))


def lend(
    app: App[object],
    folder: Path,
    argv: Sequence[str],
    environ: Mapping[str, str] | None = None,
    lines: Iterator[str] | None = None,
) -> None:
    """Give a program the terminal until it ends.

    Raises:
        MlopsTuiError: it was not there, failed, or the terminal is none that can be lent.
    """
    try:
        outside.run_program(argv, app.suspend, folder=folder, environ=environ, lines=lines)
    except SuspendNotSupported:
        raise RefusedError("this terminal cannot be lent to other programs") from None
