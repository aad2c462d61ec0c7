"""Drives a program in a real pseudo-terminal: counts its bytes and reads its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Sequence
from types import TracebackType

import pyte

PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
"""Sequences that pyte would print as text."""
WHOLE = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|[^\[])")
APP = (sys.executable, "-m", "tests.ui.open_app")


def set_size(fd: int, columns: int, rows: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Terminal:
    """One child on a pseudo-terminal of its own, killed at the end."""

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        argv: Sequence[str] = APP,
        **env: str,
    ) -> None:
        self.columns, self.rows = columns, rows
        self.output = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._shown_bytes = 0
        self.is_alive = True
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            set_size(0, columns, rows)
            colours = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            # given whole: readline puts a size of its own into the C environment
            os.execvpe(argv[0], [*argv, *arguments], {**os.environ, **colours, **env})

    def resize(self, columns: int, rows: int) -> None:
        self.screen()
        self.columns, self.rows = columns, rows
        self._screen.resize(rows, columns)
        set_size(self._fd, columns, rows)

    def wipe(self) -> None:
        """Lose what is shown, as if another program had cleared the terminal."""
        self.screen()
        self._screen.erase_in_display(2)

    def read(self, seconds: float) -> bytes:
        """Return what arrives within `seconds`, which may be nothing."""
        if not self.is_alive or not select.select([self._fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:  # the other side is closed
            data = b""
        self.is_alive = bool(data)
        if b"\x1b[?2026$p" in data:  # "do you know synchronised output?" "yes"
            os.write(self._fd, b"\x1b[?2026;2$y")
        self.output += data
        return data

    def until(self, condition: Callable[[str], bool] | str, seconds: float = 20) -> float:
        """Read until the screen shows it, and return how many seconds after the start that was."""
        shows = condition if callable(condition) else lambda screen: condition in screen
        deadline = time.monotonic() + seconds
        is_new = True
        while self.is_alive and time.monotonic() < deadline:
            if is_new and shows(self.screen()):
                return time.monotonic() - self.started
            is_new = bool(self.read(0.05))
        raise AssertionError(f"not seen within {seconds} s: {condition}\n{self.screen()}")

    def settle(self, gap: float = 0.3, seconds: float = 10) -> int:
        """Read until nothing came for `gap` seconds, and return the bytes that came."""
        before = len(self.output)
        deadline = time.monotonic() + seconds
        while self.is_alive and time.monotonic() < deadline:
            if not self.read(gap):
                break
        return len(self.output) - before

    def press(self, keys: str, gap: float = 0.15) -> int:
        """Type `keys`, and return how many bytes the program wrote in answer."""
        self.send(keys)
        return self.settle(gap)

    def send(self, keys: str) -> None:
        """Type `keys`, and do not wait for the answer."""
        os.write(self._fd, keys.encode())

    def bytes_within(self, seconds: float) -> int:
        before = len(self.output)
        deadline = time.monotonic() + seconds
        while self.is_alive and (left := deadline - time.monotonic()) > 0:
            self.read(left)
        return len(self.output) - before

    def screen(self) -> str:
        """The screen as text, as far as the bytes were read."""
        end = len(self.output)
        last = self.output.rfind(b"\x1b", self._shown_bytes)
        if last >= 0 and not WHOLE.match(self.output, last):
            end = last  # the rest of the sequence is on its way
        self._stream.feed(PRIVATE.sub(b"", self.output[self._shown_bytes : end]))
        self._shown_bytes = end
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait(self, seconds: float = 5) -> int:
        """Read to the end of the child and return its exit code."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                while self.read(0.05):
                    pass
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"still alive after {seconds} s\n{self.screen()}")

    def close(self) -> None:
        """Close the terminal below the child, as a lost connection does."""
        self.is_alive = False
        os.close(self._fd)
        self._fd = -1

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self._fd >= 0:
            os.close(self._fd)
