from __future__ import annotations

import errno
from pathlib import Path

import pytest

from mlops_tui.engine import reasons


@pytest.mark.parametrize(
    ("code", "number", "out_of_memory", "words"),
    [
        (3, None, False, "exited with code 3"),
        (137, None, True, "exited with code 137: out of memory"),
        (None, 9, False, "killed by signal 9 (SIGKILL): out of memory?"),
        (None, 9, True, "killed by signal 9 (SIGKILL): out of memory"),
        (None, 11, True, "killed by signal 11 (SIGSEGV)"),
        (None, 45, False, "killed by signal 45 (signal 45)"),
    ],
)
def test_an_exit_is_put_in_words(
    code: int | None, number: int | None, out_of_memory: bool, words: str
) -> None:
    assert reasons.exit_words(code, number, out_of_memory) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.5, "0.5 s"), (59, "59 s"), (90, "1 m 30 s"), (7200, "2 h"), (5400, "1 h 30 m"),
     (86400 * 2 + 61, "2 d 1 m")],
)  # fmt: skip
def test_a_duration_is_told_in_the_units_it_was_given_in(seconds: float, words: str) -> None:
    assert reasons.duration_words(seconds) == words


def test_leftovers_are_counted_and_told_only_where_there_were_any() -> None:
    assert reasons.leftover_words(0, 0) == ""
    assert reasons.leftover_words(1, 0) == "1 background process was ended"
    assert (
        reasons.leftover_words(2, 1)
        == "2 background processes were ended, 1 process could not be ended"
    )


def test_a_program_whose_link_dangles_is_told_with_the_target(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.symlink_to("/opt/gone/python3")
    error = FileNotFoundError(errno.ENOENT, "No such file or directory")
    words = reasons.spawn_words(error, [str(python)], tmp_path, "/bin")
    assert words == f"'{python}' is a link to /opt/gone/python3, which is not there"


def test_an_unexpected_failure_keeps_the_systems_words(tmp_path: Path) -> None:
    error = OSError(errno.E2BIG, "Argument list too long")
    words = reasons.spawn_words(error, ["x"], tmp_path, "/bin")
    assert words == "'x' cannot be started: Argument list too long"
