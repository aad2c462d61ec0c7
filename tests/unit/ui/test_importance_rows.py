"""Which parameters matter, in rows: the share of each, and how sure that is."""

from __future__ import annotations

from typing import Any

from mlops_tui.ui.importance_rows import importance_content, importance_title

LR = {"param": "lr", "share": 0.79, "low": 0.7, "high": 0.88, "is_sure": True, "values": 40}
DEPTH = {"param": "depth", "share": -0.01, "low": -0.02, "high": 0, "is_sure": False, "values": 3}
FOUND: dict[str, Any] = {
    "metric": "accuracy",
    "job": "train",
    "n": 40,
    "explained": 0.87,
    "chance": 0.21,
    "params": [LR, DEPTH],
    "seeds": ["seed"],
}


def test_each_parameter_has_its_share_and_how_sure_it_is() -> None:
    assert importance_title(FOUND) == "What moves accuracy of train, n 40 runs"
    content = importance_content(FOUND)
    assert content.words == "foretold 87 %, chance gives up to 21 %"
    sure, unsure = ([text for text, _ in row.cells] for row in content.rows)
    assert sure == ["lr", "79 %", "70 to 88", "█" * 16 + "····", "✓ beyond chance", "40"]
    assert unsure == ["depth", "0 %", "-2 to 0", "·" * 20, "? chance could be", "3"]
    facts = dict(content.rows[1].facts)
    assert facts["n"] == "40 finished runs of train"
    assert facts["how sure"] == "no more than chance gives: up to 0.21"
    assert facts["left out"] == "seed"


def test_where_nothing_is_foretold_nothing_is_believed() -> None:
    content = importance_content(FOUND | {"explained": -0.2})
    assert content.words.startswith("foretold 0 %")
    depth = content.rows[1]
    assert depth.cells[4] == ("✗ nothing foretold", "bad")
    assert "believe none of these" in dict(depth.facts)["how sure"]
