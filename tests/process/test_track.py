"""Scripts that start their run by themselves, as real processes."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.domain.host import ProcessMark, mark_of
from mlops_tui.domain.places import unfiled_project
from mlops_tui.journal.lock import is_locked
from tests.unit.track.pythons import other_python
from tests.unit.track.scripts import Scripts, kill, points, records, settle, until

ENDLESS = """
import sys
from mlops_tui import track
run = track.run()
step = 0
while True:
    run.log({"a": float(step)}, step=step)
    step += 1
    if step == 2000:
        print("going", flush=True)
"""
WAITING = """
import signal, sys
from mlops_tui import track
with track.run() as run:
    run.log({"a": 1})
    print(run.id, flush=True)
    sys.stdin.read()
"""


FINISHED = ("finished", None, None, None)
FAILED_BY_1 = ("failed", "exit code 1", 1, None)
FAILED_BY_2 = ("failed", "exit code 2", 2, None)
DIVIDED = ("failed", "ZeroDivisionError: division by zero", 1, None)
UNSEEN = "left by a SystemExit whose code cannot be seen: use `with track.run()`, or sys.exit"


@pytest.fixture
def scripts(tmp_path: Path, isolated_home: Path) -> Iterator[Scripts]:
    yield Scripts(tmp_path / "p")
    settle(tmp_path)
    settle(isolated_home)


def end_of(scripts: Scripts) -> tuple[object, ...]:
    """Return how the only run ended; its own file and the project's journal agree."""
    (ended,) = scripts.ended()
    last = records(scripts.only_run() / "runner.jsonl")[-1]
    assert last["event"] == "ended"
    facts = ("state", "reason", "exit_code", "signal", "started", "ended")
    assert [last[fact] for fact in facts] == [ended[fact] for fact in facts]
    return tuple(ended[fact] for fact in facts[:4])


def test_a_script_by_itself_is_a_run_of_the_nearest_project(scripts: Scripts) -> None:
    done = scripts.run(
        "from mlops_tui import track\n"
        "with track.run(tags={'team': 'forms'}, params={'lr': 0.1}) as run:\n"
        "    run.log({'loss': 0.5}, step=0)\n"
        "    run.log({'loss': 0.25}, step=1)\n"
        "    print(run.id, run.dir)\n"
    )
    (created,) = scripts.created()
    run_id, folder = done.stdout.split()
    assert created["run"] == run_id
    assert (created["name"], created["job"], created["source"]) == ("train-1", "train", "track")
    assert (created["params"], created["tags"]) == ({"lr": 0.1}, {"team": "forms"})
    (record,) = records(Path(folder) / "run.json")
    assert record["id"] == run_id
    assert record["parent"] is None
    assert record["cwd"] == record["project"] == str(scripts.project)
    assert record["argv"][-1].endswith("train.py")
    assert {key: record[key] for key in created if key not in ("t", "event", "run")} == {
        key: created[key] for key in created if key not in ("t", "event", "run")
    }
    started, _ended = records(Path(folder) / "runner.jsonl")
    assert started["event"] == "started"
    assert points(Path(folder) / "events.jsonl") == [(0, {"loss": 0.5}), (1, {"loss": 0.25})]
    assert end_of(scripts) == ("finished", None, None, None)
    assert done.stderr == ""
    assert (scripts.project / ".mlops" / ".gitignore").read_text() == "*\n"
    assert not list((scripts.project / ".mlops" / "runs").glob(".*"))


def test_the_project_is_the_one_named_by_the_environment(scripts: Scripts, tmp_path: Path) -> None:
    (tmp_path / "named").mkdir()
    code = "from mlops_tui import track\ntrack.run()\n"
    scripts.run(code, {"MLOPS_PROJECT": str(tmp_path / "named")})
    assert len(scripts.created(tmp_path / "named")) == 1
    assert scripts.created() == []


