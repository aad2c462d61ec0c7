"""Text from outside never acts on a terminal, whichever verb shows it; bad files hurt nobody."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain import places
from tests.process.support import make_project, make_run

HOSTILE = "\x1b]0;pwned\x07\x1b[2J\x9b6n\u202e\x00\r\nend"
OWN = re.compile(rb"[\x00-\x09\x0b-\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]")
"""Bytes that may act on a terminal; the line end of the terminal itself is left out."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_project(tmp_path / "proj")
    monkeypatch.chdir(folder)
    run_id = make_run(
        folder,
        ["sh", HOSTILE],
        name=HOSTILE,
        job=HOSTILE,
        kind=HOSTILE,
        params={HOSTILE: HOSTILE},
        tags={HOSTILE: HOSTILE},
    )
    run = places.run_dir(folder, run_id)
    event = {"t": 1.0, "s": 1, "m": {HOSTILE: 1.0}, "note": HOSTILE}
    (run / "events.jsonl").write_text(f"{json.dumps(event)}\n{HOSTILE}\n")
    (run / "output.log").write_text(HOSTILE)
    (run / "runner.jsonl").write_text(
        json.dumps({"t": 2.0, "event": "ended", "state": "failed", "reason": HOSTILE}) + "\n"
    )
    make_run(folder, ["true"], name="plain")
    return folder


def on_terminal(*arguments: str) -> bytes:
    """Return every byte that the program sends to its terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mlops_tui", *arguments], stdout=slave, stderr=slave, stdin=slave
    )
    os.close(slave)
    received = b""
    while True:
        try:
            block = os.read(master, 65536)
        except OSError:
            break
        if not block:
            break
        received += block
    os.close(master)
    process.wait(10)
    return received


@pytest.mark.parametrize(
    "arguments",
    [
        ("runs",),
        ("runs", "--json"),
        ("runs", "--columns", HOSTILE.replace("\x00", "") + ",name,tags"),
        ("runs", "--filter", HOSTILE.replace("\x00", "") + " and ("),
        ("show", "{id}"),
        ("show", "{id}", "--json"),
        ("logs", "{id}"),
        ("logs", "{id}", "--json"),
        ("series", "{id}", "x"),
        ("compare", "{id}", "plain"),
        ("files", "{id}"),
        ("files", "{id}", "--json"),
        ("run", HOSTILE.replace("\x00", "")),
        ("show", HOSTILE.replace("\x00", "")),
        ("runs", HOSTILE.replace("\x00", "")),
    ],
)
def test_nothing_hostile_reaches_the_terminal(project: Path, arguments: tuple[str, ...]) -> None:
    hostile_id = min(path.name for path in places.runs_dir(project).iterdir() if _is_hostile(path))
    shown = on_terminal(*(part.replace("{id}", hostile_id) for part in arguments))
    assert shown
    assert OWN.findall(shown.replace(b"\r\n", b"\n")) == []


def _is_hostile(folder: Path) -> bool:
    return bool(json.loads((folder / "run.json").read_bytes())["name"] == HOSTILE)


def test_json_gives_hostile_text_back_unchanged(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["runs", "--json", "--filter", "state=failed"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert run["reason"] == HOSTILE


def test_completion_offers_no_name_that_a_shell_could_run(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_run(project, ["true"], name="$(touch pwned)")
    capsys.readouterr()
    assert main(["__complete", "show", ""]) == 0
    offered = capsys.readouterr().out.split()
    assert "plain" in offered
    assert all(re.fullmatch(r"[A-Za-z0-9._@:+=/-]+", word) for word in offered)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "mlops-tui __complete" in capsys.readouterr().out


def test_init_writes_a_project_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--lr', type=float, default=0.1)\nparser.parse_args()\n"
    )
    assert main(["init", "--print"]) == 0
    assert not (tmp_path / "mlops.toml").exists()
    capsys.readouterr()
    assert main(["init", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (tmp_path / "mlops.toml").read_text() == told["toml"]
    assert main(["init"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["run", "train", "--dry-run", "-p", "lr=0.5"]) == 0
    assert "0.5" in capsys.readouterr().out
