from __future__ import annotations

import copy
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlops_tui import track
from mlops_tui.journal.tail import LONGEST_LINE_BYTES
from mlops_tui.track.attempt import say_once
from mlops_tui.track.begin import begin
from mlops_tui.track.events import EventFile
from mlops_tui.track.tracked import TrackedRun
from tests.unit.track.scripts import points, records, settle


@pytest.fixture
def run(tmp_path: Path) -> TrackedRun:
    return TrackedRun("r", EventFile(tmp_path), None, {"lr": 1, "solver": "sgd"})


def facts(run: TrackedRun, kind: str) -> list[Any]:
    return [fact[kind] for fact in records(run.dir / "events.jsonl") if kind in fact]


def test_every_kind_of_fact_has_its_line(run: TrackedRun, tmp_path: Path) -> None:
    run.log({"loss": 0.5, "accuracy": np.float32(0.25)}, step=3)
    run.params({"a": {"b": 1}})
    run.tag("team", "forms")
    run.tags({"best": ""})
    run.tags(["x", "y"])  # type: ignore[arg-type]
    run.progress(3, 10)
    run.progress(3.5)
    run.note("smaller batch")
    run.dataset("train", tmp_path / "data.csv")
    run.close()
    assert points(tmp_path / "events.jsonl") == [(3, {"loss": 0.5, "accuracy": 0.25})]
    assert facts(run, "params") == [{"a.b": 1}]
    assert facts(run, "tags") == [{"team": "forms"}, {"best": ""}, {"x": "", "y": ""}]
    assert facts(run, "progress") == [[3, 10], [3.5, None]]
    assert facts(run, "note") == ["smaller batch"]
    assert facts(run, "dataset") == [{"name": "train", "path": str(tmp_path / "data.csv")}]
    assert facts(run, "end") == [{"state": "finished", "reason": None}]
    assert all("t" in fact for fact in records(tmp_path / "events.jsonl"))


