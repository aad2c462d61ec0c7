from __future__ import annotations

from pathlib import Path

from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.models import ModelFormat, ModelVersion
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.version_curve import (
    CROWNED,
    POINT,
    chart_lines,
    course,
    course_content,
    title_pieces,
)

TOML = """
[objective]
metric = "holdout_f1"
[datasets.holdout]
path = "h.csv"
role = "holdout"
[datasets.validation]
path = "v.csv"
role = "validation"
[models.cancer.gate]
on = "holdout"
metrics.recall = { min = 0.5 }
"""


def project(folder: Path, toml: str = TOML) -> Project:
    (folder / "mlops.toml").write_text(toml)
    return load_project(folder)


def version(number: int, *aliases: str) -> ModelVersion:
    return ModelVersion(
        *("cancer", number, "0" * 64, ModelFormat.SKOPS, 1000, 1, None, None, 0.0, "me", "here"),
        aliases=aliases,
    )


def evaluation(
    number: int, value: float, dataset: str = "holdout", data: str = "d1", at: float = 0.0
) -> Evaluation:
    figures = {
        "f1": Figure(0.1, None, None, 50),
        "recall": Figure(value, value - 0.1, value + 0.05, 50),
    }
    id_ = f"{number}-{dataset}-{data}-{at}"
    return Evaluation(
        *(id_, None, "cancer", number, dataset, data, None, "binary", 100),
        figures=figures,
        at=at,
    )


VERSIONS = [version(3), version(2, "champion"), version(1)]


def test_the_curve_is_of_the_gates_metric_on_the_gates_dataset(tmp_path: Path) -> None:
    found = [evaluation(3, 0.9, "validation"), evaluation(2, 0.8), evaluation(1, 0.6)]
    shown = course(project(tmp_path), "cancer", VERSIONS, found)
    assert (shown.metric, shown.dataset, shown.unmeasured) == ("recall", "holdout", 1)
    assert [it.version.number for it in shown.measured] == [1, 2]
    assert shown.datasets == ["validation", "holdout"]
    chosen = course(project(tmp_path), "cancer", VERSIONS, found, "f1", "validation")
    assert [(it.version.number, it.figure.value) for it in chosen.measured] == [(3, 0.1)]
    plain = course(project(tmp_path, TOML.partition("[models")[0]), "cancer", VERSIONS, found)
    assert (plain.metric, plain.dataset) == ("f1", "validation")  # the objective's, the newest


def test_only_versions_measured_on_the_same_rows_are_side_by_side(tmp_path: Path) -> None:
    found = [
        evaluation(3, 0.9, at=3.0),
        evaluation(3, 0.7, at=2.0),
        evaluation(2, 0.8, data="d0", at=1.0),
        evaluation(1, 0.6, data="d1", at=0.5),
    ]
    shown = course(project(tmp_path), "cancer", VERSIONS, found)
    assert [(it.version.number, it.figure.value) for it in shown.measured] == [(1, 0.6), (3, 0.9)]
    content = course_content(shown)
    assert content.words == "1 version on other rows of it"
    assert [row.key for row in content.rows] == ["3", "1"]
    assert [text for text, _ in content.rows[0].cells[:4]] == [":3", "0.9", "0.8 to 0.95", "50"]


def test_the_champion_has_a_sign_of_its_own_and_intervals_are_bars(tmp_path: Path) -> None:
    found = [evaluation(3, 0.85), evaluation(2, 0.8), evaluation(1, 0.6)]
    shown = course(project(tmp_path), "cancer", VERSIONS, found)
    lines = ["".join(text for text, _ in line) for line in chart_lines(shown, (80, 12), BRAILLE)]
    assert len(lines) == 12
    assert all(len(line) <= 80 for line in lines)
    text = "\n".join(lines)
    assert (text.count(POINT), text.count(CROWNED)) == (2, 1)
    assert lines[-1].split() == ["version", ":1", ":2", ":3"]
    columns = [lines[-1].index(f":{number}") for number in (1, 2, 3)]
    marks = {line.index(sign): sign for line in lines for sign in (POINT, CROWNED) if sign in line}
    assert all(min(abs(at - it) for it in columns) <= 1 for at in marks)
    rows_of_bar = [line for line in lines[:-1] if line[columns[0] : columns[0] + 2].strip()]
    assert len(rows_of_bar) >= 3
    assert "champion" in "".join(it for it, _ in title_pieces("cancer", shown, "1"))


def test_nothing_is_drawn_of_nothing_and_many_versions_have_no_bars(tmp_path: Path) -> None:
    empty = course(project(tmp_path), "cancer", VERSIONS, [])
    assert chart_lines(empty, (80, 12), BRAILLE) == []
    assert course_content(empty).words == "3 not evaluated"
    many = [version(number) for number in range(1, 301)]
    found = [evaluation(number, 0.5 + number / 1000) for number in range(1, 301)]
    shown = course(project(tmp_path), "cancer", many, found)
    lines = ["".join(text for text, _ in line) for line in chart_lines(shown, (80, 12), BRAILLE)]
    assert [line for line in lines if len(line) > 80] == []
    assert lines[0].startswith(" " * 2)
    assert float(lines[0].split("┤")[0]) <= 0.9


BRAILLE = Symbols.BRAILLE
