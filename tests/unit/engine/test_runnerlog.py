from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.engine.endings import end_of
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.engine.runnerlog import RunnerLog, keep_trying, record_end

ID = "20260101-000000-abcdef"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_facts_wait_in_order_while_the_disk_refuses(tmp_path: Path) -> None:
    path = tmp_path / "not-there" / "runner.jsonl"
    log = RunnerLog(path)
    log.fact("starting", pid=1)
    log.fact("started", pid=2)
    log.heartbeat(files={})
    assert log.error is not None
    path.parent.mkdir()
    log.heartbeat(files={})
    log.close()
    assert log.error is None
    assert [line["event"] for line in lines(path)] == ["starting", "started", "heartbeat"]


def test_an_end_is_tried_until_both_journals_have_it(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, ID)
    folder.path.mkdir(parents=True)
    log = RunnerLog(folder.runner_journal)
    end = end_of("failed", "why", exit_code=3, ended=5.0)
    places.project_journal(tmp_path, "h").parent.joinpath("x").touch()
    assert record_end(folder, log, end, 0)
    log.close()
    (journal,) = (tmp_path / ".mlops").glob("journal-*.jsonl")
    (mine,), (told,) = lines(folder.runner_journal), lines(journal)
    assert {**mine, **end} == mine
    assert {**told, **end, "run": ID} == told


def test_trying_ends_with_patience_and_with_success() -> None:
    tries: list[int] = []

    def third_time() -> bool:
        tries.append(1)
        return len(tries) == 3

    assert keep_trying(third_time, 5)
    assert not keep_trying(lambda: False, 0)
