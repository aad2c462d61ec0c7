"""The screen of disk use: what takes it, what could go, and the trash, which can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.text import count, safe, short_bytes
from mlops_tui.ui import intents, keys
from mlops_tui.ui.disk_rows import disk_shelves
from mlops_tui.ui.errors import describe
from mlops_tui.ui.heavy import HeavyWork, ProgressTold
from mlops_tui.ui.project_source import READ_ONLY, ProjectSource
from mlops_tui.ui.screens.dialogs import ConfirmDialog
from mlops_tui.ui.screens.shelves import ShelvesScreen
from mlops_tui.ui.with_index import with_index

if TYPE_CHECKING:
    from mlops_tui.engine.actions_space import Space
    from mlops_tui.engine.workers import Cancellation, OnProgress

TITLE = "Disk use"
LOOKING = "looking through the disk"
SHOWN = 8
"""So much of what would go is named in a question."""


class DiskScreen(ShelvesScreen):
    """Looks through the project in a thread, and again after anything went or came back."""

    place: ClassVar[str] = keys.DISK
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.DISK)

    @dataclass
    class Found(Message):
        """What takes space now."""

        space: Space

    @dataclass
    class Freed(Message):
        """What was asked for is done."""

        words: str

    def __init__(self, source: ProjectSource) -> None:
        super().__init__(TITLE)
        self._source = source
        self._space: Space | None = None
        self._heavy = HeavyWork(self)

    def on_mount(self) -> None:
        self._look()

    def on_unmount(self) -> None:
        self._heavy.cancel()

    def _look(self) -> None:
        project = self._source.project

        def work(on_progress: OnProgress, cancellation: Cancellation) -> Space:
            from mlops_tui.engine.actions_space import look_through

            return with_index(
                self._source, lambda it: look_through(project, it, on_progress, cancellation)
            )

        if self._heavy.start(LOOKING, work, self.Found):
            self._tell(f"{LOOKING.capitalize()} ...")

    def _tell(self, words: str) -> None:
        self.line.show([(f" {safe(words)} Esc stops", "strong")])

    def on_disk_screen_found(self, event: Found) -> None:
        event.stop()
        self._space = event.space
        self.put(TITLE, disk_shelves(event.space))

    def on_progress_told(self, event: ProgressTold) -> None:
        event.stop()
        if self._heavy.is_busy and event.share is not None:
            self._tell(f"{event.what.capitalize()} ..., {event.share:.0%},")

    def on_disk_screen_freed(self, event: Freed) -> None:
        event.stop()
        self.app.notify(safe(event.words), markup=False, timeout=6)
        self._look()

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.app.notify(describe(event.error), severity="error", markup=False)
        self.show_shelf()

    # What keys do

    def action_purge(self) -> None:
        """Ask, then put what nothing names into the trash."""
        if (space := self._may_change()) is None:
            return
        if not space.unreferenced:
            self._nothing("Nothing is kept that nothing names")
            return
        found = space.unreferenced
        size = short_bytes(sum(it.size_bytes for it in found))
        lines = [f"{short_bytes(it.size_bytes):>9}  {it.digest[:12]}  {it.why}" for it in found]
        project = self._source.project

        def work(_: OnProgress, __: Cancellation) -> str:
            from mlops_tui.engine.unreferenced import trash_unreferenced

            moved = with_index(self._source, lambda it: trash_unreferenced(project, it))
            freed = short_bytes(sum(it.size_bytes for it in moved))
            return f"{count(len(moved), 'content')}, {freed}, in the trash: u brings them back"

        question = f"Put {count(len(found), 'content')}, {size}, into the trash? u undoes it."
        self._ask(question, lines, "purging", work)

    def action_purge_runs(self) -> None:
        """Ask, then remove deleted runs for good."""
        if (space := self._may_change()) is None:
            return
        runs = space.deleted_runs
        if not runs:
            self._nothing("No run is deleted")
            return
        size = short_bytes(sum(it.size_bytes for it in runs))
        lines = [f"{short_bytes(it.size_bytes):>9}  {it.name}  {it.id}" for it in runs]
        project, ids = self._source.project, [it.id for it in runs]

        def work(on_progress: OnProgress, cancellation: Cancellation) -> str:
            from mlops_tui.engine.actions_space import purge_one_by_one

            freed = purge_one_by_one(project, ids, on_progress, cancellation)
            return f"{count(len(ids), 'run')} removed, {short_bytes(freed)} are free"

        question = f"Remove {count(len(runs), 'deleted run')}, {size}, FOR GOOD? Nothing undoes it."
        self._ask(question, lines, "removing deleted runs", work)

    def action_empty(self) -> None:
        """Ask, then remove what is in the trash for good."""
        if (space := self._may_change()) is None:
            return
        if not space.trash:
            self._nothing("The trash is empty")
            return
        size = short_bytes(sum(it for _, it in space.trash))
        lines = [f"{short_bytes(it):>9}  {name[:12]}" for name, it in space.trash]
        project = self._source.project

        def work(_: OnProgress, __: Cancellation) -> str:
            from mlops_tui.engine.unreferenced import empty_trash

            return f"{short_bytes(empty_trash(project))} are free"

        question = f"Remove {count(len(space.trash), 'content')}, {size}, FOR GOOD?"
        self._ask(question, lines, "emptying the trash", work)

    def action_undo(self) -> None:
        """Bring back what is in the trash; that does not wait for what is only looked through."""
        if self._heavy.is_busy and self._heavy.what == LOOKING:
            self._heavy.cancel()
        if self._may_change() is None:
            return
        project = self._source.project

        def work(_: OnProgress, __: Cancellation) -> str:
            from mlops_tui.engine.unreferenced import restore_trash

            back = restore_trash(project)
            return f"{count(back, 'content')} brought back" if back else "The trash is empty"

        self._begin("bringing back", work)

    def action_leave(self) -> None:
        if not self._heavy.cancel():
            self.dismiss()
        elif self._space is None:
            self.dismiss()
        else:
            words = f"Stopped {self._heavy.what}"
            self.app.notify(safe(words), markup=False, timeout=3)
            self._look()

    # How they do it

    def _may_change(self) -> Space | None:
        """Return what is there to be changed; None where nothing may be."""
        if self._source.is_read_only:
            self._nothing(READ_ONLY)
            return None
        if self._heavy.is_busy:
            self._nothing(f"First one, then the other: {self._heavy.what} goes on, Esc stops it")
            return None
        return self._space

    def _nothing(self, words: str) -> None:
        self.app.notify(safe(words), markup=False, timeout=3)

    def _ask(
        self,
        question: str,
        lines: list[str],
        what: str,
        work: Callable[[OnProgress, Cancellation], str],
    ) -> None:
        more = [f"and {len(lines) - SHOWN} more; the list names them all"]
        shown = lines[:SHOWN] + more if len(lines) > SHOWN else lines

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self._begin(what, work)

        self.app.push_screen(ConfirmDialog(question, shown), answered)

    def _begin(self, what: str, work: Callable[[OnProgress, Cancellation], str]) -> None:
        if self._heavy.start(what, work, self.Freed):
            self._tell(f"{what.capitalize()} ...")
