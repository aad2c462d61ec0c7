"""Scripts that join the run they were launched for, alone and as many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.track.scripts import Scripts, points, records, settle

LOG_ONE = "from mlops_tui import track\nwith track.run() as run:\n    run.log({'a': 1})\n"


@pytest.fixture
def scripts(tmp_path: Path, isolated_home: Path) -> Iterator[Scripts]:
    made = Scripts(tmp_path / "p")
    yield made
    for path in made.project.glob(".mlops/runs/*/run.json"):
        assert path.parent != made.launched
    settle(tmp_path)
    settle(isolated_home)


def ends(path: Path) -> list[object]:
    return [fact["end"] for fact in records(path) if "end" in fact]


def test_a_launched_script_joins_its_run_and_announces_its_end(scripts: Scripts) -> None:
    done = scripts.run(
        "from mlops_tui import track\n"
        "with track.run(tags={'x': 1}) as run:\n"
        "    lr = run.param('lr', 0.05)\n"
        "    print(run.id, run.dir, repr(lr))\n"
        "    run.log({'loss': 0.5}, step=1)\n",
        scripts.launch_environment(lr=1),
    )
    assert done.stdout.split() == [scripts.launched.name, str(scripts.launched), "1"]
    assert [path.name for path in scripts.launched.iterdir()] == ["events.jsonl"]
    kinds = [
        next(key for key in fact if key != "t")
        for fact in records(scripts.launched / "events.jsonl")
    ]
    assert kinds == ["tags", "params", "s", "end"]
    assert ends(scripts.launched / "events.jsonl") == [{"state": "finished", "reason": None}]
    assert scripts.journal() == []


@pytest.mark.parametrize(
    ("body", "exit_code", "end"),
    [
        ("track.run(); raise OSError('gone')", 1, {"state": "failed", "reason": "OSError: gone"}),
        (
            "import os, signal\ntrack.run(); os.kill(os.getpid(), signal.SIGTERM)",
            -15,
            {"state": "stopped", "reason": "by SIGTERM"},
        ),
        (
            "import os, signal\n"
            "from mlops_tui.track import process\n"
            "track.run()\n"
            "with process.uninterrupted():\n"
            "    os.kill(os.getpid(), signal.SIGTERM)\n"
            "    print('still here', flush=True)\n",
            -15,
            {"state": "stopped", "reason": "by SIGTERM"},
        ),
    ],
)
def test_the_announced_end_says_what_happened(
    scripts: Scripts, body: str, exit_code: int, end: object
) -> None:
    scripts.run(
        f"from mlops_tui import track\n{body}\n", scripts.launch_environment(), exit_code=exit_code
    )
    assert ends(scripts.launched / "events.jsonl") == [end]


def test_a_run_folder_given_by_a_relative_path_stays_where_it_is(scripts: Scripts) -> None:
    scripts.launch_environment()
    scripts.run(
        "import os\nfrom mlops_tui import track\n"
        "run = track.run()\nos.chdir('/')\nrun.log({'a': 1})\nprint(run.dir)\n",
        {"MLOPS_RUN_DIR": f".mlops/runs/{scripts.launched.name}"},
    )
    assert len(points(scripts.launched / "events.jsonl")) == 1


def test_of_the_ranks_of_a_run_the_first_has_the_events_file(scripts: Scripts) -> None:
    launched = scripts.launch_environment()
    code = LOG_ONE + "    import sys; print('ready', flush=True); sys.stdin.read()\n"
    ranks = [{"RANK": str(rank), "WORLD_SIZE": "3"} for rank in range(3)]
    processes = [scripts.start(code, {**launched, **rank}) for rank in ranks]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.communicate("", timeout=30)
    assert points(scripts.launched / "events.jsonl") == [(None, {"a": 1})]
    others = [records(path) for path in sorted(scripts.launched.glob("events-*.jsonl"))]
    assert sorted(facts[0]["rank"] for facts in others) == [1, 2]
    assert [facts[1]["m"] for facts in others] == [{"a": 1}, {"a": 1}]
    assert [len(facts) for facts in others] == [2, 2]


def test_two_processes_without_rank_in_one_run_never_share_a_file(scripts: Scripts) -> None:
    launched = scripts.launch_environment()
    code = """
