from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.ui.outside import (
    editor,
    pager,
    pager_environment,
    reads_safely,
    run_program,
    script_of,
)


def everything(name: str) -> str | None:
    return f"/usr/bin/{name}"


def nothing(name: str) -> str | None:
    return None


def test_the_persons_own_programs_come_first() -> None:
    assert editor({"VISUAL": "emacs -nw", "EDITOR": "ed"}, everything) == ["emacs", "-nw"]
    assert editor({"VISUAL": " ", "EDITOR": "'my ed' -x"}, everything) == ["my ed", "-x"]
    assert editor({}, everything) == ["vi"]
    assert editor({}, lambda name: name if name == "nano" else None) == ["nano"]
    assert pager({"PAGER": "most"}, everything) == ["most"]
    assert pager({}, lambda name: name if name == "more" else None) == ["more"]


def test_what_is_not_there_or_no_command_is_told() -> None:
    with pytest.raises(NotFoundError, match=r"neither vi nor nano"):
        editor({}, nothing)
    with pytest.raises(NotFoundError, match=r"gone of \$EDITOR"):
        editor({"EDITOR": "gone"}, nothing)
    with pytest.raises(InputError, match=r"\$PAGER is no command"):
        pager({"PAGER": "less '"}, everything)


@pytest.mark.parametrize(
    ("command", "is_safe"),
    [
        *[("less", True), ("/bin/less -S", True), ("less -r", False), ("less -Sr", False)],
        *[("cat", False), ("more", False)],
    ],
)
def test_only_less_keeps_control_sequences_from_the_terminal(command: str, is_safe: bool) -> None:
    assert reads_safely(command.split(), {"LESS": "-R -S"}) == is_safe
    assert not reads_safely(command.split(), {"LESS": "-r"})


def test_less_shows_colours_unless_it_was_set_otherwise() -> None:
    assert pager_environment({})["LESS"] == "-R"
    assert pager_environment({"LESS": "-S"})["LESS"] == "-S"


@pytest.mark.parametrize(
    ("command", "script"),
    [
        ("'python src/train.py --lr {lr}'", "src/train.py"),
        ("'python -m src.train'", "src/train.py"),
        ('["sh", "run.sh"]', "run.sh"),
        ("'python {script}'", None),
        ("'true'", None),
        ('"sh \'"', None),
    ],
)
def test_the_script_of_a_job_is_the_file_it_runs(
    tmp_path: Path, command: str, script: str | None
) -> None:
    (tmp_path / "src").mkdir()
    for name in ("src/train.py", "run.sh"):
        (tmp_path / name).touch()
    (tmp_path / "mlops.toml").write_text(f"[jobs.train]\nrun = {command}\nparams.script = 'x'\n")
    project = load_project(tmp_path)
    found = script_of(project, project.jobs["train"])
    assert found == (tmp_path / script if script else None)


class Lent:
    """A terminal that says whether it is lent to somebody."""

    def __init__(self) -> None:
        self.times = 0
        self.is_lent = False

    @contextmanager
    def suspend(self) -> Iterator[None]:
        self.is_lent = True
        yield
        self.is_lent = False
        self.times += 1


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_program_gets_terminal_folder_environment_and_lines(tmp_path: Path) -> None:
    code = "import os, sys; open('it', 'w').write(os.environ['A'] + sys.stdin.read())"
    lent = Lent()
    run_program(
        python(code), lent.suspend, folder=tmp_path, environ={"A": "x"}, lines=["1\n", "2\n"]
    )
    assert (tmp_path / "it").read_text() == "x1\n2\n"
    assert (lent.times, lent.is_lent) == (1, False)


def test_who_has_enough_may_stop_reading(tmp_path: Path) -> None:
    lines = ("x" * 1000 + "\n" for _ in range(10_000))
    run_program(python("pass"), Lent().suspend, folder=tmp_path, lines=lines)
    assert next(lines, None) is not None


def test_ctrl_c_is_the_programs_own(tmp_path: Path) -> None:
    code = "import os, signal; os.kill(os.getppid(), signal.SIGINT); os.kill(os.getpid(), 2)"
    with pytest.raises(RefusedError, match="ended with"):
        run_program(python(code), Lent().suspend, folder=tmp_path)


def test_what_fails_is_told() -> None:
    with pytest.raises(RefusedError, match="ended with code 3"):
        run_program(python("raise SystemExit(3)"), Lent().suspend, folder=Path("/"))
    with pytest.raises(RefusedError, match="could not be started"):
        run_program(["/nowhere/it"], Lent().suspend, folder=Path("/"))