def test_a_script_outside_any_project_is_unfiled_and_not_lost(scripts: Scripts) -> None:
    (scripts.project / "mlops.toml").unlink()
    scripts.run("from mlops_tui import track\ntrack.run().log({'a': 1})\n")
    assert len(scripts.created(unfiled_project())) == 1
    assert (unfiled_project() / "mlops.toml").exists()
    assert (unfiled_project() / ".mlops" / ".gitignore").read_text() == "*\n"


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is forbidden to root")
def test_a_project_that_cannot_be_written_makes_the_run_unfiled(scripts: Scripts) -> None:
    code = "from mlops_tui import track\ntrack.run().log({'a': 1})\n"
    (scripts.project / "train.py").write_text(code)
    scripts.project.chmod(0o555)
    scripts.run(code)
    scripts.project.chmod(0o755)
    assert len(scripts.created(unfiled_project())) == 1


def test_where_nothing_can_be_recorded_the_training_goes_on(
    scripts: Scripts, isolated_home: Path
) -> None:
    (scripts.project / ".mlops").write_text("a file, where a folder should be")
    (isolated_home / ".local").write_text("here too")
    done = scripts.run(
        "from mlops_tui import track\n"
        "with track.run() as run:\n"
        "    run.log({'a': 1})\n"
        "    print(run.param('lr', 0.5))\n"
    )
    assert done.stdout == "0.5\n"
    assert done.stderr.count("nothing can be recorded in") == 2


def test_tags_and_params_that_cannot_be_read_cost_no_run(scripts: Scripts) -> None:
    done = scripts.run(
        "from mlops_tui import track\n"
        "with track.run(tags=5, params=['x'], name=7) as run:\n"
        "    run.log({'a': 1})\n"
    )
    (created,) = scripts.created()
    assert (created["tags"], created["params"], created["name"]) == ({}, {}, "7")
    assert "tags are not recorded" in done.stderr
    assert "params are not recorded" in done.stderr
    assert len(points(scripts.only_run() / "events.jsonl")) == 1


def test_names_count_on_and_scripts_started_at_once_get_different_ones(scripts: Scripts) -> None:
    code = "from mlops_tui import track\ntrack.run(job='sweep').close()\n"
    (scripts.project / ".mlops").mkdir()
    (scripts.project / ".mlops" / "journal-other.jsonl").write_text(
        '{"t":1,"event":"run.created","run":"x","name":"sweep-41","job":"sweep"}\n'
    )
    processes = [scripts.start(code) for _ in range(6)]
    for process in processes:
        process.communicate(timeout=30)
    names = {fact["name"] for fact in scripts.created() if fact["run"] != "x"}
    assert names == {f"sweep-{number}" for number in range(42, 48)}


def test_a_group_that_shares_the_project_shares_its_records(scripts: Scripts) -> None:
    scripts.project.chmod(0o2775)
    scripts.run("from mlops_tui import track\ntrack.run()\n")
    dot = scripts.project / ".mlops"
    shared = [dot, dot / "runs", scripts.only_run(), *dot.glob("journal-*.jsonl")]
    assert all(path.stat().st_mode & stat.S_IWGRP for path in shared)


def test_the_lock_is_held_by_the_script_and_gone_with_it(scripts: Scripts) -> None:
    process = scripts.start(WAITING)
    assert process.stdout is not None
    process.stdout.readline()
    folder = scripts.only_run()
    assert is_locked(folder / "runner.lock") is True
    started = records(folder / "runner.jsonl")[0]
    mark = ProcessMark(started["pid"], started["start"], started["boot"], started["namespace"])
    assert mark == mark_of(process.pid)
    assert started["pgid"] == os.getpgid(process.pid)
    kill(process)
    assert is_locked(folder / "runner.lock") is False
    assert scripts.ended() == []


def test_a_kill_in_the_middle_of_the_loop_loses_no_point(scripts: Scripts) -> None:
    process = scripts.start(ENDLESS)
    assert process.stdout is not None
    assert process.stdout.readline() == "going\n"
    kill(process)
    steps = [step for step, _ in points(scripts.only_run() / "events.jsonl")]
    assert len(steps) >= 2000
    assert steps == list(range(len(steps)))


def test_sigterm_stops_the_run_and_still_kills_the_script(scripts: Scripts) -> None:
    process = scripts.start(ENDLESS)
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM
    assert end_of(scripts) == ("stopped", "by SIGTERM", None, "SIGTERM")
    points(scripts.only_run() / "events.jsonl")


