"""A folder with `mlops_tui.track` alone, for commands whose interpreter has no mlops-tui."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import mlops_tui
from mlops_tui.domain.places import make_private

_PREFIX = "mlops-tui-track-"
_COPIED = (
    *("track/*.py", "journal/__init__.py", "journal/append.py", "journal/lock.py"),
    "journal/sharing.py",
    *("domain/__init__.py", "domain/ids.py", "domain/places.py", "domain/host.py"),
    "domain/lifecycle.py",
)
_INIT = '''"""`mlops_tui.track` alone; where all of mlops-tui is installed, this is that instead."""

import os
import sys


def _find_installed():
    elsewhere = [
        entry for entry in sys.path if not os.path.basename(entry).startswith("{prefix}")
    ]
    for finder in sys.meta_path:
        find_spec = getattr(finder, "find_spec", None)
        spec = find_spec("mlops_tui", elsewhere) if find_spec else None
        if spec is not None and spec.origin is not None:
            return spec
    return None


_installed = _find_installed()
if _installed is None:
    __version__ = "{version}"
else:
    __spec__ = _installed
    __file__ = _installed.origin
    __loader__ = _installed.loader
    __path__ = _installed.submodule_search_locations
    _installed.loader.exec_module(sys.modules[__name__])
'''


def track_folder(cache: Path) -> Path:
    """Return a folder for `PYTHONPATH` whose `mlops_tui` holds `track`, made if need be.

    Its name follows from its content. Any number of processes may ask at once; each file appears
    whole, and all are there when this returns. Where an interpreter has mlops-tui after all, the
    package in this folder steps aside for it, so that it may be put on any path.

    Raises:
        PermissionError: somebody else could put code of theirs there.
        OSError: it cannot be written.
    """
    files = _files()
    digest = hashlib.sha256()
    for name, data in sorted(files.items()):
        digest.update(b"%s %d\n%s" % (name.encode(), len(data), data))
    folder = make_private(cache / (_PREFIX + digest.hexdigest()[:12]))
    for name, data in files.items():
        path = folder / "mlops_tui" / name
        if not path.is_file():
            make_private(path.parent)
            _put(path, data)
    return folder


def _files() -> dict[str, bytes]:
    """Return the content of each file, by its path inside the package."""
    package = Path(mlops_tui.__file__).parent
    files = {
        path.relative_to(package).as_posix(): path.read_bytes()
        for pattern in _COPIED
        for path in package.glob(pattern)
    }
    text = _INIT.replace("{prefix}", _PREFIX).replace("{version}", mlops_tui.__version__)
    return {**files, "__init__.py": text.encode()}


def _put(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
