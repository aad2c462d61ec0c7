"""What a runner does for a run before it starts the command, and how the run ends if that fails."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

from mlops_tui.domain.errors import MlopsTuiError, WorkCancelledError
from mlops_tui.engine import reasons
from mlops_tui.engine.endings import end_of
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.engine.workers import Cancellation
from mlops_tui.journal.sharing import open_shared

_LOOK_SECONDS = 0.2


def end_of_work(
    folder: RunFolder,
    work: Callable[[Cancellation], None],
    is_stop_asked: Callable[[], bool],
    failing: str,
    now: float,
) -> dict[str, Any] | None:
    """Do the work; return how the run ends where it was stopped or failed, None where all is well.

    Why it failed stands in the output of the run too.

    Args:
        folder: the run's.
        work: cancelled where the run is to stop.
        is_stop_asked: says whether this process was told to end.
        failing: what it means for the run if the work fails, without the reason.
        now: Unix seconds, for the end.
    """
    cancellation = Cancellation()
    try:
        with _stopping(cancellation, lambda: is_stop_asked() or folder.stop_file.exists()):
            work(cancellation)
    except WorkCancelledError:
        words = f"{reasons.stop_words(folder.stop_asked_by())} before it started"
        return end_of("stopped", words, ended=now)
    except MlopsTuiError as error:
        words = f"{failing}: {error.message}"
        write_output(folder, [words, *([f"hint: {error.hint}"] if error.hint else [])])
        return end_of("failed", words.replace("\n", "; "), ended=now)
    return None


@contextlib.contextmanager
def _stopping(cancellation: Cancellation, is_wanted: Callable[[], bool]) -> Iterator[None]:
    """Cancel the work within once that is wanted; looked at five times a second."""
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(_LOOK_SECONDS):
            if is_wanted():
                cancellation.cancel()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def write_output(folder: RunFolder, lines: list[str]) -> None:
    """Add lines of ours to the output of a run; nothing where that cannot be."""
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    with contextlib.suppress(OSError):  # the reason of the end has the words too
        fd = open_shared(folder.output, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(fd, "wb") as file:
            file.write(text)
