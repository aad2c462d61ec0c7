from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mlops_tui.domain.errors import NotFoundError, StorageError
from mlops_tui.engine.objects import keep_object, object_path, read_object


def test_what_is_kept_is_found_by_its_digest(tmp_path: Path) -> None:
    digest = keep_object(tmp_path, b"report")
    assert digest == hashlib.sha256(b"report").hexdigest()
    assert keep_object(tmp_path, b"report") == digest
    assert read_object(tmp_path, digest) == b"report"
    assert [it.name for it in object_path(tmp_path, digest).parent.iterdir()] == [digest]


def test_what_is_gone_damaged_or_no_digest_is_told(tmp_path: Path) -> None:
    digest = keep_object(tmp_path, b"report")
    object_path(tmp_path, digest).write_bytes(b"repor")
    with pytest.raises(StorageError, match="damaged"):
        read_object(tmp_path, digest)
    object_path(tmp_path, digest).unlink()
    with pytest.raises(NotFoundError, match="is gone"):
        read_object(tmp_path, digest)
    with pytest.raises(NotFoundError, match="no digest"):
        read_object(tmp_path, "../../mlops.toml")
