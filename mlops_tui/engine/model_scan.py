"""What files of a model would import if they were loaded, and what in them is dangerous anyway.

Nothing is unpickled, unpacked to the disk or called, and memory does not grow with a file.
"""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import json
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from mlops_tui.domain.models import ModelFormat
from mlops_tui.engine.pickle_names import Level, level_of
from mlops_tui.engine.pickle_stack import UnreadableError
from mlops_tui.engine.pickle_walk import Source, walk

MOST_IMPORTS = 2000
_DEEPEST = 4
_MOST_MEMBERS = 20_000
_MOST_PICKLES = 64
_LARGEST_SCHEMA = 64 << 20
_HEAD = 16
_PICKLES = (".pkl", ".pickle", ".p", ".joblib", ".dill", ".cloudpickle")
_CODE = (".py", ".pyc", ".so", ".dll", ".dylib", ".sh", ".jar", ".exe", ".lua")
_NO_CODE = (
    *(".onnx", ".safetensors", ".json", ".txt", ".csv", ".tsv", ".md", ".yaml", ".yml"),
    *(".toml", ".parquet", ".png", ".jpg", ".svg", ".model", ".ubj", ".bin.index", ".npy", ".gguf"),
)


class BombError(Exception):
    """What is packed is far larger than what holds it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From which size on something packed is taken for a bomb."""

    size_bytes: int = 1 << 30
    """Less is let be, whatever it is packed in."""
    ratio: int = 200
    most_bytes: int = 64 << 30


@dataclass(frozen=True, slots=True)
class Import:
    """Something that would be imported."""

    name: str
    """Such as `os.system`."""
    level: Level
    where: str
    """The file, and the members of archives on the way to it."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What is known of files without loading them."""

    imports: tuple[Import, ...] = ()
    """Each once, the suspicious ones first."""
    problems: tuple[str, ...] = ()
    """Why they are not loaded at all, whoever trusts them."""
    notes: tuple[str, ...] = ()
    """What could not be looked into."""

    @property
    def level(self) -> Level:
        """Return the worst of what would be imported; not known where not all could be seen."""
        levels = {it.level for it in self.imports}
        if self.problems or Level.SUSPICIOUS in levels:
            return Level.SUSPICIOUS
        return Level.UNKNOWN if self.notes or Level.UNKNOWN in levels else Level.KNOWN


@dataclass(slots=True)
class _Found:
    """What was found until now."""

    limits: Limits
    packed_bytes: int
    imports: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unpacked_bytes: int = 0

    def add(self, where: str) -> Callable[[str, str], None]:
        """Return who takes the imports of a place."""

        def take(module: str, name: str) -> None:
            if len(self.imports) < MOST_IMPORTS:
                self.imports.setdefault((module, name), where)

        return take

    def count(self, size: int) -> None:
        """Count unpacked bytes.

        Raises:
            BombError: there are far too many.
        """
        self.unpacked_bytes += size
        limits, total = self.limits, self.unpacked_bytes
        is_much = total > limits.size_bytes and total > limits.ratio * max(1, self.packed_bytes)
        if is_much or total > limits.most_bytes:
            raise BombError(f"{self.packed_bytes:,} bytes unpack to more than {total:,}: a bomb")


