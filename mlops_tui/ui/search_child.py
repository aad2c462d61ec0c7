"""Searches a log for a regular expression in a process of its own, which can be given up.

A match cannot be interrupted in a thread, and keeps all others from going on. Reads one JSON object
from standard input; writes `share S` now and then, and `found N` or `found none` at the end.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

from mlops_tui.domain.errors import RefusedError, StorageError
from mlops_tui.ui.logsearch import Query, find, parse_query

MOST_SECONDS = 3
"""How long the search in one block may take: by then it is no block, but the expression."""
TOO_LONG = "this regular expression takes too long in this output"


def main() -> None:
    """Do one search; the system ends this process where a block takes too long."""
    order = json.load(sys.stdin)
    query = parse_query(order["words"])

    def told(share: float) -> bool:
        signal.alarm(MOST_SECONDS)
        sys.stdout.write(f"share {share}\n")
        sys.stdout.flush()
        return True

    signal.alarm(MOST_SECONDS)
    with open(order["fd"], "rb", buffering=0) as file:
        at = find(file, query, order["start"], order["end"], order["is_forward"], told)
    sys.stdout.write(f"found {'none' if at is None else at}\n")


def find_apart(
    fd: int,
    query: Query,
    span: tuple[int, int],
    is_forward: bool,
    told: Callable[[float], bool],
    stopped: threading.Event,
) -> int | None:
    """Return what `logsearch.find` finds in these bytes of an open file, in another process.

    Raises:
        RefusedError: the expression takes too long.
        StorageError: the process did not do its work.
    """
    order = {"fd": fd, "words": query.words, "start": span[0], "end": span[1]}
    argv = [sys.executable, "-P", "-m", "mlops_tui.ui.search_child"]
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        pass_fds=[fd],
    )
    threading.Thread(target=_kill_if_stopped, args=(process, stopped), daemon=True).start()
    with process:
        assert process.stdin is not None and process.stdout is not None  # noqa: PT018
        process.stdin.write(json.dumps({**order, "is_forward": is_forward}))
        process.stdin.close()
        for line in process.stdout:
            word, _, value = line.strip().partition(" ")
            if word == "found":
                return None if value == "none" else int(value)
            told(float(value))
    if stopped.is_set():
        return None
    if process.returncode == -signal.SIGALRM:
        raise RefusedError(TOO_LONG, "say it with fewer * and +")
    raise StorageError("the output was not searched", f"its search ended: {process.returncode}")


def _kill_if_stopped(process: subprocess.Popen[str], stopped: threading.Event) -> None:
    while process.poll() is None:
        if stopped.wait(0.1):
            process.kill()
            return


if __name__ == "__main__":
    main()
