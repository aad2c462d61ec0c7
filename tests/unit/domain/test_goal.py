from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlops_tui.domain.goal import objective_metric


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ('[objective]\nstatement = "x"\nmetric = "accuracy"\n', "accuracy"),
        ("[objective]\nmetric = 3\n", None),
        ("objective = 3\n", None),
        ('[project]\nname = "x"\n', None),
        ("[broken\n", None),
        ("\0\xff", None),
    ],
)
def test_the_metric_of_the_objective_is_read(tmp_path: Path, text: str, metric: str | None) -> None:
    (tmp_path / "mlops.toml").write_bytes(text.encode("latin-1"))
    assert objective_metric(tmp_path) == metric


def test_no_file_and_a_pipe_in_its_place_have_none(tmp_path: Path) -> None:
    assert objective_metric(tmp_path) is None
    os.mkfifo(tmp_path / "mlops.toml")
    assert objective_metric(tmp_path) is None