def scan_file(path: Path, name: str, kind: ModelFormat, limits: Limits | None = None) -> Scan:
    """Return what loading a file would import.

    Args:
        path: where its bytes lie.
        name: what it is called, which says how it is made.
        kind: of the model that it is, or is part of.
        limits: of what is packed.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        found = _Found(limits or Limits(), os.fstat(file.fileno()).st_size)
        try:
            _scan(found, file, name, kind, 0)
        except BombError as error:
            found.problems.append(f"{name}: {error}")
    told = [Import(f"{m}.{n}", level_of(m, n), where) for (m, n), where in found.imports.items()]
    order = list(Level)[::-1]
    imports = sorted(told, key=lambda it: (order.index(it.level), it.name))
    if len(imports) >= MOST_IMPORTS:
        found.notes.append(f"more than {MOST_IMPORTS:,} imports: the rest is not listed")
    return Scan(tuple(imports), tuple(found.problems), tuple(dict.fromkeys(found.notes)))


def _scan(found: _Found, file: BinaryIO, name: str, kind: ModelFormat, depth: int) -> None:
    if depth > _DEEPEST:
        found.problems.append(f"{name}: packed into each other more than {_DEEPEST} times")
        return
    head = file.read(_HEAD)
    file.seek(0)
    opener = _opener_of(head)
    if head.startswith(b"PK"):
        _scan_zip(found, file, name, kind, depth)
    elif kind in (ModelFormat.SKOPS, ModelFormat.ONNX) and not depth:
        if kind is ModelFormat.SKOPS:
            found.problems.append(f"{name} is no skops file: those are zip archives")
    elif head.startswith(b"\x93NUMPY"):
        _scan_array(found, file, name)
    elif _is_pickle(head, name, kind):
        _scan_pickles(found, file, name, kind)
    elif opener is not None:
        _scan_packed(found, opener(file), name, kind, depth)
    else:
        _note_other(found, name, head)


def _is_pickle(head: bytes, name: str, kind: ModelFormat) -> bool:
    if len(head) > 1 and head[0] == 0x80 and head[1] <= 5:
        return True
    is_told = name.lower().endswith(_PICKLES) or (kind.runs_code and "/" not in name)
    return is_told and _opener_of(head) is None


def _opener_of(head: bytes) -> Callable[[BinaryIO], BinaryIO] | None:
    if head.startswith(b"\x1f\x8b"):
        return lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file))
    if head.startswith(b"BZh"):
        return lambda file: cast(BinaryIO, bz2.BZ2File(file))
    if head.startswith((b"\xfd7zXZ\0", b"\x5d\0\0")):
        return lambda file: cast(BinaryIO, lzma.LZMAFile(file))
    if len(head) > 1 and head[0] == 0x78 and (head[0] * 256 + head[1]) % 31 == 0:
        return lambda file: cast(BinaryIO, io.BufferedReader(_Inflated(file)))
    return None


class _Inflated(io.RawIOBase):
    """A zlib stream as joblib writes it, inflated piece by piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._state = zlib.decompressobj()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, target: object) -> int:
        """Fill as much of `target` as one step gives."""
        view = memoryview(target)  # type: ignore[arg-type]
        while not self._state.eof:
            packed = self._state.unconsumed_tail or self._file.read(1 << 16)
            data = self._state.decompress(packed, len(view))
            if data:
                view[: len(data)] = data
                return len(data)
            if not packed:
                raise EOFError("the compressed data ends in the middle")
        return 0


class _Counted(io.RawIOBase):
    """A stream whose bytes are counted."""

    def __init__(self, file: BinaryIO, found: _Found) -> None:
        self._file = file
        self._found = found

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, target: object) -> int:
        """Fill as much of `target` as there is."""
        view = memoryview(target)  # type: ignore[arg-type]
        data = self._file.read(len(view))
        self._found.count(len(data))
        view[: len(data)] = data
        return len(data)


def _scan_packed(found: _Found, file: BinaryIO, name: str, kind: ModelFormat, depth: int) -> None:
    """Scan what is compressed as a whole: it is read once, as it cannot be gone back in."""
    stream = io.BufferedReader(_Counted(file, found), 1 << 16)
    try:
        head = stream.peek(_HEAD)[:_HEAD]
        if _is_pickle(head, name, kind):
            _scan_pickles(found, cast(BinaryIO, stream), name, kind)
        elif _opener_of(head) is not None:
            found.problems.append(f"{name}: compressed twice")
        else:
            _note_other(found, name, head)
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        found.notes.append(f"{name}: it cannot be unpacked: {error}")


def _scan_pickles(found: _Found, file: BinaryIO, name: str, kind: ModelFormat) -> None:
    """Scan a pickle and those that follow it; as joblib reads it, and as pickle does."""
    has_arrays = kind is ModelFormat.JOBLIB or name.lower().endswith(".joblib")
    is_sure = has_arrays or kind is ModelFormat.PICKLE
    words = _walk_all(found, file, name, has_arrays)
    if words and not is_sure and file.seekable():
        file.seek(0)
        words = _walk_all(found, file, name, has_arrays=True)
    if words:
        found.notes.append(f"{name}: {words}")


def _walk_all(found: _Found, file: BinaryIO, name: str, has_arrays: bool) -> str:
    """Return why it cannot be followed to its end, empty where it was."""
    source = Source(file)
    try:
        for _ in range(_MOST_PICKLES):
            walk(source, found.add(name), has_arrays)
            if source.peek() != b"\x80":
                break
    except UnreadableError as error:
        return f"it cannot be followed beyond byte {source.at:,}: {error}"
    return ""


