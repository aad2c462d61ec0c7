"""Which drift matters: swaps of one column, the surrogate's agreement, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate.columns import read_columns
from mlops_tui.evaluate.outcomes import Roles, read_outcomes
from mlops_tui.monitor import matters
from mlops_tui.monitor.matters import Effects, Matter
from mlops_tui.monitor.swapping import swapped

FEATURES = ["x", "z", "c"]


def made(seed: int, n: int, dx: float = 0.0, dz: float = 0.0, c: float = 0.5) -> pd.DataFrame:
    """Return rows of a model that looks at `x` and `c`, never at `z`."""
    draw = np.random.default_rng(seed)
    x, z = draw.normal(dx, 1, n), draw.normal(dz, 1, n)
    group = np.where(draw.random(n) < c, "a", "b")
    score = 1 / (1 + np.exp(-(1.5 * x + (group == "b"))))
    y = (draw.random(n) < score).astype(int)
    return pd.DataFrame({"x": x, "z": z, "c": group, "score": score, "y": y})


def effects_of(
    before: pd.DataFrame, after: pd.DataFrame, drifted: str = "", roles: Roles | None = None
) -> Effects:
    columns = read_columns(before[FEATURES])
    kinds = {name: column.kind for name, column in columns.items()}
    others = read_columns(after[FEATURES], kinds)
    outcomes = read_outcomes(before, after, roles or Roles("y", None, {"": "score"}))
    return matters.effects(outcomes, (columns, others), dict.fromkeys(drifted, 2.0))


REFERENCE = made(1, 1_500)


def test_the_column_that_hurts_comes_first_and_the_idle_one_is_cleared() -> None:
    found = effects_of(REFERENCE, made(2, 800, dx=0.6, dz=1.5), "xz")
    by_name = {it.column: it for it in found.columns}
    x, z = by_name["x"], by_name["z"]
    assert found.columns[0].column == "x"
    assert (x.verdict, z.verdict) == (Matter.MATTERS, Matter.DOES_NOT_MATTER)
    # the model itself says by how much: each row's score with x moved by the shift
    logit = np.log(REFERENCE["score"] / (1 - REFERENCE["score"]))
    true = float((1 / (1 + np.exp(-(logit + 1.5 * 0.6))) - REFERENCE["score"]).mean())
    assert x.lower <= true <= x.upper
    assert x.shift == pytest.approx(true, abs=0.03)
    assert 0.02 < x.flipped < 0.3
    assert z.flipped == 0
    assert z.words.startswith("z moved, the model does not care")
    assert "n 800" in z.words
    assert by_name["c"].words == ""  # it has not drifted
    assert x.importance_share > 0.5 > by_name["c"].importance_share > z.importance_share
    assert min(found.agreement, found.agreement_current) > 0.95


def test_a_change_of_categories_is_found() -> None:
    found = effects_of(REFERENCE, made(2, 800, c=0.1), "c")
    assert found.columns[0].column == "c"
    assert found.columns[0].verdict is Matter.MATTERS
    assert found.columns[0].shift > 0.03


def test_nothing_is_cleared_by_few_rows() -> None:
    found = effects_of(REFERENCE, made(2, 40), "x")
    (x,) = (it for it in found.columns if it.column == "x")
    assert x.verdict is Matter.CANNOT_TELL
    assert "cannot be told" in x.words


def test_a_model_that_looks_elsewhere_is_not_explained() -> None:
    draw = np.random.default_rng(5)
    sides = [made(1, 600), made(2, 200)]
    for side in sides:
        side["score"] = draw.random(len(side))
    found = effects_of(sides[0], sides[1], "x")
    assert found.columns == ()
    assert "70% is needed" in found.why_not
    assert found.agreement < 0.3


def test_another_model_on_the_batch_clears_nothing() -> None:
    live = made(2, 800, dz=1.5)
    live["score"] = 1 - live["score"]
    found = effects_of(REFERENCE, live, "z")
    (z,) = (it for it in found.columns if it.column == "z")
    assert found.agreement_current < 0
    assert z.verdict is Matter.CANNOT_TELL


@pytest.mark.parametrize(
    ("frame", "words"),
    [(REFERENCE.head(100), "too few"), (REFERENCE.assign(score=0.3), "always says the same")],
)
def test_what_cannot_be_learned_is_said(frame: pd.DataFrame, words: str) -> None:
    assert words in effects_of(frame, made(2, 100)).why_not


def test_numbers_are_told_in_their_spread() -> None:
    def with_numbers(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(y=0.0, pred=300 * frame["x"] + 50)

    roles = Roles("pred", "pred", {}, ProblemKind.REGRESSION)
    sides = with_numbers(REFERENCE), with_numbers(made(2, 800, dx=0.5))
    found = effects_of(*sides, "x", roles)
    assert (found.unit, found.threshold) == ("sd", 0.05)
    assert found.columns[0].effect == pytest.approx(0.5, abs=0.1)
    assert np.isnan(found.columns[0].flipped)


numbers = st.lists(st.floats(-100, 100) | st.just(float("nan")), min_size=1, max_size=30)


@settings(max_examples=20, deadline=None)
@given(numbers, st.booleans())
def test_a_batch_like_the_reference_moves_nothing(values: list[float], is_ranked: bool) -> None:
    given_values = np.array(values) if is_ranked else np.abs(np.round(np.array(values) / 50))
    draw = np.random.default_rng(0)
    found = swapped(given_values, given_values, given_values, is_ranked, draw)
    np.testing.assert_allclose(found, given_values)


@settings(max_examples=20, deadline=None)
@given(numbers, numbers)
def test_swapped_numbers_stay_within_the_batch_and_are_as_often_missing(
    before: list[float], after: list[float]
) -> None:
    sides = np.array(before), np.array(after)
    many = np.tile(sides[0], 100)
    found = swapped(many, *sides, True, np.random.default_rng(1))
    present = ~np.isnan(sides[1])
    missing = 1 - present.mean()
    if present.any() and (~np.isnan(sides[0])).any():
        kept = found[~np.isnan(found)]
        assert set(kept) <= set(sides[1][present])
    assert np.isnan(found).mean() == pytest.approx(missing, abs=0.12)


def test_swapped_categories_have_the_shares_of_the_batch() -> None:
    before, after = np.repeat([0.0, 1.0], [900, 100]), np.repeat([0.0, 1.0, -1.0], [50, 100, 50])
    found = swapped(before, before, after, False, np.random.default_rng(0))
    shares = [float((found == code).mean()) for code in (0.0, 1.0, -1.0)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.05)
    assert (found[900:] == 1.0).all()  # no more rows change than have to
