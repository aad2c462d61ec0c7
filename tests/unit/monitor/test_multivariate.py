"""Drift that no single column shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlops_tui.evaluate.columns import Column
from mlops_tui.monitor import multivariate
from mlops_tui.monitor.verdicts import Verdict
from tests.unit.monitor.samples import batch, category, numeric, waves

REFERENCE = batch(0, 1_500, 3)


def linked(seed: int, n: int, sign: float) -> Mapping[str, Column]:
    """Return two normal columns that rise together, or one of which falls as the other rises."""
    draw = np.random.default_rng(seed)
    first = draw.normal(size=n)
    second = sign * 0.95 * first + np.sqrt(1 - 0.95**2) * draw.normal(size=n)
    noise = draw.normal(size=n)
    return {name: numeric(name, it) for name, it in zip("abc", (first, second, noise), strict=True)}


def test_a_broken_link_between_columns_is_found_and_named() -> None:
    found = multivariate.domain_classifier(linked(0, 800, 1), linked(1, 300, -1))
    assert found is not None
    assert found.verdict is Verdict.DRIFT
    assert found.auc > 0.8
    assert {name for name, _ in found.giveaways[:2]} == {"a", "b"}
    assert "given away by" in found.words
    residuals = multivariate.pca_residuals(linked(0, 800, 1), linked(1, 300, -1))
    assert residuals is not None
    assert residuals.verdict is Verdict.DRIFT
    assert residuals.score > 0.8


def test_calm_batches_are_told_apart_as_chance_does() -> None:
    for seed in range(1, 3):
        found = multivariate.domain_classifier(REFERENCE, batch(seed, 400, 3))
        residuals = multivariate.pca_residuals(REFERENCE, batch(seed, 400, 3))
        assert found is not None
        assert residuals is not None
        assert found.verdict is Verdict.OK
        assert abs(found.auc - 0.5) < 1.5 * (found.null_q99 - 0.5)
        assert residuals.verdict is Verdict.OK
        assert found.giveaways == () or found.giveaways[0][1] < 0.1


def test_waves_are_told_from_other_waves_by_no_more_than_blocks_are() -> None:
    reference, current = waves(0, 500, 0.9, 3), waves(1, 60, 0.9, 3)
    order = np.arange(500)
    found = multivariate.domain_classifier(reference, current, order)
    assert found is not None
    assert found.null_auc > 0.5
    assert found.verdict is not Verdict.DRIFT
    residuals = multivariate.pca_residuals(reference, current, order)
    assert residuals is not None
    assert residuals.verdict is not Verdict.DRIFT


def test_missing_values_and_new_categories_do_no_harm() -> None:
    draw = np.random.default_rng(0)
    values = draw.normal(size=200)
    values[:20] = np.nan
    current = {"n0": numeric("n0", values), "c0": category("c0", draw.integers(-1, 9, 200))}
    reference = {name: REFERENCE[name] for name in ("n0", "c0")}
    rows = multivariate.encode(reference, current, ["n0", "c0"])
    assert np.isnan(rows[:20, 0]).all()
    assert np.isnan(rows[current["c0"].codes == -1, 1]).all()
    assert (rows[current["c0"].codes == 0, 1] == 0).all()  # the most common one
    residuals = multivariate.pca_residuals(reference, current)
    assert residuals is not None
    assert np.isfinite(residuals.score)


def test_too_little_is_not_compared() -> None:
    assert multivariate.domain_classifier(REFERENCE, batch(1, 49, 3)) is None
    assert multivariate.pca_residuals(REFERENCE, batch(1, 49, 3)) is None
    one = {"n0": REFERENCE["n0"]}
    assert multivariate.domain_classifier(one, one) is None
    assert multivariate.pca_residuals(one, one) is None