def _scan_array(found: _Found, file: BinaryIO, name: str) -> None:
    """Scan an array of numpy, which holds a pickle where its elements are objects."""
    head = file.read(12)
    long = head[6:7] not in (b"\x01",)
    size = int.from_bytes(head[8:12] if long else head[8:10], "little")
    if not long:
        file.seek(10)
    text = file.read(min(size, 1 << 20)).decode("latin-1")
    if "'|O'" in text or "'O'" in text or "|O" in text:
        words = _walk_all(found, file, name, has_arrays=False)
        if words:
            found.notes.append(f"{name}: {words}")


def _scan_zip(found: _Found, file: BinaryIO, name: str, kind: ModelFormat, depth: int) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            problem = _problem_of(found, members)
            if problem:
                found.problems.append(f"{name}: {problem}")
                return
            is_skops = any(it.filename == "schema.json" for it in members)
            for member in members:
                where = f"{name}!{member.filename}"
                if is_skops and member.filename == "schema.json":
                    _scan_schema(found, archive, member, where)
                elif not member.is_dir():
                    _scan_member(found, archive, member, where, depth)
            if kind is ModelFormat.SKOPS and not is_skops:
                found.problems.append(f"{name} is no skops file: it has no schema.json")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        found.problems.append(f"{name}: a broken archive: {error}")
    except (zlib.error, lzma.LZMAError, OSError, ValueError) as error:
        found.problems.append(f"{name}: a broken archive: {error}")


def _problem_of(found: _Found, members: list[zipfile.ZipInfo]) -> str:
    """Return what makes an archive dangerous to unpack, empty where nothing does."""
    if len(members) > _MOST_MEMBERS:
        return f"an archive of {len(members):,} files"
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if member.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            return f"{member.filename!r} would be unpacked outside of its folder"
        if stat.S_ISLNK(member.external_attr >> 16):
            return f"{member.filename!r} is a link"
    places = sorted((it.header_offset, it.compress_size, it.filename) for it in members)
    for (start, size, _), (following, _, other) in itertools.pairwise(places):
        if start + size > following:
            return f"{other!r} overlaps with another file: a bomb"
    try:
        found.count(sum(it.file_size for it in members))
    except BombError as error:
        return str(error)
    return ""


def _scan_member(
    found: _Found, archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str, depth: int
) -> None:
    with archive.open(member) as stream:
        head = stream.read(_HEAD)
    if not head:
        return
    opener = _opener_of(head)
    is_nested = head.startswith((b"PK", b"\x93NUMPY")) or opener is not None
    is_told = _is_pickle(head, member.filename, ModelFormat.FILE)
    if is_nested or is_told:
        with archive.open(member) as stream:
            _scan(found, cast(BinaryIO, stream), where, ModelFormat.FILE, depth + 1)
    elif member.filename.lower().endswith(_CODE):
        found.notes.append(f"{where} is code, which loading may run")


def _scan_schema(
    found: _Found, archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str
) -> None:
    """Tell of the types that a skops file says it is made of."""
    if member.file_size > _LARGEST_SCHEMA:
        found.problems.append(f"{where} is larger than any schema")
        return
    with archive.open(member) as stream:
        data = stream.read(_LARGEST_SCHEMA)
    try:
        schema = json.loads(data)
    except (ValueError, RecursionError):
        found.problems.append(f"{where} is no schema of skops")
        return
    take = found.add(where)
    for node in _nodes(schema):
        module, name = node.get("__module__"), node.get("__class__")
        if isinstance(module, str) and isinstance(name, str):
            take(module, name)
        content = node.get("content")
        if node.get("__loader__") == "FunctionNode" and isinstance(content, dict):
            take(str(content.get("module_path")), str(content.get("function")))


def _nodes(schema: object) -> Iterator[dict[str, object]]:
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _note_other(found: _Found, name: str, head: bytes) -> None:
    lower = name.lower()
    if lower.endswith(_CODE):
        found.notes.append(f"{name} is code, which loading may run")
    elif head.startswith(b"\x04\x22\x4d\x18"):
        found.notes.append(f"{name}: compressed by lz4, which is not looked into")
    elif not lower.endswith(_NO_CODE) and head:
        found.notes.append(f"{name}: of no form that is looked into")
