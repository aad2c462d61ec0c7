"""Small records in the user's state: whatever stands there is read, and replaced as a whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlops_tui.domain import places

MOST_BYTES = 1_000_000
"""A larger record is none of ours."""


def load_record(path: Path) -> dict[str, object]:
    """Return the record in a file; an empty one where nothing can be read or understood."""
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def save_record(path: Path, record: Mapping[str, object]) -> None:
    """Put a record in the place of the one before, for this user alone.

    Two at once leave one of both, whole.

    Raises:
        OSError: the file cannot be written.
    """
    places.make_private(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
