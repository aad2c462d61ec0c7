from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.data.profiled import Profile
from mlops_tui.engine.tasks.profiles import profile
from mlops_tui.ui.place_rows import PlaceContent, PlaceRow
from mlops_tui.ui.profile_rows import HEADS, SPREAD_CELLS, profile_content, spread


def profile_of_file(path: Path) -> Profile:
    made = profile(lambda *_: None, str(path), None)["profile"]
    assert isinstance(made, Profile)
    return made


@pytest.fixture
def content(tmp_path: Path) -> PlaceContent:
    lines = ["id,x,kind,when,gone"]
    for at in range(200):
        x = "" if at % 10 == 0 else "odd" if at == 33 else str(at)
        lines.append(f"f{at:03},{x},{'ab'[at % 4 == 0]},2026-01-{1 + at % 28:02},")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    return profile_content(profile_of_file(tmp_path / "t.csv"))


def row(content: PlaceContent, name: str) -> dict[str, str]:
    found: PlaceRow = next(it for it in content.rows if it.cells[0][0] == name)
    return {head.title: text for head, (text, _) in zip(HEADS, found.cells, strict=True)}


def facts(content: PlaceContent, name: str) -> dict[str, str]:
    return dict(next(it for it in content.rows if it.cells[0][0] == name).facts)


def test_each_column_is_a_row_with_its_figures(content: PlaceContent) -> None:
    assert content.words.startswith("200 rows, 5 columns, ")
    numbers = row(content, "x")
    assert numbers["Missing"] == "10 %"
    assert (numbers["Min"], numbers["Max"]) == ("1", "199")
    assert len(numbers["Spread"]) == SPREAD_CELLS
    kinds = row(content, "kind")
    assert kinds["Most frequent"] == "a 75 %, b 25 %"
    assert row(content, "when")["Min"] == "2026-01-01 00:00"
    assert row(content, "gone")["Type"] == "empty"
    assert row(content, "id")["Most frequent"] == ""


def test_the_facts_say_n_and_what_is_odd(content: PlaceContent) -> None:
    assert facts(content, "x")["values"].startswith("n 200, 20 missing")
    assert facts(content, "x")["odd"].startswith("1 are no number, first 'odd'")
    assert "150 (75 %)  a" in facts(content, "kind")["top"]


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [([], ""), ([0, 0], ""), ([1, 0, 8], "▂ █"), ([5] * 24, "█" * SPREAD_CELLS)],
)
def test_the_spread_has_a_block_for_each_stretch(counts: list[int], drawn: str) -> None:
    assert spread(counts) == drawn
