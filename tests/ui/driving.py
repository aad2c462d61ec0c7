"""Opens the app headless on recorded projects and waits for what it shows."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.events import Key
from textual.keys import _character_to_key
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from mlops_tui.domain.runs import Run
from mlops_tui.ui.app import doors
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.mlops_app import MlopsApp, Relaunch
from mlops_tui.ui.screens.project import ProjectScreen

SIZES = [(80, 24), (120, 40)]


class Driven:
    """A running app, the keys into it and what it shows."""

    def __init__(self, app: MlopsApp, pilot: Pilot[Relaunch], messages: list[Message]) -> None:
        self.app = app
        self.pilot = pilot
        self.messages = messages

    async def until(self, condition: Callable[[], object], seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.screen_text()
            await self.pilot.pause(0.01)

    async def sees(self, text: str) -> None:
        await self.until(lambda: text in self.screen_text())

    async def press(self, *keys: str) -> None:
        """Press keys and wait after each; after a word typed into a field, wait once."""
        for key, following in itertools.pairwise([*keys, ""]):
            if len(key) == len(following) == 1 and isinstance(self.app.focused, Input):
                self.app.post_message(Key(_character_to_key(key), key))
            else:
                await self.pilot.press(key)

    def screen_text(self) -> str:
        """What is on the screen, as plain text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def notified(self) -> str:
        """What the app has told in passing, line by line."""
        return "\n".join(it.message for it in self.app._notifications)

    @property
    def project_screen(self) -> ProjectScreen:
        screen = self.app.screen_stack[1]
        assert isinstance(screen, ProjectScreen)
        return screen


@asynccontextmanager
async def opened(
    workspace: Path,
    size: tuple[int, int] = (80, 24),
    *,
    enter: bool = True,
    settings: LaunchSettings | None = None,
) -> AsyncIterator[Driven]:
    """Open the app; with `enter`, straight in the project that `workspace` is."""
    messages: list[Message] = []

    def tend_nothing(project: Path, live: Sequence[Run]) -> None:
        pass

    ways = replace(doors(), tending=lambda: tend_nothing)
    fast = settings or LaunchSettings(live_hz=50.0, settle_seconds=0.01)
    app = MlopsApp(workspace, ways, fast, workspace if enter else None)
    async with app.run_test(size=size, notifications=True, message_hook=messages.append) as pilot:
        yield Driven(app, pilot, messages)