def test_a_param_is_what_the_launch_gave_else_the_default(
    run: TrackedRun, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.param("lr", 0.05) == 1
    assert type(run.param("lr", 0.05)) is int
    assert run.param("solver") == "sgd"
    assert run.param("epochs", 20) == 20
    assert run.param("absent one") is None
    assert "'absent one' was not given" in capsys.readouterr().err
    assert facts(run, "params") == [{"lr": 1}, {"solver": "sgd"}, {"epochs": 20}]


class Broken:
    def items(self) -> Any:
        raise RuntimeError("dictionary changed size during iteration")

    def __iter__(self) -> Any:
        raise OSError("no")


@pytest.mark.parametrize("wrong", [None, 3, "text", [1], Broken()])
def test_nothing_that_is_told_to_a_run_raises(run: TrackedRun, wrong: Any) -> None:
    run.log(wrong)
    run.log({"a": wrong}, step=wrong)
    run.params(wrong)
    run.tags(wrong)
    run.progress(wrong, wrong)
    run.note(wrong)
    run.dataset(wrong, wrong)
    run.artifact(wrong)
    run.close(wrong, wrong)
    assert records(run.dir / "events.jsonl")


class Hostile:
    """Answers no question at all."""

    def _refuse(self, *_: object) -> Any:
        raise RuntimeError("leave me alone")

    __str__ = __repr__ = __eq__ = __bool__ = __len__ = __hash__ = __float__ = _refuse
    __index__ = __int__ = __iter__ = __fspath__ = __getattr__ = _refuse


@pytest.mark.parametrize("make", [list, dict, lambda: np.array([1, 2]), Hostile])
def test_what_cannot_even_be_compared_raises_nothing(
    run: TrackedRun, make: Callable[[], Any], isolated_home: Path
) -> None:
    wrong = make()
    assert run.param(wrong, 1) == 1
    assert run.param(wrong) is None
    assert run.param("odd", wrong) is wrong
    run.tag(wrong)
    run.tag("a", wrong)
    run.progress(wrong, wrong)
    run.progress(1, wrong)
    run.log({"a": wrong}, step=wrong)
    run.note(wrong)
    run.dataset(wrong, wrong)
    run.artifact(wrong)
    run.close(wrong, wrong)
    assert facts(run, "end")[0]["state"] == "failed"
    assert facts(run, "progress") == []
    begin("n", wrong, wrong, wrong).close()
    track.run(tags=wrong, params=wrong).close()
    settle(isolated_home)


def test_leaving_a_block_by_an_odd_exit_raises_nothing_else(run: TrackedRun) -> None:
    with pytest.raises(SystemExit), run:
        raise SystemExit(Hostile())
    assert facts(run, "end") == [{"state": "failed", "reason": "<Hostile>"}]


def test_a_script_that_closed_our_file_can_still_close_its_run(run: TrackedRun) -> None:
    run.log({"a": 1})
    fd = next(
        int(name)
        for name in os.listdir("/proc/self/fd")
        if _target(name) == str(run.dir / "events.jsonl")
    )
    os.close(fd)
    run.close()
    assert facts(run, "end") == [{"state": "finished", "reason": None}]


def _target(name: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        return ""


def test_without_room_for_temporary_files_a_run_that_records_nothing_has_a_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    monkeypatch.chdir(tmp_path)
    run = TrackedRun("", None)
    assert run.dir == run.dir == tmp_path


def test_what_is_said_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    say_once("word " * 1000)
    assert len(capsys.readouterr().err) < 600


def test_a_closed_run_takes_nothing_more_and_says_so_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = TrackedRun("closed-one", EventFile(tmp_path))
    with run:
        run.log({"a": 1})
    run.close("failed")
    run.log({"a": 2})
    run.log({"a": 3})
    assert [metrics for _, metrics in points(tmp_path / "events.jsonl")] == [{"a": 1}]
    assert facts(run, "end") == [{"state": "finished", "reason": None}]
    assert capsys.readouterr().err.count("closed-one is closed") == 1


def test_an_exception_in_the_block_is_the_reason_and_goes_on(run: TrackedRun) -> None:
    with pytest.raises(ValueError, match="bad"), run:
        raise ValueError("bad\x1b[31m lr")
    assert facts(run, "end") == [{"state": "failed", "reason": "ValueError: bad\x1b[31m lr"}]


def test_only_the_holder_of_the_events_file_announces_the_end(
    run: TrackedRun, tmp_path: Path
) -> None:
    with TrackedRun("r", EventFile(tmp_path, own_rank=1)) as other:
        other.log({"a": 1})
    run.close()
    (path,) = tmp_path.glob("events-*.jsonl")
    assert not [fact for fact in records(path) if "end" in fact]


def test_ten_thousand_metrics_at_once_are_split_into_lines_that_can_be_read(
    run: TrackedRun,
) -> None:
    metrics = {f"layer {number:05d} " + "x" * 90: float(number) for number in range(10_000)}
    run.log(metrics, step=1)
    run.params({f"p{number}": "y" * 1000 for number in range(2000)})
    lines = (run.dir / "events.jsonl").read_bytes().splitlines()
    assert max(map(len, lines)) < LONGEST_LINE_BYTES
    read: dict[str, float] = {}
    for _, some in points(run.dir / "events.jsonl"):
        read.update(some)
    assert read == metrics
    assert sum(len(some) for some in facts(run, "params")) == 2000


def test_a_run_that_records_nothing_still_answers() -> None:
    with TrackedRun("", None, None, {"lr": 0.5}) as run:
        run.log({"a": 1})
        run.note("a")
        assert run.param("lr", 0.1) == 0.5
        (run.dir / "model.bin").write_bytes(b"m")
        run.artifact(run.dir / "model.bin")
        assert run.dir == run.dir
    (run.dir / "model.bin").unlink()
    run.dir.rmdir()


def test_a_copy_of_a_run_writes_a_file_of_its_own(run: TrackedRun, tmp_path: Path) -> None:
    run.log({"a": 1})
    for again in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run)):
        assert again.id == run.id
        assert again.param("lr") == 1
        again.log({"a": 2})
        again.close()
    assert len(points(tmp_path / "events.jsonl")) == 1
    (other,) = tmp_path.glob("events-*.jsonl")
    assert len(points(other)) == 2


