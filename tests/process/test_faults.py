from __future__ import annotations

import errno
import fcntl
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.host import boot_id, mark_of
from mlops_tui.domain.runs import RunState
from mlops_tui.engine import liveness, slots, wake
from mlops_tui.engine.executor import Presence, Sighting
from mlops_tui.engine.local import LocalExecutor
from mlops_tui.journal.append import JournalWriter
from mlops_tui.journal.lock import claim, is_locked
from tests.process.support import (
    Runner,
    end_processes_of,
    ended,
    is_gone,
    journal_lines,
    make_run,
    project_folder,
    runner_lines,
    start_runner,
    until,
    wait_ended,
)

LOST = "its runner was killed, and the command left no word of its end"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_STOP_GRACE_SECONDS", "0.3")
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    monkeypatch.setenv("MLOPS_GPUS", "0")
    yield from project_folder(tmp_path)


def orphaned(project: Path, argv: Any, **order: Any) -> Runner:
    """Return a run whose runner was killed while its command is alive."""
    runner = start_runner(project, make_run(project, argv, **order))
    runner.started()
    runner.kill()
    return runner


def presence(project: Path, run_id: str) -> Presence:
    return liveness.sight(project, run_id).presence


def write_runner_lines(project: Path, run_id: str, *lines: dict[str, Any]) -> None:
    writer = JournalWriter(places.run_dir(project, run_id) / "runner.jsonl")
    for line in lines:
        writer.append({"t": time.time(), **line})
    writer.close()


def test_a_command_outlives_its_runner_and_its_announced_end_is_kept(project: Path) -> None:
    script = (
        "while [ ! -f go ]; do sleep 0.02; done; "
        'echo \'{"t": 5, "end": {"state": "finished", "reason": null}}\' >> "$MLOPS_EVENTS"'
    )
    runner = orphaned(project, script)
    assert presence(project, runner.run_id) is Presence.UNSUPERVISED
    assert not liveness.settle(project, runner.run_id)
    wake.ensure_agent(project)
    until(lambda: runner.lines("adopted"))
    until(lambda: presence(project, runner.run_id) is Presence.SUPERVISED)
    until(lambda: runner.lines("heartbeat"))
    (project / "go").touch()
    assert wait_ended(project, runner.run_id)["state"] == "finished"
    assert len(runner.lines("started")) == 1


def test_an_adopted_command_that_says_nothing_of_its_end_is_lost(project: Path) -> None:
    runner = orphaned(project, ["sleep", "60"])
    wake.ensure_agent(project)
    until(lambda: runner.lines("adopted"))
    os.kill(runner.started()["pid"], signal.SIGKILL)
    end = wait_ended(project, runner.run_id)
    assert (end["state"], end["exit_code"], end["reason"]) == ("lost", None, LOST)


def test_an_adopted_command_can_be_stopped_with_all_that_fled(project: Path) -> None:
    script = (
        "trap '' INT TERM; setsid sh -c 'trap \"\" INT TERM; echo $$ > fled; "
        "while :; do sleep 0.1; done' & while :; do sleep 0.05; done"
    )
    runner = orphaned(project, script)
    fled = int(until(lambda: (project / "fled").is_file() and (project / "fled").read_text()))
    LocalExecutor(project).cancel([runner.run_id], "ada")
    end = wait_ended(project, runner.run_id)
    assert (end["state"], end["reason"]) == ("stopped", "stopped by ada")
    assert is_gone(fled)
    assert is_gone(runner.started()["pid"])


def test_the_time_of_an_adopted_command_goes_on(project: Path) -> None:
    runner = orphaned(project, ["sleep", "60"], timeout_seconds=1)
    wake.ensure_agent(project)
    end = wait_ended(project, runner.run_id)
    assert (end["state"], end["reason"]) == ("failed", "timed out after 1 s")
    assert end["ended"] - end["started"] < 5


