from __future__ import annotations

import math
import re
from array import array
from xml.etree import ElementTree

from mlops_tui.domain.runs import Series
from mlops_tui.ui.chart_view import ChartView
from mlops_tui.ui.figure import shapes
from mlops_tui.ui.figure_svg import svg
from mlops_tui.ui.grouping import Group
from mlops_tui.ui.plot import ChartData, Curve

NAMES = "{http://www.w3.org/2000/svg}"


def data(*courses: list[float], metric: str = "loss", groups: bool = False) -> ChartData:
    curves = []
    for slot, values in enumerate(courses):
        steps = array("q", range(len(values)))
        series = Series(metric, len(values), steps, array("d", steps), array("d", values))
        curves.append(Curve(f"r{slot}", f"r{slot}", slot, series))
    together = {f"r{slot}": Group("all", 1) for slot in range(len(courses))} if groups else {}
    return ChartData(metric, "s", tuple(curves), ChartView(), groups=together)


def drawn(chart: ChartData, *names: str) -> tuple[ElementTree.Element, list[str]]:
    root = ElementTree.fromstring(svg(shapes(chart, [(name, at) for at, name in enumerate(names)])))
    return root, [it.text or "" for it in root.iter(f"{NAMES}text")]


def test_a_picture_has_heading_legend_labels_and_lines() -> None:
    root, texts = drawn(data([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]), "first", "second")
    assert {"loss (s)", "first", "second", "step", "1.0", "3.0"} <= set(texts)
    ways = [it.get("d", "") for it in root.iter(f"{NAMES}path") if it.get("stroke-width") == "1.6"]
    assert [way.count("L") for way in ways] == [2, 2]


def test_names_from_outside_are_text() -> None:
    _, texts = drawn(data([1.0, 2.0], metric="<b>&\x1b[31m"), '"><script>')
    assert texts[0] == "<b>&␛[31m (s)"
    assert '"><script>' in texts


def test_a_line_is_not_drawn_over_what_is_not_finite_and_a_cross_tells_it() -> None:
    root, _ = drawn(data([1.0, 2.0, math.nan, 2.0, math.inf]))
    inside = [it for it in root.iter(f"{NAMES}path") if it.get("clip-path")]
    crosses = [it.get("d", "") for it in inside if it.get("stroke-width") == "1"]
    assert len(crosses) == 2 * 2
    lines = [it.get("d", "") for it in inside if it.get("stroke-width") == "1.6"]
    assert [line.count("L") for line in lines] == [1, 1]


def test_a_group_is_a_band_and_its_mean() -> None:
    root, _ = drawn(data([1.0, 2.0], [2.0, 4.0], groups=True), "all n 2")
    areas = [it for it in root.iter(f"{NAMES}path") if it.get("fill-opacity", "1") != "1"]
    assert [area.get("d", "").count("L") for area in areas] == [3]


def test_no_values_are_said_in_words() -> None:
    assert "no finite values" in drawn(data([math.nan]))[1]
    assert "no finite values" in drawn(data())[1]


def test_many_names_are_counted() -> None:
    _, texts = drawn(data([1.0, 2.0]), *[f"a-rather-long-name-{at}" for at in range(40)])
    assert any(re.fullmatch(r"and \d+ more", text) for text in texts)
