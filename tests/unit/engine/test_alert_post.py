"""Alerts are sent once, tried again, and never waited for."""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.alert_rules import AlertSettings, settings_of
from mlops_tui.domain.alerts import (
    Alert,
    AlertCost,
    AlertState,
    RecordedAlert,
    Remedy,
    RemedyKind,
    Sending,
    Severity,
)
from mlops_tui.domain.errors import InputError, MlopsTuiError, RefusedError
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine import actions_alerts, alert_receivers
from mlops_tui.engine.alert_post import OLDEST_SECONDS, AlertPost
from mlops_tui.engine.alert_receivers import Receiver, message_of, receivers_of, tell
from mlops_tui.engine.tasks.alerts import notify, scrub
from mlops_tui.index import Index
from tests.process.support import until

NAN = Alert(
    "run:r:nan",
    "nan",
    Severity.CRITICAL,
    "loss is \x1bNaN",
    cost=AlertCost("accuracy 0.91, target 0.97", 120.0, "EUR"),
    remedies=(Remedy(RemedyKind.STOP_RUN, "stop it", {"run": "r"}),),
)
TOML = '[project]\nname = "forms"\n[alerts]\ncommand = ["tell"]\n'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "mlops.toml").write_text(TOML)
    return load_project(tmp_path)


def raised(project: Project, alert: Alert = NAN) -> RecordedAlert:
    """Return an alert that is raised without an agent being started for it."""
    actions_alerts.raise_alert(project.path, alert, wakes=False)
    return known(project)


def known(project: Project) -> RecordedAlert:
    with Index.open(project.path) as index:
        index.ingest()
        (found,) = index.alerts(frozenset(AlertState))
        return found


class Told:
    """Receivers that take what they are told after so many failures."""

    def __init__(self, *problems: MlopsTuiError) -> None:
        self.problems = list(problems)
        self.told: list[str] = []

    def __call__(
        self, receiver: Receiver, project: Project, found: RecordedAlert, now: float
    ) -> None:
        self.told.append(receiver.name)
        if self.problems:
            raise self.problems.pop(0)


def send(project: Project, told: Told, now: float | None = None) -> list[Sending]:
    """Return what is known of sendings after a post of a new agent has sent all it wanted to."""
    post = AlertPost(project.path, lambda _: None, told, pauses_seconds=(0.0, 0.0))
    moment = time.time() if now is None else now
    post.look(project, settings_of(project), [known(project)], moment)
    until(lambda: not post.is_busy, what="sent")
    return list(known(project).sendings)


def test_an_alert_is_sent_once_whoever_looks(project: Project) -> None:
    raised(project)
    told = Told()
    (sending,) = send(project, told)
    assert (sending.receiver, sending.is_done, sending.attempts) == ("command tell", True, 1)
    send(project, told)
    assert told.told == ["command tell"]
    worse = Alert(NAN.cause, "nan", Severity.CRITICAL, "worse")
    raised(project, worse)
    send(project, told)
    assert len(told.told) == 1


def test_what_is_not_taken_is_tried_again_and_then_told(project: Project) -> None:
    raised(project)
    told = Told(RefusedError("busy"), RefusedError("busy"))
    (sending,) = send(project, told)
    assert (len(told.told), sending.is_done, sending.attempts) == (3, True, 3)


def test_what_is_never_taken_is_recorded_as_not_sent(project: Project) -> None:
    raised(project)
    told = Told(*[RefusedError(f"busy {number}") for number in range(9)])
    (sending,) = send(project, told)
    assert (sending.is_done, sending.attempts, sending.problem) == (False, 3, "busy 2")
    assert send(project, told, time.time() + 1000) == [sending]
    assert len(told.told) == 3


def test_what_cannot_be_is_not_tried_again_before_the_claim_is_over(project: Project) -> None:
    raised(project)
    told = Told(InputError("no such program", "install it"))
    (sending,) = send(project, told)
    assert (sending.attempts, sending.problem) == (1, "no such program (install it)")
    send(project, told)
    assert len(told.told) == 1
    (sending,) = send(project, told, time.time() + 1000)
    assert sending.is_done


def test_what_gets_worse_or_comes_back_is_told_again(project: Project) -> None:
    told = Told()
    raised(project, Alert("c", "drift", Severity.WARNING, "warned"))
    send(project, told)
    raised(project, Alert("c", "drift", Severity.CRITICAL, "alarmed"))
    (sending,) = send(project, told)
    assert (len(told.told), sending.severity) == (2, Severity.CRITICAL)
    with Index.open(project.path) as index:
        index.ingest()
        actions_alerts.clear(project.path, "c", index=index)
    send(project, told)
    assert len(told.told) == 2
    raised(project, Alert("c", "drift", Severity.CRITICAL, "again"))
    send(project, told)
    assert len(told.told) == 3


