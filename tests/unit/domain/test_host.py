from __future__ import annotations

import os
import subprocess
import sys

from mlops_tui.domain.host import ProcessMark, is_alive, mark_of


def test_our_own_mark_is_alive() -> None:
    mark = mark_of(os.getpid())
    assert mark is not None
    assert is_alive(mark)


def test_a_reused_pid_is_not_the_same_process() -> None:
    mark = mark_of(os.getpid())
    assert mark is not None
    assert not is_alive(mark._replace(start=str(int(mark.start) - 1)))
    assert not is_alive(mark._replace(boot="another boot"))


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    mark = mark_of(child.pid)
    assert mark is not None
    assert child.stdin is not None
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(mark)
    child.wait()


def test_a_mark_without_a_start_time_proves_nothing() -> None:
    assert not is_alive(ProcessMark(os.getpid(), "", "", ""))
