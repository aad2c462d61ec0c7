"""Dialogs in which one types part of a name and picks: columns, an order, a view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.screens.dialog import Dialog
from mlops_tui.ui.widgets.key_bar import KeyBar
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.plain_input import PlainInput
from mlops_tui.ui.widgets.row_table import RowTable

T = TypeVar("T")
ABOUT_CELLS = 28
FEW = 12
ROWS_AROUND = 5
"""Of a dialog with a list: its border, its field, the head of the list and a blank line."""


class ChoiceList(RowTable, can_focus=False):
    """Choices under each other; the field above keeps the focus."""

    def __init__(self) -> None:
        super().__init__("Nothing is called that.")
        self.offered: dict[str, Choice] = {}
        self.boxes: dict[str, str] = {}
        """What stands before a choice, such as its place among the chosen."""
        self.heading = ""

    def header_pieces(self, width: int) -> list[Piece]:
        return [(fit(self.heading, width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        choice = self.offered[key]
        box = fit(self.boxes.get(key, ""), 5, right=True) + " "
        about = fit(choice.about, min(ABOUT_CELLS, width // 3))
        title = fit(choice.title, max(0, width - len(box) - len(about) - 1))
        return [(box, "good"), (title + " ", ""), (about, "dim")]


class SpacelessInput(PlainInput):
    """A field that leaves the space key to the list below it."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "space" and super().check_consume_key(key, character)


class PickDialog(Dialog[T]):
    """A field to type in over a list of what matches; is left with what `action_take` gives."""

    place: ClassVar[str] = keys.PICK
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PICK, before_focus=True)

    def __init__(self, title: str, placeholder: str, choices: Sequence[Choice] = ()) -> None:
        super().__init__()
        self._heading = title
        self._choices = list(choices)
        self.field = PlainInput(placeholder=placeholder)
        self.list = ChoiceList()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -pick"):
            yield self.field
            yield self.list
        yield KeyBar()

    def on_mount(self) -> None:
        self.list.heading = self._heading
        self.field.focus()
        self._fill()
        self.prepare()

    def prepare(self) -> None:
        """Do what is to be done when the list is filled for the first time."""

    def offer(self, choices: Sequence[Choice]) -> None:
        """Have these to choose from; the cursor stays on its choice."""
        self._choices = self.ordered(choices)
        if self.list.is_attached:
            self._fill()

    def ordered(self, choices: Sequence[Choice]) -> list[Choice]:
        """Return what is offered, in the order of the list."""
        return list(choices)

    @property
    def here(self) -> Choice | None:
        """The choice under the cursor."""
        key = self.list.cursor_key
        return None if key is None else self.list.offered[key]

    def _fill(self) -> None:
        shown = self._choices
        if words := self.field.value.lower().split():
            shown = [
                choice
                for choice in shown
                if all(word in choice.title.lower() or word in choice.about for word in words)
            ]
        self.list.offered |= {choice.id: choice for choice in shown}
        self.list.set_keys([choice.id for choice in shown])

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()
        self.list.action_move_to(0)

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        self.action_take()

    def action_move(self, rows: int) -> None:
        self.list.action_move(rows)

    def action_move_page(self, pages: int) -> None:
        self.list.action_move_page(pages)

    def action_take(self) -> None:
        raise NotImplementedError

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)


