"""Every screen as text, at three sizes, compared with what was looked at and found good.

`MLOPS_SNAPSHOTS=write python -m pytest tests/ui/test_snapshots.py` writes them anew; read the
difference before it is committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.alert_lines import alert_object
from mlops_tui.domain.alerts import Alert, Evidence, Remedy, RemedyKind, Severity
from mlops_tui.domain.lifecycle import ALERT_RAISED
from mlops_tui.engine.creation import record_fact
from tests.ui.driving import Driven, opened
from tests.ui.judged import T0, add_window
from tests.ui.recorded import add_run, write_project

FOLDER = Path(__file__).parent / "snapshots"
WRITES = os.environ.get("MLOPS_SNAPSHOTS") == "write"
SIZES = [(80, 24), (120, 40), (200, 60)]
MASKED = re.compile(r"^.*\b(cores|load) .*$", re.MULTILINE)
"""What the machine is doing."""
DATASETS = """
[datasets.train]
path = "train.csv"
role = "train"
[datasets.live]
path = "live/*.csv"
role = "live"
"""


class Look(NamedTuple):
    """One screen: the keys to it, a text that tells that it is there, and the keys back."""

    name: str
    there: tuple[str, ...]
    shows: str
    back: tuple[str, ...] = ()


def full(folder: Path) -> Path:
    project = write_project(folder / "digits")
    curves = {1: 0.6, 2: 0.75, 3: 0.9, 4: 0.97, 5: 0.5}
    for number, height in curves.items():
        accuracy = [height * step / (step + 2) for step in range(1, 31)]
        add_run(
            project,
            number,
            params={"lr": number / 100, "seed": number % 2, "solver": "adam"},
            metrics={"accuracy": accuracy, "loss": [1 - value for value in accuracy]},
            state="failed" if number == 5 else "finished",
            reason="exit code 1" if number == 5 else None,
            output=b"".join(b"epoch %d\n" % step for step in range(30)) + b"ValueError: no\n",
        )
    last = project / ".mlops" / "runs"
    artifacts = (
        next(path for path in sorted(last.iterdir()) if path.name.endswith("5")) / "artifacts"
    )
    artifacts.mkdir()
    (artifacts / "scores.csv").write_text("class,f1\n0,0.91\n1,0.87\n")
    with (project / "mlops.toml").open("a") as file:
        file.write(DATASETS)
    (project / "train.csv").write_text("x,y\n1,2\n")
    for number, score in enumerate((0.2, 0.3, 0.1, 0.8, 1.2, 1.9), 1):
        add_window(project, number, {"pressure": score, "flow": 0.5 / number, "valve": 0.1})
    add_window(project, 7, None, "live/day-7.csv, line 3: 2 values, expected 3")
    add_window(project, 8, {"pressure": 2.1, "flow": 0.1, "valve": None})
    alert = Alert(
        *("drift:live", "drift", Severity.WARNING, "live has drifted in 2 of the last 3 windows"),
        certainty="p < 0.001, corrected over 3 columns",
        evidence=Evidence(n=8, n_reference=40, dataset="live", columns=("pressure",)),
        remedies=(Remedy(RemedyKind.START_JOB, "retrain on fresh data", {"job": "train"}),),
    )
    facts = {"id": "a1b2c3d4", "cause": alert.cause, "alert": alert_object(alert)}
    record_fact(project, ALERT_RAISED, T0, **facts)
    return project


def empty(folder: Path) -> Path:
    return write_project(folder / "digits")


def broken(folder: Path) -> Path:
    project = write_project(folder / "digits", "[project]\nname = 7\n[jobs.train]\nrum = 'x'\n")
    places.runs_dir(project).mkdir(parents=True, exist_ok=True)
    return project


ESCAPE = ("escape",)
LOOKS = [
    Look("runs", ("1",), "train-5"),
    Look("charts", ("2",), "accuracy", ("1",)),
    Look("one chart", ("2", "enter"), "accuracy", ("escape", "1")),
    Look("details", ("3",), "params", ("1",)),
    Look("output", ("4",), "ValueError", ("1",)),
    Look("help", ("question_mark",), "Start a job", ESCAPE),
    Look("launch", ("l",), "epochs", ESCAPE),
    Look("columns", ("c",), "columns", ESCAPE),
    Look("order", ("S",), "Sort by", ESCAPE),
    Look("commands", ("colon",), "Start a job", ESCAPE),
    Look("groups", ("a",), "over seeds", ESCAPE),
    Look("compare", ("C",), "Compare", ESCAPE),
    Look("files", ("F",), "scores.csv", ESCAPE),
    Look("jobs", ("5",), "slots", ESCAPE),
    Look("data", ("6",), "dataset", ESCAPE),
    Look("monitor", ("7",), "✗ alarm", ESCAPE),
    Look("windows", ("7", "enter"), "every column", ("escape", "escape")),
    Look("a window", ("7", "enter", "down", "enter"), "more now", ("escape",) * 3),
    Look("alerts", ("exclamation_mark",), "1 open", ESCAPE),
    Look("models", ("8",), "models", ESCAPE),
    Look("readiness", ("9",), "met", ESCAPE),
    Look("a question", ("d",), "Delete", ESCAPE),
    Look("filter", ("slash", *"lr>0.03"), "2 of 5 runs", ESCAPE),
]
NOTHING = [
    Look("runs", (), "l "),
    Look("charts", ("2",), "", ("1",)),
    Look("details", ("3",), "", ("1",)),
    Look("output", ("4",), "", ("1",)),
    Look("groups", ("a",), "No runs", ESCAPE),
    Look("jobs", ("5",), "slots", ESCAPE),
    Look("data", ("6",), "0 datasets", ESCAPE),
    Look("monitor", ("7",), "0 pairs", ESCAPE),
    Look("alerts", ("exclamation_mark",), "Nothing is the matter", ESCAPE),
    Look("models", ("8",), "0 models", ESCAPE),
    Look("readiness", ("9",), "met", ESCAPE),
]
WRONG = [
    Look("runs", (), "is broken"),
    Look("launch", ("l",), "rum", ESCAPE),
]
KINDS: dict[str, tuple[Callable[[Path], Path], list[Look]]] = {
    "full": (full, LOOKS),
    "empty": (empty, NOTHING),
    "broken": (broken, WRONG),
}


async def settled(it: Driven, shows: str) -> str:
    """Return what is on the screen once it says `shows` and says the same twice."""
    await it.sees(shows)
    before = ""
    while before != (before := it.screen_text()) or shows not in before:
        it.app.screen.refresh()  # what lies below a dialog is taken over when that is painted
        await it.pilot.pause(0.1)
    return before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("kind", KINDS)
async def test_screens_look_as_they_did(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    make, looks = KINDS[kind]
    project = make(tmp_path)
    seen = []
    async with opened(project, size) as it:
        await settled(it, looks[0].shows)
        for look in looks:
            await it.press(*look.there)
            text = MASKED.sub("(the machine)", await settled(it, look.shows))
            seen.append(f"===== {look.name}\n{text}\n".replace(str(tmp_path), "FOLDER"))
            await it.press(*look.back)
    path = FOLDER / f"{kind}-{size[0]}x{size[1]}.txt"
    if WRITES:
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(seen), encoding="utf-8")
    assert "".join(seen) == path.read_text(encoding="utf-8")
