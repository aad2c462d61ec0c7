from __future__ import annotations

import os
import signal
import subprocess
import sys

from mlops_tui.engine import tree


def test_descendants_are_found_and_signalled_exactly() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 60 & wait"]) as shell:
        while len(tree.below(tree.snapshot(), shell.pid)) < 1:
            assert shell.poll() is None
        (child,) = tree.below(tree.snapshot(), shell.pid)
        assert not tree.send(child._replace(start="1"), signal.SIGKILL)
        assert tree.read_process(child.pid) is not None
        assert tree.send(child, signal.SIGKILL)
        shell.wait(5)
    assert not tree.send(child, signal.SIGKILL)


def test_an_exempt_process_takes_its_descendants_along() -> None:
    table = {
        pid: tree.Process(pid, parent, 0, "1", 0, 0)
        for pid, parent in ((-2, -1), (-3, -2), (-4, -3), (-5, -2))
    }
    assert {process.pid for process in tree.below(table, -1)} == {-2, -3, -4, -5}
    assert {process.pid for process in tree.below(table, -1, {-3})} == {-2, -5}


def test_our_own_agents_are_no_part_of_a_run() -> None:
    code = "import time; time.sleep(60)"
    words = [sys.executable, "-c", code, "mlops_tui.engine.agent"]
    for own_session in (True, False):
        with subprocess.Popen(words, start_new_session=own_session) as process:
            while not tree.runs_script(tree.snapshot()[process.pid], b"mlops_tui.engine.agent"):
                assert process.poll() is None
            found = tree.snapshot()[process.pid]
            assert tree.is_ours(found) is own_session
            process.kill()


def test_processes_that_carry_a_run_are_found_by_their_environment() -> None:
    with subprocess.Popen(["sleep", "60"], env={"MLOPS_RUN_DIR": "/x/run-1"}) as process:
        while not tree.carrying(tree.snapshot(), "/x/run-1"):
            assert process.poll() is None
        found = tree.carrying(tree.snapshot(), "/x/run-1")
        assert [each.pid for each in found] == [process.pid]
        assert not tree.carrying(tree.snapshot(), "/x/run")
        process.kill()


def test_the_portable_way_sees_the_same() -> None:
    here = tree._portable_snapshot([os.getpid()])[os.getpid()]
    mine = tree.read_process(os.getpid())
    assert mine is not None
    assert (here.parent, here.session) == (mine.parent, mine.session)
    assert here.rss_bytes > 0
