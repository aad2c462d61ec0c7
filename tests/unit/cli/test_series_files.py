from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from mlops_tui.cli.main import main
from tests.ui.recorded import add_run, write_project


@pytest.fixture
def project(tmp_path: Path, isolated_home: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in (1, 2):
        add_run(folder, number, metrics={"loss": [float(number), 0.5, 0.25]})
    return folder


def test_a_history_is_written_as_picture_and_table_of_several_runs(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg, png, csv = (tmp_path / f"loss.{kind}" for kind in ("svg", "png", "csv"))
    words = ["series", "train-1", "loss", "--with", "train-2", "--svg", str(svg)]
    words += ["--png", str(png), "-C"]
    assert main([*words, str(project), "--csv", str(csv)]) == 0
    assert capsys.readouterr().out.split() == [str(svg), str(png), str(csv)]
    with Image.open(png) as image:
        assert image.size == (1920, 1080)
    assert svg.read_text().count("<text") > 10
    assert "train-2" in svg.read_text()
    rows = csv.read_text().splitlines()
    assert rows[0] == "run_id,run,metric,step,time,value"
    assert len(rows) == 7


def test_what_cannot_be_written_is_said(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["-C", str(project)]
    missing = str(tmp_path / "none" / "loss.svg")
    assert main(["series", "train-1", "loss", "--svg", missing, *here]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert main(["series", "train-1", "loss", "--with", "train-2", *here]) == 2
    assert "--png FILE or --csv FILE" in capsys.readouterr().err
    assert main(["series", "train-1", "los", "--csv", "x.csv", *here]) == 2
    assert "did you mean loss?" in capsys.readouterr().err
