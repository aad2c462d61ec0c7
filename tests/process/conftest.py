"""Tasks without processes, for tests whose subject is what a task makes of its data."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from mlops_tui.engine import actions_live, actions_monitor, worker, workers


@pytest.fixture
def own_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have tasks done here: a process of each would load for seconds what we have loaded once."""

    def work(task: str, arguments: Mapping[str, object], *_: object) -> Any:
        told = io.StringIO()
        request = json.loads(json.dumps({"task": task, "arguments": dict(arguments)}))
        worker.perform(request, worker.Teller(told))
        answer = json.loads(told.getvalue().splitlines()[-1])
        if "error" in answer:
            raise workers.error_told(answer["error"])
        return answer["result"]

    for module in (workers, actions_monitor, actions_live):
        monkeypatch.setattr(module, "work", work)
