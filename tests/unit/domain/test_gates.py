from __future__ import annotations

from typing import Any

import pytest

from mlops_tui.domain.gates import Light, bound_words, judge_bound
from mlops_tui.domain.models import Bound, BoundOf
from mlops_tui.domain.signatures import differences

VALUE, INTERVAL = BoundOf.VALUE, BoundOf.INTERVAL


@pytest.mark.parametrize(
    ("bound", "figure", "light"),
    [
        (Bound("m", 0.9), (0.95, 0.91, 0.99), Light.GREEN),
        (Bound("m", 0.9), (0.95, 0.89, 0.99), Light.RED),
        (Bound("m", 0.9, by=VALUE), (0.95, 0.89, 0.99), Light.GREEN),
        (Bound("m", None, 0.2), (0.1, 0.0, 0.3), Light.RED),
        (Bound("m", None, 0.2), (0.1, 0.0, 0.2), Light.GREEN),
        (Bound("m", 0.0, 0.2), (0.1, -0.1, 0.15), Light.RED),
        (Bound("m", 0.9), (0.95, None, None), Light.UNKNOWN),
        (Bound("m", 0.9, by=VALUE), (0.95, None, None), Light.GREEN),
        (Bound("m", 0.9, by=VALUE), (None, None, None), Light.UNKNOWN),
    ],
)
def test_the_end_of_the_interval_that_is_nearer_to_the_bound_decides(
    bound: Bound, figure: tuple[float | None, float | None, float | None], light: Light
) -> None:
    found, words = judge_bound(bound, *figure)
    assert found is light
    assert bool(words) == (light is not Light.GREEN)


def test_bounds_in_words() -> None:
    assert bound_words(Bound("m", 0.9)) == ">= 0.9"
    assert bound_words(Bound("m", None, 2)) == "<= 2"
    assert bound_words(Bound("m", 1, 2)) == "1 to 2"


def column(name: str | None, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def signature(*inputs: dict[str, Any], outputs: Any = None) -> dict[str, Any]:
    return {"inputs": list(inputs), "outputs": outputs}


def test_a_version_that_needs_more_or_something_else_breaks_its_callers() -> None:
    before = signature(column("age", "int"), column("sex", "str"))
    assert differences(before, signature(column("age", "float"))) == []
    assert differences(before, before) == []
    (needs,) = differences(before, signature(column("weight", "float"))) or []
    assert "needs weight" in needs
    (other,) = differences(before, signature(column("sex", "int"))) or []
    assert "callers send str" in other
    array = column(None, "tensor", dtype="float32", shape=[-1, 3])
    wider = column("x", "tensor", dtype="float32", shape=[-1, 4])
    assert differences(signature(array), signature({**array, "name": "x"})) == []
    assert len(differences(signature(array), signature(wider)) or []) == 1
    assert len(differences(before, signature(array)) or []) == 1
    gives = [signature(column("a", "int"), outputs=[column(None, it)]) for it in ("int", "str")]
    assert "it gives" in (differences(*gives) or [""])[0]


def test_what_is_not_recorded_cannot_be_told() -> None:
    known = signature(column("a", "int"))
    unknown: list[dict[str, Any] | None] = [None, {}, {"inputs": None}, {"inputs": []}]
    for other in unknown:
        assert differences(known, other) is None
        assert differences(other, known) is None
