from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.ui.clipboard import MOST_BYTES, fits, tell_tmux


def test_what_terminals_drop_does_not_fit() -> None:
    assert fits("x" * MOST_BYTES)
    assert not fits("x" * (MOST_BYTES + 1))
    assert not fits("é" * (MOST_BYTES // 2 + 1))


def test_tmux_gets_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "tmux"
    tool.write_text(f'#!/bin/sh\n{{ echo "$@"; cat; }} > {tmp_path}/got\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    thread = tell_tmux("train-3 é", {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert thread is not None
    thread.join(10)
    assert (tmp_path / "got").read_text() == "load-buffer -w -\ntrain-3 é"


def test_without_tmux_nothing_is_started() -> None:
    assert tell_tmux("x", {}) is None


def test_a_missing_tmux_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    thread = tell_tmux("x", {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert thread is not None
    thread.join(10)
    assert not thread.is_alive()
