"""Makes versions of models: files kept, manifest kept, number claimed, and then it is told.

`python -m mlops_tui.engine.registering PROJECT` registers what ended runs have offered.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import (
    InputError,
    MlopsTuiError,
    NotFoundError,
    RefusedError,
    StorageError,
)
from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import MODEL_REFUSED
from mlops_tui.domain.models import (
    ModelFormat,
    ModelVersion,
    OfferedModel,
    VersionName,
    format_of,
    require_name,
)
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.creation import record_fact
from mlops_tui.engine.model_claims import claim_version, settle_claims
from mlops_tui.engine.model_files import OnBytes, keep_model
from mlops_tui.engine.model_manifest import facts_of_run, files_of, is_known_of, manifest_of
from mlops_tui.engine.model_manifest import read_manifest as manifest_of_version
from mlops_tui.engine.objects import keep_object
from mlops_tui.engine.run_files import path_inside

if TYPE_CHECKING:
    from mlops_tui.index import Index

RIPE_SECONDS = 60.0
"""So long after its end a run's data and environment are waited for."""
_POLL_SECONDS = 0.05
_MOST_METRICS = 200
_LONGEST_NOTE = 4000
"""The manifest has all of both; a line of a journal has to stay short."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A version, and whether it was made just now."""

    version: ModelVersion
    is_new: bool


@dataclass(frozen=True, slots=True)
class Order:
    """What is to become a version."""

    model: str
    source: Path
    """The file or folder."""
    run_id: str | None = None
    """The run that made it; None where nobody knows."""
    kind: ModelFormat | None = None
    """None: what the name of the file says."""
    signature: Mapping[str, Any] | None = None
    note: str = ""
    is_again: bool = False
    """Register files that are those of the newest version already."""


def register(
    project: Path, index: Index, order: Order, on_bytes: OnBytes = lambda _: None
) -> Registered:
    """Register a file or folder as the next version of a model; nothing in it is loaded.

    Args:
        project: the project's folder.
        index: brought up to date; with the version in it when this returns.
        order: what to register.
        on_bytes: told of what is copied.

    Raises:
        NotFoundError: file or run are not there.
        RefusedError: a link leads out of the folder.
        InputError: the name is none, or there is no file.
        StorageError: the disk refuses.
    """
    require_name(order.model)
    settle_claims(project, index, order.model)
    now = time.time()
    facts: dict[str, Any] = {"by": user_name(), "host": host_name(), "t": now}
    return _make(project, index, order, facts, on_bytes)


def register_offered(
    project: Path,
    index: Index,
    patience_seconds: float = 0.0,
    on_refused: Callable[[OfferedModel, str], object] = lambda *_: None,
) -> list[Registered]:
    """Register what ended runs offered by their lines, each once, whoever else does so at once.

    Args:
        project: the project's folder.
        index: brought up to date.
        patience_seconds: how long to wait for data and environment of runs that ended just now.
        on_refused: told what cannot be registered, and why; what never can is recorded.

    Raises:
        StorageError: the disk refuses.
    """
    deadline = time.monotonic() + patience_seconds
    found: list[Registered] = []
    while offers := index.offered_models():
        ripe = [it for it in offers if _is_ripe(project, index, it)]
        for offer in ripe:
            made = _register_one(project, index, offer, on_refused)
            found += [] if made is None else [made]
        if len(ripe) == len(offers) or time.monotonic() >= deadline:
            break
        time.sleep(_POLL_SECONDS)
        index.ingest()
    return found


def _is_ripe(project: Path, index: Index, offer: OfferedModel) -> bool:
    (run,) = index.runs([offer.run_id])
    since = time.time() - (run.ended or 0.0)
    return not 0 <= since < RIPE_SECONDS or is_known_of(project, index, offer.run_id)


