from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.engine.actions_disk import disk_use
from mlops_tui.engine.actions_models import (
    delete_version,
    register_file,
    restore_version,
    verify_version,
)
from mlops_tui.engine.objects import keep_object
from mlops_tui.engine.unreferenced import (
    YOUNG_SECONDS,
    empty_trash,
    find_unreferenced,
    restore_trash,
    trash_unreferenced,
    trashed,
)
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T

LATER = time.time() + 2 * YOUNG_SECONDS


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


@pytest.fixture
def index(recorder: Recorder) -> Iterator[Index]:
    with Index.open(recorder.project) as index:
        yield index


def register(recorder: Recorder, index: Index, content: bytes) -> None:
    (recorder.project / "m.bin").write_bytes(content)
    register_file(recorder.project, index, "cancer", recorder.project / "m.bin", is_again=True)


def test_only_what_nothing_names_is_found(recorder: Recorder, index: Index) -> None:
    project = recorder.project
    for content in (b"one", b"two", b"two"):
        register(recorder, index, content)
    named = keep_object(project, b"a report")
    recorder.journal("evaluation.recorded", T, evaluation="e", run="r", report=named)
    orphan = keep_object(project, b"nobody knows me")
    (project / ".mlops" / "objects" / ".new-1-x").write_bytes(b"half")
    assert find_unreferenced(project, index) == []  # they may be named in a moment
    found = find_unreferenced(project, index, LATER)
    assert {(it.digest, it.why) for it in found} == {
        (orphan, "nothing names it"),
        (".new-1-x", "a copy that was not finished"),
    }
    delete_version(project, index, "cancer:2", "not needed")
    found = find_unreferenced(project, index)  # its file is that of cancer:3 as well
    assert [it.why for it in found] == ["cancer:2 is deleted"]
    delete_version(project, index, "cancer:3", "not needed")
    assert len(find_unreferenced(project, index)) == 3


def test_what_is_purged_comes_back_until_the_trash_is_emptied(
    recorder: Recorder, index: Index
) -> None:
    project = recorder.project
    register(recorder, index, b"one")
    register(recorder, index, b"two")
    delete_version(project, index, "cancer:1", "not needed")
    moved = trash_unreferenced(project, index)
    assert len(moved) == len(trashed(project)) == 2
    with pytest.raises(Exception, match="is gone"):
        restore_version(project, index, "cancer:1")
    assert verify_version(project, index, "cancer:2").problems == ()
    assert restore_trash(project) == 2
    restore_version(project, index, "cancer:1")
    assert verify_version(project, index, "cancer:1").problems == ()
    delete_version(project, index, "cancer:1", "not needed")
    trash_unreferenced(project, index)
    assert empty_trash(project) == sum(it.size_bytes for it in moved)
    assert trashed(project) == []
    assert restore_trash(project) == empty_trash(project) == 0


def test_what_is_registered_again_meanwhile_is_left_alone(
    recorder: Recorder, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = recorder.project
    register(recorder, index, b"one")
    delete_version(project, index, "cancer:1", "not needed")
    found = find_unreferenced(project, index)
    register(recorder, index, b"one")
    monkeypatch.setattr("mlops_tui.engine.unreferenced.find_unreferenced", lambda *_: found)
    trash_unreferenced(project, index)
    assert verify_version(project, index, "cancer:2").problems == ()


def test_disk_is_told_by_run_model_and_dataset(recorder: Recorder, index: Index) -> None:
    project = recorder.project
    (project / "mlops.toml").write_text('[datasets.train]\npath = "train.csv"\n')
    (project / "train.csv").write_bytes(b"x" * 1000)
    run = recorder.create()
    (recorder.folder(run) / "big").write_bytes(b"x" * 5000)
    for content in (b"m" * 300, b"m" * 300, b"n" * 100):
        register(recorder, index, content)
    index.ingest()
    use = disk_use(project, index)
    assert [(it.id, it.size_bytes > 5000) for it in use.runs] == [(run, True)]
    assert [(it.name, it.count, it.size_bytes) for it in use.models] == [("cancer", 3, 400)]
    assert [(it.name, it.size_bytes) for it in use.datasets] == [("train", 1000)]
    of_all = sum(os.lstat(it).st_size for it in (project / ".mlops").rglob("*") if it.is_file())
    assert use.total_bytes == of_all
    assert (use.unreferenced, use.trash_bytes) == (0, 0)
    assert use.objects_bytes > 400
