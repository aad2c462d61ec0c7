"""The verb `init`: looks at a folder, proposes an `mlops.toml`, writes it where there is none."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.domain.project import FILE_NAME
from mlops_tui.engine import actions
from mlops_tui.engine.propose import propose


def do_init(options: argparse.Namespace) -> int:
    """Propose a project file and write it unless only asked to print; or copy the samples."""
    if options.samples is not None:
        return _copy_samples(options)
    folder = Path(options.path) if options.path else options.project
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder", "create it first")
    path = Path(os.path.realpath(folder)) / FILE_NAME
    if not options.print and os.path.lexists(path):
        raise RefusedError(f"{path} is there already", "--print shows what would be proposed")
    proposal = propose(folder)
    if not options.print:
        actions.write_project_file(folder, proposal.toml_text)
    if options.json:
        written = None if options.print else str(path)
        output.json_data(
            {"path": written, "toml": proposal.toml_text, "found": list(proposal.found)}
        )
        return 0
    for line in proposal.toml_text.rstrip("\n").split("\n"):
        output.data(line)
    for line in proposal.found:
        output.words(f"found: {line}")
    if not options.print:
        output.words(f"wrote {path}; look it over, then: mlops-tui")
    return 0


def _copy_samples(options: argparse.Namespace) -> int:
    if options.print or options.path:
        raise InputError("--samples copies projects that have an mlops.toml", "leave the rest out")
    done = actions.copy_samples(Path(options.samples))
    if options.json:
        output.json_data(
            {
                "folder": str(done.folder),
                "copied": list(done.copied),
                "there_already": list(done.there_already),
            }
        )
        return 0
    output.words(f"{done.words}; to open them: mlops-tui {shlex.quote(str(done.folder))}")
    return 0
