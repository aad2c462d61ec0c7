"""The worker boundary: whatever goes wrong in a thread becomes a sentence and a line in a log."""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
from collections.abc import Callable
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TypeVar

from mlops_tui.domain import places
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.text import safe

LOGGER = logging.getLogger("mlops_tui.ui")
LOG_BYTES = 1_000_000

T = TypeVar("T")


def describe(error: BaseException) -> str:
    """Return one or two sentences for the person, safe to show as plain text."""
    if isinstance(error, MlopsTuiError):
        return safe(error.message) + (f"\n{safe(error.hint)}" if error.hint else "")
    if isinstance(error, OSError) and error.strerror:
        place = f": {error.filename}" if error.filename else ""
        return safe(f"{error.strerror}{place}")
    return f"Something went wrong ({type(error).__name__}). The log has it: {log_path()}"


def log_path() -> str:
    """Return where the log of the interface lies."""
    return str(places.state_dir() / "ui.log")


def run_guarded(
    work: Callable[[], T], done: Callable[[T], object], failed: Callable[[BaseException], object]
) -> None:
    """Do `work` and hand on its result, or what it raised; the one boundary of all threads."""
    try:
        result = work()
    except Exception as error:
        if not isinstance(error, MlopsTuiError):
            LOGGER.exception("a worker failed")
        failed(error)
    else:
        done(result)


CRASHED = (
    "mlops-tui: the interface stopped because of an error of its own; runs go on.\n"
    "The log has it: {}\n"
)
_LOCALS = re.compile("^\u2502 [\u256d\u2502\u2570]")
"""Lines in which Textual's traceback shows the values of variables: a form may hold a secret."""


def log_crash(report: str) -> str:
    """Write the report of a crash to the log, and return what to tell the person."""
    lines = [line.rstrip() for line in report.splitlines() if not _LOCALS.match(line)]
    LOGGER.error("the interface stopped\n%s", "\n".join(lines))
    return CRASHED.format(log_path())


class PrivateLog(logging.handlers.RotatingFileHandler):
    """A log that only its owner can read, the next one after a full one too."""

    def _open(self) -> TextIOWrapper:
        fd = os.open(
            self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        raw = BufferedWriter(FileIO(fd, "ab"))
        return TextIOWrapper(raw, encoding=self.encoding, errors=self.errors)


def start_logging() -> logging.Handler | None:
    """Send warnings and log records to the log file; None where none can be written."""
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    try:
        places.make_private(places.state_dir())
        handler: logging.Handler = PrivateLog(
            log_path(), maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", errors="replace"
        )
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(handler)
    return handler
