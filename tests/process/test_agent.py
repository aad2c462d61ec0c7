from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.host import host_name
from mlops_tui.engine import fifo, secrets, wake
from mlops_tui.engine.local import LocalExecutor
from mlops_tui.journal.append import append_locked
from tests.process.support import (
    journal_lines,
    make_run,
    project_folder,
    runner_lines,
    until,
    wait_ended,
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_STOP_GRACE_SECONDS", "0.3")
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    monkeypatch.setenv("MLOPS_GPUS", "0")
    yield from project_folder(tmp_path)


def tell_queue(project: Path, event: str) -> None:
    line = {"t": time.time(), "event": event, "host": host_name(), "by": "ada"}
    append_locked(places.project_journal(project, host_name()), line)
    wake.ensure_agent(project)


def agent_pid(project: Path) -> int:
    mark = until(lambda: wake.find_agent(project), what="agent")
    return int(mark.pid)


def until_left(project: Path) -> None:
    until(lambda: wake.find_agent(project) is None, what="agent left")


def started_order(project: Path) -> list[str]:
    path = project / "order"
    return path.read_text().split() if path.is_file() else []


def test_a_queued_run_is_started_and_the_agent_leaves(project: Path) -> None:
    run_id = make_run(project, "exit 3")
    wake.ensure_agent(project)
    assert wait_ended(project, run_id)["exit_code"] == 3
    until_left(project)
    assert not wake.stop_agent(project)


def test_an_agent_is_woken_by_a_poke_instead_of_a_second_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "30")
    wake.ensure_agent(project)
    pid = agent_pid(project)
    run_id = make_run(project, "true")
    wake.ensure_agent(project)
    wait_ended(project, run_id)
    assert agent_pid(project) == pid
    os.kill(pid, signal.SIGHUP)
    assert wake.stop_agent(project)
    until_left(project)


def test_of_many_agents_started_at_once_one_stays(project: Path) -> None:
    run_ids = [make_run(project, "echo $MLOPS_RUN_ID >> order; sleep 0.3") for _ in range(3)]
    command = [sys.executable, "-P", "-m", "mlops_tui.engine.agent", str(project)]
    agents = [subprocess.Popen(command, start_new_session=True) for _ in range(4)]
    for run_id in run_ids:
        wait_ended(project, run_id)
    assert [agent.wait(15) for agent in agents] == [0] * 4
    assert sorted(started_order(project)) == sorted(run_ids)


def test_no_more_runs_than_slots_at_a_time(project: Path) -> None:
    script = "echo + >> order; sleep 0.1; echo - >> order"
    run_ids = [make_run(project, script) for _ in range(20)]
    wake.ensure_agent(project)
    for run_id in run_ids:
        wait_ended(project, run_id, 40)
    running = most = 0
    for sign in started_order(project):
        running += 1 if sign == "+" else -1
        most = max(most, running)
    assert (most, running) == (2, 0)
    assert len(journal_lines(project, "run.ended")) == 20


