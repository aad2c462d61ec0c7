"""What one does with the chosen chart: write it to files, pick its x, see its whole population."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.chart_view import read_limits
from mlops_tui.ui.charted import ChartedRun, chart_data, legend
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.errors import describe
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.saved import file_name, folders_to_save, new_file
from mlops_tui.ui.screens.pick import OnePicker, PromptDialog
from mlops_tui.ui.widgets.chart_grid import ChartGrid
from mlops_tui.ui.widgets.holder import Holder

if TYPE_CHECKING:
    from mlops_tui.ui.figure import Shape

STEPS = "steps"


class ChartDesk(Holder):
    """Holds the charts; keys here act on the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.CHART_DESK)

    @dataclass
    class Exported(Message):
        """The chart is in these files."""

        paths: list[str]

    def __init__(
        self,
        content: Widget,
        charts: ChartGrid,
        source: ProjectSource,
        listed: Callable[[], Sequence[str]],
    ) -> None:
        """Act on `charts`, which `content` holds; `listed` gives the ids of all listed runs."""
        super().__init__(content)
        self._charts = charts
        self._source = source
        self._listed = listed

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave charts of the system alone: they are of no metric that runs are compared by."""
        return self._charts.display

    def action_population(self) -> None:
        metric, meaning = self._charts.paging.chosen, self._charts.meaning
        if metric is None:
            return
        from mlops_tui.ui.screens.histogram import HistogramDialog, Population

        lower = meaning.is_lower_better(metric)
        population = Population(metric, list(self._listed()), self._charts.runs, lower)
        self.app.push_screen(HistogramDialog(population, self._source))

    def action_pick_x(self) -> None:
        metrics = self._charts.paging.metrics
        choices = [Choice("", STEPS, "as at first")]
        choices += [Choice(metric, safe(metric), "metric") for metric in metrics]
        picker = OnePicker("What x counts", "part of a metric's name", choices)
        self.app.push_screen(picker, self._x_picked)

    def _x_picked(self, metric: str | None) -> None:
        if metric is not None:
            self._charts.look(self._charts.view.over(metric))

    def action_limits(self) -> None:
        metric = self._charts.paging.chosen
        if metric is None:
            return
        here = self._charts.view.limits_of(metric)
        words = " ".join("-" if it is None else f"{it:g}" for it in here)
        question = f"Show {metric} from ... to ...: two numbers, - for what the values ask for"

        def typed(text: str | None) -> None:
            if text is not None:
                self._charts.look(self._charts.view.limited(metric, read_limits(text)))

        shown = "" if here == (None, None) else words
        self.app.push_screen(PromptDialog(question, shown, read_limits), typed)

    def action_export(self) -> None:
        """Write the chosen chart as pictures and as a table of all its points."""
        metric, runs = self._charts.paging.chosen, self._charts.runs
        if metric is None or not runs:
            return
        draw = self._picture(metric, runs)

        folders = folders_to_save(self._source.project, self._source.is_read_only)

        def work(reader: RunReader) -> list[str]:
            from mlops_tui.engine.actions_export import write_csv
            from mlops_tui.ui.figure_png import png
            from mlops_tui.ui.figure_svg import svg

            there = [charted.run for charted in runs if metric in charted.run.metrics]
            names = there[0].name if len(there) == 1 else f"{len(there)}-runs"
            stem = file_name(metric, names, time.strftime("%Y%m%d-%H%M%S"))
            shapes = draw(reader)
            with new_file(folders, f"{stem}.svg") as picture:
                picture.write(svg(shapes))
            paths = [picture.name]
            with suppress(InputError):  # without Pillow there is the other picture
                image = png(shapes)
                with new_file(folders, f"{stem}.png") as file:
                    file.buffer.write(image)
                paths.append(file.name)
            with new_file(folders, f"{stem}.csv") as table:
                write_csv(table, there, metric, lambda run: reader.series(run.id, metric))
            return [*paths, table.name]

        self._source.ask("the export", work, self.Exported, self)

    def _picture(self, metric: str, runs: list[ChartedRun]) -> Callable[[RunReader], list[Shape]]:
        """Return what draws the chart as it is looked at now, from points of its own."""
        view, meaning = self._charts.view, self._charts.meaning
        wanted = tuple((it.run.id, metric) for it in runs if metric in it.run.metrics)

        def draw(reader: RunReader) -> list[Shape]:
            from mlops_tui.ui import figure
            from mlops_tui.ui.series_reads import read_series, wish_for

            series = read_series(reader, wish_for(view, wanted, figure.POINTS))
            data = chart_data(metric, runs, series, meaning, replace(view, cursor=None))
            return figure.shapes(data, legend(runs, view))

        return draw

    def on_chart_desk_exported(self, event: Exported) -> None:
        event.stop()
        self.app.copy_to_clipboard(event.paths[0])
        words = "\n".join(map(safe, event.paths))
        self.app.notify(words, title="Written; the first path is copied", markup=False)

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        words = f"The chart was not written. {describe(event.error)}"
        self.app.notify(words, severity="error", markup=False)
