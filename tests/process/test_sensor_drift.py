"""The sample of live data: the monitor finds what goes wrong in which week, and is quiet else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from tests.process.test_samples import copy_of, finished

CALM = {1, 2, 3, 4, 7, 8, 12, 15, 16}
CONCEPT = {13, 14}


@pytest.fixture
def folder(tmp_path: Path, own_tasks: None) -> Path:
    made = copy_of("sensor_drift", tmp_path)
    trained = finished(made, "train", {"folds": 2})
    assert trained.facts("note") == ["data was missing: prepared with the defaults"]
    assert min(trained.series("cv_accuracy")) > 0.97
    measured = finished(made, "evaluate", {"pause": 0.0})
    accuracies = dict(enumerate(measured.series("week_accuracy"), 1))
    assert len(accuracies) == 16
    assert {week for week, it in accuracies.items() if it < 0.9} == {10, *CONCEPT}
    assert measured.last("worst_week") == min(accuracies.values())
    return made


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    main(["monitor", *words, "--json"])
    return json.loads(capsys.readouterr().out)


def test_the_monitor_finds_what_goes_wrong_in_each_week_and_is_quiet_in_calm_ones(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(capsys, "replay", "-C", str(folder))
    weeks = {int(it["key"][5:7]): it for it in found["windows"]}
    assert {week for week, it in weeks.items() if it["verdict"] == "drift"} == {5, 6, 9, 10, 11}
    assert all(weeks[week]["verdict"] == "ok" for week in CALM | CONCEPT)
    assert weeks[5]["drifted"] == weeks[6]["drifted"] == ["color_intensity"]
    assert {"predicted", "proline", "flavanoids"} <= set(weeks[9]["drifted"])
    assert weeks[10]["drifted"][0] == "proline"
    assert weeks[11]["drifted"] == ["magnesium"]
    told = [(it["raised"]["key"], it["resolved"]["key"]) for it in found["alerts"]]
    assert told == [("week-05.csv", "week-07.csv"), ("week-09.csv", "week-12.csv")]
    # what only labels tell
    current = str(folder / "data" / "live" / "week-13.csv")
    judged = asked(capsys, "performance", "-C", str(folder), "--current", current)
    assert judged["verdict"] == "degraded"
    labels_come_later(folder, capsys)


def labels_come_later(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The truth of weeks 13 and 14 raises what no estimate could; that of 15 ends it."""
    weeks = sorted((folder / "data" / "live").iterdir())
    for path in weeks[:-4]:
        path.unlink()
    labels = folder / "data" / "labels.csv"
    lines = labels.read_text().splitlines(keepends=True)
    late = {line.split(",")[0] for path in weeks[-2:] for line in path.read_text().splitlines()[1:]}
    labels.write_text("".join(it for it in lines if it.split(",")[0] not in late))

    def told() -> tuple[dict[int, tuple[str, bool]], list[tuple[str, str, str]]]:
        main(["monitor", "watch", "--once", "-C", str(folder)])
        capsys.readouterr()
        (state,) = asked(capsys, "status", "-C", str(folder))
        found = {int(it["key"][5:7]): it["performance"] for it in state["batches"]}
        main(["alerts", "list", "--all", "-C", str(folder), "--json"])
        alerts = json.loads(capsys.readouterr().out)
        return (
            {week: (it["verdict"], it["n_labelled"] > 0) for week, it in found.items()},
            [(it["cause"], it["state"], it["severity"]) for it in alerts],
        )

    good, bad, estimated = ("ok", True), ("degraded", True), ("ok", False)
    by_week, alerts = told()
    assert by_week == {13: bad, 14: bad, 15: estimated, 16: estimated}
    assert alerts == [("model:live", "open", "critical")]
    labels.write_text("".join(lines))
    by_week, alerts = told()
    assert by_week == {13: bad, 14: bad, 15: good, 16: good}
    assert alerts == [("model:live", "resolved", "critical")]
