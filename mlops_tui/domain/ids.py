"""Run ids and safe file names; runs on Python 3.9, standard library only."""

from __future__ import annotations

import os
import re
import time

RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


def new_run_id(now: float) -> str:
    """Return `YYYYMMDD-HHMMSS-xxxxxx` for `now`, a Unix time in seconds, UTC."""
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(now)) + "-" + os.urandom(3).hex()


def is_run_id(text: str) -> bool:
    """Say whether `text` is a whole run id."""
    return RUN_ID.fullmatch(text) is not None


def file_safe(text: str) -> str:
    """Return `text` with all but letters, digits, dot, dash and underscore as `-`, never empty."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-") or "unnamed"
