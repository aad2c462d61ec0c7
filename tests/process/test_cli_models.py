"""The verbs of models on a real project: what they print, and how they end."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from tests.process.support import make_project

pytestmark = pytest.mark.usefixtures("own_tasks")
VERSION = {
    *("name", "model", "version", "format", "size_bytes", "files", "manifest", "run", "job"),
    *("registered", "by", "host", "metrics", "note", "aliases", "deleted"),
}
MOVE = {
    *("model", "alias", "generation", "from", "to", "at", "by", "host", "why", "kind"),
    *("evaluation", "gate", "report"),
}


class Evil:
    def __reduce__(self) -> Any:
        return os.system, ("touch canary",)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = make_project(tmp_path / "proj")
    monkeypatch.chdir(project)
    (project / "mlops.toml").write_text("[models.cancer.gate]\nsize_max_mb = 0.001\n")
    for name, content in (("a.onnx", b"a" * 100), ("b.onnx", b"b" * 5000), ("c.onnx", b"c")):
        (project / name).write_bytes(content)
    return project


def say(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["models", *words])
    return code, *capsys.readouterr()


def data(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(say(capsys, *words, "--json")[1])


def test_a_model_goes_from_a_file_to_champion_and_back(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data(capsys, "list") == []
    for name in ("a", "b", "c"):
        made = data(capsys, "register", "cancer", f"{name}.onnx", "--note", name)
        assert set(made) == VERSION | {"is_new"}
    assert say(capsys, "promote", "cancer:1")[0] == 0
    code, out, err = say(capsys, "promote", "cancer:2")
    assert (code, "red" in out, "is not promoted: size" in err) == (1, True, True)
    refused = data(capsys, "promote", "cancer:2")
    assert (refused["promoted"], refused["move"], refused["gate"]["verdict"]) == (
        *(False, None, "red"),
    )
    assert say(capsys, "gate", "cancer:2", "--json")[0] == 1
    done = data(capsys, "promote", "cancer:3")
    assert (set(done["move"]), done["move"]["to"], done["promoted"]) == (MOVE, 3, True)
    drill = data(capsys, "rollback", "cancer", "--drill")
    assert (drill["to"], drill["is_drill"], drill["problems"]) == (1, True, [])
    back = data(capsys, "rollback", "cancer", "--why", "it was worse")
    assert (back["from"], back["to"], back["move"]["kind"]) == (3, 1, "rollback")
    history = data(capsys, "history", "cancer")
    assert history["aliases"] == {"champion": 1}
    assert [it["to"] for it in history["moves"]] == [1, 3, 1]
    code, out, _ = say(capsys, "history", "cancer", "--at", "-1h")
    assert (code, out) == (0, "")
    (listed,) = data(capsys, "list")
    assert (listed["versions"], listed["aliases"], listed["newest"]["name"]) == (
        *(3, {"champion": 1}, "cancer:3"),
    )
    assert {it["note"] for it in data(capsys, "list", "cancer")} == {"a", "b", "c"}
    for words in (["list"], ["list", "cancer"], ["show", "cancer@champion"], ["verify", "cancer"],
                  ["history", "cancer"], ["card", "cancer"], ["lineage", "cancer"]):  # fmt: skip
        code, out, _ = say(capsys, *words)
        assert (code, "cancer" in out) == (0, True)


def test_mistakes_end_with_two_and_name_the_cure(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(capsys, "register", "cancer", "a.onnx")[0] == 0
    for words, told in (
        (["show", "cancre"], "did you mean cancer"),
        (["show", "cancer:9"], "the newest is cancer:1"),
        (["show", "cancer:x"], "NAME@champion"),
        (["register", "cancer"], "--run RUN"),
        (["register", "cancer", "gone"], "No such file"),
        (["register", "x", "a.onnx", "--example", "a.onnx"], "holds no example"),
        (["alias", "cancer:1", "champion"], "--why"),
        (["rollback", "cancer", "--why", "x"], "nothing was promoted"),
        (["history", "cancer", "--at", "noonish"], "write -30d"),
        (["delete", "cancer", "--why", "x"], "NAME:3"),
        (["lineage"], "--data"),
        (["reproduce", "cancer:1"], "is not recorded"),
    ):
        code, _, err = say(capsys, *words)
        assert (code, told in err) == (2, True), (words, err)


def test_what_a_hostile_model_would_import_is_shown_and_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "m.pkl").write_bytes(pickle.dumps(Evil()))
    assert say(capsys, "register", "evil", "m.pkl")[0] == 0
    for words in (["scan", "evil"], ["scan", "m.pkl"], ["trust", "evil", "--why", "x"]):
        code, out, _ = say(capsys, *words)
        assert (code, "posix.system" in out) == (1, True)
    assert data(capsys, "scan", "evil")["trust"] is None
    assert say(capsys, "trust", "evil")[0] == 2
    trusted = data(capsys, "trust", "evil", "--why", "mine", "--anyway")
    assert (trusted["trust"]["reason"], trusted["level"]) == ("mine", "suspicious")
    assert data(capsys, "trust", "evil", "--revoke", "--why", "no")["trust"] is None
    assert not (project / "canary").exists()
