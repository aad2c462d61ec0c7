"""From a metric that a run records to a person who is told: agent, rules, journal, command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain.alerts import Alert, Severity
from mlops_tui.engine import actions
from mlops_tui.engine.actions_alerts import raise_alert
from mlops_tui.index import Index
from tests.process.support import end_processes_of, until

TOML = """
[alerts]
command = ["sh", "-c", "cat >> told.jsonl"]
[alerts.rules]
disk = false
[jobs.train]
run = "sh train.sh"
"""
TRAIN = r"""
for step in 1 2 3 4; do echo '{"m": {"loss": NaN}}' >> "$MLOPS_EVENTS"; done
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    (folder / "train.sh").write_text(TRAIN)
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    yield folder
    end_processes_of(folder)


def told(project: Path) -> list[str]:
    """Return the titles of the alerts that the command was told."""
    file = project / "told.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return [json.loads(line)["title"] for line in lines]


def sent(project: Path) -> list[bool]:
    """Return of each alert whether it is known to have been sent."""
    with Index.open(project) as index:
        index.ingest()
        return [any(it.is_done for it in found.sendings) for found in index.alerts()]


def test_a_run_that_goes_wrong_is_told_of_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    actions.launch(project, "train", {}, name="short")
    until(lambda: sent(project) == [True], what="sent")
    assert told(project) == [
        "loss of short is NaN or infinite since step 0 (the last 4 points of 4)"
    ]
    assert main(["show", "short", "-C", str(project), "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)["alerts"]
    assert (shown["kind"], shown["sendings"][0]["receiver"]) == ("nan", "command sh")
    assert main(["show", "short", "-C", str(project)]) == 0
    assert "critical: loss of short is NaN" in capsys.readouterr().out


def test_what_any_process_raises_is_sent_by_an_agent_that_it_wakes(project: Path) -> None:
    raise_alert(project, Alert("drift:live:x", "drift", Severity.WARNING, "x has drifted"))
    until(lambda: sent(project) == [True], what="sent")
    assert told(project) == ["x has drifted"]
