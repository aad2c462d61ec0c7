from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.engine.actions_aliases import Reasons, move_alias
from mlops_tui.engine.actions_models import register_file
from mlops_tui.engine.creation import record_fact
from mlops_tui.index import Index
from mlops_tui.ui.screens.model import ModelScreen
from mlops_tui.ui.screens.version_curve import VersionCurveScreen
from tests.ui.driving import opened
from tests.ui.recorded import write_project


@pytest.fixture
def project(isolated_home: Path, tmp_path: Path) -> Path:
    """Three versions, of which the second is champion."""
    folder = write_project(tmp_path / "digits")
    with Index.open(folder) as index:
        for number in (1, 2, 3):
            (folder / "m.bin").write_bytes(b"model %d" % number)
            register_file(folder, index, "reader", folder / "m.bin")
        index.ingest()
        move_alias(folder, index, "reader:2", "champion", Reasons("the best"))
    return folder


def evaluated(project: Path, number: int, dataset: str, **values: float) -> None:
    metrics = {
        name: {"value": it, "low": it - 0.05, "high": it + 0.03, "n": 360}
        for name, it in values.items()
    }
    about = {"model": "reader", "number": number, "dataset": dataset, "data_version": "d"}
    told = {"rows": 360, "metrics": metrics, "problem": "multiclass", "by": "ada"}
    record_fact(
        project, "evaluation.recorded", 1e9, evaluation=f"{dataset}{number}", **about, **told
    )


async def test_one_metric_of_all_versions_is_one_key_away_and_others_are_too(
    project: Path,
) -> None:
    for number, value in ((1, 0.8), (2, 0.9)):
        evaluated(project, number, "holdout", accuracy=value, f1=value - 0.2)
    async with opened(project, (80, 24)) as it:
        await it.press("8")
        await it.sees("1 model")
        await it.press("enter")
        await it.sees(":3")
        await it.press("m")
        await it.until(lambda: isinstance(it.app.screen, VersionCurveScreen))
        await it.sees("reader  accuracy on holdout")
        await it.sees("◆ champion")
        await it.sees("1 not evaluated")
        await it.sees("0.85 to 0.93   360  champion")
        assert it.screen_text().count("◆") == 2
        await it.press("o")
        await it.until(lambda: "There is no other dataset" in it.notified())
        await it.press("m")
        await it.sees("which metric")
        await it.press(*"f1", "enter")
        await it.sees("reader  f1 on holdout")
        await it.sees("0.65 to 0.73")
        evaluated(project, 3, "holdout", accuracy=0.95, f1=0.75)
        await it.sees("0.7 to 0.78")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, ModelScreen))


async def test_a_model_that_nobody_evaluated_says_how_it_gets_a_curve(project: Path) -> None:
    async with opened(project, (80, 24)) as it:
        await it.press("8")
        await it.sees("1 model")
        await it.press("enter")
        await it.sees(":3")
        await it.press("m")
        await it.sees("No version of reader was evaluated")
