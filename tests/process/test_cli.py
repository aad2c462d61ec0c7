"""The command line on real runs: started, streamed, stopped, repeated, deleted, purged."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain import places
from tests.process.support import end_processes_of, until, wait_ended

TOML = """
[jobs.train]
run = "sh train.sh {lr} {epochs}"
kind = "train"
[jobs.train.params]
lr = 0.05
epochs = 3
[jobs.fail]
run = "sh -c 'echo broken >&2; exit 3'"
[jobs.wait]
run = "sh wait.sh"
"""
TRAIN = r"""
for step in $(seq 1 $2); do
    echo "step $step lr $1"
    echo "{\"s\": $step, \"m\": {\"loss\": 0.$step, \"bad\": \"NaN\"}}" >> "$MLOPS_EVENTS"
done
printf '\033]0;title\007\033[31mred\033[0m\n'
"""
WAIT = """
echo waiting
while [ ! -e go ]; do sleep 0.05; done
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    (folder / "train.sh").write_text(TRAIN)
    (folder / "wait.sh").write_text(WAIT)
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.setenv("MLOPS_STOP_GRACE_SECONDS", "0.3")
    monkeypatch.setenv("MLOPS_SLOTS", "4")
    monkeypatch.chdir(folder)
    yield folder
    (folder / "go").touch()
    end_processes_of(folder)


