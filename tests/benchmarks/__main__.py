"""All benchmarks, and all that they found in one table: `python -m tests.benchmarks`."""

from __future__ import annotations

from tests.benchmarks import (
    charts,
    curve_rules,
    data,
    drift,
    evaluation,
    ingest,
    launching,
    live,
    log,
    opening,
    performance,
    registry,
    watching,
)
from tests.benchmarks.table import run

OF_RUNS = (log, ingest, opening, live, charts, launching, curve_rules)
OF_DATA = (data, drift, performance, evaluation, watching, registry)

if __name__ == "__main__":
    measures = [module.measure for module in (*OF_RUNS, *OF_DATA)]
    raise SystemExit(run(measures, "All benchmarks; about half an hour."))
