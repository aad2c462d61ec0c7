from __future__ import annotations

import logging
from pathlib import Path

from mlops_tui.ui.errors import PrivateLog


def test_the_log_is_its_owners_alone_also_after_a_full_one(tmp_path: Path) -> None:
    log = PrivateLog(tmp_path / "ui.log", maxBytes=100, backupCount=1, encoding="utf-8")
    for number in range(5):
        log.emit(logging.LogRecord("a", logging.WARNING, "", 1, f"{number} " * 20, (), None))
    log.close()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"ui.log": 0o600, "ui.log.1": 0o600}
    assert (tmp_path / "ui.log").read_text().startswith("4 4")
