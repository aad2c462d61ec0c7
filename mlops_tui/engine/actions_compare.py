"""What differs between runs, and between the commits they ran at; read from disk, nothing changed.

Whoever shows a comparison, the command line or the app, gets it here.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.attribution import Attribution, attribution
from mlops_tui.domain.compare import Row, RunDetails, Section, compare, details_of
from mlops_tui.domain.runs import Run
from mlops_tui.engine.recorded import read_marks_of, read_object, read_versions

GIT_SECONDS = 5.0
"""All commits together may take so long; what git has not told by then is left out."""
MOST_FILES = 100
_COMMIT = re.compile("[0-9a-f]{7,64}")
_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone must not go to the network
}
_DIFF = ("diff", "--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Some runs, and every fact of any of them side by side."""

    runs: tuple[RunDetails, ...]
    rows: tuple[Row, ...]
    attribution: Attribution | None = None
    """What the data has to do with it; of two runs that read different data."""


@dataclass(frozen=True, slots=True)
class CodeChanges:
    """What changed in tracked files from the commit of the first run to those of the others."""

    rows: tuple[Row, ...] = ()
    """A file each, with lines added and removed as `+3 -1`; None where nothing changed."""
    note: str = ""
    """What could not be found out, and why; not made safe to show."""


def compare_runs(project: Path, runs: Sequence[Run]) -> Comparison:
    """Return what runs of a project have side by side; files that cannot be read count as empty."""
    details = tuple(_details(project, run) for run in runs)
    rows = tuple(compare(details))
    return Comparison(details, rows, attribution(details, rows))


def changed_files(project: Path, runs: Sequence[RunDetails]) -> CodeChanges:
    """Return which files differ between the commits of runs, as far as the repository has them."""
    commits = [_commit(details) for details in runs]
    first = commits[0] if commits else None
    others = list(dict.fromkeys(it for it in commits if it not in (None, first)))
    if first is None or not others:
        return CodeChanges()
    deadline = time.monotonic() + GIT_SECONDS
    found: dict[str, Mapping[str, str]] = {}
    missing = []
    for other in others:
        changes = _diff(project, first, str(other), deadline - time.monotonic())
        if changes is None:
            missing.append(str(other)[:8])
        else:
            found[str(other)] = changes
    names = sorted({name for changes in found.values() for name in changes})
    rows = tuple(
        Row(Section.CHANGES, name, tuple(found.get(str(it), {}).get(name) for it in commits))
        for name in names[:MOST_FILES]
    )
    return CodeChanges(rows, _note(first[:8], missing, len(names) - len(rows)))


def _note(first: str, missing: Sequence[str], left_out: int) -> str:
    words = []
    if missing:
        words.append(f"git does not tell how {first} and {', '.join(missing)} differ here")
    if left_out:
        words.append(f"{left_out} more files changed")
    return "; ".join(words)


def _details(project: Path, run: Run) -> RunDetails:
    folder = places.run_dir(project, run.id)
    record, found = _object_in(folder / "run.json"), _object_in(folder / "environment.json")
    return details_of(run, record, found, read_versions(folder), read_marks_of(folder))


def _object_in(path: Path) -> Mapping[str, object]:
    try:
        return read_object(path)
    except (OSError, ValueError, RecursionError):
        return {}


def _commit(details: RunDetails) -> str | None:
    """Return the commit of a run; None where what is recorded could be anything else to git."""
    commit = details.code.get("git commit")
    return commit if isinstance(commit, str) and _COMMIT.fullmatch(commit) else None


def _diff(project: Path, one: str, other: str, seconds: float) -> Mapping[str, str] | None:
    """Return the files that differ between two commits; None where git does not tell."""
    if seconds <= 0:
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *_DIFF, one, other, "--"],
            env={**os.environ, **_QUIET},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else _changes_in(done.stdout)


def _changes_in(output: bytes) -> dict[str, str]:
    changes = {}
    for entry in output.decode("utf-8", "replace").split("\0"):
        added, _, rest = entry.partition("\t")
        removed, _, name = rest.partition("\t")
        if name:
            changes[name] = "binary" if added == "-" else f"+{added} -{removed}"
    return changes
