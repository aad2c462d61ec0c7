"""The data-centric loop on the screen: findings whose rows are marked, and the marks themselves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.data.finding import FindingsReport
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.patches import Act, Mark
from mlops_tui.domain.text import count, safe
from mlops_tui.engine import actions_patches
from mlops_tui.engine.data_sources import find_source, open_project
from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.finding_rows import finding_content, finding_title, mark_content, markable
from mlops_tui.ui.heavy import HeavyWork
from mlops_tui.ui.project_source import READ_ONLY, ProjectSource
from mlops_tui.ui.screens.dialogs import MessageDialog
from mlops_tui.ui.screens.listed import ListedScreen
from mlops_tui.ui.screens.pick import PromptDialog

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

DONE = {Act.EXCLUDE: "excluded", Act.REVIEW: "marked for review"}
NO_MARKS = (
    "No row is marked.\n\n"
    "f in the list of datasets finds rows worth a look; x there excludes them, in a small file"
    " beside the data that names each row and why. Jobs that name the dataset as {data.NAME}"
    " get it without them."
)
AFTER = "rerun the job: C tells what the data changed"


class FindingsScreen(ListedScreen):
    """What can go wrong, the surest first; its rows can be marked, the source stays as it is."""

    place: ClassVar[str] = keys.FINDINGS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.FINDINGS)

    @dataclass
    class Marked(Message):
        """Rows were marked."""

        act: Act
        made: Sequence[Mark]

    def __init__(self, source: ProjectSource, report: FindingsReport) -> None:
        looked = "; ".join(safe(look.what) for look in report.looks if not look.skipped)
        empty = f"Nothing was found. Looked for: {looked}."
        super().__init__(finding_title(report), finding_content(report), empty)
        self._source = source
        self._report = report
        self._heavy = HeavyWork(self)

    def on_unmount(self) -> None:
        self._heavy.cancel()

    def action_mark_rows(self, act: str) -> None:
        """Mark the rows that are shown of a finding, after a reason was given."""
        here = self.table.here
        if here is None or not here.key.isdigit():
            return
        if self._source.is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
            return
        finding, wanted = self._report.findings[int(here.key)], Act(act)

        def answered(why: str | None) -> None:
            if why is not None:
                self._mark(wanted, why, int(here.key))

        shown = count(len(finding.rows), "row")
        what = "Exclude" if wanted is Act.EXCLUDE else "Mark for review"
        question = f"{what} the {shown} shown below, in a file beside the data. Why?"
        self.app.push_screen(PromptDialog(question, finding.words, need_reason), answered)

    def _mark(self, act: Act, why: str, at: int) -> None:
        folder, name = self._source.project, self._report.dataset
        rows = self._report.findings[at].rows

        def work(on_progress: OnProgress, cancellation: Cancellation) -> Sequence[Mark]:
            ours = markable(rows, find_source(open_project(folder), name).path)
            if not ours:
                files = ", ".join(dict.fromkeys(row.file for row in rows))
                raise InputError(f"no row shown is of {name}", f"search the data that has {files}")
            request = actions_patches.MarkRequest(name, act, why, ours)
            return actions_patches.mark_rows(folder, request, on_progress, cancellation)

        self._heavy.start(f"marking rows of {name}", work, lambda made: self.Marked(act, made))

    def on_findings_screen_marked(self, event: Marked) -> None:
        event.stop()
        words = f"{count(len(event.made), 'row')} {DONE[event.act]}"
        if not event.made:
            words = "They were marked before"
        elif event.act is Act.EXCLUDE:
            words += f"; {AFTER}"
        self.app.notify(words, markup=False, timeout=6)

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.app.push_screen(MessageDialog("Nothing was marked", describe(event.error)))


class MarksScreen(ListedScreen):
    """The marks on the rows of a dataset, each of which can be taken back."""

    place: ClassVar[str] = keys.MARKS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.MARKS)

    def __init__(self, source: ProjectSource, report: actions_patches.MarksReport) -> None:
        super().__init__(f"Marks on {report.name}", mark_content(report, time.time()), NO_MARKS)
        self._source = source
        self._report = report

    def action_take_back(self) -> None:
        here = self.table.here
        if here is None:
            return
        folder, name, mark = self._source.project, self._report.name, here.key

        def work() -> intents.ActionDone:
            actions_patches.unmark_rows(folder, name, [mark])
            return intents.ActionDone(f"The mark is taken back; {AFTER}")

        self._source.act(self, "The mark stays", work)

    def on_action_done(self, event: intents.ActionDone) -> None:
        event.stop()
        self.app.notify(safe(event.words), markup=False, timeout=6)
        self.dismiss()


def need_reason(text: str) -> None:
    """Refuse an empty text.

    Raises:
        InputError: it is one.
    """
    if not text.strip():
        raise InputError("a reason is missing", "who reads it later will ask for it")