def test_a_handler_of_the_script_keeps_sigterm(scripts: Scripts) -> None:
    code = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n" + WAITING
    process = scripts.start(code)
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 5
    assert end_of(scripts) == ("failed", "exit code 5", 5, None)


def test_ctrl_c_stops_the_run(scripts: Scripts) -> None:
    process = scripts.start(WAITING)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert end_of(scripts) == ("stopped", "KeyboardInterrupt", None, "SIGINT")


@pytest.mark.parametrize(
    ("body", "exit_code", "end"),
    [
        ("with track.run(): pass", 0, ("finished", None, None, None)),
        ("with track.run(): sys.exit(3)", 3, ("failed", "exit code 3", 3, None)),
        ("with track.run(): sys.exit()", 0, ("finished", None, 0, None)),
        (
            "with track.run(): 1 / 0",
            1,
            ("failed", "ZeroDivisionError: division by zero", None, None),
        ),
        ("track.run()", 0, ("finished", None, None, None)),
        ("track.run(); 1 / 0", 1, ("failed", "ZeroDivisionError: division by zero", 1, None)),
        ("track.run(); sys.exit(1)", 1, ("failed", "exit code 1", 1, None)),
        ("track.run(); sys.exit()", 0, ("finished", None, 0, None)),
        ("track.run(); exit(4)", 4, ("failed", "exit code 4", 4, None)),
        ("track.run(); sys.exit('no data')", 1, ("failed", "no data", 1, None)),
        ("run = track.run()\ntry: sys.exit(1)\nfinally: print()", 1, FAILED_BY_1),
        ("def f():\n  track.run()\n  sys.exit(1)\nf()", 1, FAILED_BY_1),
        ("def f():\n  track.run()\n  return 1\nsys.exit(f())", 1, FAILED_BY_1),
        ("import argparse; track.run(); argparse.ArgumentParser().error('x')", 2, FAILED_BY_2),
        ("track.run()\ntry: sys.exit(1)\nexcept SystemExit: pass", 0, FINISHED),
        (
            "import contextlib; track.run()\nwith contextlib.suppress(SystemExit): exit(1)",
            0,
            FINISHED,
        ),
        ("track.run()\nfor _ in '12':\n  try: sys.exit(1)\n  except SystemExit: pass", 0, FINISHED),
        (
            "track.run()\ntry: sys.exit(3)\nexcept SystemExit: 1 / 0",
            1,
            ("failed", "ZeroDivisionError: division by zero", 1, None),
        ),
        ("track.run()\ndef f(): raise SystemExit(3)\nf()", 3, ("failed", UNSEEN, None, None)),
        ("raise SystemExit(track.run().close())", 0, FINISHED),
        (
            "def f():\n  track.run()\n  return 3\nraise SystemExit(f())",
            3,
            ("finished", UNSEEN, None, None),
        ),
        ("track.run()\nraise SystemExit(0)", 0, ("finished", UNSEEN, None, None)),
        (
            "import threading as t; track.run(); t.Thread(target=sys.exit, args=(3,)).start()",
            0,
            FINISHED,
        ),
        ("track.run(); sys.excepthook = lambda *_: None; 1 / 0", 1, DIVIDED),
        ("track.run(); sys.excepthook = lambda *_: sys.exit(7); 1 / 0", 7, (*DIVIDED[:2], 7, None)),
        ("sys.excepthook = lambda *_: sys.exit(7); track.run(); 1 / 0", 7, (*DIVIDED[:2], 7, None)),
        ("track.run().close('failed', 'no luck')", 0, ("failed", "no luck", None, None)),
        ("with track.run() as r: r.close('stopped')", 0, ("stopped", None, None, None)),
    ],
)
def test_the_end_of_the_block_or_the_script_is_the_end_of_the_run(
    scripts: Scripts, body: str, exit_code: int, end: tuple[object, ...]
) -> None:
    scripts.run(f"import sys\nfrom mlops_tui import track\n{body}\n", exit_code=exit_code)
    assert end_of(scripts) == end


