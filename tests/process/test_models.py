from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import (
    AmbiguousError,
    InputError,
    MlopsTuiError,
    NotFoundError,
    RefusedError,
)
from mlops_tui.engine.actions_aliases import Reasons, move_alias, remove_alias
from mlops_tui.engine.actions_models import (
    catch_up,
    delete_version,
    find_version,
    model_history,
    register_artifact,
    register_file,
    restore_version,
    verify_version,
    version_details,
)
from mlops_tui.engine.objects import object_path
from mlops_tui.index import Index
from mlops_tui.journal.append import append_locked
from tests.index.recorder import Recorder
from tests.process.support import journal_lines, make_project

TRACKING = """
from mlops_tui import track
with track.run() as run:
    run.log({"accuracy": 0.5})
    with open("m.joblib", "wb") as file:
        file.write(b"weights")
    run.model("cancer", "m.joblib", input_example={"age": 3})
    run.model("cancer", "m.joblib", input_example={"age": 3.5}, note="the better one")
    run.model("a/b", "m.joblib")
    run.model("lost", "nowhere.joblib")
"""
RACING = """
import sys, time
from pathlib import Path
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.engine.actions_aliases import Reasons, move_alias
from mlops_tui.engine import model_claims
from mlops_tui.engine.registering import register_offered
from mlops_tui.index import Index
project, act = Path(sys.argv[1]), sys.argv[2]
with Index.open(project) as index:
    index.ingest()
    claim = model_claims.claim
    def together(*args):  # both have looked, none has claimed
        Path(project / ("ready-" + sys.argv[3])).touch()
        while len(list(project.glob("ready-*"))) < 2:
            time.sleep(0.002)
        return claim(*args)
    model_claims.claim = together
    try:
        if act == "move":
            move = move_alias(project, index, "cancer:" + sys.argv[3], "champion", Reasons("mine"))
            print("moved", move.to)
        else:
            print("registered", [it.is_new for it in register_offered(project, index, 5)])
    except MlopsTuiError as error:
        print("told", error.message)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "proj")


@pytest.fixture
def index(project: Path) -> Iterator[Index]:
    with Index.open(project) as index:
        yield index


def put(project: Path, content: bytes = b"x", name: str = "m.joblib") -> Path:
    (project / name).write_bytes(content)
    return project / name


def race(project: Path, act: str) -> list[str]:
    command = [sys.executable, "-c", RACING, str(project), act]
    found = [
        subprocess.Popen([*command, it], stdout=subprocess.PIPE, text=True) for it in ("1", "2")
    ]
    return sorted(it.communicate()[0].strip() for it in found)


def test_a_run_that_offers_a_model_makes_one_version_of_it(project: Path, index: Index) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRACKING],
        cwd=project,
        env=os.environ | {"MLOPS_PROJECT": str(project)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "a/b" in done.stderr
    assert "No such file" in done.stderr
    index.ingest()
    (made,) = catch_up(project, index, 5.0)
    assert catch_up(project, index) == []
    details = version_details(project, index, "cancer")
    assert details.version == made.version
    told = details.manifest
    assert (told["format"], told["note"], told["source"]) == (
        *("joblib", "the better one", "artifacts/m.joblib"),
    )
    assert told["signature"]["inputs"] == [{"name": "age", "type": "float"}]
    assert told["metrics"]["accuracy"]["last"] == made.version.metrics["accuracy"] == 0.5
    assert told["environment"]["python"]
    assert told["run"] == made.version.run_id
    assert details.files[0].path == "m.joblib"


def test_two_that_register_what_a_run_offered_make_one_version(project: Path, index: Index) -> None:
    recorder = Recorder(project)
    run = recorder.create(time.time())
    (recorder.folder(run) / "m.pkl").write_bytes(b"x")
    recorder.write(run, {"model": {"name": "cancer", "path": "m.pkl"}})
    recorder.end(run)
    assert race(project, "register") == ["registered [False]", "registered [True]"]
    index.ingest()
    assert [it.number for it in index.model_versions()] == [1]


def test_two_that_move_an_alias_at_once_are_one_that_does_and_one_that_is_told(
    project: Path, index: Index
) -> None:
    for content in (b"1", b"2"):
        register_file(project, index, "cancer", put(project, content))
    first, second = race(project, "move")
    assert first.startswith("moved ")
    assert f"moved it to cancer:{first[-1]} just before: mine" in second
    index.ingest()
    assert [(it.generation, str(it.to)) for it in index.alias_moves("cancer")] == [(1, first[-1])]


def test_any_language_offers_a_model_by_a_line_and_none_that_lies_elsewhere(
    project: Path, index: Index
) -> None:
    recorder = Recorder(project)
    run = recorder.create(time.time() - 100)
    folder = recorder.folder(run)
    (folder / "weights").mkdir()
    (folder / "weights" / "w.txt").write_text("0.5")
    secret = put(project, b"secret", "secret")
    (folder / "link").symlink_to(secret)
    paths = {"good": "weights", "up": "../../../secret", "link": "link", "gone": "gone"}
    for name, path in {**paths, "abs": str(secret)}.items():
        recorder.write(run, {"model": {"name": name, "path": path}})
    recorder.end(run, ended=time.time() - 90)
    index.ingest()
    (made,) = catch_up(project, index)
    assert (made.version.model, made.version.format.value) == ("good", "folder")
    assert made.version.by
    assert set(index.refused_models([run])) == {(run, it) for it in ("up", "link", "gone", "abs")}
    assert index.offered_models() == []
    assert len(journal_lines(project, "model.refused")) == 4


def test_a_person_registers_a_file_and_equal_files_once(project: Path, index: Index) -> None:
    file = put(project)
    first = register_file(project, index, "cancer", file, note="n")
    assert (first.version.name, first.is_new, first.version.note) == ("cancer:1", True, "n")
    again = register_file(project, index, "cancer", file)
    assert (again.version.name, again.is_new) == ("cancer:1", False)
    assert register_file(project, index, "cancer", file, is_again=True).version.number == 2
    with pytest.raises(InputError, match="cannot be the name"):
        register_file(project, index, "a:b", file)
    with pytest.raises(NotFoundError, match="no run"):
        register_file(project, index, "cancer", put(project, b"y"), "20261122-051517-b9e33b")


def test_what_a_run_kept_is_registered_by_its_name(project: Path, index: Index) -> None:
    recorder = Recorder(project)
    run_id = recorder.create()
    kept = recorder.folder(run_id) / "artifacts"
    (kept / "models").mkdir(parents=True)
    (kept / "plot.png").write_bytes(b"p")
    recorder.end(run_id)
    index.ingest()
    (run,) = index.runs([run_id])
    with pytest.raises(NotFoundError, match="no file that looks like a model"):
        register_artifact(project, index, "cancer", run)
    (kept / "models" / "a.skops").write_bytes(b"a")
    made = register_artifact(project, index, "cancer", run)
    assert (made.version.run_id, made.version.format.value) == (run_id, "skops")
    (kept / "b.onnx").write_bytes(b"b")
    with pytest.raises(AmbiguousError):
        register_artifact(project, index, "cancer", run)
    assert register_artifact(project, index, "cancer", run, "b.onnx").version.number == 2
    folder = register_artifact(project, index, "cancer", run, "artifacts/models")
    assert folder.version.format.value == "folder"
    with pytest.raises(RefusedError):
        register_artifact(project, index, "cancer", run, "../../../mlops.toml")


def test_who_moved_what_when_is_answered(project: Path, index: Index) -> None:
    for content in (b"1", b"2"):
        register_file(project, index, "cancer", put(project, content))
    first = move_alias(project, index, "cancer:1", "champion", Reasons("the first"))
    second = move_alias(project, index, "cancer", "champion", Reasons("the better one"), seen=1)
    assert (second.before, second.to, second.generation) == (1, 2, 2)
    assert find_version(project, index, "cancer@champion").aliases == ("champion",)
    stood = model_history(project, index, "cancer", at=first.at).stood
    assert stood == {"champion": 1}
    assert model_history(project, index, "cancer", at=first.at - 1).stood == {}
    for reasons, seen, words in (
        (Reasons("again"), None, "already"),
        (Reasons("I saw the first"), 1, "just before: the better one"),
        (Reasons(" "), None, "why is champion moved"),
    ):
        with pytest.raises(MlopsTuiError, match=words):
            move_alias(project, index, "cancer:2", "champion", reasons, seen)
    with pytest.raises(RefusedError, match="is champion"):
        delete_version(project, index, "cancer:2", "bad")
    remove_alias(project, index, "cancer", "champion", Reasons("nothing is good enough"))
    with pytest.raises(NotFoundError):
        remove_alias(project, index, "cancer", "champion", Reasons("again"))
    assert model_history(project, index, "cancer").stood == {"champion": None}


def test_a_deleted_version_is_not_listed_and_comes_back(project: Path, index: Index) -> None:
    for content in (b"1", b"2"):
        register_file(project, index, "cancer", put(project, content))
    with pytest.raises(InputError, match="which version"):
        delete_version(project, index, "cancer", "old")
    with pytest.raises(InputError, match="why"):
        delete_version(project, index, "cancer:2", "")
    delete_version(project, index, "cancer:2", "leaked rows")
    assert find_version(project, index, "cancer").number == 1
    with pytest.raises(RefusedError, match="is deleted"):
        move_alias(project, index, "cancer:2", "champion", Reasons("why not"))
    restore_version(project, index, "cancer:2")
    assert find_version(project, index, "cancer").number == 2


def test_claims_that_make_no_sense_are_not_told_of(project: Path, index: Index) -> None:
    register_file(project, index, "cancer", put(project))
    told = {"model": "cancer", "version": 9, "t": 1.0, "manifest": "a"}
    for name, content in {
        "model-cancer-2": b"",
        "model-cancer-3": b"[" * 100_000,
        "model-cancer-4": json.dumps(told).encode(),  # of another number
        "model-cancer-9": json.dumps({**told, "note": "x" * 600_000}).encode(),
        "model-x-1": json.dumps({**told, "model": "x", "version": True}).encode(),
        "alias-cancer-champion-1": json.dumps({**told, "alias": "champion"}).encode(),
        "alias-cancer-a%3ab-1": json.dumps({**told, "alias": "a:b", "generation": 1}).encode(),
    }.items():
        (places.claims_dir(project) / name).write_bytes(content)
    before = journal_lines(project)
    catch_up(project, index)
    assert journal_lines(project) == before
    made = register_file(project, index, "cancer", put(project, b"2")).version
    assert made.number == 5  # numbers that were taken stay taken


def test_a_manifest_that_is_not_what_was_registered_is_refused(project: Path, index: Index) -> None:
    version = register_file(project, index, "cancer", put(project)).version
    path = object_path(project, version.manifest)
    path.write_bytes(path.read_bytes().replace(b"m.joblib", b"e.joblib"))
    with pytest.raises(MlopsTuiError, match="is damaged"):
        verify_version(project, index, "cancer")
    hostile = [
        {"path": "../../x", "size_bytes": 1, "sha256": "a" * 64},
        {"path": "x", "size_bytes": 10**9, "sha256": "a" * 64},
    ]
    for number, file in enumerate(hostile, 2):
        made = {"manifest": 1, "model": "cancer", "files": [file]}
        _journal_version(project, number, made)
    _journal_version(project, 4, {"manifest": 1, "model": "other", "files": []})
    _journal_version(project, 5, {"manifest": 99, "model": "cancer", "files": []})
    _journal_version(project, 6, {"files": "none"})
    index.ingest()
    assert [it.number for it in index.model_versions("cancer")] == [6, 5, 4, 3, 2, 1]
    for number, words in (
        *((2, "leads out"), (4, "names the manifest of"), (5, "newer"), (6, "understood")),
    ):
        with pytest.raises(MlopsTuiError, match=words):
            verify_version(project, index, f"cancer:{number}")
    problems = verify_version(project, index, "cancer:3").problems
    assert "gone" in problems[0]
    assert "other sizes than the journal" in problems[1]


def _journal_version(project: Path, number: int, manifest: object) -> None:
    from mlops_tui.domain.host import host_name
    from mlops_tui.engine.objects import keep_object

    digest = keep_object(project, json.dumps(manifest).encode())
    fact = {"model": "cancer", "version": number, "manifest": digest, "size_bytes": 1, "files": 1}
    line = {"t": time.time(), "event": "model.registered", **fact, "format": "joblib"}
    append_locked(places.project_journal(project, host_name()), line)
