"""Registering a large file, listing many versions, promoting and rolling back.

`python -m tests.benchmarks.registry`; b3sum's place is taken by the package `blake3` (the same
code, all cores, mapped) where it is installed, else by SHA-256 of hashlib.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from mlops_tui.domain.models import VersionName
from mlops_tui.engine.actions_aliases import Reasons, move_alias
from mlops_tui.engine.actions_models import list_models, model_history, register_file
from mlops_tui.engine.model_files import keep_model
from mlops_tui.index import Index
from tests.benchmarks.setting import isolated
from tests.benchmarks.table import Options, Row, below, number, run

_PIECE = os.urandom(1 << 20)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _command(words: Sequence[str]) -> None:
    quiet = subprocess.DEVNULL
    subprocess.run(words, stdout=quiet, stderr=quiet, check=True)


def _write(path: Path, size: int) -> None:
    with open(path, "wb") as file:
        for at in range(size // len(_PIECE)):
            file.write(at.to_bytes(8, "little") + _PIECE[8:])
    subprocess.run(["sync", os.fspath(path)], check=True)


def _digest(path: Path) -> str:
    """Hash a file as b3sum does; return what did it."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            import blake3  # type: ignore[import-not-found,unused-ignore]
        except ImportError:
            hashlib.sha256(data).hexdigest()
            return "SHA-256"
        blake3.blake3(data, max_threads=blake3.blake3.AUTO).hexdigest()
        return "BLAKE3"


def _large(folder: Path, options: Options) -> Iterator[Row]:
    size = (256 << 20) if options.is_quick else (1 << 30)
    source, copy = folder / "source.bin", folder / "copy.bin"
    _write(source, size)
    ratios, bare = [], []
    what = ""
    for at in range(options.times(5)):
        _digest(source)  # it is in memory for both
        copying = _seconds(lambda: subprocess.run(["cp", source, copy], check=True))
        syncing = _seconds(lambda: subprocess.run(["sync", copy], check=True))
        begun = time.perf_counter()
        what = _digest(source)
        hashing = time.perf_counter() - begun
        copy.unlink()
        project = folder / f"p{at}"
        project.mkdir()
        ours = _seconds(partial(keep_model, project, source))
        ratios.append(100 * (copying + syncing + hashing) / ours)
        bare.append(100 * (copying + hashing) / ours)
        subprocess.run(["rm", "-r", project], check=True)
    told = f"{number(statistics.median(ratios))} % (n {len(ratios)})"
    name = f"register {size >> 20} MiB, against cp, sync and {what}"
    yield Row(name, ">= 70 %", told, statistics.median(ratios) >= 70)
    told = f"{number(statistics.median(bare))} %"
    yield Row(f"the same, on disk for sure, against cp and {what} without sync", "", told)


def _many(project: Path, models: int, versions: int) -> None:
    dot = project / ".mlops"
    (dot / "claims").mkdir(parents=True)
    (project / "mlops.toml").touch()
    with open(dot / "journal-here.jsonl", "w") as journal:
        for model in range(models):
            for version in range(1, versions + 1):
                facts = {"model": f"model-{model}", "version": version, "format": "joblib"}
                about = {"manifest": f"{model:032x}{version:032x}", "size_bytes": 1, "files": 1}
                event = {"t": 1.7e9 + version, "event": "model.registered", **facts, **about}
                journal.write(json.dumps({**event, "metrics": {"auc": 0.9}}) + "\n")
                claim = dot / "claims" / f"model-model%2d{model}-{version}"
                claim.touch()
            for generation in range(1, 4):
                move = {"alias": "champion", "generation": generation, "to": generation}
                event = {"t": 1.7e9, "event": "alias.moved", "model": f"model-{model}", **move}
                journal.write(json.dumps(event) + "\n")
                (dot / "claims" / f"alias-model%2d{model}-champion-{generation}").touch()


def _lists(folder: Path, options: Options) -> Iterator[Row]:
    models, versions = (100, 100) if options.is_quick else (1000, 100)
    project = folder / "many"
    project.mkdir()
    _many(project, models, versions)
    with Index.open(project) as index:
        reading = _seconds(lambda: index.ingest())
        told = f"{number(reading)} s"
        yield Row(f"read {models} models x {versions} versions for the first time", "", told)
        times = [_seconds(lambda: list_models(project, index)) for _ in range(5)]
        yield below("list them", 1.0, times)
        name = f"model-{models // 2}"
        times = [_seconds(lambda: model_history(project, index, name)) for _ in range(5)]
        yield below("the history of one", 0.1, times)
        times = [_seconds(lambda: index.model_versions(name)) for _ in range(5)]
        yield below("the versions of one", 0.1, times)
        wanted = VersionName(name, alias="champion")
        times = [_seconds(lambda: index.model_version(wanted)) for _ in range(5)]
        yield below("what is champion of one", 0.1, times)
    for words, limit in ((["models", "list"], 1.0), (["models", "history", name], 1.0)):
        command = [sys.executable, "-m", "mlops_tui", *words, "-C", str(project), "--json"]
        once = [_seconds(partial(_command, command)) for _ in range(options.times(5))]
        yield below(f"the whole command: {' '.join(words[:2])}", limit, once)


def _moves(folder: Path, options: Options) -> Iterator[Row]:
    project = folder / "moves"
    project.mkdir()
    (project / "mlops.toml").write_text("[models.cancer.gate]\nsize_max_mb = 1\n")
    with Index.open(project) as index:
        for at in range(3):
            (project / "m.bin").write_bytes(b"%d" % at)
            register_file(project, index, "cancer", project / "m.bin")
        for at in (1, 2):
            move_alias(project, index, f"cancer:{at}", "champion", Reasons("first"))
    why = ["--why", "measured"]
    acts = {
        "rollback": [["rollback", "cancer", *why, "--to", it] for it in ("1", "2")],
        "promote": [["promote", f"cancer:{it}", *why] for it in (3, 1)],
    }
    for name, both in acts.items():
        times = []
        for at in range(options.times(10, 4)):
            command = [sys.executable, "-m", "mlops_tui", "models", *both[at % 2]]
            times.append(_seconds(partial(_command, [*command, "-C", str(project)])))
        yield below(f"the whole command: models {name}", 1.0, times)


def measure(options: Options) -> Iterator[Row]:
    """Yield what was measured."""
    with isolated() as folder:
        yield from _large(folder, options)
        yield from _lists(folder, options)
        yield from _moves(folder, options)


if __name__ == "__main__":
    raise SystemExit(run([measure], "The registry of models."))