def test_threads_of_one_process_tear_no_line(run: TrackedRun) -> None:
    def work(name: str) -> None:
        for step in range(500):
            run.log({name: float(step)}, step=step)

    threads = [threading.Thread(target=work, args=(f"m{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = points(run.dir / "events.jsonl")
    assert len(written) == 2000
    for number in range(4):
        assert [s for s, m in written if f"m{number}" in m] == list(range(500))


def test_an_artifact_inside_the_run_stays_where_it_is(run: TrackedRun) -> None:
    (run.dir / "plots").mkdir()
    (run.dir / "plots" / "roc.png").write_bytes(b"png")
    run.artifact(run.dir / "plots" / "roc.png")
    assert facts(run, "artifact") == [{"path": "plots/roc.png", "bytes": 3}]


def test_an_artifact_outside_is_copied_whole_and_a_later_one_takes_its_place(
    run: TrackedRun, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("cwd")
    monkeypatch.chdir(here)
    (here / "a").mkdir()
    (here / "a" / "model.bin").write_bytes(b"1")
    run.artifact("a/model.bin")
    (here / "a" / "model.bin").write_bytes(b"22")
    run.artifact("a/model.bin")
    assert (run.dir / "artifacts" / "a" / "model.bin").read_bytes() == b"22"
    assert [fact["path"] for fact in facts(run, "artifact")] == ["artifacts/a/model.bin"] * 2
    assert [path.name for path in (run.dir / "artifacts" / "a").iterdir()] == ["model.bin"]


def test_a_folder_is_an_artifact_too(
    run: TrackedRun, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere") / "checkpoint"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "w.bin").write_bytes(b"123")
    run.artifact(folder)
    run.artifact(folder)
    assert (run.dir / "artifacts" / "checkpoint" / "deep" / "w.bin").read_bytes() == b"123"
    assert [path.name for path in (run.dir / "artifacts").iterdir()] == ["checkpoint"]
    assert facts(run, "artifact")[0]["bytes"] == 3


@pytest.mark.parametrize("given", [".", "..", "", "link"])
def test_a_folder_with_the_run_in_it_is_no_artifact_and_that_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: str,
) -> None:
    folder = tmp_path / given / "runs" / "r"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    if given == "link":
        (tmp_path / "link2").symlink_to(tmp_path)
        given = "link2"
    run = TrackedRun("r", EventFile(folder))
    run.artifact(given)
    run.artifact(folder)
    assert facts(run, "artifact") == []
    assert [path.name for path in folder.iterdir()] == ["events.jsonl"]
    assert "has this run in it" in capsys.readouterr().err


def test_a_link_that_leads_back_is_left_out_of_a_folder(
    run: TrackedRun, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere") / "checkpoint"
    (folder / "deep").mkdir(parents=True)
    (folder / "weights").write_bytes(b"123")
    (folder / "deep" / "up").symlink_to(folder)
    (folder / "deep" / "latest").symlink_to("../weights")
    (folder / "deep" / "gone").symlink_to("../nothing")
    run.artifact(folder)
    kept = run.dir / "artifacts" / "checkpoint"
    assert {path.name for path in kept.rglob("*")} == {"deep", "latest", "weights"}
    assert not (kept / "deep" / "latest").is_symlink()
    assert (kept / "deep" / "latest").read_bytes() == b"123"


def test_an_artifact_that_is_not_there_is_said(
    run: TrackedRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run.artifact("/nowhere/at all.png")
    assert facts(run, "artifact") == []
    assert "at all.png" in capsys.readouterr().err