def test_what_matters_little_or_is_old_or_put_aside_is_told_to_nobody(project: Project) -> None:
    told = Told()
    found = raised(project, Alert("c", "objective", Severity.INFO, "reached"))
    assert send(project, told) == []
    raised(project, Alert("c", "objective", Severity.CRITICAL, "broken"))
    assert send(project, told, time.time() + OLDEST_SECONDS) == []
    actions_alerts.acknowledge(project.path, [found.id])
    assert send(project, told) == []
    assert told.told == []


def test_receivers_have_names_without_secrets() -> None:
    settings = AlertSettings(
        send=("env:CHAT", "json://user:hunter2@host/x", "json://other", "slack://token"),
        command=("/opt/secret/notify", "--key=hunter2"),
    )
    assert [it.name for it in receivers_of(settings)] == [
        *("env:CHAT", "json", "json 2", "slack", "command notify"),
    ]


def test_what_services_say_is_shown_without_the_secrets_in_their_urls() -> None:
    url = "json://user:hunter2@localhost:8080/token-abc?x=yyyy"
    words = f"error at {url}: hunter2 {url[7:]}\n\x1b[31m404 token-abc"
    assert scrub(words, url) == "error at ***: *** ***:***@***:***/***?x=*** ␛[31m404 ***"
    assert scrub("x" * 999, "plainsecret") == "x" * 300


def test_a_message_says_what_it_costs_and_what_helps(project: Project) -> None:
    title, body = message_of(project, RecordedAlert("ab12", NAN, AlertState.OPEN, 1.0, 2.0))
    assert title == "[forms] critical: loss is ␛NaN"
    assert "What it costs: 120.00 EUR: accuracy 0.91, target 0.97" in body
    assert "- stop it: mlops-tui stop r\n" in body
    assert "mlops-tui alerts ack ab12" in body


def command_of(script: str) -> Receiver:
    return Receiver("command x", command=(sys.executable, "-c", script))


def test_a_command_gets_the_alert_and_no_shell(project: Project) -> None:
    script = (
        "import json, os, sys\n"
        "told = json.load(sys.stdin)\n"
        "told['variables'] = {k: v for k, v in os.environ.items() if 'ALERT' in k}\n"
        "json.dump(told, open('told.json', 'w'))\n"
    )
    found = raised(project)
    tell(command_of(script), project, found, 5.0)
    told = json.loads((project.path / "told.json").read_text())
    assert (told["project"], told["id"], told["severity"]) == ("forms", found.id, "critical")
    assert told["remedies"][0]["command"] == ["mlops-tui", "stop", "r"]
    assert told["variables"] == {
        "MLOPS_ALERT_ID": found.id,
        "MLOPS_ALERT_KIND": "nan",
        "MLOPS_ALERT_SEVERITY": "critical",
        "MLOPS_ALERT_TITLE": "loss is ␛NaN",
    }


@pytest.mark.parametrize(
    ("receiver", "expected"),
    [
        (command_of("import sys; sys.exit('no \\x1b way')"), "exit code 1: no ␛ way"),
        (command_of("import time; time.sleep(60)"), "it did not end within 0 s"),
        (Receiver("command x", command=("nowhere-to-be-found",)), "cannot be started"),
        (Receiver("env:NOT_SET", url="env:NOT_SET"), "NOT_SET is not set"),
    ],
)
def test_what_goes_wrong_is_said(
    project: Project, monkeypatch: pytest.MonkeyPatch, receiver: Receiver, expected: str
) -> None:
    if "sleep" in str(receiver.command):
        monkeypatch.setattr(alert_receivers, "PATIENCE_SECONDS", 0.3)
    with pytest.raises(MlopsTuiError) as caught:
        tell(receiver, project, raised(project), 5.0)
    assert expected in caught.value.message


@pytest.fixture
def service() -> Any:
    """Give a service on this host that answers 200, or 404 below `/no`, and what it was told."""
    told: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(404 if self.path.startswith("/no") else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.skipif(find_spec("apprise") is None, reason="comes with the extra `alerts`")
def test_a_service_is_told_by_a_url_from_the_environment(
    project: Project, service: tuple[str, list[Any]]
) -> None:
    url, told = service
    receiver = Receiver("env:CHAT", url="env:CHAT")
    tell(receiver, project, raised(project), 5.0, {"CHAT": url})
    assert told[0]["title"] == "[forms] critical: loss is ␛NaN"
    problem = notify(lambda *_: None, f"{url}/no/hunter2", "title", "body", "info")
    assert "hunter2" not in problem
    assert problem
    with pytest.raises(InputError) as refused:
        notify(lambda *_: None, "nonsense://hunter2", "title", "body", "info")
    assert "hunter2" not in refused.value.message


@pytest.mark.skipif(find_spec("apprise") is not None, reason="the extra `alerts` is there")
def test_without_the_extra_the_error_names_it(project: Project) -> None:
    with pytest.raises(InputError) as caught:
        tell(Receiver("json", url="json://127.0.0.1:9"), project, raised(project), 5.0)
    assert "pip install 'mlops-tui[alerts]'" in caught.value.hint
