"""Alerts on the screen: the badge, what is told at once, their life, and remedies by key."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.alerts import Alert, AlertState, Remedy, RemedyKind, Scalar, Severity
from mlops_tui.engine.actions_alerts import raise_alert
from mlops_tui.index import Index
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.screens.alerts import AlertsScreen
from mlops_tui.ui.screens.launch import LaunchForm
from mlops_tui.ui.widgets.place_table import AlertTable
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.judged import add_window
from tests.ui.recorded import add_run, write_project

TOML = '[jobs.train]\nrun = "python train.py"\nkind = "train"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    (folder / "mlops.toml").write_text(TOML)
    add_run(folder, 1, metrics={"loss": [0.5, 0.1]})
    return folder


def warn(project: Path, cause: str = "drift:live", **more: Any) -> str:
    title = more.pop("title", "live has drifted: 3 of 20 columns, n 500")
    return raise_alert(project, Alert(cause, "drift", Severity.WARNING, title, **more))


def state_of(project: Path, alert_id: str) -> AlertState:
    with Index.open(project) as index:
        index.ingest()
        (found,) = index.alerts(frozenset(AlertState), ids=[alert_id])
    return found.state_at(time.time())


async def becomes(it: Driven, project: Path, alert_id: str, state: AlertState) -> None:
    await it.until(lambda: state_of(project, alert_id) is state)


@pytest.mark.parametrize("size", SIZES)
async def test_an_alert_is_seen_from_the_runs_and_looked_at_with_one_key(
    project: Path, size: tuple[int, int]
) -> None:
    warn(project, certainty="p < 0.001", detail="[@click=app.quit]pressure\x1b[31m, flow")
    async with opened(project, size) as it:
        await it.sees("▲ 1 alert: !")
        await it.press("exclamation_mark")
        await it.sees("1 open of 1")
        assert isinstance(it.app.screen, AlertsScreen)
        await it.sees("how sure p < 0.001")
        assert "[@click=app.quit]pressure" in it.screen_text()
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_its_life_is_told_by_keys(project: Path) -> None:
    alert = warn(project)
    async with opened(project, (120, 40)) as it:
        await it.press("exclamation_mark")
        await it.sees("▲ warning")
        await it.press("a")
        await becomes(it, project, alert, AlertState.ACKNOWLEDGED)
        await it.sees("✓ known")
        await it.press("s")
        await it.sees("Not to be told of it for")
        await it.press("down", "enter")
        await it.sees("~ snoozed")
        await becomes(it, project, alert, AlertState.SNOOZED)
        await it.press("u")
        await it.sees("▲ warning")
        await it.press("x")
        await it.sees("How was it dealt with?")
        await it.press(*"sensor swapped", "enter")
        await it.sees("Nothing is the matter.")
        await becomes(it, project, alert, AlertState.RESOLVED)
        await it.press("o")
        await it.sees("sensor swapped")
        await it.sees("0 open of 1")


def stop_it(it: Driven) -> bool:
    return "Stop train-1?" in it.screen_text()


def launch_form(it: Driven) -> bool:
    return isinstance(it.app.screen, LaunchForm)


def why(it: Driven) -> bool:
    return "It is written beside the value." in it.screen_text()


def run_shown(it: Driven) -> bool:
    return it.app.screen is it.project_screen and it.project_screen.panes.pane == "charts"


def command(it: Driven) -> bool:
    return "mlops-tui purge" in it.screen_text()


@pytest.mark.parametrize(
    ("kind", "arguments", "seen"),
    [
        (RemedyKind.STOP_RUN, {"run": "RUN"}, stop_it),
        (RemedyKind.START_JOB, {"job": "train"}, launch_form),
        (RemedyKind.SHOW_RUN, {"run": "RUN", "metric": "loss"}, run_shown),
        (RemedyKind.RAISE_THRESHOLD, {"key": "alerts.rules.nan.on", "value": "x"}, why),
        (RemedyKind.FREE_DISK, {}, command),
    ],
)
async def test_a_remedy_is_carried_out(
    project: Path, kind: RemedyKind, arguments: dict[str, str], seen: Callable[[Driven], bool]
) -> None:
    (run,) = (project / ".mlops" / "runs").iterdir()
    filled = {name: value.replace("RUN", run.name) for name, value in arguments.items()}
    remedies = (Remedy(kind, "stop train-1", filled),)
    warn(project, remedies=remedies)
    async with opened(project, (120, 40)) as it:
        await it.press("exclamation_mark")
        await it.sees("▲ warning")
        await it.press("enter")
        await it.sees("what to do")
        await it.press("enter")
        await it.until(lambda: seen(it))


async def test_what_is_raised_meanwhile_is_told_with_a_bell_and_counted(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warn(project)
    async with opened(project, (120, 40)) as it:
        rung: list[bool] = []
        monkeypatch.setattr(it.app, "bell", lambda: rung.append(True))
        await it.sees("▲ 1 alert: !")
        assert not rung, "it was there before"
        warn(project, "run:nan", title="loss is NaN from step 3 on")
        await it.sees("▲ 2 alerts: !")
        await it.until(lambda: rung == [True])
        await it.until(lambda: len(it.app._notifications) == 1)
        assert next(iter(it.app._notifications)).title == "loss is NaN from step 3 on"


async def test_who_only_looks_changes_nothing(project: Path) -> None:
    alert = warn(project)
    settings = LaunchSettings(live_hz=50.0, settle_seconds=0.01, is_read_only=True)
    async with opened(project, (120, 40), settings=settings) as it:
        await it.press("exclamation_mark")
        await it.sees("▲ warning")
        await it.press("a")
        await it.sees("Opened read-only")
    assert state_of(project, alert) is AlertState.OPEN


async def test_remedies_have_keys_of_their_own_where_the_alert_offers_them(project: Path) -> None:
    add_window(project, 1, {"x": 2.0})
    aside = Remedy(RemedyKind.QUARANTINE, "quarantine day-1.csv", {"batch": "b1"})
    arguments: dict[str, Scalar] = {"model": "m", "alias": "champion", "from": 2, "to": 1}
    back = Remedy(RemedyKind.ROLL_BACK, "roll back champion of m from version 2 to 1", arguments)
    alert = warn(project, remedies=(back, aside))
    warn(project, "other", title="another")
    async with opened(project, (120, 40)) as it:
        await it.press("exclamation_mark")
        await it.sees("2 open of 2")
        await it.press("g")
        await it.sees("another")
        chosen = it.app.screen.query_one(AlertTable)
        await it.press(*(["j"] if chosen.cursor_key != alert else []))
        await it.sees("quarantine day-1.csv (Q)")
        await it.sees("b Roll back  Q Quarantine")
        await it.press("b")
        await it.sees("Roll back champion of m from version 2 to 1?")
        await it.sees("nothing is deleted")
        await it.press("n", "c")
        assert isinstance(it.app.screen, AlertsScreen), "it is not offered"
        await it.press("Q")
        await it.sees("Quarantine day-1.csv?")
        await it.press("enter")
        await becomes(it, project, alert, AlertState.ACKNOWLEDGED)
        with Index.open(project) as index:
            index.ingest()
            batch = index.batch("b1")
        assert batch is not None
        assert batch.quarantined is not None
        assert batch.quarantined.endswith("live has drifted: 3 of 20 columns, n 500")
        await it.press("k" if chosen.cursor_key == alert and chosen.cursor else "j")
        await it.until(lambda: "b Roll back" not in it.screen_text())
