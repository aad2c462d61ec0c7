from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.models import ModelFormat, ModelVersion
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.engine.model_card import write_card

VERSION = ModelVersion(
    *("cancer", 3, "a" * 64, ModelFormat.SKOPS, 2048, 1, "r", "train", 1.7e9, "ada", "h"),
    aliases=("champion",),
)
BARE: dict[str, Any] = {"files": [{"path": "m.skops", "size_bytes": 2048, "sha256": "b" * 64}]}


def evaluation(**figures: Figure) -> Evaluation:
    about = ("e", None, "cancer", 3, "holdout", "d1", "holdout", "binary", 100)
    return Evaluation(*about, figures)


def front(card: str) -> str:
    match = re.match(r"---\n(.*?)\n---\n", card, re.DOTALL)
    assert match is not None
    return match[1]


def test_a_card_says_of_what_nobody_recorded_that_it_is_not_known() -> None:
    card = write_card(Project(Path("/p"), "p"), VERSION, BARE, [])
    assert 'license: "unknown"' in front(card)
    assert "model-index" not in front(card)
    sections = re.split(r"^## ", card, flags=re.MULTILINE)
    for title in ("Intended use", "Limitations", "Evaluation", "Training"):
        (section,) = [it for it in sections if it.startswith(title)]
        assert "Not known." in section
    assert "- Commit: Not known." in card
    assert "b" * 64 in card


def test_a_card_has_what_was_recorded_and_declared() -> None:
    described = parse_project(
        '[project]\nname = "clinic"\ntags = ["tabular"]\n[objective]\nowner = "breast clinic"\n'
        '[models.cancer]\nlicense = "mit"\nintended_use = "beside a doctor"\n',
        Path("/p"),
    )
    column = {"name": "age", "type": "int"}
    manifest = BARE | {
        "signature": {"inputs": [column], "outputs": None},
        "datasets": [{"name": "train", "version": "v1", "path": "t.csv"}],
        "params": {"lr": 0.1},
        "git": {"commit": "c" * 40, "dirty": True},
        "run": "r",
        "run_name": "train-1",
    }
    found = evaluation(recall=Figure(0.9, 0.8, 0.95, 50), f1=Figure(None))
    failed = Evaluation("f", None, "cancer", 3, "other", None, None, "", 0, error="broken")
    card = write_card(described, VERSION, manifest, [found, failed])
    head = front(card)
    for line in ('license: "mit"', '- "tabular"', "      type: tabular-classification",
                 '      revision: "d1"', '    - type: "recall"', "      value: 0.9"):  # fmt: skip
        assert line in head.split("\n")
    assert "f1" not in head
    for words in ("beside a doctor", "- Owner: breast clinic", "- Takes: age (int)",
                  "changes that were not committed", "- train: version v1", "- lr: 0.1",
                  "| recall | 0.9 | 0.8 to 0.95 | 50 |", "| f1 | not defined | not known |",
                  "- In use as: champion"):  # fmt: skip
        assert words in card
    assert "other" not in card


def test_text_of_anybody_is_no_markup() -> None:
    hostile = '<script>alert(1)</script>\n# Title | x\x1b[31m"'
    described = parse_project(
        f"[models.cancer]\ndescription = {json.dumps(hostile)}\nlicense = {json.dumps(hostile)}\n",
        Path("/p"),
    )
    manifest = BARE | {"params": {"a|b": hostile}, "run": "r", "run_name": hostile}
    card = write_card(described, VERSION, manifest, [evaluation(**{hostile: Figure(1.0)})])
    assert "\x1b" not in card
    assert "\n# Title" not in card
    body = card[card.index("\n---\n") :]
    assert not re.search(r"(?<!\\)<script", body)
    assert all(line.startswith(("license: ", "- ", "    - ", "  ", "tags", "model-index"))
               for line in front(card).split("\n"))  # fmt: skip
