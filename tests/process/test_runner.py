from __future__ import annotations

import json
import os
import signal
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import mlops_tui
from mlops_tui.domain import places
from mlops_tui.engine import secrets
from mlops_tui.journal.lock import claim, is_locked
from tests.process.support import (
    ended,
    is_gone,
    journal_lines,
    make_run,
    processes_naming,
    project_folder,
    start_runner,
    until,
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    yield from project_folder(tmp_path)


def pid_in(path: Path) -> int:
    return int(until(lambda: path.is_file() and path.read_text().strip(), what=str(path)))


def test_a_command_that_ends_well_is_finished(project: Path) -> None:
    runner = start_runner(project, make_run(project, "echo out; echo err >&2; pwd"))
    end = runner.wait()
    assert (end["state"], end["exit_code"], end["signal"], end["reason"]) == (
        "finished", 0, None, None,
    )  # fmt: skip
    assert end["started"] <= end["ended"]
    assert (runner.folder / "output.log").read_text() == f"out\nerr\n{project}\n"
    assert [line["event"] for line in runner.lines()][:2] == ["starting", "started"]
    assert is_locked(runner.folder / "runner.lock") is False


def test_a_command_finds_its_contract_variables(project: Path) -> None:
    order = {"params": {"lr": 0.1, "token": "x"}, "secrets": {"token": "HF"}, "env": {"OMP": "2"}}
    run_id = make_run(project, "env > seen; cat >> seen", **order)
    secrets.save(run_id, {"HF": "s3cr3t"}, {"PATH": os.environ["PATH"], "FROM_USER": "yes"})
    assert start_runner(project, run_id).wait()["state"] == "finished"
    seen = dict(line.split("=", 1) for line in (project / "seen").read_text().splitlines())
    folder = places.run_dir(project, run_id)
    assert seen["MLOPS_RUN_DIR"] == str(folder)
    assert seen["MLOPS_RUN_ID"] == run_id
    assert seen["MLOPS_EVENTS"] == str(folder / "events.jsonl")
    assert seen["MLOPS_PROJECT"] == str(project)
    assert json.loads(seen["MLOPS_PARAMS"]) == {"lr": 0.1}
    assert (seen["HF"], seen["OMP"], seen["FROM_USER"]) == ("s3cr3t", "2", "yes")
    assert seen["PYTHONUNBUFFERED"] == "1"
    assert "CUDA_VISIBLE_DEVICES" not in seen


@pytest.mark.parametrize(("options", "is_installed"), [("", True), ("-S", False)])
def test_a_script_records_by_whatever_python_its_shell_calls(
    project: Path, options: str, is_installed: bool
) -> None:
    code = (
        "import mlops_tui\nfrom mlops_tui import track\n"
        "with track.run() as run: run.log({'a': 1}, step=0)\n"
        "print(mlops_tui.__file__)"
    )
    (project / "train.py").write_text(code)
    runner = start_runner(project, make_run(project, f"{sys.executable} {options} train.py"))
    assert runner.wait()["state"] == "finished"
    assert '"m":{"a":1}' in (runner.folder / "events.jsonl").read_text().replace(" ", "")
    told = Path((runner.folder / "output.log").read_text().splitlines()[-1])
    assert (told == Path(mlops_tui.__file__)) is is_installed


def test_a_secret_is_nowhere_on_disk_after_the_start(project: Path) -> None:
    run_id = make_run(project, "sleep 0.1", secrets={"token": "HF"})
    secrets.save(run_id, {"HF": "s3cr3t-value"})
    waiting = places.state_dir() / "secrets" / f"{run_id}.json"
    assert stat.S_IMODE(waiting.stat().st_mode) == 0o600
    assert stat.S_IMODE(waiting.parent.stat().st_mode) == 0o700
    runner = start_runner(project, run_id)
    runner.started()
    assert not waiting.exists()
    for pid in processes_naming(run_id):
        with suppress(OSError):  # it has ended
            assert b"s3cr3t" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    runner.wait()
    files = [path for path in (project / ".mlops").rglob("*") if path.is_file()]
    assert files
    assert not any(b"s3cr3t" in path.read_bytes() for path in files)


def test_a_missing_secret_fails_the_run_by_name(project: Path) -> None:
    end = start_runner(project, make_run(project, "true", secrets={"token": "HF_NOT_SET"})).wait()
    assert end["state"] == "failed"
    assert "HF_NOT_SET" in end["reason"]


def test_granted_gpus_are_the_only_visible_ones(project: Path) -> None:
    run_id = make_run(project, 'echo "$CUDA_VISIBLE_DEVICES" > seen', gpus=2)
    start_runner(project, run_id, "--gpus", "1,3").wait()
    assert (project / "seen").read_text() == "1,3\n"


def test_an_exit_code_is_kept(project: Path) -> None:
    end = start_runner(project, make_run(project, "exit 3")).wait()
    assert (end["state"], end["exit_code"], end["reason"]) == ("failed", 3, "exited with code 3")


def test_a_command_killed_from_outside_failed_by_that_signal(project: Path) -> None:
    runner = start_runner(project, make_run(project, ["sleep", "60"]))
    os.kill(runner.started()["pid"], signal.SIGKILL)
    end = runner.wait()
    assert (end["state"], end["exit_code"], end["signal"]) == ("failed", None, "SIGKILL")
    assert end["reason"] == "killed by signal 9 (SIGKILL): out of memory?"


def test_an_aborting_command_names_its_signal(project: Path) -> None:
    argv = [sys.executable, "-c", "import os, resource as r; r.setrlimit(4, (0, 0)); os.abort()"]
    end = start_runner(project, make_run(project, argv)).wait()
    assert (end["state"], end["signal"]) == ("failed", "SIGABRT")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["no-such-program"], "'no-such-program' was not found on PATH (/"),
        (["./nothing"], "'./nothing' was not found (the working folder"),
        (["./plain"], "not executable"),
        (["./headless"], "no #! line"),
        (["./orphan"], "its interpreter (the #! line) is not there"),
        (["echo", "a\0b"], "cannot be started"),
    ],
)
def test_a_command_that_cannot_start_says_why(project: Path, argv: list[str], words: str) -> None:
    for name, mode, text in [
        ("plain", 0o644, "x"), ("headless", 0o755, "x"), ("orphan", 0o755, "#!/no/where\n"),
    ]:  # fmt: skip
        (project / name).write_text(text)
        (project / name).chmod(mode)
    end = start_runner(project, make_run(project, argv)).wait()
    assert end["state"] == "failed"
    assert words in end["reason"]
    assert end["started"] is None


