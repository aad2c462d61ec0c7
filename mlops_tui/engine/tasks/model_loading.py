"""Looks into files of models, and loads those that a person lets be loaded, in a worker process."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.domain.models import ModelFormat, format_of
from mlops_tui.engine.model_scan import scan_file
from mlops_tui.engine.worker import Progress

_EXTRAS = {ModelFormat.SKOPS: ("skops", "skops"), ModelFormat.ONNX: ("onnxruntime", "onnx")}
_SHOWN = 10


def scan(
    progress: Progress, files: Sequence[Mapping[str, str]], kind: str
) -> list[dict[str, object]]:
    """Return what each file would import; nothing is loaded.

    Args:
        progress: told of files.
        files: `path` and `name` of each.
        kind: the format of the model.
    """
    found: list[dict[str, object]] = []
    for number, it in enumerate(files):
        told = ModelFormat(kind)
        one = told if len(files) == 1 else format_of(it["name"])
        scanned = scan_file(Path(it["path"]), it["name"], one)
        found.append({"name": it["name"], **asdict(scanned), "level": scanned.level})
        progress(number + 1, len(files))
    return found


def load(path: str, format: str, trust: Mapping[str, Any] | None) -> Any:  # noqa: A002 its word
    """Load a model from the very bytes that a person trusts; only in a worker process.

    Args:
        path: of its one file.
        format: `skops`, `joblib`, `pickle` or `onnx`.
        trust: `digest`, SHA-256 of the file, and for skops `types`, those that may be loaded;
            None where nobody trusts it. ONNX and skops of plain types need none but the digest.

    Returns:
        The object, or for ONNX an `onnxruntime.InferenceSession`.

    Raises:
        RefusedError: nobody trusts it, it is not what was trusted, or it is a bomb.
        InputError: the format cannot be loaded, or what loads it is not installed.
    """
    kind = ModelFormat(format)
    if kind in (ModelFormat.FILE, ModelFormat.FOLDER):
        raise InputError(f"a model that is kept as a {kind} is not loaded", "evaluate predictions")
    if trust is None or not trust.get("digest"):
        raise RefusedError(
            "nobody trusts this model: it is not loaded", "mlops-tui models trust NAME:N --why ..."
        )
    _require_installed(kind)
    with _exactly(path, trust["digest"]) as file:
        problems = scan_file(Path(path), os.path.basename(path) + _ending(kind), kind).problems
        if problems:
            raise RefusedError(f"not loaded: {problems[0]}")
        return _LOADERS[kind](file, trust)


def _ending(kind: ModelFormat) -> str:
    return "." + kind.value


def _require_installed(kind: ModelFormat) -> None:
    module, extra = _EXTRAS.get(kind, ("", ""))
    if module and importlib.util.find_spec(module) is None:
        hint = f"pip install 'mlops-tui[{extra}]'"
        raise InputError(f"{module} is not installed, which loads models of this format", hint)


@contextlib.contextmanager
def _exactly(path: str, digest: str) -> Iterator[BinaryIO]:
    """Open a file that has this digest.

    Raises:
        RefusedError: it has another one.
    """
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            raise RefusedError("the file is not the one that is trusted: its digest is another one")
        file.seek(0)
        yield file


def _load_skops(file: BinaryIO, trust: Mapping[str, Any]) -> Any:
    import skops.io

    data = file.read()
    types = list(trust.get("types") or [])
    unknown = [it for it in skops.io.get_untrusted_types(data=data) if it not in types]
    if unknown:
        shown = ", ".join(unknown[:_SHOWN])
        hint = "look at them, then: mlops-tui models trust NAME:N --why ..."
        raise RefusedError(f"{len(unknown)} types in it were not approved: {shown}", hint)
    return skops.io.loads(data, trusted=types)


def _load_joblib(file: BinaryIO, _: Mapping[str, Any]) -> Any:
    import joblib

    return joblib.load(file)


def _load_pickle(file: BinaryIO, _: Mapping[str, Any]) -> Any:
    import pickle

    return pickle.load(file)


def _load_onnx(file: BinaryIO, _: Mapping[str, Any]) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(file.read(), providers=["CPUExecutionProvider"])


_LOADERS = {
    ModelFormat.SKOPS: _load_skops,
    ModelFormat.JOBLIB: _load_joblib,
    ModelFormat.PICKLE: _load_pickle,
    ModelFormat.ONNX: _load_onnx,
}


def untrusted_types(progress: Progress, path: str) -> list[str]:
    """Return the types in a skops file that skops itself does not trust; nothing is loaded.

    Raises:
        InputError: skops is not installed, or it is no such file.
        RefusedError: it is a bomb.
    """
    _require_installed(ModelFormat.SKOPS)
    problems = scan_file(Path(path), "model.skops", ModelFormat.SKOPS).problems
    if problems:
        raise RefusedError(problems[0])
    import skops.io

    progress(0, 1)
    return list(skops.io.get_untrusted_types(data=Path(path).read_bytes()))


def try_load(
    progress: Progress,
    path: str,
    format: str,  # noqa: A002 its word
    trust: Mapping[str, Any] | None,
) -> dict[str, object]:
    """Load a model and return the type of what came out."""
    progress(0, 1)
    found = load(path, format, trust)
    kind = type(found)
    return {"type": f"{kind.__module__}.{kind.__qualname__}"}
