from __future__ import annotations

from pathlib import Path

from mlops_tui.domain.alerts import AlertCounts
from mlops_tui.domain.project import Project
from mlops_tui.ui.summaries import ProjectSummary
from mlops_tui.ui.widgets.project_table import column_widths, project_cells

ROW = {
    "Project": "digits",
    "Objective": "holdout_accuracy ≥ 0.97",
    "Best": "0.98 ✓",
    "Runs": "1 running",
    "Last run": "✓ finished train-1 just now",
}


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    widths = column_widths([ROW], 118)
    assert widths == {title: max(len(title), len(text)) for title, text in ROW.items()}


def test_what_matters_least_goes_first_where_there_is_no_room() -> None:
    assert list(column_widths([ROW], 50)) == ["Project", "Objective", "Best", "Runs"]
    assert list(column_widths([ROW], 14)) == ["Project", "Best"]


def test_a_list_without_projects_has_titles() -> None:
    assert column_widths([], 80)["Objective"] == len("Objective")


def test_open_alerts_stand_before_what_goes_on() -> None:
    project = Project(Path("/work/digits"), "digits", has_file=True)
    summary = ProjectSummary(project, runs=3, alerts=AlertCounts(open=2))
    assert project_cells(summary, 0.0)["Runs"] == ("▲ 2 alerts, 3 runs", "warn")
