"""Turning the last bytes of an output log into lines to show; pure, bounded, nothing executed."""

from __future__ import annotations

import re

from mlops_tui.domain.text import safe

LONGEST_LINE = 2000
"""Characters of a line that are looked at; a 2 MB line must not cost a second."""
TAIL_BYTES = 256 * 1024
"""How much of the end of a log is read."""
MOST_LINES = 2000

_SEQUENCES = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # CSI, colours among them
    "|\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)"  # OSC, DCS and their like, ended
    "|\x1b[()*+][0-9A-B]"  # character sets
    "|\x1b[=>78cDEHM]"
)


def tail_lines(data: bytes, from_start: bool) -> list[str]:
    """Return the lines of the end of a log, safe to show.

    A progress bar that rewrites its line by carriage returns is one line, its last state.

    Args:
        data: The last bytes of the file.
        from_start: `data` is the whole file; else its first line may be cut and is left out.
    """
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    if not from_start and len(lines) > 1:
        del lines[0]
    if lines and not lines[-1]:
        del lines[-1]
    return [shown_line(line) for line in lines[-MOST_LINES:]]


def shown_line(line: str) -> str:
    """Return what a terminal would show of one line in the end, without its control sequences."""
    parts = [part for part in line[-LONGEST_LINE * 4 :].split("\r") if part.strip()]
    last = parts[-1] if parts else ""
    return safe(_SEQUENCES.sub("", last[: LONGEST_LINE * 2]).expandtabs(8)[:LONGEST_LINE])
