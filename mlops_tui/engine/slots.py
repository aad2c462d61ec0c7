"""Job slots and GPUs of this host: lock files in the user's local state, shared by all agents."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from mlops_tui.domain import places
from mlops_tui.domain.ids import file_safe
from mlops_tui.journal.lock import FileLock, is_locked

MOST_SLOTS = 4096
"""Each is a file that is locked; more is a slip of the finger."""
_MOST_GPUS = 256
_DEVICE = re.compile(r"[0-9]{1,9}|(?:GPU|MIG)-[A-Za-z0-9/-]+")
"""What `CUDA_VISIBLE_DEVICES` calls a device."""
_PATIENCE_SECONDS = 1.0
"""Whoever holds the lock of all grants for longer was stopped in the middle."""


class Capacity(NamedTuple):
    """How much of a host there is, or is free."""

    slots: int
    gpus: tuple[str, ...]
    """Names as `CUDA_VISIBLE_DEVICES` takes them: numbers or UUIDs."""


class Shortage(Enum):
    """What there is too little of at the moment."""

    SLOTS = "slots"
    GPUS = "GPUs"


class Grant:
    """Slots and GPUs that are ours until we, and whoever inherits `descriptors`, let go."""

    def __init__(self, locks: Sequence[FileLock], slots: int, gpus: Sequence[str]) -> None:
        self._locks = list(locks)
        self.slots = slots
        self.gpus = tuple(gpus)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Return what a runner has to inherit to keep the grant."""
        return tuple(lock.fd for lock in self._locks if lock.fd >= 0)

    def release(self) -> None:
        """Close our descriptors."""
        for lock in self._locks:
            lock.release()


def capacity(environ: Mapping[str, str] = os.environ) -> Capacity:
    """Return what this host has; `MLOPS_SLOTS` and `MLOPS_GPUS` override it."""
    return Capacity(slot_count(environ), gpu_names(environ))


def slot_count(environ: Mapping[str, str] = os.environ) -> int:
    """Return how many slots this host has: one a processor unless told."""
    return _slots_told(environ.get("MLOPS_SLOTS", "")) or os.cpu_count() or 1


def gpu_names(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the GPUs we may give away: as told, as visible, as the driver counts them."""
    told = _gpus_told(environ.get("MLOPS_GPUS", ""))
    if told is not None:
        return told
    visible = environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        names = [name.strip() for name in visible.split(",")]
        return tuple(name for name in names if name and name != "-1")
    from mlops_tui.engine.sampling import load_nvml

    nvml = load_nvml()
    if nvml is None:
        return ()
    try:
        return tuple(str(number) for number in range(nvml.nvmlDeviceGetCount()))
    except nvml.NVMLError:
        return ()
    finally:
        nvml.nvmlShutdown()


def ignored_settings(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return what is set, but cannot be meant, a sentence for each."""
    found = []
    text = environ.get("MLOPS_SLOTS", "")
    if text.strip() and _slots_told(text) is None:
        found.append(f"MLOPS_SLOTS={text} is no number from 1 to {MOST_SLOTS}")
    text = environ.get("MLOPS_GPUS", "")
    if text.strip() and _gpus_told(text) is None:
        found.append(
            f"MLOPS_GPUS={text} is neither how many nor a list such as 0,2 or GPU-8a,GPU-9b"
        )
    return found


def reserve(slots: int, gpus: int, limits: Capacity) -> Grant | Shortage:
    """Take slots and GPUs, all or none; never waits for them.

    Args:
        slots: how many; who asks for more than the host has gets all of them.
        gpus: how many.
        limits: what the host has.

    Raises:
        OSError: the folder of the locks cannot be written.
    """
    with _one_at_a_time(_folder()):
        devices = [(_gpu_path(name), name) for name in limits.gpus]
        taken = _take([path for path, _ in devices], gpus)
        if taken is None:
            return Shortage.GPUS
        names = [name for path, name in devices if path in {lock.path for lock in taken}]
        wanted = max(1, min(slots, limits.slots))
        more = _take([_slot_path(number) for number in range(limits.slots)], wanted)
        if more is None:
            _release(taken)
            return Shortage.SLOTS
        return Grant([*taken, *more], wanted, names)


def reserve_again(slots: int, gpus: Sequence[str], limits: Capacity) -> Grant:
    """Take what a run had before its runner died, as far as nobody else has it by now.

    Raises:
        OSError: the folder of the locks cannot be written.
    """
    with _one_at_a_time(_folder()):
        devices = [(name, _take([_gpu_path(name)], 1) or []) for name in gpus]
        paths = [_slot_path(number) for number in range(limits.slots)]
        for wanted in range(max(1, min(slots, limits.slots)), -1, -1):
            taken = _take(paths, wanted)
            if taken is not None:
                break
        locks = [*(taken or []), *(lock for _, held in devices for lock in held)]
        return Grant(locks, len(taken or []), gpus)


def free(limits: Capacity) -> Capacity:
    """Return what nobody holds at the moment.

    Raises:
        OSError: the folder of the locks cannot be written.
    """
    with _one_at_a_time(_folder()):
        paths = [_slot_path(number) for number in range(limits.slots)]
        slots = sum(1 for path in paths if not is_locked(path))
        return Capacity(slots, tuple(n for n in limits.gpus if not is_locked(_gpu_path(n))))


def _take(paths: Sequence[Path], count: int) -> list[FileLock] | None:
    taken: list[FileLock] = []
    for path in paths:
        if len(taken) == count:
            break
        lock = FileLock(path)
        if lock.acquire():
            taken.append(lock)
    if len(taken) == count:
        return taken
    _release(taken)
    return None


def _release(locks: Sequence[FileLock]) -> None:
    for lock in locks:
        lock.release()


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep two takers from each holding half of what both need."""
    lock = FileLock(folder / "grant.lock")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not lock.acquire() and time.monotonic() < deadline:
        time.sleep(0.005)
    try:
        yield
    finally:
        lock.release()


def _folder() -> Path:
    return places.make_private(places.state_dir() / "slots")


def _slot_path(number: int) -> Path:
    return places.state_dir() / "slots" / f"slot-{number}.lock"


def _gpu_path(name: str) -> Path:
    return places.state_dir() / "slots" / f"gpu-{file_safe(name)}.lock"


def _slots_told(text: str) -> int | None:
    count = _number(text)
    return count if count is not None and 1 <= count <= MOST_SLOTS else None


def _gpus_told(text: str) -> tuple[str, ...] | None:
    count = _number(text)
    if count is not None:
        return tuple(str(number) for number in range(count)) if count <= _MOST_GPUS else None
    names = [name.strip() for name in text.split(",") if name.strip()]
    is_list = bool(names) and all(_DEVICE.fullmatch(name) for name in names)
    return tuple(dict.fromkeys(names)) if is_list else None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*[0-9]{1,9}\s*", text) else None
