from __future__ import annotations

import re
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.ui.logpages import LogWindow, Wish
from mlops_tui.ui.logsearch import Query, parse_query
from mlops_tui.ui.logview import LogView
from mlops_tui.ui.outputs import Outputs, Search, open_output
from mlops_tui.ui.patience import TooSlowError, at_most

EVIL = Query("evil", re.compile("(a+)+$"), re.compile(b"(a+)+$"), is_pattern=True)
LINE = "a" * 40 + "!"


def test_a_match_that_takes_too_long_is_given_up() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(TooSlowError), at_most(0.05):
        EVIL.shown.search(LINE)
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0
    with at_most(5):
        assert re.search("a", LINE)


def test_other_threads_are_left_alone() -> None:
    done: list[bool] = []

    def work() -> None:
        with at_most(0.001):
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_marks_that_take_too_long_are_left_out() -> None:
    view = LogView()
    data = f"{LINE}\n{LINE}\n".encode()
    view.resize(80, 10)
    view.take(LogWindow(0, data, (0, len(LINE) + 1), len(data), len(data)), Wish())
    view.look_for(EVIL)
    began = time.process_time()
    assert ["".join(text for text, _ in row) for row in view.rows()] == [LINE, LINE]
    assert time.process_time() - began < 2
    assert view.query is None


def test_an_expression_that_explodes_is_not_even_tried() -> None:
    with pytest.raises(InputError, match="for ever"):
        parse_query("~(a+)+$")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = places.run_dir(tmp_path, "it") / "output.log"
    path.parent.mkdir(parents=True)
    return path


def search(project: Path, text: str, start: int = 0, *, is_forward: bool = True) -> int | None:
    order = Search(parse_query(text), start, is_forward, threading.Event())
    return Outputs(partial(open_output, project)).find("it", order, lambda _: None)


def test_an_expression_is_searched_for_in_a_process_of_its_own(log: Path, tmp_path: Path) -> None:
    log.write_bytes(b"one 1\n\x1b[31mtwo\x1b[0m 22\nthree 333\n")
    assert search(tmp_path, r"~\w+ \d\d$") == 11
    assert search(tmp_path, r"~\d\d$", log.stat().st_size, is_forward=False) == 29
    assert search(tmp_path, "~four") is None


def test_one_that_takes_too_long_is_given_up_and_told(log: Path, tmp_path: Path) -> None:
    log.write_bytes(b"a" * (1 << 20))
    began = time.monotonic()
    with pytest.raises(RefusedError, match="takes too long"):
        search(tmp_path, "~a*a*a*b")
    assert time.monotonic() - began < 30


def test_a_search_that_is_stopped_ends_at_once(log: Path, tmp_path: Path) -> None:
    log.write_bytes(b"a" * (1 << 20))
    order = Search(parse_query("~a*a*a*b"), 0, True, threading.Event())
    threading.Timer(0.3, order.stopped.set).start()
    began = time.monotonic()
    assert Outputs(partial(open_output, tmp_path)).find("it", order, lambda _: None) is None
    assert time.monotonic() - began < 4
