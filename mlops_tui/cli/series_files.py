"""The history of a metric as files: a picture, and a table of all points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run, Series
from mlops_tui.engine.actions_export import write_csv, write_text
from mlops_tui.ui import figure, palette
from mlops_tui.ui.chart_view import ChartView
from mlops_tui.ui.charted import ChartedRun, chart_data, legend
from mlops_tui.ui.objective import metric_meaning


def write_series_files(
    project: Path,
    runs: Sequence[Run],
    metric: str,
    read: Callable[[Run, int | None], Series],
    svg: Path | None,
    csv: Path | None,
) -> list[str]:
    """Write the files that are named, over what was there, and return their paths.

    Args:
        project: its folder.
        runs: whose histories.
        metric: of what.
        read: gives a run's history, of at most so many points where that is given.
        svg: where the picture goes.
        csv: where the table goes.

    Raises:
        InputError: one cannot be written.
    """

    def picture(file: TextIO) -> None:
        slots = palette.assign([run.id for run in runs], {})
        charted = [ChartedRun(run, slots[run.id]) for run in runs]
        series = {(run.id, metric): read(run, figure.POINTS) for run in runs}
        meaning = metric_meaning(load_project(project))
        data = chart_data(metric, charted, series, meaning, ChartView())
        file.write(figure.svg(data, legend(charted, ChartView())))

    def table(file: TextIO) -> None:
        write_csv(file, runs, metric, lambda run: read(run, None))

    todo: list[tuple[Path | None, Callable[[TextIO], None]]] = [(svg, picture), (csv, table)]
    written = []
    for path, write in todo:
        if path is not None:
            try:
                write_text(path, write)
            except OSError as error:
                raise InputError(f"{path} cannot be written: {error}", "name another") from error
            written.append(str(path))
    return written