def test_an_exit_by_a_handler_of_the_script_is_a_failure_also_without_a_block(
    scripts: Scripts,
) -> None:
    code = """
import signal, sys
from mlops_tui import track
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
run = track.run()
print("going", flush=True)
sys.stdin.read()
"""
    process = scripts.start(code)
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 5
    assert end_of(scripts) == ("failed", "exit code 5", 5, None)


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_how_a_script_was_left_is_told_on_every_python(scripts: Scripts, version: str) -> None:
    python = other_python(version)
    bodies = {
        "sys.exit(3)": 3,
        "def f(): raise SystemExit(3)\nf()": 3,
        "try: sys.exit(3)\nexcept SystemExit: pass": 0,
        "1 / 0": 1,
        "import contextlib\nwith contextlib.closing(sys.stdin): sys.exit(3)": 3,
    }
    for body, exit_code in bodies.items():
        code = f"import sys\nfrom mlops_tui import track\nrun = track.run()\n{body}\n"
        scripts.run(code, None, python, exit_code)
    assert [(end["state"], end["exit_code"]) for end in scripts.ended()] == [
        ("failed", 3),
        ("failed", None),
        ("finished", None),
        ("failed", 1),
        ("failed", 3),
    ]


def test_a_module_run_by_its_name_is_told_to_have_failed_too(scripts: Scripts) -> None:
    (scripts.project / "m.py").write_text(
        "import sys\nfrom mlops_tui import track\nrun = track.run()\nsys.exit(2)\n"
    )
    code = "import subprocess, sys\nsys.exit(subprocess.call([sys.executable, '-m', 'm']))"
    scripts.run(code, exit_code=2)
    assert end_of(scripts) == ("failed", "exit code 2", 2, None)


def test_the_hooks_of_the_script_are_kept_and_given_back(scripts: Scripts) -> None:
    code = """
import signal, sys
ways_out = sys.exit, exit, quit
from mlops_tui import track
def hook(*error):
    print("hook", error[0].__name__)
sys.excepthook = hook
with track.run():
    assert sys.excepthook is not hook
    assert sys.exit is not ways_out[0]
    assert sys.exit.__name__ == "exit"
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
assert sys.excepthook is hook
assert (sys.exit, exit, quit) == ways_out
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
run = track.run()
raise ValueError
"""
    done = scripts.run(code, exit_code=1)
    assert done.stdout == "hook ValueError\n"
    assert [fact["state"] for fact in scripts.ended()] == ["finished", "failed"]


def test_a_second_run_of_a_process_is_a_child_of_the_first(scripts: Scripts) -> None:
    scripts.run(
        "from mlops_tui import track\n"
        "with track.run(name='outer') as outer:\n"
        "    with track.run(name='inner') as inner:\n"
        "        inner.log({'a': 1})\n"
        "    outer.log({'b': 1})\n"
        "track.run(name='after')\n"
    )
    ids = {fact["name"]: fact["run"] for fact in scripts.created()}
    runs = scripts.project / ".mlops" / "runs"
    parents = {name: records(runs / run / "run.json")[0]["parent"] for name, run in ids.items()}
    assert parents == {"outer": None, "inner": ids["outer"], "after": ids["outer"]}
    assert points(runs / ids["inner"] / "events.jsonl") == [(None, {"a": 1})]
    assert points(runs / ids["outer"] / "events.jsonl") == [(None, {"b": 1})]


def test_a_forked_child_writes_a_file_of_its_own_and_no_end(scripts: Scripts) -> None:
    code = """
import os, sys
from mlops_tui import track
with track.run() as run:
    run.log({"a": 0})
    child = os.fork()
    if child == 0:
        run.log({"a": 1})
        run.log({"a": 2})
        sys.exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    run.log({"a": 3})
    grandchild = os.fork()
    if grandchild == 0:
        os._exit(0)
    os.waitpid(grandchild, 0)
"""
    scripts.run(code)
    folder = scripts.only_run()
    assert [m["a"] for _, m in points(folder / "events.jsonl")] == [0, 3]
    (own,) = folder.glob("events-*.jsonl")
    assert [m["a"] for _, m in points(own)] == [1, 2]
    assert end_of(scripts)[0] == "finished"
    assert len(records(folder / "runner.jsonl")) == 2


