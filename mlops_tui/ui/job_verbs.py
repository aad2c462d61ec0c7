"""What a person does to the queue, by key: mark, move, pause, and bring back what was deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.text import count
from mlops_tui.ui import intents, keys
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.run_verbs import RunVerbs
from mlops_tui.ui.widgets.queue_table import QueueTable


class JobVerbs(RunVerbs):
    """Holds the table of jobs, which of them are marked, and the keys beside those of all runs."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.JOBS)

    class MarksChanged(Message):
        """Other runs are marked now."""

    def __init__(self, source: ProjectSource, table: QueueTable, *panes: Widget) -> None:
        super().__init__(source, table, *panes)
        self._queue = table
        self._deleted_last: tuple[str, ...] = ()
        self.is_paused = False
        """What `p` is to end."""

    def mark(self, run_ids: Sequence[str]) -> None:
        """Mark these runs, as far as they are in the table, and no others."""
        marked = tuple(run_id for run_id in run_ids if self._queue.has_all([run_id]))
        if marked != self.marked:
            self.marked = marked
            self._queue.set_marks(marked)
            self.post_message(self.MarksChanged())

    def action_copy(self) -> None:
        if self._queue.cursor_key is not None:
            self.app.copy_to_clipboard(self._queue.cursor_key)
            self._say(f"Copied {self._queue.cursor_key}")

    def action_mark(self) -> None:
        key = self._queue.cursor_key
        if key is not None:
            others = [run_id for run_id in self.marked if run_id != key]
            self.mark(others if key in self.marked else [*others, key])
            self._queue.action_move(1)

    def action_shift(self, by: int | str) -> None:
        """Move what is marked or under the cursor: by places, or to be `first` or `last`."""
        waiting = [run.id for run in self._chosen() if self._queue.waits(run.id)]
        if waiting:
            self._shift(waiting, by)
        else:
            self._say("Only what waits here can be moved")

    def on_queue_table_dragged(self, event: QueueTable.Dragged) -> None:
        event.stop()
        self._shift([event.run_id], event.by)

    def _shift(self, run_ids: Sequence[str], by: int | str) -> None:
        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions
            from mlops_tui.engine.actions_queue import FARTHEST

            places = by if isinstance(by, int) else FARTHEST * (-1 if by == "first" else 1)
            try:
                actions.move(self._project, run_ids, places)
            except RefusedError as error:  # it has begun meanwhile: nothing to stop a person for
                return intents.ActionDone(error.message)
            return intents.ActionDone("")

        self._source.act(self, f"{count(len(run_ids), 'run')} not moved", work)

    def action_pause(self) -> None:
        is_paused = self.is_paused

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            if is_paused:
                actions.resume_queue(self._project)
            else:
                actions.pause_queue(self._project)
            return intents.ActionDone("The queue goes on" if is_paused else "")

        self._source.act(self, "The queue stays as it is", work)

    def on_runs_deleted(self, event: intents.RunsDeleted) -> None:
        event.stop()
        self._deleted_last = event.ids

    def action_undo_delete(self) -> None:
        ids, self._deleted_last = self._deleted_last, ()
        if not ids:
            self._say("Nothing was deleted here")
            return

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            restored = actions.restore(self._project, ids)
            return intents.ActionDone(f"Brought back {count(len(restored), 'run')}", ids[0])

        self._source.act(self, "Nothing was brought back", work)
