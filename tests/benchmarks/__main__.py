"""All benchmarks, and all that they found in one table: `python -m tests.benchmarks`."""

from __future__ import annotations

from tests.benchmarks import charts, data, ingest, launching, live, log, opening
from tests.benchmarks.table import run

if __name__ == "__main__":
    measures = [module.measure for module in (log, ingest, opening, live, charts, launching, data)]
    raise SystemExit(run(measures, "All benchmarks; about fifteen minutes."))
