"""Trains a version of a model once more, in a clean worktree, and compares what comes out."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain import places
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import (
    InputError,
    MlopsTuiError,
    NotFoundError,
    RefusedError,
    StorageError,
    WorkCancelledError,
)
from mlops_tui.domain.lifecycle import MODEL_REPRODUCED
from mlops_tui.domain.models import ModelVersion
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine.actions_agent import agent_stop
from mlops_tui.engine.actions_launch import launch
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.actions_models import find_version
from mlops_tui.engine.actions_stop import stop
from mlops_tui.engine.creation import guarding, record_fact
from mlops_tui.engine.model_files import keep_model
from mlops_tui.engine.model_manifest import files_of, read_manifest
from mlops_tui.engine.run_files import path_inside
from mlops_tui.engine.workers import Cancellation
from mlops_tui.track.fingerprint import fingerprint

if TYPE_CHECKING:
    from mlops_tui.index import Index

TOLERANCE = 1e-6
"""Relative difference of a metric that is none."""
_POLL_SECONDS = 0.1
_OF_TIME = re.compile(r"(second|time|latency|duration|memory|throughput|_ms|per_s)", re.IGNORECASE)
_GIT_SECONDS = 120
_LAST_BYTES = 600


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric that came out otherwise."""

    metric: str
    before: float
    after: float | None
    """None where the new run has no such metric."""


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What training once more came to."""

    version: ModelVersion
    verdict: str
    """`same bits`, `same metrics`, or `differs`."""
    commit: str
    seconds: float
    differences: tuple[Difference, ...]
    compared: int
    """Metrics that both have, those of time and memory left out."""
    notes: tuple[str, ...]


def reproduce_version(
    project: Path,
    index: Index,
    name: str,
    tolerance: float = TOLERANCE,
    cancellation: Cancellation | None = None,
) -> Reproduced:
    """Run the training of a version again at its commit, with its data and parameters.

    Args:
        project: the project's folder.
        index: brought up to date; with the outcome in it when this returns.
        name: of the version.
        tolerance: relative difference of a metric that is none.
        cancellation: ends it from another thread; nothing is recorded then.

    Raises:
        InputError: its run, job, commit or data are not recorded.
        RefusedError: the data is another one now, or the training failed.
        NotFoundError: there is no such version, or no such commit (any more).
        WorkCancelledError: it was cancelled.
    """
    version = find_version(project, index, name)
    manifest = read_manifest(project, version)
    commit = _require_known(version, manifest)
    notes = _notes(manifest)
    _require_data(manifest)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mlops-tui-reproduce-") as folder:
        tree = Path(os.path.realpath(folder)) / "tree"
        inside = _add_worktree(project, tree, commit)
        try:
            _bring_along(project, tree / inside, manifest)
            run = _train(tree / inside, version, manifest, cancellation or Cancellation())
            found = _compare(tree / inside, manifest, run, tolerance)
        finally:
            _remove_worktree(project, tree)
            shutil.rmtree(places.index_path(tree / inside).parent, ignore_errors=True)
    verdict, differences, compared = found
    seconds = time.monotonic() - begun
    done = Reproduced(version, verdict, commit, seconds, differences, compared, notes)
    facts: dict[str, object] = {
        "model": version.model,
        "version": version.number,
        "manifest": version.manifest,
        "verdict": verdict,
        "commit": commit,
        "seconds": round(seconds, 3),
        "differences": [asdict(it) for it in differences],
        "compared": compared,
        "tolerance": tolerance,
        "notes": list(notes),
        "by": user_name(),
    }
    record_fact(project, MODEL_REPRODUCED, time.time(), **facts)
    index.ingest()
    return done


def _require_known(version: ModelVersion, manifest: Mapping[str, Any]) -> str:
    commit = (manifest.get("git") or {}).get("commit")
    for what, told in (
        ("the run that made it", manifest.get("run")),
        ("its job", manifest.get("job")),
        ("the commit of its code", commit),
        ("which file of the run it is", manifest.get("source")),
    ):
        if not told:
            raise InputError(f"{version.name} cannot be trained again: {what} is not recorded")
    return str(commit)


def _notes(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    if (manifest.get("git") or {}).get("dirty"):
        return ("the code had changes that were not committed: what they were is not known",)
    return ()


def _require_data(manifest: Mapping[str, Any]) -> None:
    """Return quietly where the data is what it was."""
    for it in manifest.get("datasets") or []:
        if not it.get("version"):
            raise InputError(f"which version of {it['name']} it learned from is not recorded")
        found = fingerprint(str(it["path"]), places.cache_dir())
        if found.version != it["version"]:
            now = (found.version or "")[:SHORT] or found.problem
            words = f"{it['name']} is {now} now, it learned from {it['version'][:SHORT]}"
            raise RefusedError(f"not trained again: {words}", f"put that version to {it['path']}")


def _git(folder: Path, *arguments: str) -> str:
    """Return what git says.

    Raises:
        StorageError: it cannot be run, or it refuses.
    """
    quiet = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", os.fspath(folder), *arguments],
            env=quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StorageError(f"git cannot be run: {error}") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise StorageError(f"git {arguments[0]}: {words[-1] if words else done.returncode}")
    return done.stdout.decode("utf-8", "replace").strip()


def _add_worktree(project: Path, tree: Path, commit: str) -> str:
    """Check out the commit at `tree` and return the project's folder inside of it."""
    try:
        _git(project, "rev-parse", "--verify", f"{commit}^{{commit}}")
    except StorageError as error:
        words = f"commit {commit[:12]} is not there (any more)"
        raise NotFoundError(words, error.message) from error
    inside = _git(project, "rev-parse", "--show-prefix")
    _git(project, "worktree", "add", "--detach", os.fspath(tree), commit)
    return inside


