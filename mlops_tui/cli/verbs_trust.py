"""The verbs about loading models: what a file would import, and who lets it be loaded."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.cli.reading import open_index, project_folder
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.models import Trust, format_of
from mlops_tui.engine import actions_trust
from mlops_tui.engine.pickle_names import Level

if TYPE_CHECKING:
    from mlops_tui.engine.model_scan import Scan

_MARKS = {Level.SUSPICIOUS: "!!", Level.UNKNOWN: "? ", Level.KNOWN: "  "}


def do_models_scan(options: argparse.Namespace) -> int:
    """Show what a model would import; exit code 1 where that is suspicious."""
    path = Path(options.version)
    trust = None
    if path.is_file():
        scan, name = actions_trust.scan_path(path, format_of(path.name)), path.name
    else:
        folder = project_folder(options.project)
        with open_index(folder) as index:
            found = actions_trust.scan_version(folder, index, options.version)
        scan, name, trust = found.scan, found.version.name, found.trust
    if options.json:
        output.json_data({"name": name, **_scan_shape(scan), "trust": _trust_shape(trust)})
    else:
        _print_scan(name, scan)
        if trust is not None:
            output.data(f"{trust.by} lets it be loaded: {trust.reason}")
    return 1 if scan.level is Level.SUSPICIOUS else 0


def do_models_trust(options: argparse.Namespace) -> int:
    """Let a model be loaded, having shown what it would import; or take that back."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        if options.revoke:
            version = actions_trust.revoke_trust(folder, index, options.version, options.why)
            if options.json:
                output.json_data({"name": version.name, "trust": None})
            else:
                output.words(f"{version.name} is not loaded any more")
            return 0
        found = actions_trust.scan_version(folder, index, options.version)
        if not options.json:
            _print_scan(found.version.name, found.scan)
        if not options.why.strip():
            raise InputError(
                f"{found.version.name} is not trusted: no reason is given",
                "if you are sure of its author: --why REASON",
            )
        trust = actions_trust.trust_version(
            folder, index, options.version, options.why, options.types or None, options.anyway
        )
    if options.json:
        told = {"name": found.version.name, **_scan_shape(found.scan)}
        output.json_data({**told, "trust": _trust_shape(trust)})
    else:
        output.words(f"{found.version.name} may be loaded from now on: {trust.digest[:12]}")
    return 0


def _print_scan(name: str, scan: Scan) -> None:
    for problem in scan.problems:
        output.data(f"!! {problem}")
    for it in scan.imports:
        output.data(f"{_MARKS[it.level]} {it.name}  ({it.level.value}, {it.where})")
    for note in scan.notes:
        output.data(f"?  {note}")
    counts = [sum(it.level is level for it in scan.imports) for level in Level]
    known, unknown, suspicious = counts
    if scan.problems:
        words = "it is never loaded here"
    elif scan.imports:
        words = f"{known} known, {unknown} not known, {suspicious} suspicious imports"
    else:
        words = "it imports nothing" if not scan.notes else "no import was found"
    output.words(f"{name}: {words}; nothing was loaded to find out")


def _scan_shape(scan: Scan) -> dict[str, object]:
    return {
        "level": scan.level.value,
        "imports": [{**asdict(it), "level": it.level.value} for it in scan.imports],
        "problems": list(scan.problems),
        "notes": list(scan.notes),
    }


def _trust_shape(trust: Trust | None) -> dict[str, object] | None:
    if trust is None:
        return None
    return {
        "digest": trust.digest,
        "types": list(trust.types),
        "reason": trust.reason,
        "by": trust.by,
        "at": trust.at,
    }
