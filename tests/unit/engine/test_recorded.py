from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.host import ProcessMark
from mlops_tui.engine.endings import unseen_end
from mlops_tui.engine.recorded import RunFolder, read_facts

ID = "20260101-000000-abcdef"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path, ID)
    made.path.mkdir(parents=True)
    made.start_claim.parent.mkdir()
    return made


def write(path: Path, *lines: dict[str, Any] | str) -> None:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts))


def test_facts_are_read_past_heartbeats_and_broken_lines(folder: RunFolder) -> None:
    write(
        folder.runner_journal,
        {"t": 1, "event": "starting", "pid": 10, "start": "a", "boot": "b", "namespace": "n"},
        '{"t":1.5,"event":"heartbeat","event":"ended"}',
        "{torn", "[1]",
        {"t": 2, "event": "started", "pid": 11, "start": "c", "pgid": 11},
        {"t": 3, "event": "adopted", "pid": 12, "start": "d", "boot": "b", "namespace": "n"},
        {"t": 4, "event": "started", "pid": 1, "start": "d"},
    )  # fmt: skip
    facts = read_facts(folder)
    assert facts.runner == ProcessMark(12, "d", "b", "n")
    assert facts.command == ProcessMark(11, "c", "", "")
    assert facts.group == 11
    assert facts.end is None
    assert read_facts(RunFolder(folder.project, "none")) == read_facts(RunFolder(Path("/x"), "y"))


def test_the_last_end_of_the_main_file_counts_and_other_ranks_do_not(folder: RunFolder) -> None:
    rank = folder.path / "events-h-1-2.jsonl"
    write(rank, {"end": {"state": "failed", "reason": "rank"}})
    assert folder.announced_end() == {"state": "failed", "reason": "rank"}
    write(folder.events, {"s": 1, "m": {"end": 1}})
    assert folder.announced_end() is None
    write(folder.events, {"end": {"state": "failed"}}, {"end": {"state": "finished"}}, '{"end":')
    assert folder.announced_end() == {"state": "finished"}
    assert set(folder.event_files()) == {"events.jsonl", "events-h-1-2.jsonl"}


def test_an_unseen_end_trusts_a_cancel_then_signals_then_the_script(folder: RunFolder) -> None:
    started = {"t": 2.0, "event": "started", "pid": 11, "start": "c", "pgid": 11}
    write(folder.runner_journal, started)
    assert unseen_end(folder, read_facts(folder), 9.0)["state"] == "lost"

    write(folder.events, {"end": {"state": "finished", "reason": None, "exit_code": 0}})
    end = unseen_end(folder, read_facts(folder), 9.0)
    assert (end["state"], end["exit_code"], end["started"], end["ended"]) == ("finished", 0, 2, 9)

    signal = {"t": 3, "event": "signal", "signal": "SIGTERM", "why": "time-out"}
    write(folder.runner_journal, started, signal)
    assert unseen_end(folder, read_facts(folder), 9.0)["reason"] == "timed out"

    write(folder.stop_file, {"by": "bob"})
    write(folder.runner_journal, started, {**signal, "why": "stop"})
    assert unseen_end(folder, read_facts(folder), 9.0)["reason"] == "stopped by bob"

    write(folder.start_claim, {"by": "ada", "cancelled": True})
    end = unseen_end(folder, read_facts(folder), 9.0)
    assert (end["state"], end["reason"]) == ("stopped", "stopped by ada before it started")
    assert end["started"] is None
