from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import replace

from mlops_tui.domain.runs import Series
from mlops_tui.ui.chart_view import ChartView, JoinedSeries, XKind
from mlops_tui.ui.grouping import Group
from mlops_tui.ui.palette import SLOTS
from mlops_tui.ui.plot import BEST, HERE, ChartData, Curve, Told, plot
from mlops_tui.ui.scales import Scale


def curve(values: Sequence[float], slot: int = 0, start: float = 1000.0) -> Curve:
    steps = array("q", range(len(values)))
    times = array("d", [start + 10 * at for at in steps])
    series = Series("loss", len(values), steps, times, array("d", values))
    return Curve(f"run-{slot}", f"run-{slot}", slot, series, start=start)


def chart(*curves: Curve, **view: object) -> ChartData:
    return ChartData("loss", curves=curves, view=replace(ChartView(), **view))  # type: ignore[arg-type]


def test_the_first_curve_comes_on_top() -> None:
    plotted = plot(chart(curve([1, 2], 0), curve([2, 1], 3)))
    assert [line.owner for line in plotted.lines] == [3, 0]


def test_smoothed_lines_come_over_the_dimmed_raw_ones() -> None:
    plotted = plot(chart(curve([1, 5, 2], 1), smoothing=0.9))
    raw, smooth = plotted.lines
    assert (raw.owner, smooth.owner) == (1 + SLOTS, 1)
    assert list(raw.ys) == [1, 5, 2]
    assert max(smooth.ys) < 5


def test_values_without_a_logarithm_are_gaps() -> None:
    plotted = plot(chart(curve([1.0, 0.0, -1.0, 10.0]), scale=Scale.LOG))
    assert [math.isnan(y) for y in plotted.raw[0].ys] == [False, True, True, False]
    assert plotted.y_extent() == (1.0, 10.0)


def test_only_what_the_window_shows_needs_room() -> None:
    data = chart(curve([9.0, 1.0, 2.0, 3.0]), window=(1.0, 3.0))
    assert plot(data).y_extent() == (1.0, 3.0)


def test_times_count_from_the_start_of_each_run() -> None:
    plotted = plot(chart(curve([1, 2, 3], 0, 1000.0), curve([1, 2], 1, 9000.0), x=XKind.ELAPSED))
    assert plotted.extent == (0.0, 20.0)


def test_the_read_out_is_at_the_cursor_or_the_end() -> None:
    curves = curve([1.0, 2.0, 3.0], 0), curve([5.0, 4.0], 2)
    assert plot(chart(*curves)).read_out() == [Told(0, 3.0), Told(2, 4.0)]
    assert plot(chart(*curves, cursor=0.4)).read_out() == [Told(0, 1.0), Told(2, 5.0)]
    assert plot(chart(curve([]))).read_out() == []


def test_the_best_value_is_marked_by_its_direction() -> None:
    data = chart(curve([3.0, math.nan, 1.0, 2.0]))
    up = plot(data).marks()
    down = plot(replace(data, lower_better=True)).marks()
    assert [(mark.x, mark.y, mark.glyph) for mark in up] == [(0, 3.0, BEST)]
    assert [(mark.x, mark.y, mark.glyph) for mark in down] == [(2, 1.0, BEST)]


def test_the_cursor_is_marked_on_every_curve() -> None:
    marks = plot(chart(curve([1.0, 2.0], 0), curve([2.0, math.nan], 1), cursor=1.0)).marks()
    assert [(mark.y, mark.owner) for mark in marks if mark.glyph == HERE] == [(2.0, 0)]


def together(*curves: Curve, **view: object) -> ChartData:
    group = Group("all", 3)
    return replace(chart(*curves, **view), groups={it.run_id: group for it in curves})


def test_a_group_is_its_mean_over_a_band() -> None:
    plotted = plot(together(curve([1.0, 3.0, 5.0], 0), curve([3.0, 5.0, 9.0], 1)))
    assert [list(line.ys) for line in plotted.raw] == [[2.0, 4.0, 7.0]]
    assert [line.owner for line in plotted.raw] == [3]
    assert [(fill.owner, fill.lows, fill.highs) for fill in plotted.fills] == [
        (3 + SLOTS, [1.0, 3.0, 5.0], [3.0, 5.0, 9.0])
    ]
    assert plotted.y_extent() == (1.0, 9.0)
    assert plotted.read_out() == [Told(3, 7.0, 2)]


def test_a_mean_of_fewer_runs_is_dim_and_says_how_many() -> None:
    plotted = plot(together(curve([1.0, 1.0, 1.0, 1.0], 0), curve([3.0, 3.0], 1)))
    bright = [line for line in plotted.lines if line.owner == 3 and line.is_torn]
    dim = [line for line in plotted.lines if line.owner == 3 + SLOTS]
    assert [math.isfinite(y) for y in bright[0].ys] == [True, True, False, False]
    assert [math.isfinite(y) for y in dim[0].ys] == [False, True, True, True]
    assert plotted.read_out() == [Told(3, 1.0, 1)]


def test_what_is_not_finite_in_a_group_is_marked_in_its_colour() -> None:
    plotted = plot(together(curve([1.0, math.nan, 1.0], 0), curve([3.0, 3.0, 3.0], 1)))
    odd = [line for line in plotted.lines if not line.is_torn]
    assert [(list(line.xs), line.owner) for line in odd] == [([1], 3)]


def test_over_another_metric_points_are_joined_in_the_order_of_steps() -> None:
    one = curve([1.0, 2.0, 3.0])
    series = JoinedSeries("loss", 3, one.series.steps, one.series.times, one.series.values)
    both = replace(series, xs=array("d", [5.0, 3.0, 4.0]))
    plotted = plot(chart(replace(one, series=both), x=XKind.METRIC, x_metric="lr", cursor=3.4))
    assert list(plotted.raw[0].xs) == [5.0, 3.0, 4.0]
    assert plotted.extent == (3.0, 5.0)
    assert plotted.read_out() == [Told(0, 2.0)]
    assert plotted.x_axis(5).high >= 5.0


def test_what_is_not_joined_yet_has_no_place() -> None:
    assert plot(chart(curve([1.0, 2.0]), x=XKind.METRIC)).extent == (0.0, 1.0)
