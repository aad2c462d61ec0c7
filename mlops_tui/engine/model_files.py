"""Files of models into `.mlops/objects` and out again: each content once, read and hashed at once.

What is kept is the bytes whose digest is told, whatever becomes of the source meanwhile: they are
copied to a file of ours first, and that is what is hashed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import queue
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError, StorageError
from mlops_tui.domain.models import ModelFile
from mlops_tui.engine.creation import ensure_project_folders, guarding
from mlops_tui.engine.objects import object_path
from mlops_tui.journal.lock import sync_folder
from mlops_tui.journal.sharing import make_folder, share

MOST_FILES = 10_000
"""A model of more files is more likely a folder named by mistake."""
_PIECE_BYTES = 8 << 20
_UNFINISHED = ".new-"
_NO_COPY_HERE = (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EIO)
"""How a kernel or a file system says that it copies nothing by itself."""

OnBytes = Callable[[int], object]
"""Told how many more bytes are done."""


def keep_model(
    project: Path, source: Path, on_bytes: OnBytes = lambda _: None
) -> tuple[ModelFile, ...]:
    """Keep a file, or all files of a folder, and return them; they are on disk when this returns.

    Hidden files are kept too. A link to a file inside the folder is kept as that file.

    Raises:
        NotFoundError: it is not there.
        RefusedError: a link leads out of the folder, or something in it is no plain file.
        InputError: there is no file in it, or far too many.
        StorageError: it cannot be read, or the disk refuses.
    """
    ensure_project_folders(project)
    dot = Path(os.path.realpath(places.project_dot(project)))
    if Path(os.path.realpath(source)) in dot.parents:
        raise InputError(f"{source} has this project in it", "name the folder of the model alone")
    found = list(_files_of(source))
    if not found:
        raise InputError(f"{source} has no file in it", "name the file or folder of the model")
    with guarding(source):
        kept = [_keep(project, path, name, on_bytes) for name, path in found]
        for folder in {object_path(project, it.sha256).parent for it in kept}:
            sync_folder(folder)
    return tuple(kept)


def _files_of(source: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and real path of every file."""
    try:
        found = os.stat(source)
    except OSError as error:
        raise NotFoundError(f"{source}: {error.strerror or error}") from error
    if stat.S_ISREG(found.st_mode):
        yield source.name, Path(os.path.realpath(source))
    elif stat.S_ISDIR(found.st_mode):
        yield from _below(Path(os.path.realpath(source)))
    else:
        raise RefusedError(f"{source} is no plain file and no folder: it is not opened")


def _below(home: Path) -> Iterator[tuple[str, Path]]:
    waiting, count = [home], 0
    while waiting:
        with guarding(waiting[-1]), os.scandir(waiting.pop()) as entries:
            rows = sorted(entries, key=lambda it: it.name)
        for entry in rows:
            path = Path(entry.path)
            name = path.relative_to(home).as_posix()
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
                continue
            count += 1
            if count > MOST_FILES:
                hint = "name the folder that holds the model alone"
                raise InputError(f"{home} has more than {MOST_FILES:,} files", hint)
            yield name, _plain_file(home, path, name)


def _plain_file(home: Path, path: Path, name: str) -> Path:
    real = Path(os.path.realpath(path))
    if path.is_symlink() and home not in real.parents:
        hint = f"it leads to {real}; copy what it leads to: cp -rL"
        raise RefusedError(f"{name} is a link that leads out of the folder", hint)
    try:
        mode = os.stat(real).st_mode
    except OSError as error:
        raise RefusedError(f"{name} leads nowhere: {error.strerror or error}") from error
    if stat.S_ISDIR(mode):
        raise RefusedError(f"{name} is a link to a folder", "put the folder itself there")
    if not stat.S_ISREG(mode):
        raise RefusedError(f"{name} is no plain file: a pipe, a socket or a device")
    return real


