from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError
from mlops_tui.engine.actions_aliases import Reasons, move_alias
from mlops_tui.engine.actions_launch import launch
from mlops_tui.engine.actions_models import register_file
from mlops_tui.engine.model_lineage import (
    lineage_of_data,
    lineage_of_model,
    lineage_of_run,
    tree_lines,
)
from mlops_tui.engine.model_reproducing import differing, reproduce_version
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T
from tests.process.support import end_processes_of, until, wait_ended

TOML = """
[datasets.train]
path = "data/train.csv"
role = "train"
[jobs.train]
run = "sh train.sh {seed} {how}"
kind = "train"
inputs = ["train"]
[jobs.train.params]
seed = 1
how = "same"
"""
SCRIPT = """
mkdir -p "$MLOPS_RUN_DIR/artifacts"
cp data/train.csv "$MLOPS_RUN_DIR/artifacts/m.bin"
[ $2 = clock ] && date +%s%N >> "$MLOPS_RUN_DIR/artifacts/m.bin"
[ $2 = never ] || echo '{"m": {"auc": 0.9'$1', "seconds": '$$'}}' >> "$MLOPS_EVENTS"
[ $2 = fails ] && [ ! -d data/other ] && exit 3
echo '{"model": {"name": "cancer", "path": "artifacts/m.bin"}}' >> "$MLOPS_EVENTS"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    project = Path(os.path.realpath(tmp_path)) / "repository" / "deep"
    (project / "data" / "other").mkdir(parents=True)
    (project / "mlops.toml").write_text(TOML)
    (project / "train.sh").write_text(SCRIPT)
    (project / "data" / "train.csv").write_text("a\n1\n")
    (project.parent / ".gitignore").write_text("data\n.mlops\n")
    mail = ["-c", "user.email=a@b", "-c", "user.name=a"]
    for words in (["init", "-q"], ["add", "-A"], [*mail, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=project.parent, check=True)
    yield project
    end_processes_of(tmp_path)


def made(project: Path, index: Index, how: str) -> None:
    """Train, and wait until the background process has registered what the run offered."""
    run_id = launch(project, "train", {"how": how, "seed": 7})
    wait_ended(project, run_id)

    def is_registered() -> bool:
        index.ingest()
        return bool(index.model_versions_of([run_id]))

    until(is_registered)


def test_training_once_more_gives_the_same_bits_or_says_what_differs(project: Path) -> None:
    with Index.open(project) as index:
        made(project, index, "same")
        done = reproduce_version(project, index, "cancer")
        assert (done.verdict, done.differences, done.compared) == ("same bits", (), 1)
        (line,) = index.model_facts("cancer", "model.reproduced")
        assert (line["verdict"], line["version"]) == ("same bits", 1)
        made(project, index, "clock")
        assert reproduce_version(project, index, "cancer:2").verdict == "same metrics"
        made(project, index, "fails")  # outside of git there is a folder that it looks for
        with pytest.raises(RefusedError, match="training cancer:3 again failed"):
            reproduce_version(project, index, "cancer:3")
        (project / "data" / "train.csv").write_text("a\n2\n")
        with pytest.raises(RefusedError, match="it learned from"):
            reproduce_version(project, index, "cancer:1")
        register_file(project, index, "other", project / "train.sh")
        with pytest.raises(InputError, match="is not recorded"):
            reproduce_version(project, index, "other")
    trees = ["git", "worktree", "list", "--porcelain"]
    told = subprocess.run(trees, cwd=project, capture_output=True, text=True, check=True).stdout
    assert told.count("worktree ") == 1


def test_metrics_differ_beyond_the_tolerance_only() -> None:
    nan = float("nan")
    before = {"a": 1.0, "b": 1.0, "c": nan, "d": 0.0}
    found = differing(before, {"a": 1.0 + 1e-9, "b": 1.1, "c": nan, "d": 1e-15}, 1e-6)
    assert [(it.metric, it.after) for it in found] == [("b", 1.1)]
    assert [it.metric for it in differing({"a": 1.0}, {}, 1e-6)] == ["a"]


def test_lineage_goes_both_ways_from_data_run_and_version(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    run = recorder.create(job="train")
    line = {"t": T, "dataset": {"name": "train", "version": "d" * 32, "path": "t.csv"}}
    (recorder.folder(run) / "datasets.jsonl").write_text(json.dumps(line) + "\n")
    recorder.end(run)
    (tmp_path / "m.bin").write_bytes(b"1")
    with Index.open(tmp_path) as index:
        index.ingest()
        register_file(tmp_path, index, "cancer", tmp_path / "m.bin", run)
        (tmp_path / "m.bin").write_bytes(b"2")
        register_file(tmp_path, index, "cancer", tmp_path / "m.bin")
        for number in (1, 2):
            move_alias(tmp_path, index, f"cancer:{number}", "champion", Reasons("better"))
        facts = {"evaluation": "e1", "run": run, "dataset": "holdout", "data_version": "h" * 32}
        metrics = {"auc": {"value": 0.9, "low": 0.8, "high": 1.0, "n": 10}}
        recorder.journal("evaluation.recorded", T, **facts, metrics=metrics, rows=10)
        index.ingest()
        data, holdout = "data:train:" + "d" * 32, "data:holdout:" + "h" * 32
        edges = {
            (data, f"run:{run}"),
            (f"run:{run}", "model:cancer:1"),
            ("model:cancer:1", "evaluation:e1"),
            (holdout, "evaluation:e1"),
            ("model:cancer:1", "alias:cancer@champion"),
        }
        for found in (
            lineage_of_model(tmp_path, index, "cancer:1"),
            lineage_of_run(tmp_path, index, run),
            lineage_of_data(tmp_path, index, "train:ddd"),
        ):
            assert {(it.before, it.after) for it in found.edges} == edges
            assert {it.id for it in found.nodes} == {it for edge in edges for it in edge}
        found = lineage_of_data(tmp_path, index, "holdout")
        assert (f"run:{run}", "evaluation:e1") in {(it.before, it.after) for it in found.edges}
        lines = tree_lines(lineage_of_model(tmp_path, index, "cancer:1"))
        assert [it.split()[0] for it in lines] == [
            *("comes", "data", "run", "model", "evaluation", "rows", "alias"),
        ]
        assert lines[-1].endswith("earlier  (was)")
        with pytest.raises(NotFoundError):
            lineage_of_data(tmp_path, index, "train:xyz")
