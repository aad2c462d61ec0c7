"""Where things lie on disk; runs on Python 3.9, standard library only, creates nothing."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from pathlib import Path
from typing import Dict, Mapping, Optional

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "lustre", "gpfs", "beegfs", "ceph"}
    | {
        "glusterfs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.s3fs",
        "9p",
        "virtiofs",
        "panfs",
        "orangefs",
    }
)
LOCAL_FOR_ALL = "/var/tmp"
"""Where cache and state go if the user's own folders are on the network."""
_OURS = ("MLOPS_CACHE_DIR", "MLOPS_STATE_DIR")


def project_dot(project: Path) -> Path:
    """Return the folder of a project that holds everything recorded."""
    return project / ".mlops"


def runs_dir(project: Path) -> Path:
    """Return the folder that holds one folder a run."""
    return project / ".mlops" / "runs"


def run_dir(project: Path, run_id: str) -> Path:
    """Return the folder of one run."""
    return project / ".mlops" / "runs" / run_id


def claims_dir(project: Path) -> Path:
    """Return the folder whose files are claimed by exclusive creation."""
    return project / ".mlops" / "claims"


def project_journal(project: Path, host: str) -> Path:
    """Return the project journal that `host` appends to."""
    return project / ".mlops" / ("journal-%s.jsonl" % re.sub(r"[^A-Za-z0-9._-]", "-", host))


def find_project(start: Path) -> Optional[Path]:
    """Return the nearest folder at or above `start` with an `mlops.toml`, or None."""
    start = Path(os.path.realpath(start))
    for folder in [start, *start.parents]:
        if (folder / "mlops.toml").is_file():
            return folder
    return None


def project_key(project: Path) -> str:
    """Return `<name>-<12 hex of sha256(real path)>`, the project's name in cache and state."""
    real = os.path.realpath(project)
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:12]
    return "%s-%s" % (re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(real)) or "root", digest)


def cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the cache folder, always on a local file system."""
    if environ.get("MLOPS_CACHE_DIR"):
        return Path(os.path.abspath(environ["MLOPS_CACHE_DIR"]))
    mac = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return _local(_base(environ, "XDG_CACHE_HOME", mac), "cache")


def index_path(project: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the project's index."""
    return cache_dir(environ) / project_key(project) / "index.db"


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of host-wide locks, agent logs and waiting secrets, always local."""
    if environ.get("MLOPS_STATE_DIR"):
        return Path(os.path.abspath(environ["MLOPS_STATE_DIR"]))
    mac = "Library/Application Support" if sys.platform == "darwin" else ".local/state"
    return _local(_base(environ, "XDG_STATE_HOME", mac), "state")


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the user's data folder, which holds the `unfiled` project."""
    mac = "Library/Application Support" if sys.platform == "darwin" else ".local/share"
    return _base(environ, "XDG_DATA_HOME", mac) / "mlops-tui"


def config_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of what the user has set for all projects."""
    if environ.get("MLOPS_CONFIG_DIR"):
        return Path(os.path.abspath(environ["MLOPS_CONFIG_DIR"]))
    mac = "Library/Application Support" if sys.platform == "darwin" else ".config"
    return _base(environ, "XDG_CONFIG_HOME", mac) / "mlops-tui"


def unfiled_project(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the project that takes runs recorded outside any project."""
    return data_dir(environ) / "unfiled"


def from_anywhere(environ: Mapping[str, str]) -> Dict[str, str]:
    """Return `environ` with our folders as absolute paths, for a process that works elsewhere."""
    ours = {name: os.path.abspath(environ[name]) for name in _OURS if environ.get(name)}
    return {**environ, **ours}


def make_private(folder: Path) -> Path:
    """Create `folder` and what is missing above it, all with mode 0700, and return it.

    Raises:
        PermissionError: it belongs to somebody else, or others may reach what is ours in a
            folder that everybody may write in.
        OSError: it cannot be created.
    """
    shared = _shared_root()
    if shared == folder or shared in folder.parents:
        _make_missing(shared)
        _require_private(shared)
    _make_missing(folder)
    if os.lstat(folder).st_uid != os.getuid():
        raise PermissionError("%s belongs to another user" % folder)
    return folder


def file_system_type(path: Path) -> str:
    """Return the type of the file system that `path` is or will be on, or "" where unknown."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
            rows = [line.split(" - ") for line in mounts]
    except OSError:
        return ""
    real = os.path.realpath(path)
    best, kind = "", ""
    for row in rows:
        mount = row[0].split()[4].encode().decode("unicode_escape", "replace")
        inside = real == mount or real.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, row[1].split()[0]
    return kind


def is_network_file_system(path: Path) -> bool:
    """Say whether locks and file events on `path` cannot be relied on."""
    return file_system_type(path) in NETWORK_FILE_SYSTEMS


def _base(environ: Mapping[str, str], variable: str, below_home: str) -> Path:
    value = environ.get(variable, "")
    if os.path.isabs(value):
        return Path(value)
    return Path(environ.get("HOME") or os.path.expanduser("~")) / below_home


def _local(base: Path, kind: str) -> Path:
    folder = base / "mlops-tui"
    if is_network_file_system(folder):
        return _shared_root() / kind
    return folder


def _shared_root() -> Path:
    return Path(LOCAL_FOR_ALL) / ("mlops-tui-%d" % os.getuid())


def _make_missing(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        _make_missing(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        if not folder.is_dir():
            raise


def _require_private(folder: Path) -> None:
    """Refuse a folder that somebody else may have put there to read or replace what is in it."""
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError("%s is no folder of yours" % folder)
    if found.st_mode & 0o077:
        raise PermissionError("%s is open to others: chmod 700 %s" % (folder, folder))
