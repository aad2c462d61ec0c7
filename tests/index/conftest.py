from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.index import Index
from tests.index.recorder import Recorder


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "project")


@pytest.fixture
def index(recorder: Recorder) -> Iterator[Index]:
    with Index.open(recorder.project) as index:
        yield index
