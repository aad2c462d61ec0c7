"""The verbs that list, show, register, verify, delete and restore models."""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling
from mlops_tui.cli.reading import one_run, open_index, project_folder
from mlops_tui.cli.shapes import ago, local_time
from mlops_tui.cli.shapes_models import details_shape, model_shape, verified_shape, version_shape
from mlops_tui.cli.table import Column
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.models import ModelFormat, ModelVersion, OfferedModel
from mlops_tui.domain.text import short_bytes
from mlops_tui.engine import actions_models

if TYPE_CHECKING:
    from mlops_tui.engine.actions_models import VersionDetails
    from mlops_tui.index import Index

PATIENCE_SECONDS = 5.0
"""So long a list waits for what is recorded beside runs that ended just now."""
_LONGEST_EXAMPLE = 16 << 20
_METRICS = 3
_UNKNOWN = "not known"


def do_models_list(options: argparse.Namespace) -> int:
    """List the registered models, or the versions of one."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        actions_models.catch_up(folder, index, PATIENCE_SECONDS, on_refused=tell_refused)
        found = index.models()
        if options.name or options.deleted:
            return _list_versions(index, options)
    if options.json:
        output.json_data([model_shape(it) for it in found])
        return 0
    if not found:
        output.words("no model is registered: run.model(NAME, FILE) in a training script, or")
        output.words("mlops-tui models register NAME --run RUN")
        return 0
    now = time.time()
    heads = [Column("model", is_fixed=True), Column("versions", True), Column("aliases")]
    heads += [Column("newest", True), Column("registered"), Column("metrics of the newest")]
    rows = [
        [
            *(it.name, str(it.versions)),
            ", ".join(f"{alias} {number}" for alias, number in it.aliases.items()) or "-",
            *(str(it.newest.number), ago(it.newest.registered, now), _metric_words(it.newest)),
        ]
        for it in found
    ]
    print_table(heads, rows)
    return 0


def tell_refused(offer: OfferedModel, why: str) -> None:
    """Tell that what a run offered is not registered."""
    output.words(f"run {offer.run_id}: {offer.model} is not registered: {why}")


def _list_versions(index: Index, options: argparse.Namespace) -> int:
    if options.name:
        index.model(options.name)
    found = index.model_versions(options.name or None, deleted=options.deleted)
    if options.json:
        output.json_data([version_shape(it) for it in found])
        return 0
    if not found:
        output.words("no version is deleted")
        return 0
    now = time.time()
    heads = [Column("version", is_fixed=True), Column("aliases"), Column("registered")]
    heads += [Column("by"), Column("run"), Column("format"), Column("size", True)]
    heads += [Column("metrics")]
    rows = [
        [
            *(it.name, ", ".join(it.aliases) or "-", ago(it.registered, now), it.by),
            *(it.run_id or "-", it.format.value, short_bytes(it.size_bytes), _metric_words(it)),
        ]
        for it in found
    ]
    print_table(heads, rows)
    return 0


def _metric_words(version: ModelVersion) -> str:
    shown = [f"{name} {value:.4g}" for name, value in list(version.metrics.items())[:_METRICS]]
    more = len(version.metrics) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "") or "-"


def do_models_show(options: argparse.Namespace) -> int:
    """Show all that is recorded of a version; nothing of it is loaded."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        actions_models.catch_up(folder, index, PATIENCE_SECONDS, on_refused=tell_refused)
        details = actions_models.version_details(folder, index, options.version)
    if options.json:
        output.json_data(details_shape(details))
    else:
        _print_details(details)
    return 0


def _print_details(details: VersionDetails) -> None:
    version, told = details.version, details.manifest
    named = f" ({', '.join(version.aliases)})" if version.aliases else ""
    output.data(f"{version.name}{named}{', deleted' if version.deleted else ''}")
    by = f"{local_time(version.registered)} by {version.by} on {version.host}"
    git = told.get("git") or {}
    commit = str(git.get("commit") or _UNKNOWN)[:12]
    commit += {True: ", with changes that were not committed", None: ""}.get(git.get("dirty"), "")
    environment = told.get("environment") or {}
    packages = environment.get("packages") or {}
    python = f"Python {environment.get('python')}, {len(packages)} packages"
    size = short_bytes(version.size_bytes)
    pairs = [
        ("registered", by),
        ("format", f"{version.format.value}, {_files(version)}, {size}"),
        ("run", _run_words(told)),
        ("commit", commit),
        ("environment", python if environment.get("python") else _UNKNOWN),
        ("takes", _columns_words(told.get("signature"), "inputs")),
        ("gives", _columns_words(told.get("signature"), "outputs")),
        ("note", version.note or "-"),
        ("manifest", version.manifest),
    ]
    for name, words in pairs:
        output.data(f"  {name:<12} {words}")
    for it in told.get("datasets") or []:
        output.data(f"  {'data':<12} {it['name']} {str(it['version'] or _UNKNOWN)[:12]}")
    for name, value in (told.get("params") or {}).items():
        output.data(f"  {'param':<12} {name} = {value}")
    for name, value in version.metrics.items():
        output.data(f"  {'metric':<12} {name} {value:.6g}")
    for file in details.files:
        output.data(f"  {'file':<12} {file.path} {short_bytes(file.size_bytes)} {file.sha256}")
    for problem in details.problems:
        output.words(f"{problem}")