def test_an_adopted_command_keeps_its_gpu_from_others(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_GPUS", "2")
    run_id = make_run(project, ["sleep", "60"])
    first = start_runner(project, run_id, "--gpus", "1")
    first.started()
    first.kill()
    executor = LocalExecutor(project)
    executor.adopt(run_id)
    until(lambda: presence(project, run_id) is Presence.SUPERVISED)
    assert slots.free(slots.capacity()) == slots.Capacity(1, ("0",))
    executor.cancel([run_id])
    wait_ended(project, run_id)
    assert slots.free(slots.capacity()) == slots.Capacity(2, ("0", "1"))


def test_an_adopted_runner_may_be_killed_too(project: Path) -> None:
    runner = orphaned(project, ["sleep", "60"])
    for _ in range(2):
        adopter = start_runner(project, runner.run_id, "--adopt")
        until(lambda: presence(project, runner.run_id) is Presence.SUPERVISED)
        adopter.kill()
        assert presence(project, runner.run_id) is Presence.UNSUPERVISED
    LocalExecutor(project).cancel([runner.run_id])
    assert wait_ended(project, runner.run_id)["state"] == "stopped"


def test_a_command_without_descriptors_is_known_by_its_mark(project: Path) -> None:
    script = "import os, time; os.closerange(0, 256); open('up', 'w'); time.sleep(60)"
    runner = start_runner(project, make_run(project, ["python3", "-c", script]))
    until(lambda: (project / "up").exists())
    runner.kill()
    assert is_locked(runner.folder / "command.lock") is False
    assert presence(project, runner.run_id) is Presence.UNSUPERVISED
    os.kill(runner.started()["pid"], signal.SIGKILL)
    until(lambda: presence(project, runner.run_id) is Presence.GONE)
    assert liveness.settle(project, runner.run_id)
    assert ended(project, runner.run_id)["reason"] == LOST
    assert not liveness.settle(project, runner.run_id)


def test_everything_killed_at_once_is_settled_by_the_next_agent(project: Path) -> None:
    run_id = make_run(project, ["sleep", "60"])
    wake.ensure_agent(project)
    until(lambda: runner_lines(project, run_id, "started"))
    end_processes_of(project)
    until(lambda: presence(project, run_id) is Presence.GONE)
    until(lambda: wake.find_agent(project) is None)
    wake.ensure_agent(project)
    assert wait_ended(project, run_id)["state"] == "lost"


def test_a_terminal_that_closes_takes_nobody_along(project: Path) -> None:
    run_id = make_run(project, "while [ ! -f go ]; do sleep 0.02; done; echo done")
    code = (
        "import pathlib, sys, time; from mlops_tui.engine.wake import ensure_agent;"
        "ensure_agent(pathlib.Path(sys.argv[1])); print('told', flush=True); time.sleep(60)"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", code, str(project)])
    assert b"told" in os.read(terminal, 100)
    os.close(terminal)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGHUP
    (project / "go").touch()
    assert wait_ended(project, run_id)["state"] == "finished"


def test_a_reused_pid_is_not_mistaken_for_the_command(project: Path) -> None:
    with subprocess.Popen(["sleep", "60"], process_group=0) as stranger:
        mark = mark_of(stranger.pid)
        assert mark is not None
        run_id = make_run(project, ["sleep", "60"])
        claim(places.claims_dir(project) / f"start-{run_id}", {"by": "runner"})
        other = {**mark._asdict(), "start": str(int(mark.start) - 1), "pgid": stranger.pid}
        write_runner_lines(
            project, run_id, {"event": "starting", **other}, {"event": "started", **other}
        )
        assert presence(project, run_id) is Presence.GONE
        LocalExecutor(project).cancel([run_id], "ada")
        assert start_runner(project, run_id, "--adopt").process.wait(10) == 0
        assert liveness.settle(project, run_id)
        assert stranger.poll() is None
        stranger.kill()


def test_a_reboot_loses_the_run_and_says_so(project: Path) -> None:
    run_id = make_run(project, "true")
    claim(places.claims_dir(project) / f"start-{run_id}", {"by": "runner"})
    mark = {"pid": os.getpid(), "start": "1", "boot": "another-boot", "namespace": ""}
    assert boot_id() != "another-boot"
    write_runner_lines(project, run_id, {"event": "starting", **mark}, {"event": "started", **mark})
    assert liveness.settle(project, run_id)
    end = ended(project, run_id)
    assert (end["state"], end["reason"]) == ("lost", "the host was restarted while it ran")


def test_a_runner_killed_before_the_start_leaves_a_lost_run(project: Path) -> None:
    run_id = make_run(project, "touch started")
    claim(places.claims_dir(project) / f"start-{run_id}", {"by": "runner"})
    assert liveness.settle(project, run_id)
    assert (
        ended(project, run_id)["reason"] == "its runner was killed before the command was started"
    )
    wake.ensure_agent(project)
    until(lambda: wake.find_agent(project) is None)
    assert not (project / "started").exists()


def test_a_runner_killed_between_two_signals_still_stopped_the_run(project: Path) -> None:
    run_id = make_run(project, "true")
    claim(places.claims_dir(project) / f"start-{run_id}", {"by": "runner"})
    (places.run_dir(project, run_id) / "stop").write_text(json.dumps({"by": "ada"}))
    write_runner_lines(
        project, run_id, {"event": "signal", "signal": "SIGINT", "grace_seconds": 5, "why": "stop"}
    )
    assert liveness.settle(project, run_id)
    end = ended(project, run_id)
    assert (end["state"], end["reason"]) == ("stopped", "stopped by ada")


def test_an_end_that_only_the_runner_knew_is_told_to_the_project(project: Path) -> None:
    runner = start_runner(project, make_run(project, "exit 3"))
    runner.wait()
    journal = next((project / ".mlops").glob("journal-*.jsonl"))
    kept = [line for line in journal.read_bytes().splitlines(True) if b"run.ended" not in line]
    journal.write_bytes(b"".join(kept))
    assert liveness.repeat_end(project, runner.run_id)
    assert ended(project, runner.run_id)["exit_code"] == 3
    assert not liveness.repeat_end(project, runner.run_id)


def test_a_run_of_another_host_is_not_judged(project: Path) -> None:
    for order in ({"machine": "another"}, {"host": "another"}):
        run_id = make_run(project, "true", **order)
        claim(places.claims_dir(project) / f"start-{run_id}", {"by": "runner"})
        assert presence(project, run_id) is Presence.ELSEWHERE
        assert not liveness.settle(project, run_id)
        assert not runner_lines(project, run_id)


def test_without_locks_the_marks_decide(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    runner = start_runner(project, make_run(project, ["sleep", "60"]))
    runner.started()
    assert presence(project, runner.run_id) is Presence.SUPERVISED
    runner.kill()
    assert presence(project, runner.run_id) is Presence.UNSUPERVISED
    assert not liveness.settle(project, runner.run_id)
    os.kill(runner.started()["pid"], signal.SIGKILL)
    until(lambda: presence(project, runner.run_id) is Presence.GONE)
    assert liveness.settle(project, runner.run_id)
    assert ended(project, runner.run_id)["reason"] == LOST


def test_a_disk_that_is_full_for_a_while_delays_the_end_and_loses_nothing(project: Path) -> None:
    runner = start_runner(project, make_run(project, "while [ ! -f go ]; do sleep 0.02; done"))
    runner.started()
    pid, limit = runner.process.pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(pid, limit, (0, resource.RLIM_INFINITY))
    (project / "go").touch()
    until(lambda: is_gone(runner.started()["pid"]))
    with pytest.raises(subprocess.TimeoutExpired):
        runner.process.wait(0.5)
    assert not runner.lines("ended")
    resource.prlimit(pid, limit, before)
    assert runner.wait()["state"] == "finished"


def test_a_runner_that_is_frozen_is_alive(project: Path) -> None:
    runner = start_runner(project, make_run(project, ["sleep", "60"]))
    runner.started()
    runner.process.send_signal(signal.SIGSTOP)
    assert presence(project, runner.run_id) is Presence.SUPERVISED
    assert not liveness.settle(project, runner.run_id)
    runner.process.send_signal(signal.SIGCONT)
    runner.ask_to_stop()
    assert runner.wait()["state"] == "stopped"


def test_a_script_that_records_by_itself_is_lost_when_it_is_gone(project: Path) -> None:
    run_id = make_run(project, ["python3", "x.py"], source="track")
    with subprocess.Popen(["sleep", "60"]) as script:
        mark = mark_of(script.pid)
        assert mark is not None
        write_runner_lines(project, run_id, {"event": "started", **mark._asdict(), "pgid": 0})
        assert presence(project, run_id) is Presence.UNSUPERVISED
        script.kill()
    assert liveness.settle_all(project, [run_id, "20260101-000000-000000"]) == [run_id]
    assert ended(project, run_id)["reason"] == "its process is gone and left no word of its end"


def test_many_settle_at_once_and_one_end_is_written(project: Path) -> None:
    run_id = make_run(project, "true")
    claim(places.claims_dir(project) / f"start-{run_id}", {"by": "runner"})
    code = (
        "import sys, pathlib; from mlops_tui.engine.liveness import settle;"
        "sys.exit(settle(pathlib.Path(sys.argv[1]), sys.argv[2]))"
    )
    deciders = [
        subprocess.Popen([sys.executable, "-c", code, str(project), run_id]) for _ in range(4)
    ]
    assert sorted(decider.wait(15) for decider in deciders) == [0, 0, 0, 1]
    assert ended(project, run_id)["state"] == "lost"


def test_a_stop_that_races_with_the_start_or_the_end_leaves_one_end(project: Path) -> None:
    executor = LocalExecutor(project)
    for number in range(12):
        run_id = make_run(project, f"sleep 0.0{number % 6}; exit 3")
        runner = start_runner(project, run_id)
        deadline = time.monotonic() + 0.02 * number
        while time.monotonic() < deadline:
            pass
        executor.cancel([run_id], "ada")
        runner.process.wait(15)
        end = wait_ended(project, run_id)
        assert end["state"] in ("failed", "stopped")
        if end["state"] == "failed":
            assert end["exit_code"] == 3
    assert len(journal_lines(project, "run.ended")) == 12


def test_a_failed_end_settled_late_is_repeated(project: Path) -> None:
    script = (
        'echo \'{"end": {"state": "failed"}}\' >> "$MLOPS_EVENTS"; [ -f once ] || exec sleep 60'
    )
    runner = orphaned(project, script, retries=1)
    until(lambda: (runner.folder / "events.jsonl").is_file())
    (project / "once").touch()
    os.kill(runner.started()["pid"], signal.SIGKILL)
    wake.ensure_agent(project)
    assert wait_ended(project, runner.run_id)["state"] == "failed"
    until(lambda: len(journal_lines(project, "run.created")) == 2)
    second = journal_lines(project, "run.created")[1]
    assert (second["retry_of"], second["attempt"]) == (runner.run_id, 2)
    assert wait_ended(project, second["run"])["state"] == "finished"


def test_an_ended_run_is_seen_as_ended(project: Path) -> None:
    runner = start_runner(project, make_run(project, "true"))
    runner.wait()
    seen = liveness.sight(project, runner.run_id)
    assert seen == Sighting(Presence.ENDED, RunState.FINISHED, None)
