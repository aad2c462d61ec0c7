"""Commands that misbehave in every way at once, and what the screen makes of what they say."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.engine.local import LocalExecutor
from tests.process.support import (
    end_processes_of,
    is_gone,
    make_project,
    make_run,
    start_runner,
    until,
)
from tests.ui.terminal import Terminal

pytestmark = pytest.mark.pty
APP = (sys.executable, "-P", "-m", "mlops_tui")
GIGABYTE = 1_000_000_000
SEQUENCES = (
    "\x1b]0;pwned\x07",
    "\x1b]52;c;cHduZWQ=\x07",
    "\x1b]8;;file:///etc/passwd\x1b\\",
    "\x1b[66;13H",
    "\x1bP$qm\x1b\\",
    "\x9b77m",
    "\x1bc",
)
"""Title, clipboard, link, cursor, a question that the terminal would answer, C1, reset."""
MARKUP = "[/nope] [a=b [@click=app.quit]go[/] [bold]"
HOSTILE = "".join(SEQUENCES) + MARKUP


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.setenv("MLOPS_STOP_GRACE_SECONDS", "0.3")
    folder = make_project(tmp_path / "proj")
    yield folder
    end_processes_of(folder)
    for output in places.runs_dir(folder).glob("*/output.log"):
        os.truncate(output, 0)  # pytest keeps the folders of the last tests


def check_harmless(terminal: Terminal) -> None:
    """Whatever the app wrote, none of what came from outside acts on the terminal."""
    assert b"Traceback" not in terminal.output
    for sequence in SEQUENCES[:-1]:
        assert sequence.encode() not in terminal.output, sequence
    assert b"\x1b]52" not in terminal.output
    assert b"\x1b]0;pwned" not in terminal.output
    assert b"\x1b]8;" not in terminal.output


def test_what_names_and_output_say_is_shown_and_does_nothing(project: Path) -> None:
    (project / "mlops.toml").write_text(
        f"[project]\nname = {json.dumps(HOSTILE)}\ndescription = {json.dumps(HOSTILE)}\n"
        f"[jobs.{json.dumps(HOSTILE)}]\nrun = {json.dumps(['echo', MARKUP])}\n"
    )
    event = {"s": 1, "m": {HOSTILE: 0.5}, "tags": {HOSTILE: HOSTILE}, "note": HOSTILE}
    (project / "event").write_text(json.dumps(event) + "\n")
    (project / "output").write_text(f"first\n{HOSTILE}\nlast {MARKUP}")
    run_id = make_run(
        project,
        'cat event event output >> /dev/null; cat event >> "$MLOPS_EVENTS"; cat output; exit 3',
        name=f"train {HOSTILE}",
        job=HOSTILE,
        params={HOSTILE: HOSTILE},
    )
    assert start_runner(project, run_id).wait()["state"] == "failed"
    with Terminal(str(project), argv=APP, columns=160, rows=50) as terminal:
        terminal.until("failed")
        terminal.until(f"last {MARKUP}")
        terminal.until(lambda screen: screen.count("[/nope] [a=b") >= 4)
        terminal.press("\t")
        terminal.press("\t")
        for dialog in ("l", "?"):
            # Escape and a letter that arrive together are another key
            terminal.send(dialog)
            terminal.until("Esc Close")
            terminal.send("\x1b")
            terminal.until(lambda screen: "Esc Close" not in screen)
        check_harmless(terminal)
        terminal.send("q")
        assert terminal.wait() == 0
        check_harmless(terminal)


def test_a_command_that_does_everything_wrong_is_watched_and_ended(project: Path) -> None:
    (project / "nasty.sh").write_text(
        "trap '' INT TERM HUP\n"
        'setsid sh -c \'trap "" INT TERM; echo $$ > fled; exec >&- 2>&- <&-; '
        "while :; do sleep 0.1; done' &\n"
        "printf up\n"
        "while [ ! -f go ]; do sleep 0.02; done\n"
        f"head -c {GIGABYTE} /dev/zero\n"
        "printf '\\nno newline follows [/nope]'\n"
        "touch flooded\n"
        "exec >&- 2>&- <&-\n"
        "while :; do sleep 0.1; done\n"
    )
    run_id = make_run(project, ["sh", "nasty.sh"])
    runner = start_runner(project, run_id)
    fled = int(until(lambda: (project / "fled").is_file() and (project / "fled").read_text()))
    with Terminal(str(project), argv=APP, columns=120, rows=40) as terminal:
        terminal.until("│up")
        (project / "go").touch()
        begin = time.monotonic()
        terminal.send("?")
        terminal.until("Start a job")
        terminal.send("\x1b")
        terminal.until("running")
        assert time.monotonic() - begin < 5
        until(lambda: (project / "flooded").exists(), 60, "a gigabyte")
        terminal.until("no newline follows [/nope]")
        resident = Path(f"/proc/{terminal.pid}/status").read_text().split("VmRSS:")[1]
        assert int(resident.split()[0]) < 150_000
        terminal.press("q")
        assert terminal.wait() == 0
    assert (runner.folder / "output.log").stat().st_size > GIGABYTE
    LocalExecutor(project).cancel([run_id], "ada")
    assert runner.wait()["state"] == "stopped"
    assert is_gone(fled)
    assert is_gone(runner.started()["pid"])
