"""The names of runs: the next one of a job, and what may be one."""

from __future__ import annotations

import re
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.ids import is_run_id
from mlops_tui.engine.creation import guarding
from mlops_tui.journal.append import encode

LONGEST_NAME = 200


def next_name(project: Path, job: str) -> str:
    """Return `JOB-N`, N one more than any name of that form and than the runs of the job.

    Reads the lines of creation, which is quicker than any index at every size.

    Raises:
        StorageError: a journal cannot be read.
    """
    written = encode({"": job})[len(b'{"":"') : -len(b'"}\n')]
    named = re.compile(rb'"name":"' + re.escape(written) + rb'-(\d{1,9})"')
    of_job = b'"job":"' + written + b'"'
    numbers, count = [0], 0
    for journal in places.project_dot(project).glob("journal-*.jsonl"):
        with guarding(journal):
            data = journal.read_bytes()
        numbers += [int(number) for number in named.findall(data)]
        count += data.count(of_job)
    return f"{job}-{max([count, *numbers]) + 1}"


def checked_name(name: str) -> str:
    """Return `name` as a run's name, without blanks around it.

    Raises:
        InputError: it is empty, too long, not printable, or has the form of an id.
    """
    stripped = name.strip()
    if not stripped or len(stripped) > LONGEST_NAME or not stripped.isprintable():
        raise InputError(f"{name[:40]!r} cannot be a run's name", "use 1 to 200 printable letters")
    if is_run_id(stripped):
        raise InputError(f"{stripped!r} has the form of a run's id", "choose another name")
    return stripped
