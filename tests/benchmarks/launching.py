"""From the keys that launch a run to its first instruction, and what stays beside it.

`python -m tests.benchmarks.launching [--quick]`
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mlops_tui.engine import actions, wake
from mlops_tui.engine.recorded import RunFolder, read_facts
from tests.benchmarks.screen import Screen
from tests.benchmarks.setting import isolated
from tests.benchmarks.table import Options, Row, below, memory_row, run

TOML = """
[project]
name = "launch"
[jobs.train]
run = ["touch", "{begun}"]
[jobs.train.params]
begun = { type = "str", default = "begun" }
[jobs.wait]
run = ["sleep", "60"]
"""
SUBMIT = "\x13"


def measure(options: Options) -> Iterator[Row]:
    """Measure the way to the command, then the processes that look after it."""
    with isolated(MLOPS_AGENT_LINGER_SECONDS="0") as folder:
        cold = [launch_once(new_project(folder, n)) for n in range(options.times(7))]
        yield below("key to first instruction, no agent yet, new app", 0.5, cold)
    with isolated(MLOPS_AGENT_LINGER_SECONDS="600") as folder:
        project = new_project(folder)
        wake.start_agent(project)
        until(lambda: wake.find_agent(project))
        with Screen(project) as screen:
            screen.wait_for(lambda text: "No runs yet" in text)
            warm = [press_launch(screen, project) for _ in range(options.times(10))]
        yield below("key to first instruction, agent there", 0.5, warm)
    with isolated(MLOPS_AGENT_LINGER_SECONDS="600") as folder:
        yield from measure_memory(new_project(folder))


def new_project(folder: Path, number: int = 0) -> Path:
    project = folder / f"project-{number}"
    project.mkdir()
    (project / "mlops.toml").write_text(TOML)
    return project


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def launch_once(project: Path) -> float:
    """Return the seconds to the command in an app just opened, on a project without an agent."""
    with Screen(project) as screen:
        screen.wait_for(lambda text: "No runs yet" in text)
        return press_launch(screen, project)


def press_launch(screen: Screen, project: Path) -> float:
    """Launch a run as a person does; return the seconds from the last key to its command."""
    begun = project / "begun"
    screen.collect(2, quiet=0.3)
    screen.type("l")
    screen.wait_for(lambda text: "$ touch" in text)
    screen.collect(2, quiet=0.3)
    pressed = time.time()
    screen.type(SUBMIT)
    end = time.monotonic() + 20
    while not begun.exists() and time.monotonic() < end:
        screen.read(0.002)
    took = begun.stat().st_mtime - pressed
    begun.unlink()
    screen.wait_for(lambda text: "nothing running" in text and "$ touch" not in text)
    return took


def measure_memory(project: Path) -> Iterator[Row]:
    """Yield the memory of a runner, and of an agent before, while and after it has something."""
    run_id = actions.launch(project, "wait", {})
    folder = RunFolder(project, run_id)
    until(lambda: read_facts(folder).started is not None)
    time.sleep(3)
    runner = read_facts(folder).runner
    assert runner is not None
    yield memory_row("memory of a runner", 25, runner.pid)
    actions.stop(project, run_id)
    until(lambda: read_facts(folder).end is not None)
    time.sleep(2)
    mark = wake.find_agent(project)
    assert mark is not None
    yield memory_row("memory of an idle agent", 60, mark.pid)


if __name__ == "__main__":
    raise SystemExit(run([measure], "From the launch keys to the command."))
