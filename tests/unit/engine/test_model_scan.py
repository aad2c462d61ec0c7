from __future__ import annotations

import io
import os
import pickle
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from mlops_tui.domain.models import format_of
from mlops_tui.engine.model_scan import Limits, Scan, scan_file
from mlops_tui.engine.pickle_names import Level, level_of

SYSTEM = f"{os.system.__module__}.system"


class Evil:
    """Touches a file where somebody loads it."""

    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self._canary}",)


def scan(path: Path, data: bytes | None = None, limits: Limits | None = None) -> Scan:
    if data is not None:
        path.write_bytes(data)
    return scan_file(path, path.name, format_of(path.name), limits)


def names(found: Scan, level: Level | None = None) -> set[str]:
    return {it.name for it in found.imports if level in (None, it.level)}


@pytest.mark.parametrize("protocol", range(6))
def test_a_hostile_pickle_is_told_and_never_run(tmp_path: Path, protocol: int) -> None:
    canary = tmp_path / "canary"
    found = scan(tmp_path / "m.pkl", pickle.dumps([1, Evil(canary)], protocol))
    assert names(found, Level.SUSPICIOUS) == {SYSTEM}
    assert found.level is Level.SUSPICIOUS
    assert not canary.exists()


@pytest.mark.parametrize("compress", [0, "zlib", "gzip", "bz2", "xz"])
def test_what_joblib_wrote_is_followed_through_its_arrays(tmp_path: Path, compress: Any) -> None:
    canary, chance = tmp_path / "canary", np.random.default_rng(0)
    forest = RandomForestClassifier(2).fit(chance.normal(size=(20, 2)), [0, 1] * 10)
    objects = np.array(["a", None, Evil(canary)], dtype=object)
    packed = (compress, 3) if compress else 0
    joblib.dump({"m": forest, "x": chance.normal(size=(99, 9))}, tmp_path / "m.joblib", packed)
    found = scan(tmp_path / "m.joblib")
    assert (found.level, found.notes) == (Level.KNOWN, ())
    assert "sklearn.ensemble._forest.RandomForestClassifier" in names(found)
    joblib.dump([np.zeros(3), objects, np.ones(3)], tmp_path / "evil.joblib", packed)
    found = scan(tmp_path / "evil.joblib")
    assert names(found, Level.SUSPICIOUS) == {SYSTEM}
    assert found.notes == ()
    assert not canary.exists()


def text(word: str) -> bytes:
    return b"\x8c" + bytes([len(word)]) + word.encode()


HIDDEN = {
    "a name put together on the stack": b"\x80\x04" + text("os") + text("system") + b"\x93.",
    "a name from the memo": b"\x80\x04" + text("os") + b"\x940h\0" + text("system") + b"\x93.",
    "INST": b"(S'touch x'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nS'touch x'\no.",
    "the name of Python 2": b"c__builtin__\neval\n(S'1'\ntR.",
    "a copied name": b"\x80\x04" + text("os") + text("system") + b"2\x93.",
    "a walk along attributes": b"\x80\x04" + text("sklearn.base") + text("X.y") + b"\x93.",
    "names that are no text": b"\x80\x04K\x01K\x02\x93.",
    "the table of extensions": b"\x80\x02\x82\x05.",
}


@pytest.mark.parametrize("data", HIDDEN.values(), ids=HIDDEN.keys())
def test_no_way_to_hide_an_import_passes_for_known(tmp_path: Path, data: bytes) -> None:
    found = scan(tmp_path / "m.pkl", data)
    assert found.level is not Level.KNOWN
    assert found.imports


def test_opcodes_that_hide_in_an_array_are_no_array_to_pickle(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    inner = pickle.dumps(Evil(canary), 2)[2:]
    array = np.frombuffer(inner + b"\0" * (-len(inner) % 8), dtype=np.uint8)
    joblib.dump(array, tmp_path / "m.joblib")
    assert names(scan(tmp_path / "m.joblib"), Level.SUSPICIOUS) == set()  # joblib runs none of it
    data = (tmp_path / "m.joblib").read_bytes()
    assert scan(tmp_path / "m.pkl", data).level is not Level.KNOWN  # pickle goes on in it


def test_an_array_that_is_announced_in_another_way_is_not_stepped_over(tmp_path: Path) -> None:
    wrapper = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n"
    made = b"ccopyreg\n_reconstructor\n(" + wrapper + b"c__builtin__\nobject\nNtR"
    found = scan(tmp_path / "m.joblib", b"\x80\x03" + made + b".")
    assert "in a way that joblib never does" in found.notes[0]
    assert found.level is Level.UNKNOWN


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04",
        b"\x80\x04\xff",
        b"\x80\x04R.",
        b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"x",
        b"\x80\x04\x8b" + struct.pack("<i", -5),
        b"cos",
        b"\x80\x02h\x07\x85R.",
    ],
)
def test_what_is_no_whole_pickle_is_not_taken_for_known(tmp_path: Path, data: bytes) -> None:
    assert scan(tmp_path / "m.pkl", data).level is not Level.KNOWN


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return path