def _keep(project: Path, source: Path, name: str, on_bytes: OnBytes) -> ModelFile:
    objects = places.project_dot(project) / "objects"
    make_folder(objects)
    temporary = objects / f"{_UNFINISHED}{os.getpid()}-{os.urandom(4).hex()}"
    try:
        digest, size = copy_hashed(source, temporary, on_bytes)
        target = object_path(project, digest)
        if _has(target, size):
            with contextlib.suppress(OSError):
                os.utime(target)  # whoever looks for what nothing names sees that we name it
        else:
            make_folder(target.parent)
            os.chmod(temporary, 0o444)
            share(temporary)
            os.rename(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return ModelFile(name, size, digest)


def _has(target: Path, size: int) -> bool:
    """Say whether content is kept already; a file of another size is damaged and is replaced."""
    try:
        return os.stat(target).st_size == size
    except FileNotFoundError:
        return False


def copy_hashed(source: Path, target: Path, on_bytes: OnBytes) -> tuple[str, int]:
    """Copy a file to a new one and return SHA-256 and bytes of the copy, which is on disk then.

    The kernel copies (it shares the blocks where the file system can), and what it has copied is
    read from the copy and hashed by a thread meanwhile.

    Raises:
        OSError: the source cannot be read (it is no link any more), or the copy not written.
    """
    reading = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        writing = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with _Hashing(writing) as hashing:
                for count in _copied(reading, writing):
                    hashing.add(count)
                    on_bytes(count)
                os.fsync(writing)  # while the rest is still hashed
            return hashing.digest, hashing.size
        finally:
            os.close(writing)
    finally:
        os.close(reading)


class _Hashing:
    """Hashes a file as it grows, in a thread of its own; one use."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._state = hashlib.sha256()
        self._pieces: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._work, name="hashing", daemon=True)
        self.size = 0
        """Bytes that there are."""

    def __enter__(self) -> _Hashing:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._pieces.put(0)
        self._thread.join()
        if self._error is not None:
            raise self._error

    @property
    def digest(self) -> str:
        """Return SHA-256 of all that was added, once the work is over."""
        return self._state.hexdigest()

    def add(self, count: int) -> None:
        """Tell that so many bytes more are there."""
        self.size += count
        self._pieces.put(count)

    def _work(self) -> None:
        piece = memoryview(bytearray(1 << 20))
        at = 0
        try:
            while left := self._pieces.get():
                while left:
                    count = os.preadv(self._fd, [piece[: min(left, len(piece))]], at)
                    if not count:
                        raise OSError(errno.EIO, "a copy became shorter while it was hashed")
                    self._state.update(piece[:count])
                    at, left = at + count, left - count
        except OSError as error:
            self._error = error


def _copied(reading: int, writing: int) -> Iterator[int]:
    """Copy until the end of a file and yield the bytes of every piece as soon as it is there."""
    copy = getattr(os, "copy_file_range", None)
    while copy is not None:
        try:
            count = copy(reading, writing, _PIECE_BYTES)
        except OSError as error:
            if error.errno not in _NO_COPY_HERE:
                raise
            break
        if not count:
            break  # the end, or a file system whose sizes the kernel does not know: reading tells
        yield count
    while data := os.read(reading, _PIECE_BYTES // 8):
        left = memoryview(data)
        while left:
            left = left[os.write(writing, left) :]
        yield len(data)


def verify_files(
    project: Path, files: Sequence[ModelFile], on_bytes: OnBytes = lambda _: None
) -> list[str]:
    """Return what is wrong with kept files, a sentence each; nothing where all is as it was."""
    return [words for it in files if (words := _problem_of(project, it, on_bytes))]


def _problem_of(project: Path, file: ModelFile, on_bytes: OnBytes) -> str:
    path = object_path(project, file.sha256)
    state = hashlib.sha256()
    piece = memoryview(bytearray(1 << 20))
    try:
        with open(path, "rb", buffering=0) as source:
            while count := source.readinto(piece):
                state.update(piece[:count])
                on_bytes(count)
    except FileNotFoundError:
        return f"{file.path} is gone: {path} is not there"
    except OSError as error:
        return f"{file.path} cannot be read: {error.strerror or error}"
    if state.hexdigest() != file.sha256:
        return f"{file.path} is damaged: SHA-256 of {path} is {state.hexdigest()[:12]}…"
    return ""


def missing_files(project: Path, files: Sequence[ModelFile]) -> list[str]:
    """Return what of kept files is gone or of another size, a sentence each; reads none of them."""
    found = []
    for it in files:
        path = object_path(project, it.sha256)
        try:
            size = os.stat(path).st_size
        except OSError as error:
            found.append(f"{it.path} is gone: {path}: {error.strerror or error}")
            continue
        if size != it.size_bytes:
            found.append(f"{it.path} is damaged: {size:,} bytes instead of {it.size_bytes:,}")
    return found


def put_out(project: Path, files: Sequence[ModelFile], folder: Path) -> None:
    """Write kept files into a folder that is made for them, each where its path says.

    Raises:
        RefusedError: a path leads out of the folder, or content is not what it was.
        StorageError: the disk failed, or a file is gone.
    """
    for it in files:
        check_path(it.path)
    with guarding(folder):
        folder.mkdir(parents=True, exist_ok=False)
        for it in files:
            target = folder / it.path
            target.parent.mkdir(parents=True, exist_ok=True)
            digest, _ = copy_hashed(object_path(project, it.sha256), target, lambda _: None)
            if digest != it.sha256:
                raise StorageError(f"{it.path} is damaged: it is not what was registered")
            os.chmod(target, 0o644)


def check_path(path: str) -> None:
    """Return quietly where a path of a manifest stays inside its folder.

    Raises:
        RefusedError: it does not.
    """
    parts = path.split("/")
    if not path or path.startswith("/") or "\\" in path or "\0" in path:
        raise RefusedError(f"the manifest names {path!r}, which is no path inside a model")
    if any(part in ("", ".", "..") for part in parts):
        raise RefusedError(f"the manifest names {path!r}, which leads out of the model's folder")
