"""Export a picture from the app: `python -m tests.ui.screenshots.take PROJECT OUT.svg KEY...`."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mlops_tui.ui.app import doors
from mlops_tui.ui.launch_settings import launch_settings
from mlops_tui.ui.mlops_app import MlopsApp


async def take(project: Path, columns: int, rows: int, keys: Sequence[str]) -> str:
    settings = launch_settings(os.environ, "utf-8")
    app = MlopsApp(project.parent, doors(), settings, project)
    async with app.run_test(size=(columns, rows)) as pilot:
        deadline = time.monotonic() + 20
        svg = ""
        # a braille dot says that a chart is drawn
        while not any("\u2800" < letter < "\u28ff" for letter in svg):
            if time.monotonic() > deadline:
                sys.exit("no chart was drawn within 20 s: is there a run with metrics?")
            await pilot.pause()
            svg = app.export_screenshot(title="mlops-tui")
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.4)
        await pilot.pause(1.0)
        return app.export_screenshot(title="mlops-tui")


if __name__ == "__main__":
    picture = asyncio.run(take(Path(sys.argv[1]), 120, 36, sys.argv[3:]))
    Path(sys.argv[2]).write_text(picture, encoding="utf-8")
