"""All benchmarks, and all that they found in one table: `python -m tests.benchmarks`."""

from __future__ import annotations

from tests.benchmarks import (
    charts,
    curve_rules,
    data,
    drift,
    ingest,
    launching,
    live,
    log,
    opening,
    performance,
)
from tests.benchmarks.table import run

MODULES = (log, ingest, opening, live, charts, launching, data, drift, performance, curve_rules)

if __name__ == "__main__":
    measures = [module.measure for module in MODULES]
    raise SystemExit(run(measures, "All benchmarks; about half an hour."))
