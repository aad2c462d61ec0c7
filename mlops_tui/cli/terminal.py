"""What commands print, made fit for a terminal: lines, without colours, bars and tricks."""

from __future__ import annotations

import re

from mlops_tui.domain.text import safe

LONGEST_LINE_BYTES = 1 << 16
"""A longer line is shown in pieces: memory stays small whatever a command prints."""
_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|\x1b\][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)"  # titles, links, clipboard
    r"|\x1b[@-Z\\^_=>78]"
)


class LineCleaner:
    """Cuts a stream of bytes into lines that are safe to show; one thread."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, block: bytes) -> list[str]:
        """Return the lines that are whole now."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        if len(self._rest) > LONGEST_LINE_BYTES:
            lines.append(self._rest)
            self._rest = b""
        return [clean_line(line) for line in lines]

    def close(self) -> list[str]:
        """Return the last line if it has no end."""
        rest, self._rest = self._rest, b""
        return [clean_line(rest)] if rest else []


def clean_line(line: bytes) -> str:
    """Return one line as it would stand after all carriage returns, without control sequences."""
    text = _SEQUENCE.sub("", line.decode("utf-8", "replace")).rstrip("\r")
    if "\r" in text:
        text = next((part for part in reversed(text.split("\r")) if part), "")
    return safe(text.expandtabs(8))
