"""All benchmarks, and all that they found in one table: `python -m tests.benchmarks`."""

from __future__ import annotations

from tests.benchmarks import ingest, launching, live, log, opening
from tests.benchmarks.table import run

if __name__ == "__main__":
    measures = [module.measure for module in (log, ingest, opening, live, launching)]
    raise SystemExit(run(measures, "All benchmarks; about ten minutes."))
