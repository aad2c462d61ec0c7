from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import pytest

from mlops_tui.domain.errors import InputError, MlopsTuiError, RefusedError
from mlops_tui.domain.models import ModelFormat
from mlops_tui.engine.actions_models import register_file
from mlops_tui.engine.actions_trust import (
    load_request,
    revoke_trust,
    scan_version,
    trust_version,
)
from mlops_tui.engine.pickle_names import Level
from mlops_tui.engine.tasks.model_loading import load
from mlops_tui.index import Index

pytestmark = pytest.mark.usefixtures("own_tasks")


class Evil:
    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self._canary}",)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    (tmp_path / "mlops.toml").touch()
    with Index.open(tmp_path) as index:
        yield index


def load_it(project: Path, index: Index, name: str) -> Any:
    asked = load_request(project, index, scan_version(project, index, name).version)
    return load(asked.path, asked.format, asked.trust)


def register(project: Path, index: Index, name: str, data: bytes | None = None) -> None:
    if data is not None:
        (project / name).write_bytes(data)
    register_file(project, index, "m", project / name)


def test_a_pickle_is_loaded_only_once_a_person_trusts_it(tmp_path: Path, index: Index) -> None:
    joblib.dump({"w": [1.0]}, tmp_path / "m.joblib")
    register(tmp_path, index, "m.joblib")
    with pytest.raises(RefusedError, match="nobody trusts"):
        load_it(tmp_path, index, "m")
    with pytest.raises(InputError, match="why is m:1 trusted"):
        trust_version(tmp_path, index, "m", " ")
    trust = trust_version(tmp_path, index, "m", "our own")
    assert (trust.reason, trust.digest) == (
        "our own",
        hashlib.sha256((tmp_path / "m.joblib").read_bytes()).hexdigest(),
    )
    assert load_it(tmp_path, index, "m") == {"w": [1.0]}
    register(tmp_path, index, "m.joblib", pickle.dumps({"w": 2}))  # other bytes: not trusted
    with pytest.raises(RefusedError, match="nobody trusts"):
        load_it(tmp_path, index, "m:2")
    revoke_trust(tmp_path, index, "m:1", "its author left")
    with pytest.raises(RefusedError, match="nobody trusts"):
        load_it(tmp_path, index, "m:1")
    with pytest.raises(InputError, match="nobody trusts"):
        revoke_trust(tmp_path, index, "m:1", "again")


def test_a_hostile_pickle_is_refused_unless_a_person_insists(tmp_path: Path, index: Index) -> None:
    canary = tmp_path / "canary"
    register(tmp_path, index, "m.pkl", pickle.dumps(Evil(canary)))
    assert scan_version(tmp_path, index, "m").scan.level is Level.SUSPICIOUS
    with pytest.raises(RefusedError, match=r"would import posix.system"):
        trust_version(tmp_path, index, "m", "it is fine")
    trust_version(tmp_path, index, "m", "I am its author", is_anyway=True)
    assert not canary.exists()


def test_only_the_bytes_that_are_trusted_are_loaded(tmp_path: Path) -> None:
    path = tmp_path / "m.pkl"
    path.write_bytes(pickle.dumps(1))
    with pytest.raises(RefusedError, match="not the one that is trusted"):
        load(str(path), "pickle", {"digest": "a" * 64})
    for kind in (ModelFormat.FILE, ModelFormat.FOLDER):
        with pytest.raises(InputError, match="is not loaded"):
            load(str(path), kind.value, {"digest": "a" * 64})


def test_a_model_of_other_frameworks_is_kept_and_never_loaded(tmp_path: Path, index: Index) -> None:
    register(tmp_path, index, "weights.pt", b"PK")
    with pytest.raises(InputError, match="never loaded"):
        load_it(tmp_path, index, "m")


def test_skops_loads_only_types_that_were_approved(tmp_path: Path, index: Index) -> None:
    skops = pytest.importorskip("skops.io")
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(2, random_state=0).fit([[0.0], [1.0]], [0, 1])
    skops.dump(forest, tmp_path / "m.skops")
    register(tmp_path, index, "m.skops")
    with pytest.raises(RefusedError, match=r"were not approved: sklearn.tree"):
        load_it(tmp_path, index, "m")
    with pytest.raises(InputError, match=r"it has no type os.system"):
        trust_version(tmp_path, index, "m", "ours", ["os.system"])
    assert trust_version(tmp_path, index, "m", "ours").types == ("sklearn.tree._tree.Tree",)
    loaded = load_it(tmp_path, index, "m")
    assert loaded.predict_proba([[1.0]]).tolist() == forest.predict_proba([[1.0]]).tolist()


def test_a_bomb_is_not_loaded_whoever_trusts_it(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlops_tui.engine import model_scan

    joblib.dump(b"\0" * 2_000_000, tmp_path / "m.joblib", compress=3)
    register(tmp_path, index, "m.joblib")
    trust_version(tmp_path, index, "m", "it is ours")
    monkeypatch.setattr(model_scan.Limits.__init__, "__defaults__", (1_000_000, 200, 1 << 40))
    with pytest.raises(RefusedError, match="a bomb"):
        load_it(tmp_path, index, "m")
    with pytest.raises(MlopsTuiError, match="not loaded, ever"):
        trust_version(tmp_path, index, "m", "again")


def test_onnx_is_loaded_by_its_runtime(tmp_path: Path, index: Index) -> None:
    pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    shape = [onnx.helper.make_tensor_value_info(it, 1, [1]) for it in ("x", "y")]
    node = onnx.helper.make_node("Identity", ["x"], ["y"])
    graph = onnx.helper.make_graph([node], "g", [shape[0]], [shape[1]])
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)])
    made.ir_version = 8
    register(tmp_path, index, "m.onnx", made.SerializeToString())
    session = load_it(tmp_path, index, "m")
    assert [it.name for it in session.get_inputs()] == ["x"]