class Spoken:
    """What one call of the program said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def say(project: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> Spoken:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Spoken(code, captured.out, captured.err)

    return call


def start(*arguments: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mlops_tui", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def started(project: Path, run_id: str) -> None:
    output = places.run_dir(project, run_id) / "output.log"
    until(lambda: output.exists() and b"waiting" in output.read_bytes(), what="output")


def test_following_a_run_shows_all_it_says_and_ends_as_it_ends(project: Path, say: Any) -> None:
    done = say("run", "train", "-p", "lr=0.5", "--name", "short", "--follow")
    assert done.code == 0
    run_id, *lines = done.out.splitlines()
    assert lines[:3] == ["step 1 lr 0.5", "step 2 lr 0.5", "step 3 lr 0.5"]
    assert "step 3  loss 0.3  bad NaN" in done.err
    assert "short finished" in done.err

    (run,) = say("runs", "--json").data
    assert (run["id"], run["name"], run["state"]) == (run_id, "short", "finished")
    assert (run["exit_code"], run["params"]) == (0, {"lr": 0.5, "epochs": 3})
    assert run["metrics"]["loss"]["last"] == 0.3
    assert (run["metrics"]["bad"]["last"], run["metrics"]["bad"]["min"]) == ("NaN", None)
    assert say("runs", "--filter", "loss>1", "--json").data == []

    series = say("series", "short", "loss", "--json").data
    assert series["steps"] == [1, 2, 3]
    assert series["values"] == [0.1, 0.2, 0.3]
    assert say("series", "short", "bad", "--json").data["values"] == ["NaN"] * 3
    assert "did you mean loss?" in say("series", "short", "los").err

    assert (
        say("logs", "short", "--tail", "2").out
        == "step 3 lr 0.5\n\x1b]0;title\x07\x1b[31mred\x1b[0m\n"
    )
    assert say("logs", "short", "--tail", "1", "--json").data["lines"] == ["red"]
    shown = say("show", run_id[:15], "--json").data
    assert shown["argv"] == ["sh", "train.sh", "0.5", "3"]
    assert "train-1" not in say("show", "short").out


def test_a_followed_run_that_fails_gives_exit_code_1(say: Any) -> None:
    done = say("run", "fail", "--follow", "--json")
    assert done.code == 1
    first, *_, last = done.lines
    assert list(first) == ["id"]
    assert last["run"]["id"] == first["id"]
    assert (last["run"]["state"], last["run"]["exit_code"]) == ("failed", 3)
    assert {"output": "broken\n"} in done.lines
    assert say("show", "fail-1").code == 0


def test_metrics_without_a_step_are_counted_as_the_index_counts_them(
    project: Path, say: Any
) -> None:
    lines = (
        '{"s": 4, "m": {"loss": 1}}',
        '{"m": {"loss": 2, "acc": 3}}',
        '{"s": 7.0, "m": {"loss": 3}}',
        '{"s": "x", "m": {"loss": 9}}',
        '{"m": {"loss": 4}}',
    )
    (project / "train.sh").write_text(f"printf '%s\\n' '{chr(10).join(lines)}' >> $MLOPS_EVENTS\n")
    done = say("run", "train", "--follow", "--json")
    points = [(line["step"], line["metrics"]) for line in done.lines if "metrics" in line]
    assert points == [
        *((4, {"loss": 1}), (5, {"loss": 2}), (0, {"acc": 3}), (7, {"loss": 3}), (8, {"loss": 4})),
    ]
    assert say("series", "train-1", "loss", "--json").data["steps"] == [4, 5, 7, 8]
    assert say("series", "train-1", "acc", "--json").data["steps"] == [0]


def test_json_lines_of_a_followed_run_carry_its_metrics(say: Any) -> None:
    done = say("run", "train", "-p", "epochs=1", "--follow", "--json")
    points = [line for line in done.lines if "metrics" in line]
    assert [(point["step"], point["metrics"]) for point in points] == [
        (1, {"loss": 0.1, "bad": "NaN"})
    ]


def test_a_run_is_stopped_and_tried_again(project: Path, say: Any) -> None:
    run_id = say("run", "wait").out.strip()
    started(project, run_id)
    assert say("delete", "wait-1").code == 1
    (result,) = say("stop", "wait-1", "--json").data
    assert result == {"id": run_id, "result": "asked", "error": None}
    assert wait_ended(project, run_id)["state"] == "stopped"
    assert "already ended" in say("stop", run_id).err

    (project / "go").touch()
    again = say("retry", "wait-1", "--json").data
    assert again["retry_of"] == run_id
    assert wait_ended(project, again["id"])["state"] == "finished"
    shown = say("show", again["id"], "--json").data
    assert (shown["retry_of"], shown["attempt"], shown["name"]) == (run_id, 2, "wait-2")


def test_interrupting_a_follower_leaves_the_run_alone(project: Path, say: Any) -> None:
    follower = start("run", "wait", "--follow")
    assert follower.stdout is not None
    run_id = follower.stdout.readline().strip()
    assert follower.stdout.readline() == "waiting\n"
    follower.send_signal(signal.SIGINT)
    _, err = follower.communicate(timeout=10)
    assert follower.returncode == 130
    assert "wait-1 goes on" in err
    assert "Traceback" not in err
    (run,) = say("runs", "--json").data
    assert run["state"] == "running"

    second = start("logs", "wait-1", "--follow")
    (project / "go").touch()
    out, err = second.communicate(timeout=15)
    assert (second.returncode, out) == (0, "waiting\n")
    assert wait_ended(project, run_id)["state"] == "finished"


def test_a_run_whose_processes_were_killed_is_never_shown_as_running(
    project: Path, say: Any
) -> None:
    run_id = say("run", "wait").out.strip()
    started(project, run_id)
    end_processes_of(project)
    (run,) = say("runs", "--json").data
    assert run["state"] == "lost"
    assert run["reason"]


def test_a_queued_run_is_cancelled_put_first_and_named_anew(project: Path, say: Any) -> None:
    assert say("queue", "pause", "--json").data["paused"] is True
    first, second = (say("run", "wait").out.strip() for _ in range(2))
    assert say("priority", "wait-2", "5").code == 0
    queue = say("queue", "status", "--json").data
    assert [row["id"] for row in queue["queued"]] == [second, first]
    assert {row["reason"] for row in queue["queued"]} == {"the queue is paused"}
    assert say("rename", first, "other").code == 0
    assert "cancelled" in say("stop", "other").err
    assert say("stop", second).code == 0
    states = {run["name"]: run["state"] for run in say("runs", "--json").data}
    assert states == {"other": "stopped", "wait-2": "stopped"}
    assert say("queue", "resume", "--json").data["paused"] is False


def test_deleted_runs_come_back_and_purged_ones_do_not(project: Path, say: Any) -> None:
    run_id = say("run", "fail", "--follow").out.split()[0]
    assert say("purge").code == 0
    assert say("delete", "fail-1", "--json").data == {"deleted": [run_id], "unchanged": []}
    assert say("runs", "--json").data == []
    assert [run["id"] for run in say("runs", "--deleted", "--json").data] == [run_id]
    assert say("restore", "fail-1").code == 0
    assert len(say("runs", "--json").data) == 1

    assert say("delete", "fail-1").code == 0
    preview = say("purge", "--json").data
    assert (preview["runs"][0]["id"], preview["purged"]) == (run_id, False)
    assert places.run_dir(project, run_id).is_dir()
    assert say("purge", "--yes", "--json").data["purged"] is True
    nothing = {"runs": [], "bytes": 0, "purged": False, "objects": [], "trash_bytes": 0}
    assert say("purge", "--yes", "--json").data == nothing
    assert not places.run_dir(project, run_id).exists()
    assert say("show", run_id).code == 2


def test_runs_are_tagged_and_noted(say: Any) -> None:
    run_id = say("run", "fail", "--follow").out.split()[0]
    tagged = say("tag", "fail-1", "-t", "best", "-t", "k=a=b", "--json").data
    assert tagged == {"tagged": [run_id], "unchanged": []}
    assert say("tag", "fail-1", "--remove", "best").code == 0
    assert say("note", "fail-1", "look at 12").code == 0
    shown = say("show", "fail-1", "--json").data
    assert (shown["tags"], shown["note"]) == ({"k": "a=b"}, "look at 12")
    assert say("tag", "fail-1").code == 2


def test_restoring_by_name_means_the_deleted_run(say: Any) -> None:
    gone, second, kept = (
        say("run", "fail", "--name", "twin", "--follow").out.split()[0] for _ in range(3)
    )
    assert say("delete", gone).code == 0
    assert say("restore", "twin", "--json").data == {"restored": [gone], "unchanged": []}
    assert say("delete", gone, second).code == 0
    twice = say("restore", "twin")
    assert twice.code == 2
    assert gone in twice.err
    assert second in twice.err
    assert kept not in twice.err


def test_comparing_shows_what_differs(say: Any) -> None:
    for rate in ("0.1", "0.2"):
        assert say("run", "train", "-p", f"lr={rate}", "-p", "epochs=1", "--follow").code == 0
    table = say("compare", "train-1", "train-2")
    assert re.search(r"params +lr +0\.1 +0\.2", table.out)
    assert "epochs" not in table.out
    assert "epochs" in say("compare", "train-1", "train-2", "--all").out
    found = say("compare", "train-1", "train-2", "--json").data
    assert {"key": "lr", "values": [0.1, 0.2], "differs": True} in found["params"]
    assert {"key": "loss", "values": [0.1, 0.1], "differs": False} in found["metrics"]
    assert say("compare", "train-1", "train-1").code == 2


def test_what_a_run_used_kept_and_stems_from_is_told(project: Path, say: Any) -> None:
    run_id = say("run", "train", "-p", "epochs=1", "--follow").out.split()[0]
    again = say("retry", run_id).out.split()[0]
    figures = {"cpu_percent": 9.0, "rss_bytes": 1 << 20, "read_bytes": 0, "write_bytes": 0}
    line = {"t": time.time(), "event": "heartbeat", "files": {}, "processes": 1, **figures}
    with open(places.run_dir(project, run_id) / "runner.jsonl", "a") as file:
        file.write(json.dumps(line) + "\n")
    kept = places.run_dir(project, run_id) / "artifacts" / "plot.txt"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("12345")
    found = say("files", run_id, "--json").data
    (plot,) = found["artifacts"]
    assert (plot["path"], plot["kind"], plot["size_bytes"]) == ("artifacts/plot.txt", "file", 5)
    assert {"run.json", "runner.jsonl"} <= {file["path"] for file in found["records"]}
    (relative,) = found["lineage"]["relatives"]
    assert (relative["relation"], relative["id"]) == ("retried as", again)
    assert "artifacts/plot.txt" in say("files", run_id).out
    used = say("series", run_id, "sys/memory", "--json").data
    assert used["metric"] == "sys/memory"
    assert used["values"][-1] == 1.0
    assert "sys/" not in str(say("runs", "--json").data)
    assert "sys/cpu" in say("series", run_id, "sys/cpuu").err


def test_a_shell_script_records_with_log(
    project: Path, say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert say("log", "loss=1").code == 2
    (project / "train.sh").write_text(
        f'"{sys.executable}" -m mlops_tui log loss=0.5 acc=inf --step 7\n'
    )
    assert say("run", "train", "--follow").code == 0
    series = say("series", "train-1", "loss", "--json").data
    assert (series["steps"], series["values"]) == ([7], [0.5])
    assert say("series", "train-1", "acc", "--json").data["values"] == ["Infinity"]
    monkeypatch.setenv("MLOPS_EVENTS", str(project / "events.jsonl"))
    assert "no number" in say("log", "loss=high").err


def test_numbers_beyond_reason_are_understood_or_refused(say: Any) -> None:
    huge = "9" * 30
    assert say("run", "train", "-p", "epochs=1", "--follow").code == 0
    assert len(say("runs", "--limit", huge, "--json").data) == 1
    assert say("series", "train-1", "loss", "--points", huge, "--json").data["count"] == 1
    assert say("logs", "train-1", "--tail", huge).code == 0
    refused = say("run", "train", "--priority", huge)
    assert refused.code == 2
    assert "-1000000 to 1000000" in refused.err
    assert len(say("runs", "--json").data) == 1


def test_a_secret_is_not_taken_from_the_command_line(
    project: Path, say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (project / "mlops.toml").open("a") as file:
        file.write('[jobs.fail.params]\ntoken = { type = "secret", env = "HF_TOKEN" }\n')
    monkeypatch.setenv("HF_TOKEN", "right")
    assert say("run", "fail", "--follow").code == 1
    for verb in (("run", "fail"), ("run", "fail", "--dry-run"), ("retry", "fail-1")):
        refused = say(*verb, "-p", "token=wrong")
        assert refused.code == 2
        assert "export HF_TOKEN" in refused.err
        assert "wrong" not in refused.err
    assert len(say("runs", "--json").data) == 1


def test_an_ambiguous_or_unknown_name_is_exit_code_2(say: Any) -> None:
    say("run", "fail", "--name", "twin", "--follow")
    say("run", "fail", "--name", "twin", "--follow")
    twice = say("show", "twin")
    assert twice.code == 2
    assert twice.err.count("twin  failed") == 2
    assert say("show", "nobody").code == 2


def test_a_reader_that_leaves_early_causes_no_noise(say: Any) -> None:
    say("run", "train", "-p", "epochs=3", "--follow")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "mlops_tui", "runs"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_doctor_and_agent_say_how_things_are(project: Path, say: Any) -> None:
    say("run", "fail", "--follow")
    report = say("doctor", "--verify", "--json")
    assert report.code == 0, report.data
    levels = {check["name"]: check["level"] for check in report.data}
    assert levels["locks"] == levels["project file"] == levels["verify"] == "ok"
    status = say("agent", "status", "--json").data
    assert set(status) == {"running", "pid", "log"}
    say("agent", "stop")
    until(lambda: not say("agent", "status", "--json").data["running"], what="agent gone")


def test_doctor_finds_what_does_not_fit(project: Path, say: Any) -> None:
    run_id = say("run", "fail", "--follow").out.split()[0]
    (places.run_dir(project, run_id) / "run.json").write_text("{")
    stray = places.runs_dir(project) / "20200101-000000-abcdef"
    stray.mkdir()
    (project / "mlops.toml").write_text("[jobs.x]\nrnu = 1\n")
    report = say("doctor", "--verify", "--json")
    assert report.code == 1
    bad = " ".join(check["found"] for check in report.data if check["level"] == "bad")
    assert "run.json cannot be read" in bad
    assert stray.name in bad
    assert "rnu" in bad


def test_projects_are_listed_with_what_is_wrong_in_them(project: Path, say: Any) -> None:
    other = project.parent / "other"
    other.mkdir()
    (other / "mlops.toml").write_text("[jobs.x]\nrnu = 1\n")
    found = say("projects", str(project.parent), "--json").data
    assert [shape["name"] for shape in found] == ["other", "proj"]
    assert found[0]["problems"]
    assert found[1]["jobs"] == ["train", "fail", "wait"]
    assert found[1]["alerts"]["open"] == 0
    broken = say("run", "x", "-C", str(other))
    assert broken.code == 2
    assert "mlops.toml:2" in broken.err


def test_the_project_is_found_from_a_folder_inside_it(project: Path, say: Any) -> None:
    (project / "deep" / "er").mkdir(parents=True)
    assert say("-C", str(project / "deep" / "er"), "runs", "--json").data == []
    assert say("runs", "-C", str(project.parent)).code == 2


def test_without_a_terminal_the_app_names_the_verbs(say: Any) -> None:
    done = say()
    assert done.code == 2
    assert "verb" in done.err


def test_a_fault_of_ours_is_one_line_and_a_file(
    project: Path, say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlops_tui.cli.verbs_look as verbs_look

    monkeypatch.delattr(verbs_look, "do_runs")
    done = say("runs")
    assert done.code == 1
    assert "Traceback" not in done.err
    log = places.state_dir() / "errors.log"
    assert "Traceback" in log.read_text()


def test_a_script_that_records_by_itself_is_stopped_too(project: Path, say: Any) -> None:
    (project / "own.py").write_text(
        "import time\nfrom mlops_tui import track\n"
        "with track.run(name='own') as run:\n    run.log({'loss': 1.0})\n    time.sleep(60)\n"
    )
    script = subprocess.Popen([sys.executable, "own.py"], cwd=project)
    until(lambda: [run["metrics"] for run in say("runs", "--json").data if run["metrics"]])
    assert say("runs", "--json").data[0]["state"] == "running"
    assert say("stop", "own", "--json").data[0]["result"] == "asked"
    script.wait(10)
    until(lambda: say("show", "own", "--json").data["state"] == "stopped", what="stopped")
    assert say("retry", "own").code == 1
