"""Copying over SSH: the terminal is asked by an escape sequence, tmux by its own command."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping

MOST_BYTES = 74_994
"""Longer texts are dropped by terminals: what OSC 52 may carry as base64 in 100,000 bytes."""
TMUX_SECONDS = 2.0


def fits(text: str) -> bool:
    """Say whether terminals take a text of this length."""
    return len(text.encode("utf-8", "replace")) <= MOST_BYTES


def tell_tmux(text: str, environ: Mapping[str, str] = os.environ) -> threading.Thread | None:
    """Give `text` to the tmux around us, which hands it on to its terminal; in a thread.

    tmux swallows the escape sequence unless it is set up to let it pass. A tmux that cannot be
    asked costs nothing: the sequence is sent all the same.
    """
    if not environ.get("TMUX"):
        return None
    thread = threading.Thread(target=_load_buffer, args=(text,), daemon=True)
    thread.start()
    return thread


def _load_buffer(text: str) -> None:
    try:
        subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TMUX_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return
