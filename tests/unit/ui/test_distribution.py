from __future__ import annotations

import math
import random

from hypothesis import example, given
from hypothesis import strategies as st

from mlops_tui.domain.runs import Run, RunState
from mlops_tui.ui.charted import ChartedRun
from mlops_tui.ui.distribution import MOST_BINS, Summary, bins, spread
from mlops_tui.ui.screens.histogram import Population, histogram_lines, merged


def text_of(lines: list[list[tuple[str, str]]]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
@example([0.0, 0.0, 0.0, -1e183, -1e-126])
@example([1e16, 1e16 + 2])
@example([0.0, 1e-310, 2e-310])
def test_every_value_is_in_one_bin(values: list[float]) -> None:
    found = spread({str(at): value for at, value in enumerate(values)}, map(str, range(50)))
    assert sum(found.counts) == len(values)
    assert found.without == 50 - len(values)
    assert all(a < b for a, b in zip(found.starts, found.starts[1:], strict=False))


def test_edges_are_round_and_few() -> None:
    chance = random.Random(1)
    starts = bins([chance.gauss(0.9, 0.02) for _ in range(500)])
    assert 6 <= len(starts) - 1 <= MOST_BINS
    assert all(abs(start * 1000 - round(start * 1000)) < 1e-6 for start in starts)


def test_what_is_no_number_is_counted_apart() -> None:
    found = spread({"a": 1.0, "b": math.nan, "c": None, "d": math.inf}, ["a", "b", "c", "d", "e"])
    assert (found.values, found.odd, found.without) == ({"a": 1.0}, 2, 2)
    assert found.quartiles == (1.0, 1.0, 1.0)
    assert spread({}, []).quartiles is None


def test_places_begin_with_the_best_and_equal_runs_share_one() -> None:
    found = spread({"a": 1.0, "b": 3.0, "c": 3.0}, ["a", "b", "c"])
    assert [found.rank(run, lower_better=False) for run in "abcd"] == [3, 1, 1, None]
    assert found.rank("a", lower_better=True) == 1


def test_bins_are_put_together_where_rows_are_few() -> None:
    found = spread({str(at): float(at) for at in range(64)}, map(str, range(64)))
    counts, starts = merged(found, 3)
    assert len(counts) <= 3
    assert sum(counts) == 64
    assert len(starts) == len(counts) + 1


def test_the_runs_of_the_charts_stand_beside_their_bins() -> None:
    values = {f"r{at}": float(at % 10) for at in range(100)}
    run = Run("r3", "train-3", "train", "train", RunState.FINISHED, 1.0)
    population = Population("accuracy", list(values), [ChartedRun(run, 2)], lower_better=False)
    lines = histogram_lines(population, Summary.LAST, spread(values, values), (60, 20))
    text = text_of(lines)
    assert text[0] == "accuracy: last value of 100 runs"
    assert text[1] == "median 4.5, half of them 2 to 7"
    own_bin = next(line for line in text[2:-2] if "●" in line)
    assert own_bin.split()[0] == "2"  # the bin from 2 to 4
    assert text[-1] == "● train-3  3, place 61 of 100"
    assert max(map(len, text)) <= 60


def test_no_values_are_said_in_words() -> None:
    population = Population("loss", ["a"], [], lower_better=True)
    lines = histogram_lines(population, Summary.BEST, spread({}, ["a"]), (40, 10))
    assert text_of(lines)[1] == "1 without it"
    assert population.field(Summary.BEST) == "min.loss"
