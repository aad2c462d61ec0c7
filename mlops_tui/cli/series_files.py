"""The history of a metric as files: pictures, and a table of all points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run, Series
from mlops_tui.engine.actions_export import write_csv, write_text
from mlops_tui.ui import figure, palette
from mlops_tui.ui.chart_view import ChartView
from mlops_tui.ui.charted import ChartedRun, chart_data, legend
from mlops_tui.ui.objective import metric_meaning

KINDS = ("svg", "png", "csv")


def write_series_files(
    project: Path,
    runs: Sequence[Run],
    metric: str,
    read: Callable[[Run, int | None], Series],
    paths: Mapping[str, Path],
) -> list[str]:
    """Write the files that are named, over what was there, and return their paths.

    Args:
        project: its folder.
        runs: whose histories.
        metric: of what.
        read: gives a run's history, of at most so many points where that is given.
        paths: where each of `KINDS` that is wanted goes.

    Raises:
        InputError: one cannot be written, or what draws PNG images is not installed.
    """

    def drawn() -> list[figure.Shape]:
        slots = palette.assign([run.id for run in runs], {})
        charted = [ChartedRun(run, slots[run.id]) for run in runs]
        series = {(run.id, metric): read(run, figure.POINTS) for run in runs}
        meaning = metric_meaning(load_project(project))
        data = chart_data(metric, charted, series, meaning, ChartView())
        return figure.shapes(data, legend(charted, ChartView()))

    def write_svg(path: Path) -> None:
        from mlops_tui.ui.figure_svg import svg

        write_text(path, lambda file: file.write(svg(drawn())))

    def write_png(path: Path) -> None:
        from mlops_tui.ui.figure_png import png

        path.write_bytes(png(drawn()))

    def write_table(path: Path) -> None:
        write_text(path, lambda file: write_csv(file, runs, metric, lambda run: read(run, None)))

    for kind, write in zip(KINDS, (write_svg, write_png, write_table), strict=True):
        if kind in paths:
            try:
                write(paths[kind])
            except OSError as error:
                words = f"{paths[kind]} cannot be written: {error}"
                raise InputError(words, "name another") from error
    return [str(paths[kind]) for kind in KINDS if kind in paths]
