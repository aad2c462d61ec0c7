"""The event file of one process: one write a line, and a full disk that stops no training."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from pathlib import Path
from typing import List, Optional

from mlops_tui.domain.host import host_name, mark_of
from mlops_tui.domain.ids import file_safe
from mlops_tui.journal.append import ends_torn
from mlops_tui.journal.sharing import open_shared
from mlops_tui.track.attempt import attempt, say_once
from mlops_tui.track.lines import fact_line
from mlops_tui.track.ranks import rank

_MOST_WAITING_BYTES = 1 << 20


class EventFile:
    """Where this process of a run writes; every line is with the system when `write` returns.

    The first process of a run without rank, or of rank 0, has `events.jsonl` by its lock; any
    other writes a file of its own, made at its first line. Any thread of one process may write.
    """

    def __init__(
        self, run_dir: Path, own_rank: Optional[int] = None, may_be_primary: bool = True
    ) -> None:
        self.run_dir = Path(os.path.abspath(run_dir))
        """It stays where it is when the script changes its folder."""
        self.path = self.run_dir / "events.jsonl"
        self._fd = -1
        self._rank = own_rank
        self._parent_rank: Optional[int] = None
        self._is_forked = False
        self._is_closed = False
        self._is_torn = False
        self._is_reopening = False
        self._lost_points = 0
        self._lost_reason = ""
        self._waiting: List[bytes] = []
        self._is_troubled = True
        self.is_primary = may_be_primary and self._rank in (None, 0) and self._take_primary()

    def write(self, line: bytes) -> None:
        """Hand one line to the system, whole; a failure is counted and told when it is over."""
        before = self._before() if self._is_troubled else b""
        data = before + line if before else line
        try:
            written = os.write(self._fd, data)
        except OSError as error:
            self._fail(line, error)
            return
        if written < len(data) or before:
            self._after_trouble(line, written, len(before))

    def close(self) -> None:
        """Tell what was lost, if that can be told now, and let the file and its lock go."""
        if self._lost_points or self._waiting:
            self.write(b"")
        self._is_closed = self._is_troubled = True
        if self._fd >= 0:
            attempt(os.close, self._fd)  # the script may have closed all that it did not open
            self._fd = -1

    def leave_to_parent(self) -> None:
        """Let go of what a fork copied: the parent's file, and what the parent has to tell."""
        if self._fd >= 0:
            attempt(os.close, self._fd)  # unlocks nothing: the parent holds the same open file
            self._fd = -1
        self._rank = None
        self._parent_rank, self._is_forked = rank(), True  # a worker may get its own rank later
        self._lost_points, self._waiting, self._is_torn = 0, [], False
        self._is_troubled, self.is_primary = True, False

    def _take_primary(self) -> bool:
        if not self._open_file():
            return True  # its first line will try again
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            self._fd, self._is_torn, self._is_troubled = -1, False, True
            return False
        except OSError:
            pass  # a file system without locks: a run of one process is the usual case
        return True

    def _open_file(self) -> bool:
        try:
            self._fd = open_shared(self.path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            self._lost_reason = error.strerror or str(error)
            return False
        self._is_torn = ends_torn(self._fd)
        self._is_troubled = self._is_torn or bool(self._lost_points or self._waiting)
        return True

    def _before(self) -> bytes:
        """Return what has to come before the next line, the file opened."""
        if self._fd < 0 and not self._is_closed:
            self._open()
        parts = [b"\n"] if self._is_torn else []
        if self._fd >= 0:
            parts += self._waiting
            if self._lost_points:
                parts += self._lost_lines()
        return b"".join(parts)

    def _open(self) -> None:
        if self.is_primary:
            self.is_primary = self._take_primary()
        if self.is_primary:
            return
        mark = mark_of(os.getpid())
        start = mark.start if mark and mark.start else "%d" % time.time()
        name = "events-%s-%d-%s.jsonl" % (file_safe(host_name()), os.getpid(), start)
        self.path = self.run_dir / name
        own_rank = rank() if self._is_forked and rank() != self._parent_rank else self._rank
        if self._open_file() and own_rank is not None and not os.fstat(self._fd).st_size:
            self._waiting.insert(0, fact_line({"rank": own_rank}))
            self._is_troubled = True

    def _lost_lines(self) -> List[bytes]:
        note = "%d points are lost: %s" % (self._lost_points, self._lost_reason)
        return [fact_line({"note": note}), fact_line({"lost_points": self._lost_points})]

    def _fail(self, line: bytes, error: OSError) -> None:
        if self._fd < 0:
            self._interrupt(line, self._lost_reason)
        elif error.errno in (errno.EBADF, errno.ESTALE) and not self._is_reopening:
            self._reopen(line)
        else:
            self._interrupt(line, error.strerror or str(error))

    def _reopen(self, line: bytes) -> None:
        """Try once more by a new descriptor: the server or the script has closed ours."""
        attempt(os.close, self._fd)
        self._fd = -1
        self._is_troubled = self._is_reopening = True
        self.write(line)
        self._is_reopening = False

    def _interrupt(self, line: bytes, reason: str) -> None:
        self._lose(line, reason)
        if not self._is_closed:
            say_once("recording is interrupted: %s: %s" % (self.path, reason))

    def _lose(self, line: bytes, reason: str) -> None:
        self._is_troubled = True
        if self._is_closed:
            return
        self._lost_reason = reason
        points = json.loads(line).get("m") if line else {}
        if points:
            self._lost_points += len(points)
        elif line and sum(map(len, self._waiting)) < _MOST_WAITING_BYTES:
            self._waiting.append(line)

    def _after_trouble(self, line: bytes, written: int, before: int) -> None:
        """Take stock after a short write, or after the first that went well again."""
        if written >= before:
            self._waiting, self._lost_points = [], 0
        if written >= before + len(line) - 1:  # a newline alone is made good by the next line
            self._is_torn = self._is_troubled = written < before + len(line)
            return
        self._is_torn = True
        self._lose(line, "a write was cut short")  # the next one tells why