def _files(version: ModelVersion) -> str:
    return "1 file" if version.files == 1 else f"{version.files} files"


def _run_words(told: Mapping[str, Any]) -> str:
    if not told.get("run"):
        return _UNKNOWN
    return f"{told['run_name']} ({told['run']}), job {told['job'] or _UNKNOWN}"


def _columns_words(signature: Mapping[str, Any] | None, key: str) -> str:
    columns = (signature or {}).get(key)
    if not columns:
        return _UNKNOWN
    shown = [_column_words(it) for it in columns[:6]]
    more = len(columns) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _column_words(column: Mapping[str, Any]) -> str:
    if column.get("type") == "tensor":
        shape = " x ".join("n" if it == -1 else str(it) for it in column.get("shape") or [])
        return f"{column.get('name') or 'array'} {shape} {column.get('dtype')}"
    return f"{column.get('name')} {column.get('type')}"


def do_models_register(options: argparse.Namespace) -> int:
    """Keep a file or folder as the next version of a model."""
    folder = project_folder(options.project)
    if options.path is None and options.run is None:
        raise InputError("register what?", "give PATH, or --run RUN")
    if options.artifact is not None and (options.path is not None or options.run is None):
        raise InputError("--artifact is a file that a run kept", "give --run RUN, and no PATH")
    with open_index(folder) as index:
        run = None if options.run is None else one_run(index, options.run)
        if options.path is None and run is not None:
            found = actions_models.register_artifact(
                folder, index, options.name, run, options.artifact, options.note
            )
        else:
            with _telling_bytes("copying") as on_bytes:
                found = actions_models.register_file(
                    folder,
                    index,
                    options.name,
                    options.path,
                    None if run is None else run.id,
                    None if options.kind is None else ModelFormat(options.kind),
                    _signature(options.example),
                    options.note,
                    options.again,
                    on_bytes,
                )
    version = found.version
    if options.json:
        output.json_data({**version_shape(version), "is_new": found.is_new})
        return 0
    output.data(version.name)
    size = short_bytes(version.size_bytes)
    if found.is_new:
        output.words(f"registered: {version.format.value}, {_files(version)}, {size}")
    else:
        output.words("it has these very files already; --again makes another version of them")
    return 0


@contextlib.contextmanager
def _telling_bytes(what: str) -> Iterator[Callable[[int], None]]:
    """Give what hears of more bytes and tells about once a second how many there are."""
    done = 0
    with telling(what) as tell:

        def add(count: int) -> None:
            nonlocal done
            done += count
            tell(done, None)

        yield add


def _signature(path: Path | None) -> dict[str, Any] | None:
    """Return the signature that the example in a file tells.

    Raises:
        InputError: there is no example in it.
    """
    if path is None:
        return None
    from mlops_tui.track.signatures import columns_of

    try:
        with open(path, "rb") as file:
            example = json.loads(file.read(_LONGEST_EXAMPLE))
        return {"inputs": columns_of(example), "outputs": None}
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"{path} holds no example: {error}", "JSON: a row, or rows") from error


def do_models_verify(options: argparse.Namespace) -> int:
    """Read the files of a version; exit code 1 where they are not what was registered."""
    folder = project_folder(options.project)
    with open_index(folder) as index, _telling_bytes("reading") as on_bytes:
        found = actions_models.verify_version(folder, index, options.version, on_bytes)
    if options.json:
        output.json_data(verified_shape(found))
    elif found.problems:
        for problem in found.problems:
            output.data(f"{found.version.name}: {problem}")
    else:
        size = short_bytes(found.size_bytes)
        output.data(f"{found.version.name}: whole, {_files(found.version)}, {size}")
    return 1 if found.problems else 0


def do_models_delete(options: argparse.Namespace) -> int:
    """Hide a version."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        version = actions_models.delete_version(folder, index, options.version, options.why)
    if options.json:
        output.json_data({"deleted": version.name})
    else:
        output.words(f"{version.name} is deleted; mlops-tui models restore brings it back")
    return 0


def do_models_restore(options: argparse.Namespace) -> int:
    """Show a deleted version again."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        version = actions_models.restore_version(folder, index, options.version)
    if options.json:
        output.json_data({"restored": version.name})
    else:
        output.words(f"{version.name} is there again")
    return 0