def test_archives_are_looked_into_however_deep(tmp_path: Path) -> None:
    evil = pickle.dumps(Evil(tmp_path / "canary"), 2)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("archive/data.pkl", evil)
    found = scan(archive(tmp_path / "m.pt", {"a.zip": inner.getvalue(), "b.txt": b"x"}))
    assert names(found) == {SYSTEM}
    assert found.imports[0].where == "m.pt!a.zip!archive/data.pkl"
    np.savez(tmp_path / "a.npz", a=np.array([Evil(tmp_path / "canary")], dtype=object))
    assert names(scan(tmp_path / "a.npz"), Level.SUSPICIOUS) == {SYSTEM}
    found = scan(archive(tmp_path / "c.zip", {"code/run.py": b"print()"}))
    assert "is code" in found.notes[0]
    assert not (tmp_path / "canary").exists()


def test_a_bomb_is_refused_and_a_large_model_is_not(tmp_path: Path) -> None:
    zeros = archive(tmp_path / "m.skops", {"schema.json": b"{}", "a": b"\0" * 3_000_000})
    assert scan(zeros).problems == ()
    small = Limits(size_bytes=1_000_000)
    assert "a bomb" in scan(zeros, limits=small).problems[0]
    joblib.dump(np.zeros(400_000), tmp_path / "m.joblib", compress=3)
    assert scan(tmp_path / "m.joblib").problems == ()
    assert "a bomb" in scan(tmp_path / "m.joblib", limits=small).problems[0]


def test_files_that_share_bytes_of_an_archive_are_a_bomb(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.zip", {"a": b"x" * 100, "b": b"y" * 100})
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 5)
    assert "overlaps" in scan(path, bytes(data)).problems[0]


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "a/../../x", "..\\x", "C:/x"])
def test_an_archive_that_leads_out_of_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    assert "outside of its folder" in scan(archive(tmp_path / "m.zip", {name: b"x"})).problems[0]


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("weights")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
    assert "is a link" in scan(tmp_path / "m.zip").problems[0]


def test_the_schema_of_skops_says_its_types(tmp_path: Path) -> None:
    schema = (
        b'{"__class__": "LogisticRegression", "__module__": "sklearn.linear_model._logistic",'
        b' "content": {"__loader__": "FunctionNode", "__class__": "system", "__module__": "os",'
        b' "content": {"module_path": "os", "function": "system"}}}'
    )
    found = scan(archive(tmp_path / "m.skops", {"schema.json": schema}))
    assert names(found, Level.SUSPICIOUS) == {"os.system"}
    assert "sklearn.linear_model._logistic.LogisticRegression" in names(found, Level.KNOWN)
    for data in (b"[" * 100_000, b"no"):
        broken = archive(tmp_path / "b.skops", {"schema.json": data})
        assert "no schema" in scan(broken).problems[0]
    assert "no skops file" in scan(tmp_path / "c.skops", b"pickle").problems[0]
    assert "no skops file" in scan(archive(tmp_path / "d.skops", {"a": b"x"})).problems[0]


def test_what_is_not_looked_into_says_so(tmp_path: Path) -> None:
    assert "of no form" in scan(tmp_path / "m.h5", b"\x89HDF\r\n").notes[0]
    assert "is code" in scan(tmp_path / "m.so", b"\x7fELF").notes[0]
    assert scan(tmp_path / "m.onnx", b"\x08\x07").level is Level.KNOWN
    assert scan(tmp_path / "vocab.json", b"{}").level is Level.KNOWN
    assert "broken archive" in scan(tmp_path / "m.zip", b"PK\x03\x04broken").problems[0]
    assert "cannot be unpacked" in scan(tmp_path / "m.joblib", b"\x78\x9c\x01\x02").notes[0]


@pytest.mark.parametrize(
    ("module", "name", "level"),
    [
        ("builtins", "dict", Level.KNOWN),
        ("builtins", "getattr", Level.SUSPICIOUS),
        ("os.path", "join", Level.SUSPICIOUS),
        ("numpy", "ndarray", Level.KNOWN),
        ("numpy.testing._private.utils", "runstring", Level.SUSPICIOUS),
        ("joblib", "load", Level.SUSPICIOUS),
        ("sklearn.svm._classes", "SVC", Level.KNOWN),
        ("sklearn.svm._classes", "SVC.fit", Level.UNKNOWN),
        ("sklearn_evil.a", "SVC", Level.UNKNOWN),
        ("my_project.model", "Model", Level.UNKNOWN),
    ],
)
def test_what_an_import_is_follows_from_its_name(module: str, name: str, level: Level) -> None:
    assert level_of(module, name) is level
