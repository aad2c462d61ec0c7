"""Live data watched by a real agent, judged by real workers, and told by the command line."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from mlops_tui.engine import actions_live, wake
from tests.process.support import journal_lines, project_folder, until
from tests.unit.engine.test_judging import DAY, MONDAY, rows

TOML = """\
[datasets.train]
path = "train.csv"
role = "train"
[datasets.live]
path = "live"
role = "live"
timestamp = "t"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    for folder in project_folder(tmp_path):
        (folder / "mlops.toml").write_text(TOML)
        (folder / "live").mkdir()
        rows(0, 600, MONDAY - 30 * DAY).to_csv(folder / "train.csv", index=False)
        yield folder
        wake.stop_agent(folder)
        until_left(folder)


def until_left(project: Path) -> None:
    until(lambda: wake.find_agent(project) is None, what="agent left")


def put(project: Path, key: str, shift: float = 0.0, day: int = 0) -> None:
    rows(day, 150, MONDAY + day * DAY, shift).to_csv(project / "live" / key, index=False)


def judged(project: Path) -> dict[str, Any]:
    lines = [it for it in journal_lines(project) if it.get("event") == "batch.judged"]
    assert len({it["batch"] for it in lines}) == len(lines), "a batch was judged twice"
    return {it["key"]: it["verdict"] or it["error"] for it in lines}


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["monitor", *words])
    return code, capsys.readouterr().out


def test_an_agent_judges_what_comes_and_what_came_while_there_was_none(project: Path) -> None:
    put(project, "before.csv")
    assert [it.live.name for it in actions_live.start_watching(project)] == ["live"]
    until(lambda: judged(project) == {"before.csv": "ok"}, 20)
    put(project, ".part", shift=2.0, day=1)
    os.rename(project / "live" / ".part", project / "live" / "warm.csv")
    (project / "live" / "none.csv").write_bytes(b"PK\x03\x04" + b"x" * 40)
    until(lambda: len(judged(project)) == 3, 20)
    found = judged(project)
    assert found["warm.csv"] == "drift"
    assert "a zip archive" in found["none.csv"]
    mark = wake.find_agent(project)
    assert mark is not None
    os.kill(mark.pid, signal.SIGKILL)
    until_left(project)
    put(project, "after.csv", day=2)
    actions_live.start_watching(project)
    until(lambda: judged(project).get("after.csv") == "ok", 20)
    causes = {it["cause"] for it in journal_lines(project) if it.get("event") == "alert.raised"}
    assert causes >= {"drift:live", "batch:live"}


def test_a_project_without_live_data_or_that_is_not_to_be_watched_keeps_no_agent(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "mlops.toml").write_text(TOML + "[monitor]\nwatch = false\n")
    assert told(capsys, "watch", "-C", str(project))[0] == 2
    wake.ensure_agent(project)
    until(lambda: wake.agent_file(project, "log").exists())
    until_left(project)
    assert judged(project) == {}


def test_the_command_line_judges_lists_shows_and_replays(
    project: Path, capsys: pytest.CaptureFixture[str], own_tasks: None
) -> None:
    where = ("-C", str(project))
    put(project, "1.csv")
    put(project, "2.csv", 2.0, 1)
    put(project, "3.csv", 2.0, 2)
    assert told(capsys, "status", *where)[1].startswith("live against train: quiet\n")
    code, out = told(capsys, "watch", "--once", *where)
    assert out.splitlines() == ["live, 1.csv: ok", "live, 2.csv: drift", "live, 3.csv: drift"]
    assert code == 1
    assert told(capsys, "watch", "--once", *where, "--json") == (0, "[]\n")
    (state,) = json.loads(told(capsys, "status", *where, "--json")[1])
    assert (state["level"], state["since"]) == ("alarm", state["batches"][1]["at"])
    assert [it["drifted"] for it in state["batches"]] == [[], ["heat"], ["heat"]]
    code, out = told(capsys, "status", *where, "-n", "1")
    assert "3.csv  drift    150   1 of 3  heat" in out
    assert "1.csv" not in out
    report = json.loads(told(capsys, "show", "2.csv", *where, "--json")[1])
    assert (report["verdict"], report["facts"]["key"]) == ("drift", "2.csv")
    assert "heat" in told(capsys, "show", state["batches"][1]["id"][:8], *where)[1]
    found = json.loads(told(capsys, "replay", *where, "--threshold", "heat=9", "--json")[1])
    assert (found["n_windows"], found["n_drift"], found["alerts"]) == (3, 0, [])
    out = told(capsys, "replay", *where, "--alarm", "2/2", "--since", "2026-03-03")[1]
    assert "1 alert in 2 windows, an alarm after 2 of 2:" in out
    assert "2.csv" in out.splitlines()[-1]
    code, out = told(capsys, "run", *where, "--json")
    report = json.loads(out)
    assert (code, report["dataset"], report["n_current"]) == (1, "live", 450)
    assert report["reference"] == str(project / "train.csv")
    for wrong in (("replay", "--alarm", "3/2"), ("replay", "--since", "soon"), ("show", "9.csv")):
        assert told(capsys, *wrong, *where)[0] == 2
    assert told(capsys, "run", "life", *where)[0] == 2
    assert told(capsys, "run", "live", *where, "--preset", "psi")[0] == 2