def _register_one(
    project: Path,
    index: Index,
    offer: OfferedModel,
    on_refused: Callable[[OfferedModel, str], object],
) -> Registered | None:
    settle_claims(project, index, offer.model)
    if offer not in index.offered_models():
        return None  # somebody else has done it
    told = offer.facts
    signature = told.get("signature")
    try:
        order = Order(
            offer.model,
            path_inside(places.run_dir(project, offer.run_id), offer.path),
            offer.run_id,
            _format(told.get("format")),
            signature if isinstance(signature, dict) else None,
            str(told.get("note") or ""),
            is_again=True,
        )
        run_order = _order_of(project, offer.run_id)
        facts = {
            "by": str(run_order.get("user") or user_name()),
            "host": str(run_order.get("host") or host_name()),
            "t": time.time(),
            "offered": True,
        }
        return _make(project, index, order, facts, lambda _: None)
    except StorageError as error:
        on_refused(offer, error.message)  # another time it may be read, and others go on
        return None
    except (InputError, RefusedError) as error:
        why = error.message
        told_of = {"run": offer.run_id, "model": offer.model, "why": why, "by": user_name()}
        record_fact(project, MODEL_REFUSED, time.time(), **told_of)
        index.ingest()
        on_refused(offer, why)
        return None


def _format(name: object) -> ModelFormat | None:
    return ModelFormat(name) if isinstance(name, str) and name in set(ModelFormat) else None


def _order_of(project: Path, run_id: str) -> Mapping[str, Any]:
    from mlops_tui.engine.recorded import read_object

    try:
        return read_object(places.run_dir(project, run_id) / "run.json")
    except (OSError, ValueError):
        return {}


def _make(
    project: Path, index: Index, order: Order, facts: dict[str, Any], on_bytes: OnBytes
) -> Registered:
    of_run = None
    metrics: dict[str, float] = {}
    if order.run_id is not None:
        runs = index.runs([order.run_id])
        if not runs:
            raise NotFoundError(f"no run {order.run_id}", "mlops-tui runs lists them")
        of_run = facts_of_run(project, index, runs[0])
        ordered = sorted(runs[0].metrics.items())[:_MOST_METRICS]
        metrics = {name: it.last for name, it in ordered}
    files = keep_model(project, order.source, on_bytes)
    twin = None if order.is_again else _twin(project, index, order, files)
    if twin is not None:
        return Registered(twin, is_new=False)
    kind = order.kind or format_of(order.source.name, order.source.is_dir())
    source = None if order.run_id is None else _relative(project, order)
    by_and_when = {"by": facts["by"], "t": facts["t"], "source": source}
    manifest = manifest_of(
        order.model,
        files,
        kind,
        of_run,
        signature=order.signature,
        note=order.note or None,
        **by_and_when,
    )
    told = {
        **facts,
        "model": order.model,
        "manifest": keep_object(project, manifest),
        "format": kind.value,
        "size_bytes": sum(it.size_bytes for it in files),
        "files": len(files),
        "run": order.run_id,
        "job": None if of_run is None else of_run["job"],
        "metrics": metrics,
        "note": order.note[:_LONGEST_NOTE],
    }
    fact, is_ours = claim_version(project, index.last_number(order.model), told)
    index.ingest()
    name = VersionName(order.model, number=int(fact["version"]))
    return Registered(index.model_version(name), is_ours)


def _relative(project: Path, order: Order) -> str:
    folder = places.run_dir(project, order.run_id or "")
    return os.path.relpath(os.path.realpath(order.source), os.path.realpath(folder))


def _twin(
    project: Path, index: Index, order: Order, files: Sequence[object]
) -> ModelVersion | None:
    """Return the newest version where it has these very files and is of the same run."""
    newest = index.model_versions(order.model, limit=1)
    if not newest or newest[0].run_id != order.run_id:
        return None
    try:
        known = files_of(manifest_of_version(project, newest[0]))
    except MlopsTuiError:
        return None
    return newest[0] if known == tuple(files) else None


def main(arguments: Sequence[str]) -> int:
    """Register what ended runs have offered: PROJECT."""
    from mlops_tui.index import Index

    os.nice(10)
    project = Path(arguments[0])
    try:
        with Index.open(project) as index:
            index.ingest()
            settle_claims(project, index)
            found = register_offered(project, index, RIPE_SECONDS, _say_refused)
    except StorageError as error:
        sys.stderr.write(f"models of runs are not registered: {error}\n")
        return 1
    for it in found:
        sys.stderr.write(f"run {it.version.run_id}: registered {it.version.name}\n")
    return 0


def _say_refused(offer: OfferedModel, why: str) -> None:
    sys.stderr.write(f"run {offer.run_id}: {offer.model} is not registered: {why}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