def test_a_missing_working_folder_is_named(project: Path) -> None:
    end = start_runner(project, make_run(project, "true", cwd="/no/where")).wait()
    assert end["reason"] == "the working folder /no/where is not there"


def test_the_projects_own_python_is_used(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$VIRTUAL_ENV" "$@"; command -v python\n')
    python.chmod(0o755)
    runner = start_runner(project, make_run(project, ["python3", "train.py"]))
    runner.wait()
    text = (runner.folder / "output.log").read_text()
    assert text == f"{project}/.venv train.py\n{python}\n"
    assert runner.started()["interpreter"] == str(python)


def test_stop_interrupts_and_lets_the_command_clean_up(project: Path) -> None:
    script = "trap 'echo bye; exit 7' INT; echo up; while :; do sleep 0.05; done"
    runner = start_runner(project, make_run(project, script), MLOPS_STOP_GRACE_SECONDS="5")
    until(lambda: (runner.folder / "output.log").read_text() == "up\n" if runner.started() else 0)
    runner.ask_to_stop("ada")
    end = runner.wait()
    assert (end["state"], end["exit_code"], end["reason"]) == ("stopped", 7, "stopped by ada")
    assert [line["signal"] for line in runner.lines("signal")] == ["SIGINT"]
    assert (runner.folder / "output.log").read_text() == "up\nbye\n"


def test_a_stop_ends_what_ignores_it_and_what_fled(project: Path) -> None:
    script = (
        "trap '' INT TERM; setsid sh -c 'trap \"\" INT TERM; echo $$ > fled; "
        "while :; do sleep 0.1; done' & while :; do sleep 0.05; done"
    )
    runner = start_runner(project, make_run(project, script))
    fled = pid_in(project / "fled")
    begin = time.monotonic()
    runner.ask_to_stop()
    end = runner.wait()
    assert time.monotonic() - begin < 3
    assert (end["state"], end["signal"]) == ("stopped", "SIGKILL")
    signals = runner.lines("signal")
    assert [line["signal"] for line in signals] == ["SIGINT", "SIGTERM", "SIGKILL"]
    assert all(line["grace_seconds"] == 0.3 for line in signals)
    assert is_gone(fled)
    assert is_locked(runner.folder / "command.lock") is False


def test_a_run_out_of_time_fails_and_says_so(project: Path) -> None:
    end = start_runner(project, make_run(project, ["sleep", "60"], timeout_seconds=0.4)).wait()
    assert (end["state"], end["reason"]) == ("failed", "timed out after 0.4 s")
    assert end["signal"] == "SIGINT"


def test_what_a_command_leaves_behind_is_ended_and_told(project: Path) -> None:
    script = (
        "sleep 60 & setsid sh -c 'echo $$ > fled; exec sleep 60' & while [ ! -s fled ]; do :; done"
    )
    end = start_runner(project, make_run(project, script)).wait()
    assert end["state"] == "finished"
    assert end["reason"] == "2 background processes were ended"
    assert is_gone(pid_in(project / "fled"))


def test_sigterm_to_the_runner_is_a_stop_and_sighup_is_nothing(project: Path) -> None:
    runner = start_runner(project, make_run(project, ["sleep", "60"]))
    pid = runner.started()["pid"]
    runner.process.send_signal(signal.SIGHUP)
    until(lambda: runner.lines("heartbeat"))
    assert not is_gone(pid)
    runner.process.send_signal(signal.SIGTERM)
    end = runner.wait()
    assert (end["state"], end["signal"]) == ("stopped", "SIGINT")


def test_the_command_gets_default_signal_handling(project: Path) -> None:
    runner = start_runner(project, make_run(project, ["cat", "/proc/self/status"]))
    runner.wait()
    status = dict(
        line.split(":", 1) for line in (runner.folder / "output.log").read_text().splitlines()
    )
    wanted = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTERM]
    ignored, blocked = int(status["SigIgn"], 16), int(status["SigBlk"], 16)
    assert blocked == 0
    assert not any(ignored >> (number - 1) & 1 for number in wanted)