def test_priority_then_age_decides(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_SLOTS", "1")
    now = time.time()
    names = [("late", 0, now - 1), ("early", 0, now - 9), ("urgent", 5, now)]
    run_ids = [
        make_run(project, f"echo {name} >> order", priority=priority, created=created)
        for name, priority, created in names
    ]
    wake.ensure_agent(project)
    for run_id in run_ids:
        wait_ended(project, run_id)
    assert started_order(project) == ["urgent", "early", "late"]


def test_a_run_that_wants_more_slots_than_there_are_gets_all(project: Path) -> None:
    small = make_run(project, "echo + >> order; sleep 0.3; echo - >> order", slots=1)
    great = make_run(project, "echo great >> order; sleep 0.2; echo done >> order", slots=9)
    after = make_run(project, "echo after >> order", slots=1)
    wake.ensure_agent(project)
    for run_id in (small, great, after):
        wait_ended(project, run_id)
    assert started_order(project) == ["+", "-", "great", "done", "after"]


def test_a_paused_queue_starts_nothing_until_it_is_resumed(project: Path) -> None:
    tell_queue(project, "queue.paused")
    run_id = make_run(project, "true")
    wake.ensure_agent(project)
    until_left(project)
    assert not runner_lines(project, run_id)
    tell_queue(project, "queue.resumed")
    assert wait_ended(project, run_id)["state"] == "finished"


def test_gpus_are_given_out_one_by_one(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_GPUS", "2")
    script = "echo $CUDA_VISIBLE_DEVICES >> order; while [ ! -f go ]; do sleep 0.02; done"
    first, second, third = (make_run(project, script, gpus=1, slots=0) for _ in range(3))
    monkeypatch.setenv("MLOPS_SLOTS", "9")
    wake.ensure_agent(project)
    until(lambda: len(started_order(project)) == 2)
    assert sorted(started_order(project)) == ["0", "1"]
    plain = make_run(project, "echo none >> order")
    wake.ensure_agent(project)
    wait_ended(project, plain)
    (project / "go").touch()
    for run_id in (first, second, third):
        wait_ended(project, run_id)
    assert len(started_order(project)) == 4


def test_a_run_that_no_gpu_suffices_stays_queued_and_holds_nobody_back(project: Path) -> None:
    never = make_run(project, "true", gpus=3)
    run_id = make_run(project, "true")
    wake.ensure_agent(project)
    wait_ended(project, run_id)
    until_left(project)
    assert not runner_lines(project, never)


def test_a_failed_run_is_repeated_with_its_secrets_as_often_as_its_policy_says(
    project: Path,
) -> None:
    script = 'echo "$HF $FROM" >> order; exit 4'
    first = make_run(project, script, retries=2, name="train-7", secrets={"token": "HF"})
    secrets.save(first, {"HF": "s3cr3t"}, {**os.environ, "FROM": "user"})
    wake.ensure_agent(project)
    until(lambda: len(journal_lines(project, "run.ended")) == 3, 20)
    until_left(project)
    made = journal_lines(project, "run.created")
    assert [line["attempt"] for line in made] == [1, 2, 3]
    assert [line["name"] for line in made] == ["train-7", "train-8", "train-9"]
    assert made[1]["retry_of"] == first
    assert made[2]["retry_of"] == made[1]["run"]
    assert started_order(project) == ["s3cr3t", "user"] * 3
    retried = journal_lines(project, "run.retried")
    assert [line["by_run"] for line in retried] == [line["run"] for line in made[1:]]
    state = [path for path in places.state_dir().rglob("*") if path.is_file()]
    assert not any(b"s3cr3t" in path.read_bytes() for path in state)


def test_a_stopped_run_is_not_repeated(project: Path) -> None:
    run_id = make_run(project, "touch up; exec sleep 60", retries=3)
    wake.ensure_agent(project)
    until(lambda: (project / "up").exists())
    LocalExecutor(project).cancel([run_id])
    assert wait_ended(project, run_id)["state"] == "stopped"
    until_left(project)
    assert len(journal_lines(project, "run.created")) == 1


def test_runs_of_other_hosts_are_left_to_them(project: Path) -> None:
    foreign = make_run(project, "true", machine="another")
    renamed = make_run(project, "true", host="another")
    mine = make_run(project, "true")
    wake.ensure_agent(project)
    wait_ended(project, mine)
    until_left(project)
    assert not runner_lines(project, foreign)
    assert not runner_lines(project, renamed)


def test_a_killed_agent_is_followed_by_one_that_starts_nothing_twice(project: Path) -> None:
    run_ids = [make_run(project, "echo $MLOPS_RUN_ID >> order; sleep 0.2") for _ in range(6)]
    for _ in range(6):
        wake.ensure_agent(project)
        os.kill(agent_pid(project), signal.SIGKILL)
        until_left(project)
    wake.ensure_agent(project)
    for run_id in run_ids:
        wait_ended(project, run_id)
    assert sorted(started_order(project)) == sorted(run_ids)


def test_an_agent_survives_the_deletion_of_the_index(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "30")
    wait_for = make_run(project, "true")
    wake.ensure_agent(project)
    wait_ended(project, wait_for)
    pid = agent_pid(project)
    shutil.rmtree(places.index_path(project).parent, ignore_errors=True)
    run_id = make_run(project, "true")
    wake.ensure_agent(project)
    assert wait_ended(project, run_id)["state"] == "finished"
    assert agent_pid(project) == pid


def test_an_agent_is_small_and_idle_ones_rest(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "30")
    run_id = make_run(project, "true")
    wake.ensure_agent(project)
    wait_ended(project, run_id)
    pid = agent_pid(project)

    def switches() -> int:
        status = Path(f"/proc/{pid}/status").read_text()
        assert int(status.split("VmRSS:")[1].split()[0]) < 60_000
        return int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])

    until(lambda: Path(f"/proc/{pid}/wchan").exists())
    seen = [switches()]

    def rests() -> bool:
        time.sleep(0.3)
        seen.append(switches())
        return seen[-1] == seen[-2]

    until(rests)


def test_what_a_run_launches_outlives_it(project: Path, tmp_path: Path) -> None:
    inner = make_run(project, "sleep 1; echo done > inner; echo ${MLOPS_RUN_ID} >> inner")
    tell = f"from mlops_tui.engine import wake; from pathlib import Path; wake.ensure_agent(Path({str(project)!r}))"  # noqa: E501
    other = tmp_path / "outer"
    places.runs_dir(other).mkdir(parents=True)
    (other / "mlops.toml").touch()
    outer = make_run(
        other, f'{sys.executable} -c "{tell}"; while [ ! -s {project}/.mlops/runs/{inner}/runner.jsonl ]; do sleep 0.02; done'  # noqa: E501
    )  # fmt: skip
    wake.ensure_agent(other)
    end = wait_ended(other, outer)
    assert (end["state"], end["reason"]) == ("finished", None)
    assert wait_ended(project, inner)["state"] == "finished"
    assert (project / "inner").read_text() == f"done\n{inner}\n"
    until_left(other)


def test_a_stale_pipe_or_lock_file_stops_nobody(project: Path) -> None:
    places.make_private(fifo.agents_dir())
    wake.agent_file(project, "lock").write_text(json.dumps({"pid": 1}))
    wake.agent_file(project, "fifo").write_text("not a pipe")
    run_id = make_run(project, "true")
    wake.ensure_agent(project)
    assert wait_ended(project, run_id)["state"] == "finished"
