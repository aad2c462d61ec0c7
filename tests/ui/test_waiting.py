"""A queued run says in its facts why it waits, and says something else as others change."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import QUEUE_PAUSED, QUEUE_RESUMED
from mlops_tui.engine.creation import record_fact
from mlops_tui.ui.widgets import run_detail
from tests.process.support import make_project, make_run
from tests.ui.driving import opened


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    monkeypatch.setattr(run_detail, "WAITING_SECONDS", 0.0)
    return make_project(tmp_path / "p")


def pause(project: Path, event: str) -> None:
    record_fact(project, event, time.time(), host=host_name())


async def test_a_queued_run_says_why_it_waits(project: Path) -> None:
    pause(project, QUEUE_PAUSED)
    make_run(project, "true", name="small", created=time.time() - 60)
    make_run(project, "true", name="great", slots=2)
    async with opened(project, (120, 40)) as it:
        await it.sees("why the queue is paused")
        pause(project, QUEUE_RESUMED)
        make_run(project, "true", name="last", created=time.time() - 90)
        await it.sees("why waits for 2 slots, 0 of 2 free")
        await it.press("down")
        await it.sees("why about to start")
