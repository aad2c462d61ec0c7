from __future__ import annotations

import stat

import pytest

from mlops_tui.domain import places
from mlops_tui.engine import secrets
from mlops_tui.engine.secrets import Waiting

ID = "20260101-000000-abcdef"


def test_what_waits_is_private_and_taken_once() -> None:
    secrets.save(ID, {"HF": "x\udcff"}, {"PATH": "/bin"})
    path = places.state_dir() / "secrets" / f"{ID}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert secrets.take(ID) == Waiting({"HF": "x\udcff"}, {"PATH": "/bin"})
    assert secrets.take(ID) == Waiting({}, None)


def test_the_callers_environment_is_kept_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_USER", "yes")
    secrets.save(ID, {})
    environment = secrets.take(ID).environment
    assert environment is not None
    assert environment["FROM_USER"] == "yes"


def test_dropping_is_final_and_may_be_repeated() -> None:
    secrets.save(ID, {"HF": "x"})
    secrets.drop(ID)
    secrets.drop(ID)
    assert secrets.take(ID) == Waiting({}, None)


@pytest.mark.parametrize("text", ["", "{torn", "[]"])
def test_a_spoiled_file_is_as_good_as_none(text: str) -> None:
    secrets.save(ID, {"HF": "x"})
    (places.state_dir() / "secrets" / f"{ID}.json").write_text(text)
    assert secrets.take(ID) == Waiting({}, None)
