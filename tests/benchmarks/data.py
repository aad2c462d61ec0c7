"""How fast data is profiled and its version found: `python -m tests.benchmarks.data [--quick]`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.setting import isolated
from tests.benchmarks.table import Options, Row, below, run

_PIECE_ROWS = 250_000
_PANDAS = "import pandas, sys; pandas.read_csv(sys.argv[1]).describe(include='all')"
_PYARROW = "import pyarrow.csv, sys; pyarrow.csv.read_csv(sys.argv[1])"
_WRITE = """
import sys
from tests.benchmarks.data import write_table
write_table(sys.argv[1], int(sys.argv[2]))
"""
_FINGERPRINT = """
import sys
from pathlib import Path
from mlops_tui.domain.places import cache_dir
from mlops_tui.track.fingerprint import fingerprint
assert fingerprint(sys.argv[1], cache_dir()).version
"""


class Cost(NamedTuple):
    """What a process and all that it waited for took."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    """Of the greatest of them."""

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.cpu_seconds:.1f} s CPU, {self.peak_mb:.0f} MB)"


def measure(options: Options) -> Iterator[Row]:
    """Measure profiles of a large file, its digest, and a folder of many files."""
    size = (200 if options.is_quick else 1000) * 1_000_000
    with isolated() as folder:
        file = folder / "large.csv"
        # not here: a child begins with the peak memory of its parent
        cost_of(python("-c", _WRITE, file, size))
        name = f"{size / 1e6:,.0f} MB CSV, 20 mixed columns"
        age(file)
        cost = cost_of([*python("-m", "mlops_tui"), "data", "profile", str(file), "--json"], folder)
        yield below(f"profile of a {name}", 20 * size / 1e9, cost.seconds)
        yield Row("... CPU", "", f"{cost.cpu_seconds:.1f} s")
        yield below("... peak memory of its greatest process", 1000, cost.peak_mb, "MB")
        again = cost_of([*python("-m", "mlops_tui"), "data", "profile", str(file)], folder)
        yield below("... again, nothing changed", 0.5, again.seconds)
        yield Row("pandas read_csv and describe", "", str(cost_of(python("-c", _PANDAS, file))))
        yield Row("pyarrow.csv.read_csv", "", str(cost_of(python("-c", _PYARROW, file))))
        yield from measure_digests(file, folder, options)


def measure_digests(file: Path, folder: Path, options: Options) -> Iterator[Row]:
    """Measure digests, of one file and of many."""
    copy = folder / "copy.csv"
    yield Row("copy the file with cp", "", str(cost_of(["cp", str(file), str(copy)])))
    age(copy)
    command = python("-c", _FINGERPRINT, copy)
    yield Row("version of the copy, never seen", "", str(cost_of(command)))
    yield below("... again, nothing changed", 0.2, cost_of(command).seconds)
    if shutil.which("b3sum"):
        yield Row("b3sum", "", str(cost_of(["b3sum", str(copy)])))
    if shutil.which("sha256sum"):
        yield Row("sha256sum", "", str(cost_of(["sha256sum", str(copy)])))
    count = 10_000 if options.is_quick else 100_000
    many = folder / "many"
    many.mkdir()
    for number in range(count):
        (many / f"{number}.txt").write_text(str(number))
    time.sleep(3.1)  # until they are no fresh files any more
    command = python("-c", _FINGERPRINT, many)
    yield Row(f"version of {count:,} small files, never seen", "", str(cost_of(command)))
    cost = cost_of(command)
    yield Row("... again, nothing changed", "", str(cost))


def write_table(path: str, size: int) -> None:
    """Write a table of `size` bytes from a seed; every row has an id of its own.

    The other cells repeat after 250,000 rows: making up each would take minutes.
    """
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(0)
    n = _PIECE_ROWS
    times = pd.date_range("2026-01-01", periods=n, freq="s").strftime("%Y-%m-%d %H:%M:%S")
    made: dict[str, object] = {
        f"f{number}": random.normal(0, 10, n).round(6) for number in range(9)
    }
    made |= {f"i{number}": random.integers(0, 10 ** (number + 1), n) for number in range(4)}
    made["missing"] = np.where(random.random(n) < 0.2, np.nan, random.lognormal(0, 1, n).round(4))
    made["is_new"] = random.random(n) < 0.3
    made["city"] = random.choice(["Berlin", "Ulm", "Bonn", "Jena"], n, p=[0.5, 0.3, 0.15, 0.05])
    made["shop"] = random.integers(0, 900, n).astype(str) + np.array(["-shop"] * n)
    made["seen"] = times
    made["words"] = [f"note {number} of somebody" for number in random.integers(0, 10**9, n)]
    text = pd.DataFrame(made).to_csv(index=False)
    header, _, body = text.partition("\n")
    rows = body.splitlines(keepends=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"id,{header}\n")
        start = 0
        while file.tell() < size:
            file.write("".join(f"{start + place},{row}" for place, row in enumerate(rows)))
            start += n


def age(path: Path) -> None:
    """Wait until a file is no fresh one any more."""
    while time.time() - max(path.stat().st_mtime, path.stat().st_ctime) < 3.1:
        time.sleep(0.1)


def python(*words: object) -> list[str]:
    return [sys.executable, *map(str, words)]


def cost_of(command: Sequence[str], folder: Path | None = None) -> Cost:
    """Run a command to its end and return what it took."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    assert process.returncode == 0, said.decode()
    seconds = time.perf_counter() - begin
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


if __name__ == "__main__":
    raise SystemExit(run([measure], "How fast data is profiled and its version found."))
