"""The screen of alerts: what a person should know, and the prepared remedies, one key away."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.alerts import UNRESOLVED, AlertState, RecordedAlert, Remedy, RemedyKind
from mlops_tui.domain.remedies import command_of
from mlops_tui.domain.text import safe
from mlops_tui.engine import actions
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.alert_rows import alert_content
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.dialogs import ConfirmDialog, MessageDialog
from mlops_tui.ui.screens.launch import LaunchForm
from mlops_tui.ui.screens.pick import OnePicker, PromptDialog
from mlops_tui.ui.screens.place import PlaceScreen
from mlops_tui.ui.screens.row_marks import need_reason
from mlops_tui.ui.screens.windows import WindowsScreen
from mlops_tui.ui.widgets.place_table import AlertTable
from mlops_tui.ui.widgets.row_table import RowTable

CONSEQUENCES = {
    RemedyKind.ROLL_BACK: (
        "The alias is pointed at that version; nothing is deleted or unloaded. The alert is the"
        " reason on record. Who serves or predicts by the alias has the older one from then on."
    ),
    RemedyKind.RECALIBRATE: (
        "A new version is registered from a calibration on the validation data. Champion stays"
        " where it is: the new one has to pass its gate."
    ),
    RemedyKind.QUARANTINE: "It counts no more; its files stay.",
}
"""What comes of a remedy, said before it is carried out."""
SNOOZES = (("1 hour", 3600.0), ("4 hours", 4 * 3600.0), ("1 day", 86400.0), ("1 week", 7 * 86400.0))


class AlertsScreen(PlaceScreen):
    """Lists what is not resolved; everything that was ever raised where that is asked for."""

    place: ClassVar[str] = keys.ALERTS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)
    EMPTY: ClassVar[str] = (
        "Nothing is the matter.\n\n"
        "Alerts tell of runs that stall, diverge or log NaN, of live data that drifts, and of a"
        " disk nearly full; `[alerts]` in mlops.toml says which, and where they are sent. o shows"
        " those that were resolved."
    )

    def __init__(self, source: ProjectSource, symbols: Symbols) -> None:
        super().__init__(source)
        self._symbols = symbols
        self._found: dict[str, RecordedAlert] = {}
        self._with_resolved = False
        self._job = ""

    def make_table(self) -> AlertTable:
        return AlertTable()

    def read(self, reader: RunReader) -> PlaceContent:
        found = reader.alerts(frozenset(AlertState) if self._with_resolved else UNRESOLVED)
        self._found = {it.id: it for it in found}
        return alert_content(found, time.time())

    def is_about(self, batch: Batch) -> bool:
        return bool(batch.alerts)

    @property
    def _here(self) -> RecordedAlert | None:
        return None if self.table.cursor_key is None else self._found.get(self.table.cursor_key)

    # Where it is in its life

    def action_all(self) -> None:
        self._with_resolved = not self._with_resolved
        self.ask()

    def action_acknowledge(self) -> None:
        if (here := self._here) is not None:
            self._say("Known", lambda: actions.acknowledge(self._source.project, [here.id]))

    def action_reopen(self) -> None:
        if (here := self._here) is not None:
            self._say("Open again", lambda: actions.reopen(self._source.project, [here.id]))

    def action_snooze(self) -> None:
        here = self._here
        if here is None:
            return

        def picked(seconds: str | None) -> None:
            if seconds is not None:
                until = time.time() + float(seconds)
                self._say(
                    "Put aside", lambda: actions.snooze(self._source.project, [here.id], until)
                )

        choices = [Choice(str(seconds), words, "") for words, seconds in SNOOZES]
        self.app.push_screen(OnePicker("Not to be told of it for", "how long", choices), picked)

    def action_resolve(self) -> None:
        here = self._here
        if here is None:
            return

        def answered(why: str | None) -> None:
            if why is not None:
                self._say("Resolved", lambda: actions.resolve(self._source.project, [here.id], why))

        question = "How was it dealt with? It is kept with the alert, and may be left empty."
        self.app.push_screen(PromptDialog(question, "", lambda _: None), answered)

    def _say(self, words: str, change: Callable[[], object]) -> None:
        def work() -> intents.ActionDone:
            change()
            return intents.ActionDone(words)

        self._source.act(self, "The alert stays as it was", work)

    # What can be done about it

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        here = self._here
        if here is None:
            return
        remedies = here.alert.remedies

        def picked(at: str | None) -> None:
            if at is not None:
                self._carry_out(here, remedies[int(at)])

        if remedies:
            choices = [Choice(str(at), safe(it.words), "") for at, it in enumerate(remedies)]
            self.app.push_screen(OnePicker(safe(here.alert.title), "what to do", choices), picked)
        else:
            self.app.notify("No remedy is prepared: x resolves it", markup=False, timeout=3)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say whether a key applies: one of a remedy only where the alert offers that."""
        if action == "remedy":
            return self._offered(str(parameters[0])) is not None
        return True

    def _offered(self, kind: str) -> Remedy | None:
        here = self._here
        if here is None or here.state is AlertState.RESOLVED:
            return None
        return next((it for it in here.alert.remedies if it.kind == kind), None)

    def action_remedy(self, kind: str) -> None:
        """Carry out the remedy of this kind that the alert offers."""
        here, remedy = self._here, self._offered(kind)
        if here is not None and remedy is not None:
            self._carry_out(here, remedy)

    def show_facts(self) -> None:
        super().show_facts()
        self.refresh_bindings()  # which remedies there are

    def _carry_out(self, found: RecordedAlert, remedy: Remedy) -> None:
        arguments = {name: str(value) for name, value in remedy.arguments.items()}
        dataset = found.alert.evidence.dataset
        if remedy.kind is RemedyKind.SHOW_RUN:
            pane = "charts" if "metric" in arguments else "runs"
            self.post_message(intents.PaneRequested(pane, arguments["run"]))
        elif remedy.kind is RemedyKind.START_JOB and set(arguments) == {"job"}:
            self._job = arguments["job"]
            self._source.ask_project(self)
        elif remedy.kind is RemedyKind.RAISE_THRESHOLD:
            question = f"{_sentence(remedy)}. Why? It is written beside the value."
            self.app.push_screen(
                PromptDialog(question, "", need_reason), partial(self._apply, found.id, remedy)
            )
        elif remedy.kind is RemedyKind.QUARANTINE:
            question = f"{_sentence(remedy)}? {CONSEQUENCES[remedy.kind]} Why?"
            why = f"alert {found.id[:8]}: {safe(found.alert.title)}"
            self.app.push_screen(
                PromptDialog(question, why, need_reason), partial(self._apply, found.id, remedy)
            )
        elif remedy.kind in actions.ACTING:
            lines = [CONSEQUENCES[remedy.kind]] if remedy.kind in CONSEQUENCES else []
            self.app.push_screen(
                ConfirmDialog(f"{_sentence(remedy)}?", lines),
                lambda yes: self._apply(found.id, remedy, "" if yes else None),
            )
        elif remedy.kind is RemedyKind.PROPOSE_CHECKS:
            self.post_message(intents.PaneRequested("data"))
        elif remedy.kind is RemedyKind.OPEN_REPORT and "batch" in arguments and dataset:
            self.app.push_screen(
                WindowsScreen(self._source, dataset, self._symbols, arguments["batch"])
            )
        else:
            command = command_of(remedy)
            words = "" if command is None else f"On the command line: {shlex.join(command)}"
            self.app.push_screen(MessageDialog(remedy.words, words))

    def _apply(self, alert_id: str, remedy: Remedy, reason: str | None) -> None:
        """Do what a remedy offers; None for a reason leaves everything as it is."""
        if reason is None:
            return

        def work(*_: object) -> intents.ActionDone:
            done = actions.apply_remedy(self._source.project, alert_id, remedy, reason)
            return intents.ActionDone(done)

        if remedy.kind is RemedyKind.RECALIBRATE:
            self.begin("calibrating", work, lambda done: done)
        else:
            self._source.act(self, "Nothing was done", work)

    def on_project_read(self, event: intents.ProjectRead) -> None:
        event.stop()
        if self._job in event.project.jobs and not event.project.is_broken:
            form = LaunchForm(event.project, self._job, self._source, None, None)
            self.app.push_screen(form, self._launched)
        else:
            words = f"mlops.toml has no job {self._job!r} that can be started."
            self.app.push_screen(MessageDialog("Nothing is launched", words))

    def _launched(self, done: intents.ActionDone | None) -> None:
        if done is not None:
            self.app.notify(safe(done.words), markup=False, timeout=5)


def _sentence(remedy: Remedy) -> str:
    words = safe(remedy.words)
    return words[:1].upper() + words[1:]