class ColumnPicker(PickDialog[tuple[str, ...]]):
    """Is left with the ids of the columns chosen, in order; with none where the table chooses."""

    place: ClassVar[str] = keys.PICK_COLUMNS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PICK_COLUMNS, before_focus=True)
    WHAT: ClassVar[str] = "columns"
    HINT: ClassVar[str] = "part of a column's name, or: metric, param, tag"

    def __init__(self, chosen: Sequence[str], choices: Sequence[Choice]) -> None:
        super().__init__("", self.HINT)
        self.field = SpacelessInput(placeholder=self.HINT)
        self._chosen = list(chosen)
        self.offer(choices)

    def ordered(self, choices: Sequence[Choice]) -> list[Choice]:
        """Return the chosen ones in their order, then the others; none of before is lost."""
        by_id = {choice.id: choice for choice in choices}
        for choice in self._choices:
            by_id.setdefault(choice.id, choice)
        top = [by_id.pop(key) for key in self._chosen if key in by_id]
        return [*top, *by_id.values()]

    def _fill(self) -> None:
        self._number()
        super()._fill()

    def _number(self) -> None:
        self.list.boxes = {key: f"[{at}]" for at, key in enumerate(self._chosen, 1)}
        self.list.heading = f"{len(self._chosen)} of {len(self._choices)} {self.WHAT}"
        self.list.refresh_changed()

    def action_switch(self) -> None:
        if self.here is None:
            return
        if self.here.id in self._chosen:
            self._chosen.remove(self.here.id)
        else:
            self._chosen.append(self.here.id)
        self._number()
        self.list.action_move(1)

    def action_shift(self, by: int) -> None:
        if self.here is None or self.here.id not in self._chosen:
            return
        at = self._chosen.index(self.here.id)
        to = max(0, min(at + by, len(self._chosen) - 1))
        self._chosen.insert(to, self._chosen.pop(at))
        self.offer(self._choices)

    def action_reset(self) -> None:
        self.dismiss(())

    def action_take(self) -> None:
        self.dismiss(tuple(self._chosen))


class MetricPicker(ColumnPicker):
    """Is left with the metrics of a front; with none where the usual ones are meant."""

    WHAT: ClassVar[str] = "metrics: Space takes one, or leaves it"
    HINT: ClassVar[str] = "part of a metric's name"


class SortPicker(PickDialog[str]):
    """Is left with the id of the column to sort by; the empty one stands for the newest first."""

    def __init__(self, choices: Sequence[Choice], sorted_id: str | None, arrow: str) -> None:
        super().__init__("Sort by; the same again the other way round", "part of a name", choices)
        self._sorted_id = sorted_id
        self._arrow = arrow

    def prepare(self) -> None:
        """Point at the column that tells the order now."""
        if self._sorted_id is not None:
            self.list.boxes = {self._sorted_id: self._arrow}
            self.list.show_key(self._sorted_id)
            self.list.refresh_changed()

    def action_take(self) -> None:
        if self.here is not None:
            self.dismiss(self.here.id)


class OnePicker(PickDialog[str]):
    """Is left with the id of what was chosen; no higher than it need be."""

    def prepare(self) -> None:
        if len(self._choices) < FEW:
            self.query_one(".dialog").styles.height = len(self._choices) + ROWS_AROUND

    def action_take(self) -> None:
        if self.here is not None:
            self.dismiss(self.here.id)


class ViewPicker(PickDialog[tuple[str, str]]):
    """Is left with `take`, `save` or `forget` and the name of a view."""

    place: ClassVar[str] = keys.PICK_VIEWS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PICK_VIEWS, before_focus=True)

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__("Views of this project", "part of a view's name, or a new name", choices)
        self.list.empty = "No view is called that. Ctrl+S saves what is shown under the name."

    def action_take(self) -> None:
        if self.here is not None:
            self.dismiss(("take", self.here.id))
        else:
            self.action_save()

    def action_save(self) -> None:
        name = self.field.value.strip()
        if name:
            self.dismiss(("save", name))

    def action_forget(self) -> None:
        if self.here is not None:
            self.dismiss(("forget", self.here.id))


class PromptDialog(Dialog[str]):
    """Asks for one line of text; stays open while it is wrong."""

    place: ClassVar[str] = keys.PROMPT
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PROMPT, before_focus=True)

    def __init__(self, question: str, value: str, check: Callable[[str], object]) -> None:
        """Ask; `check` raises `InputError` for a text that will not do."""
        super().__init__()
        self._question = question
        self._check = check
        self.field = PlainInput(value)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield PieceLine(id="prompt-question")
            yield self.field
            yield PieceLine(id="prompt-problem")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#prompt-question", PieceLine).show([(safe(self._question), "strong")])
        self.field.focus()

    def action_take(self) -> None:
        try:
            self._check(self.field.value)
        except InputError as error:
            words = safe(f"{error.message}: {error.hint}")
            self.query_one("#prompt-problem", PieceLine).show([(words, "bad")])
            return
        self.dismiss(self.field.value)

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)