def _remove_worktree(project: Path, tree: Path) -> None:
    try:
        _git(project, "worktree", "remove", "--force", os.fspath(tree))
    except StorageError:
        shutil.rmtree(tree, ignore_errors=True)
        _git(project, "worktree", "prune")


def _bring_along(project: Path, copy: Path, manifest: Mapping[str, Any]) -> None:
    """Put what git does not keep where the training looks for it: data as a copy, and the venv."""
    home = os.path.realpath(project)
    with guarding(copy):
        for it in manifest.get("datasets") or []:
            path = os.path.realpath(it["path"]) if os.path.exists(it["path"]) else it["path"]
            if not path.startswith(home + os.sep):
                continue
            target = copy / os.path.relpath(path, home)
            if target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if os.path.isdir(path):
                shutil.copytree(path, target)
            elif os.path.isfile(path):
                shutil.copy2(path, target)
        for name in (".venv", "venv"):
            if (project / name).is_dir() and not (copy / name).exists():
                (copy / name).symlink_to((project / name).resolve(), target_is_directory=True)


def _train(
    copy: Path, version: ModelVersion, manifest: Mapping[str, Any], cancellation: Cancellation
) -> Run:
    from mlops_tui.index import Index

    params = {key: it for key, it in (manifest.get("params") or {}).items() if it is not None}
    run_id = launch(copy, str(manifest["job"]), _declared(copy, str(manifest["job"]), params))
    try:
        with Index.open(copy) as index:
            while True:
                index.ingest()
                (run,) = index.runs([run_id])
                if run.state.is_ended:
                    break
                if cancellation.is_cancelled:
                    stop(copy, run_id)
                    raise WorkCancelledError("cancelled")
                time.sleep(_POLL_SECONDS)
    finally:
        agent_stop(copy)
    if run.state is not RunState.FINISHED:
        last = _last_words(places.run_dir(copy, run_id) / "output.log")
        words = f"training {version.name} again {run.state}: {run.reason or 'no reason is known'}"
        raise RefusedError(words, last)
    return run


def _declared(copy: Path, job: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that the job declares at that commit; a script may record more."""
    from mlops_tui.domain.projectfile import load_project

    recipe = load_project(copy).jobs.get(job)
    if recipe is None:
        raise InputError(f"there is no job {job} in mlops.toml at that commit")
    return {name: params[name] for name in recipe.params if name in params}


def _last_words(path: Path) -> str:
    try:
        data = path.read_bytes()[-_LAST_BYTES:]
    except OSError:
        return ""
    lines = data.decode("utf-8", "replace").strip().splitlines()
    return "; ".join(lines[-3:])


def _compare(
    copy: Path, manifest: Mapping[str, Any], run: Run, tolerance: float
) -> tuple[str, tuple[Difference, ...], int]:
    before = {it.path: it.sha256 for it in files_of(manifest)}
    try:
        source = path_inside(places.run_dir(copy, run.id), str(manifest["source"]))
        after = {it.path: it.sha256 for it in keep_model(copy, source)}
    except MlopsTuiError:
        after = {}
    told = {name: it["last"] for name, it in (manifest.get("metrics") or {}).items()}
    told = {name: it for name, it in told.items() if not _OF_TIME.search(name)}
    now = {name: it.last for name, it in run.metrics.items()}
    differences = tuple(differing(told, now, tolerance))
    if before == after:
        return "same bits", differences, len(told)
    is_same = bool(told) and not differences and bool(after)
    return ("same metrics" if is_same else "differs"), differences, len(told)


def differing(
    before: Mapping[str, float], after: Mapping[str, float], tolerance: float
) -> Sequence[Difference]:
    """Return the metrics that came out otherwise; NaN is the same as NaN."""
    found = []
    for name, value in before.items():
        other = after.get(name)
        is_same = other is not None and (
            math.isclose(value, other, rel_tol=tolerance, abs_tol=1e-12)
            or (math.isnan(value) and math.isnan(other))
        )
        if not is_same:
            found.append(Difference(name, value, other))
    return found
