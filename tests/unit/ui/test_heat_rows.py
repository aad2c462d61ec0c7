from __future__ import annotations

import pytest

from mlops_tui.domain.monitoring import BatchFacts, Cell, HeatMap
from mlops_tui.ui.heat_rows import BATCH, cell_glyph, glyphs_of, heading, level_piece, window_facts

T0 = 1_760_000_000.0


def batch(number: int, verdict: str | None = "ok", drifted: tuple[str, ...] = ()) -> BatchFacts:
    return BatchFacts(
        id=f"b{number}",
        dataset="live",
        reference="train",
        key=f"day-{number}.csv",
        at=T0,
        start=None,
        end=None,
        rows=100,
        verdict=verdict,
        error=None if verdict else "no table",
        columns=20,
        drifted=drifted,
        n_drifted=len(drifted),
        findings=0,
        report=None,
        judged=T0,
        host="",
    )


def cell(score: float | None, verdict: str = "ok", chance: float = 0.06) -> Cell:
    return Cell(verdict, score, 0.1, chance, 100, "")


@pytest.mark.parametrize(
    ("given", "glyph", "kind"),
    [
        (None, " ", ""),
        (cell(0.0), "▁", "good"),
        (cell(0.08), "▄", "warn"),
        (cell(0.08, chance=0.2), "▂", "good"),
        (cell(0.1, "drift"), "▅", "bad"),
        (cell(9.0, "drift"), "█", "bad"),
        (cell(None, "drift"), "!", "bad"),
        (cell(None), "·", "dim"),
        (cell(0.3, "too_little_data"), "?", "dim"),
    ],
)
def test_a_cell_says_how_far_it_is_without_colour_too(
    given: Cell | None, glyph: str, kind: str
) -> None:
    assert cell_glyph(given) == (glyph, kind)


def test_windows_that_drifted_are_counted_among_the_last_that_could_be_judged() -> None:
    windows = [batch(1, "drift"), batch(2), batch(3, None), batch(4, "drift")]
    assert level_piece(windows, 2, 3) == ("✗ alarm 2/3", "bad-strong")
    assert level_piece(windows[:2], 2, 3) == ("✓ quiet 1/2", "good")
    assert level_piece([batch(1)], 2, 3) == ("✓ quiet", "good")
    windows = [batch(1, "drift"), batch(2, "drift"), batch(3, "too_little_data")]
    assert level_piece([batch(0), *windows], 2, 3) == ("✗ alarm 2/3", "bad-strong")


def test_the_head_points_at_a_window_and_names_it_on_the_side_with_room() -> None:
    heat = HeatMap([batch(number) for number in range(20)], [], {})
    assert heading(heat, 0, 20, 3) == "   ▼ day-3.csv      "
    assert heading(heat, 0, 20, 19) == "        day-19.csv ▼"
    assert all(len(heading(heat, 0, 20, here)) == 20 for here in range(20))


def test_facts_name_column_and_window() -> None:
    heat = HeatMap([batch(1, "drift", ("x",))], ["x"], {"x": [cell(0.2, "drift")]})
    facts = dict(window_facts(heat, 0, "x", T0))
    assert facts["column"] == (
        "x: ✗ drift, score 0.2, threshold 0.1 (chance: 0.06 once in 100), n 100"
    )
    assert facts["verdict"] == "✗ drift: 1 of 20 columns"
    assert "column" not in dict(window_facts(heat, 0, BATCH, T0))
    assert glyphs_of(heat, BATCH, range(1)) == [("█", "bad")]
