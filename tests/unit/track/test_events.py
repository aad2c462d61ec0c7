from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_tui.track.events import EventFile
from mlops_tui.track.lines import fact_line
from tests.unit.track.scripts import points, records

PAD = "x" * 200
NO_LIMIT = -1
"""Back before a test ends: its report may go to a longer file."""


@pytest.fixture
def limit_file_size() -> Iterator[Callable[[int], None]]:
    """Let no file of this process grow beyond some bytes: what a full disk looks like."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN

    def set_limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before[0] if size < 0 else size, before[1]))

    yield set_limit
    set_limit(NO_LIMIT)


def point(step: int) -> bytes:
    return json.dumps({"t": 1.0, "s": step, "m": {"a": 1.0, PAD: 2.0}}).encode() + b"\n"


def test_the_first_process_has_the_events_file_by_its_lock(tmp_path: Path) -> None:
    first = EventFile(tmp_path)
    second = EventFile(tmp_path)
    assert first.is_primary
    assert not second.is_primary
    second.write(point(1))
    first.write(point(2))
    assert second.path.name.startswith("events-")
    assert [step for step, _ in points(tmp_path / "events.jsonl")] == [2]
    assert [step for step, _ in points(second.path)] == [1]
    first.close()
    third = EventFile(tmp_path)
    assert third.is_primary
    second.close()
    third.close()


def test_a_later_rank_leaves_the_events_file_alone_and_says_who_it_is(tmp_path: Path) -> None:
    events = EventFile(tmp_path, own_rank=3)
    assert not list(tmp_path.iterdir())
    events.write(point(1))
    first, second = records(events.path)
    assert first["rank"] == 3
    assert second["s"] == 1
    events.close()


def test_a_torn_line_is_not_written_on(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_bytes(b'{"t":1,"m":{"a":')
    events = EventFile(tmp_path)
    events.write(point(1))
    events.write(point(2))
    events.close()
    torn, *rest = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert torn == b'{"t":1,"m":{"a":'
    assert [json.loads(line)["s"] for line in rest] == [1, 2]


def test_a_full_disk_costs_points_that_are_counted(
    tmp_path: Path,
    limit_file_size: Callable[[int], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    events = EventFile(tmp_path)
    events.write(point(0))
    size = len(point(0))
    limit_file_size(size + 100)  # the next line fits in part
    for step in range(1, 6):
        events.write(point(step))
    events.write(fact_line({"params": {"lr": 0.1}}))
    assert events.path.stat().st_size == size + 100
    limit_file_size(NO_LIMIT)
    events.write(point(6))
    events.write(point(7))
    events.close()
    whole, torn, *rest = events.path.read_bytes().splitlines()
    assert json.loads(whole)["s"] == 0
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(torn)
    params, note, lost, *after = [json.loads(line) for line in rest]
    assert params["params"] == {"lr": 0.1}
    assert lost["lost_points"] == 10
    assert note["note"].startswith("10 points are lost: ")
    assert [record["s"] for record in after] == [6, 7]
    assert "recording is interrupted" in capfd.readouterr().err


def test_a_line_that_lacks_its_newline_alone_is_not_lost(
    tmp_path: Path, limit_file_size: Callable[[int], None]
) -> None:
    events = EventFile(tmp_path)
    limit_file_size(len(point(0)) - 1)
    events.write(point(0))
    limit_file_size(NO_LIMIT)
    events.write(point(1))
    events.close()
    assert [record["s"] for record in records(events.path)] == [0, 1]


def test_what_was_lost_is_told_at_the_latest_at_the_end(
    tmp_path: Path, limit_file_size: Callable[[int], None]
) -> None:
    events = EventFile(tmp_path)
    events.write(point(0))
    limit_file_size(len(point(0)))
    events.write(point(1))
    limit_file_size(NO_LIMIT)
    events.close()
    assert records(events.path)[-1]["lost_points"] == 2


def test_a_descriptor_that_somebody_closed_is_opened_again(tmp_path: Path) -> None:
    events = EventFile(tmp_path)
    os.close(events._fd)
    events.write(point(1))
    events.write(point(2))
    assert [step for step, _ in points(tmp_path / "events.jsonl")] == [1, 2]
    assert not EventFile(tmp_path).is_primary
    events.close()


def test_a_run_folder_that_is_gone_raises_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    events = EventFile(tmp_path / "gone")
    events.write(point(1))
    (tmp_path / "gone").mkdir()
    events.write(point(2))
    events.close()
    facts = records(tmp_path / "gone" / "events.jsonl")
    assert [fact["lost_points"] for fact in facts if "lost_points" in fact] == [2]
    assert [fact["s"] for fact in facts if "s" in fact] == [2]
    assert "No such file" in capfd.readouterr().err


def test_the_events_file_is_not_inherited_by_other_programs(tmp_path: Path) -> None:
    events = EventFile(tmp_path)
    assert fcntl.fcntl(events._fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
    events.close()