def test_heartbeats_tell_files_and_use(project: Path) -> None:
    script = (
        "import os, time; f = open(os.environ['MLOPS_EVENTS'], 'a')\n"
        'f.write(\'{"m":{"a":1}}\\n\'); f.flush()\n'
        "b = bytearray(30_000_000); end = time.time() + 0.8\n"
        "while time.time() < end: pass"
    )
    runner = start_runner(project, make_run(project, [sys.executable, "-c", script]))
    runner.wait()
    beats = runner.lines("heartbeat")
    assert beats[0]["files"] == {"events.jsonl": 14}
    assert beats[0]["rss_bytes"] > 20_000_000
    assert beats[0]["cpu_percent"] > 10
    assert beats[0]["processes"] == 1
    assert beats[-1]["files"] == {"events.jsonl": 14}


def test_a_run_starts_once_however_many_runners_come(project: Path) -> None:
    run_id = make_run(project, "echo once >> count; sleep 0.2")
    runners = [start_runner(project, run_id) for _ in range(5)]
    assert [runner.process.wait(15) for runner in runners] == [0] * 5
    assert start_runner(project, run_id).process.wait(15) == 0
    assert (project / "count").read_text() == "once\n"
    assert ended(project, run_id)["state"] == "finished"


def test_a_cancelled_run_never_starts(project: Path) -> None:
    run_id = make_run(project, "touch started")
    assert claim(places.claims_dir(project) / f"start-{run_id}", {"by": "ada", "cancelled": True})
    assert start_runner(project, run_id).process.wait(15) == 0
    assert not (project / "started").exists()
    assert not journal_lines(project, "run.ended")


def test_an_unreadable_order_fails_the_run(project: Path) -> None:
    run_id = make_run(project, "true")
    (places.run_dir(project, run_id) / "run.json").write_text("{torn")
    end = start_runner(project, run_id).wait()
    assert end["state"] == "failed"
    assert "could not be prepared" in end["reason"]


def test_output_floods_pass_the_runner_by(project: Path) -> None:
    script = "head -c 50000000 /dev/zero; printf end; sleep 60"
    runner = start_runner(project, make_run(project, script))
    output = runner.folder / "output.log"
    until(lambda: output.is_file() and output.stat().st_size == 50_000_003)
    command, own = (
        {os.path.realpath(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
        for pid in (runner.started()["pid"], runner.process.pid)
    )
    assert str(output) in command
    assert str(output) not in own
    assert not {link for link in command & own if "pipe:" in link}
    runner.ask_to_stop()
    assert runner.wait()["state"] == "stopped"


def test_a_command_may_close_every_descriptor(project: Path) -> None:
    script = "import os, time; os.closerange(0, 256); time.sleep(0.5)"
    runner = start_runner(project, make_run(project, [sys.executable, "-c", script]))
    runner.started()
    until(lambda: is_locked(runner.folder / "command.lock") is False)
    assert not runner.lines("ended")
    assert runner.wait()["state"] == "finished"


def test_a_runner_is_small(project: Path) -> None:
    runner = start_runner(project, make_run(project, ["sleep", "60"]))
    until(lambda: runner.lines("heartbeat"))
    status = Path(f"/proc/{runner.process.pid}/status").read_text()
    kilobytes = int(status.split("VmRSS:")[1].split()[0])
    assert kilobytes < 25_000
    runner.ask_to_stop()
    runner.wait()