def test_a_forked_child_that_stays_does_not_keep_the_lock(scripts: Scripts) -> None:
    code = """
import os, sys
from mlops_tui import track
run = track.run()
run.log({"a": 0})
if os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
print("forked", flush=True)
os.kill(os.getpid(), 9)
"""
    process = scripts.start(code)
    assert process.stdout is not None
    assert process.stdout.readline() == "forked\n"
    process.wait(30)
    folder = scripts.only_run()
    until(lambda: is_locked(folder / "runner.lock") is False)
    process.communicate("", timeout=30)


def test_terminating_a_forked_worker_ends_no_run(scripts: Scripts) -> None:
    code = """
import multiprocessing, time
from mlops_tui import track
def work(run, ready):
    run.log({"a": 1})
    ready.set()
    time.sleep(60)
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    with track.run() as run:
        ready = context.Event()
        worker = context.Process(target=work, args=(run, ready))
        worker.start()
        ready.wait()
        worker.terminate()
        worker.join()
        print(worker.exitcode)
"""
    assert scripts.run(code).stdout == "-15\n"
    assert end_of(scripts)[0] == "finished"


def test_a_spawned_worker_starts_no_run_says_so_once_and_may_use_its_parents(
    scripts: Scripts,
) -> None:
    code = """
import multiprocessing
from mlops_tui import track
def work(run):
    for _ in range(3):
        with track.run() as nothing:
            nothing.log({"lost": 1})
    with run:
        run.log({"kept": 1})
if __name__ == "__main__":
    with track.run() as run:
        worker = multiprocessing.get_context("spawn").Process(target=work, args=(run,))
        worker.start()
        worker.join()
        run.log({"a": 1})
"""
    done = scripts.run(code)
    assert done.stderr.count("worker records nothing by itself") == 1
    folder = scripts.only_run()
    (own,) = folder.glob("events-*.jsonl")
    assert points(own) == [(None, {"kept": 1})]
    assert points(folder / "events.jsonl") == [(None, {"a": 1})]


def test_a_disk_that_is_full_stops_no_training(scripts: Scripts) -> None:
    code = """
import resource
from mlops_tui import track
with track.run() as run:
    run.log({"a": 0}, step=0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, resource.RLIM_INFINITY))
    for step in range(1, 1000):
        run.log({"a": step}, step=step)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    run.log({"a": 1000}, step=1000)
"""
    done = scripts.run(code)
    assert done.stderr.count("recording is interrupted") == 1
    found, unreadable = [], 0
    for line in (scripts.only_run() / "events.jsonl").read_bytes().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            unreadable += 1
    steps = [fact["s"] for fact in found if "s" in fact]
    (lost,) = [fact["lost_points"] for fact in found if "lost_points" in fact]
    assert unreadable <= 1
    assert steps[-1] == 1000
    assert len(steps) + lost == 1001
    assert end_of(scripts)[0] == "finished"


def test_the_environment_is_recorded_by_a_process_nobody_waits_for(scripts: Scripts) -> None:
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@x", "-C", str(scripts.project)]
    for arguments in (
        ["init", "-q", "-b", "topic"],
        ["remote", "add", "origin", "https://me:secret@host.example/team/repo.git"],
        ["commit", "-q", "--allow-empty", "-m", "first"],
    ):
        subprocess.run([*git, *arguments], check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": ""})
    code = """
import json
import os
from mlops_tui import track
with track.run() as run:
    try:
        os.waitpid(-1, os.WNOHANG)
        print("a child is left")
    except ChildProcessError:
        print("no child", run.dir)
"""
    done = scripts.run(code)
    assert done.stdout.startswith("no child")
    folder = scripts.only_run()
    until((folder / "environment.json").exists)
    facts = json.loads((folder / "environment.json").read_text())
    assert set(facts) == {"git", "python", "executable", "packages", "platform"}
    assert facts["git"]["branch"] == "topic"
    assert len(facts["git"]["commit"]) == 40
    assert facts["git"]["dirty"] is False
    assert facts["git"]["remote"] == "https://host.example/team/repo.git"
    assert facts["packages"]["numpy"]
    assert "secret" not in (folder / "environment.json").read_text()
