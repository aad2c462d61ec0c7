"""Every test gets a home, cache and state of its own; the developer's are out of reach."""

from __future__ import annotations

import compileall
import gc
import io
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

import mlops_tui

# how long an example takes says more of what else runs on the machine than of our code
settings.register_profile("mlops_tui", deadline=None, derandomize=True)
settings.load_profile("mlops_tui")
# else examples hold constants of whatever modules are loaded by then, for which each is parsed
providers.is_local_module_file = lambda path: False  # type: ignore[assignment, attr-defined]


def pytest_sessionstart() -> None:
    """Compile the package as pip does: tests start hundreds of processes that would do it each."""
    # what is started in the background, or by nohup, ignores these, and so does all it starts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    compileall.compile_dir(os.path.dirname(mlops_tui.__file__), quiet=1)


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never in what all tests have loaded: each pass takes long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20)


@pytest.fixture(autouse=True)
def isolated_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    home = tmp_path_factory.mktemp("home")
    for variable in [name for name in os.environ if name.startswith(("MLOPS_", "XDG_", "SSH_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MLOPS_CACHE_DIR", str(home / "cache"))
    monkeypatch.setenv("MLOPS_STATE_DIR", str(home / "state"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    return home


@pytest.fixture
def own_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have tasks done here: a process of each would load for seconds what we have loaded once."""
    from mlops_tui.engine import worker, workers

    def work(task: str, arguments: Mapping[str, object], *_: object) -> Any:
        told = io.StringIO()
        request = json.loads(json.dumps({"task": task, "arguments": dict(arguments)}))
        worker.perform(request, worker.Teller(told))
        answer = json.loads(told.getvalue().splitlines()[-1])
        if "error" in answer:
            raise workers.error_told(answer["error"])
        return answer["result"]

    monkeypatch.setattr(workers, "work", work)
