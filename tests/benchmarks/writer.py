"""A training that only records: `python -m tests.benchmarks.writer NAME METRICS PAUSE [FIRST]`.

Logs every metric each PAUSE seconds (0.6 to 1.4 times that where FIRST is given) until its input
ends. Prints for each call the monotonic time before it, and the value of all its metrics: FIRST,
one more each time.
"""

from __future__ import annotations

import random
import select
import sys
import time

from mlops_tui import track


def main() -> None:
    """Record until told to end."""
    name, metrics, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    first = int(sys.argv[4]) if len(sys.argv) > 4 else None
    chance = random.Random(name)
    step = 0
    with track.run(name=name) as run:
        while True:
            value = first + step if first is not None else chance.random()
            began = time.monotonic()
            run.log({f"metric{m}": value for m in range(metrics)}, step=step)
            print(began, value, flush=True)
            step += 1
            wait = pause if first is None else pause * (0.6 + 0.8 * chance.random())
            if select.select([sys.stdin], [], [], wait)[0]:
                break


if __name__ == "__main__":
    main()