import sys
from mlops_tui import track
with track.run() as run:
    for step in range(2000):
        run.log({"a": step}, step=step)
    print("done", flush=True)
    sys.stdin.read()
"""
    processes = [scripts.start(code, launched) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
    for process in processes:
        process.communicate("", timeout=30)
    files = sorted(scripts.launched.glob("events*.jsonl"))
    assert len(files) == 2
    for path in files:
        assert [step for step, _ in points(path)] == list(range(2000))
    assert sum(len(ends(path)) for path in files) == 1


def test_a_script_that_follows_another_in_the_same_run_goes_on_in_its_file(
    scripts: Scripts,
) -> None:
    launched = scripts.launch_environment()
    scripts.run(LOG_ONE, launched)
    scripts.run(LOG_ONE, launched)
    assert len(points(scripts.launched / "events.jsonl")) == 2


def test_a_second_run_of_a_launched_process_is_a_child_run(scripts: Scripts) -> None:
    scripts.run(LOG_ONE + "track.run(name='child')\n", scripts.launch_environment())
    (created,) = scripts.created()
    (record,) = records(scripts.project / ".mlops" / "runs" / created["run"] / "run.json")
    assert record["parent"] == scripts.launched.name
    assert created["name"] == "child"


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_workers_of_a_launched_run_join_it(scripts: Scripts, method: str) -> None:
    code = f"""
import multiprocessing, os
from mlops_tui import track
def work(number):
    os.environ["RANK"] = str(number)
    with track.run() as run:
        run.log({{"a": number}})
if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    with track.run() as run:
        workers = [context.Process(target=work, args=(number,)) for number in (1, 2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        run.log({{"a": 0}})
"""
    done = scripts.run(code, scripts.launch_environment())
    assert done.stderr == ""
    assert points(scripts.launched / "events.jsonl") == [(None, {"a": 0})]
    assert len(ends(scripts.launched / "events.jsonl")) == 1
    others = [records(path) for path in scripts.launched.glob("events-*.jsonl")]
    assert sorted((facts[0]["rank"], facts[1]["m"]["a"]) for facts in others) == [(1, 1), (2, 2)]
    assert not any("end" in fact for facts in others for fact in facts)


def test_a_forked_worker_that_gets_a_rank_of_its_own_names_it(scripts: Scripts) -> None:
    code = """
import os
from mlops_tui import track
run = track.run()
if os.fork() == 0:
    os.environ["RANK"] = "4"
    run.log({"a": 4})
    os._exit(0)
os.wait()
"""
    scripts.run(code, {**scripts.launch_environment(), "RANK": "0"})
    (own,) = scripts.launched.glob("events-*.jsonl")
    assert records(own)[0]["rank"] == 4


def test_a_run_folder_that_is_gone_makes_the_script_record_by_itself(scripts: Scripts) -> None:
    done = scripts.run(LOG_ONE, {"MLOPS_RUN_DIR": str(scripts.project / "no such folder")})
    assert "no such folder" in done.stderr
    assert len(scripts.created()) == 1


def test_params_that_cannot_be_read_are_said_and_defaults_are_used(scripts: Scripts) -> None:
    done = scripts.run(
        "from mlops_tui import track\nprint(track.run().param('lr', 0.5))\n",
        {**scripts.launch_environment(), "MLOPS_PARAMS": "{lr"},
    )
    assert done.stdout == "0.5\n"
    assert done.stderr.count("MLOPS_PARAMS is no JSON object") == 1


def test_what_a_shell_appends_stands_beside_what_track_writes(scripts: Scripts) -> None:
    code = """
import os, subprocess
from mlops_tui import track
with track.run() as run:
    run.log({"a": 1})
    subprocess.run("echo '{\\"m\\": {\\"b\\": 2}}' >> \\"$MLOPS_EVENTS\\"", shell=True, check=True)
    run.log({"a": 3})
"""
    scripts.run(code, scripts.launch_environment())
    lines = (scripts.launched / "events.jsonl").read_text().splitlines()
    assert [json.loads(line).get("m") for line in lines] == [{"a": 1}, {"b": 2}, {"a": 3}, None]
