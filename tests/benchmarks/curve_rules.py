"""How often the rules about curves cry wolf on healthy runs, and what they find on sick ones.

`python -m tests.benchmarks.curve_rules [--quick]`. Every curve is judged again and again while it
grows, 150 times for 5,000 points, as an agent does; one alarm at any of these counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from mlops_tui.domain.alert_rules import AlertRules
from mlops_tui.monitor.curve import Curve
from mlops_tui.monitor.curve_rules import (
    Shape,
    find_divergence,
    find_overfitting,
    find_plateau,
)
from tests.benchmarks.table import Options, Row, run

LENGTHS = (20, 100, 1000, 5000)
RULES = AlertRules()
Draw = np.random.Generator
Values = Any
"""An array of float64."""
MOST_FALSE = 0.01


def autoregressive(draw: Draw, n: int, phi: float, sd: float) -> Values:
    """Return noise with a memory, of standard deviation `sd`."""
    found = np.empty(n)
    found[0] = draw.standard_normal()
    steps = draw.standard_normal(n) * np.sqrt(1 - phi * phi)
    for at in range(1, n):
        found[at] = phi * found[at - 1] + steps[at]
    return sd * found


def exponential(draw: Draw, n: int) -> tuple[Values, Values]:
    height, scale = draw.uniform(1, 5), n * draw.uniform(0.03, 0.4)
    floor = draw.uniform(0, 0.6) * height
    mean = floor + (height - floor) * np.exp(-np.arange(n) / scale)
    return mean, mean + draw.uniform(0.01, 0.15) * height * draw.standard_normal(n)


def power_law(draw: Draw, n: int) -> tuple[Values, Values]:
    height = draw.uniform(1, 5)
    mean = height * (1 + np.arange(n)) ** -draw.uniform(0.15, 0.8)
    scatter = height * draw.uniform(0.005, 0.08)
    return mean, mean + autoregressive(draw, n, draw.uniform(0.5, 0.95), scatter)


def heavy_tails(draw: Draw, n: int) -> tuple[Values, Values]:
    height = draw.uniform(1, 5)
    mean = height * np.exp(-np.arange(n) / (n * draw.uniform(0.05, 0.4)))
    return mean, mean + 0.05 * height * np.abs(draw.standard_t(2.5, n))


def warm_restarts(draw: Draw, n: int) -> tuple[Values, Values]:
    phase = (np.arange(n) * draw.integers(3, 6) / n) % 1
    level = 1 + np.exp(-np.arange(n) / (n * 0.3))
    mean = 0.3 + 0.4 * level + 0.35 * level * (np.cos(np.pi * phase) + 1) / 2
    return mean, mean + 0.03 * draw.standard_normal(n)


def warm_up(draw: Draw, n: int) -> tuple[Values, Values]:
    share, height = np.arange(n) / n, draw.uniform(2, 4)
    bump = 1 + draw.uniform(0.1, 1.0) * np.exp(-(((share - 0.03) / 0.02) ** 2))
    mean = height * bump * np.exp(-share * draw.uniform(2, 8))
    return mean, mean + 0.03 * height * draw.standard_normal(n)


def accuracy(draw: Draw, n: int) -> tuple[Values, Values]:
    rows = draw.integers(100, 2000)
    mean = 0.95 - 0.8 * np.exp(-np.arange(n) / (n * draw.uniform(0.05, 0.3)))
    return -mean, -draw.binomial(rows, mean) / rows


def no_learning(draw: Draw, n: int) -> tuple[Values, Values]:
    return np.full(n, 2.3), 2.3 + draw.uniform(0.005, 0.1) * draw.standard_normal(n)


def step_decay(draw: Draw, n: int) -> tuple[Values, Values]:
    """Return a curve that stands still until the learning rate falls: a plateau that ends."""
    share = np.arange(n) / n
    parts = [0.5 + 0.5 * np.exp(-30 * share), 0.3 + 0.2 * np.exp(-30 * (share - 0.33))]
    parts.append(0.2 + 0.1 * np.exp(-30 * (share - 0.66)))
    mean = 2 * np.select([share < 0.33, share < 0.66], parts[:2], parts[2])
    return mean, mean + 0.03 * draw.standard_normal(n)


def adversarial(draw: Draw, n: int) -> tuple[Values, Values]:
    """Return the loss of a player in a game: it wanders and means nothing by itself."""
    wandering = autoregressive(draw, n, 0.995, 0.25)
    return np.full(n, 0.7), 0.7 + wandering + 0.05 * draw.standard_normal(n)


HEALTHY = (exponential, power_law, heavy_tails, warm_restarts, warm_up, accuracy, no_learning)
HARD = (step_decay, adversarial)


def blow_up(draw: Draw, n: int) -> tuple[int, Values]:
    mean, values = exponential(draw, n)
    begin = int(n * draw.uniform(0.3, 0.8))
    rise = np.exp(np.arange(n - begin) / (n * 0.02)) - 1
    values[begin:] += mean[0] * np.minimum(10, rise)
    return begin, values


def collapse(draw: Draw, n: int) -> tuple[int, Values]:
    mean, values = exponential(draw, n)
    begin = int(n * draw.uniform(0.3, 0.8))
    values[begin:] += mean[0] - mean[begin:]
    return begin, values


def first_alarm(values: Values, rule: Callable[[Curve], Shape | None]) -> int | None:
    """Return after how many points a rule speaks first."""
    curve, before, n = Curve(), 0, len(values)
    now = 12
    while before < n:
        now = min(n, max(now + 1, int(now * 1.04)))
        steps = range(before, now)
        curve.extend(steps, [float(step) for step in steps], values[before:now].tolist())
        before = now
        if rule(curve) is not None:
            return now
    return None


def diverges(curve: Curve) -> Shape | None:
    return find_divergence(curve.means, RULES.divergence)


def stands_still(curve: Curve) -> Shape | None:
    return find_plateau(curve.means, curve.width, None, RULES.plateau)


def is_false_plateau(mean: Values, alarm: int | None) -> bool:
    """Say whether more than a twentieth of what was gained was still to come."""
    if alarm is None:
        return False
    at = alarm - 1
    return bool(mean[at] - mean[at:].min() > 0.05 * max(mean[0] - mean[at], 1e-9))


def overfits(draw: Draw, n: int, share: float) -> bool:
    """Say whether overfitting is found in a run whose validation loses `share` of its gain.

    Training falls to the end; validation falls for four tenths of the run and rises after.
    """
    at, turn = np.arange(n) / n, 0.4
    train = 3 * np.exp(-3 * at) + draw.uniform(0.003, 0.15) * draw.standard_normal(n)
    low = np.exp(-4 * turn)
    rise = low + (1 - low) * share * (at - turn) / (1 - turn)
    level = np.where(at < turn, np.exp(-4 * at), rise)
    validation = 1 + level + draw.uniform(0.005, 0.05) * draw.standard_normal(n)
    return any(
        find_overfitting(
            list(enumerate(train[:k])), list(enumerate(validation[:k])), RULES.overfitting
        )
        for k in range(max(12, n // 4), n + 1, max(1, n // 40))
    )


def measure(options: Options) -> Iterator[Row]:
    """Measure all rules about curves."""
    draw, runs = np.random.default_rng(20261122), options.times(100, 20)
    for family in (*HEALTHY, *HARD):
        is_healthy = family in HEALTHY
        for name, rule in (("divergence", diverges), ("plateau", stands_still)):
            shares = [_false_share(draw, family, n, rule, runs) for n in LENGTHS]
            yield _row(f"{name}, {family.__name__}: false alarms", shares, runs, is_healthy)
    for sick in (blow_up, collapse):
        yield _found(draw, sick, runs)
    for share in (0.0, 0.03, 0.3):
        shares = [sum(overfits(draw, n, share) for _ in range(runs)) / runs for n in LENGTHS]
        what = f"overfitting, validation loses {share:.0%} of its gain: runs found"
        yield _row(what, shares, runs, share == 0)
    yield _cost(draw)


def _false_share(draw: Draw, family: Any, n: int, rule: Any, runs: int) -> float:
    found = 0
    for _ in range(runs):
        mean, values = family(draw, n)
        alarm = first_alarm(values, rule)
        found += is_false_plateau(mean, alarm) if rule is stands_still else alarm is not None
    return found / runs


def _row(what: str, shares: list[float], runs: int, is_target: bool) -> Row:
    words = ", ".join(f"{n}: {share:.0%}" for n, share in zip(LENGTHS, shares, strict=True))
    kept = sum(shares) / len(shares) <= MOST_FALSE if is_target else None
    target = f"<= {MOST_FALSE:.0%} of runs" if is_target else ""
    return Row(what, target, f"{words} (points: runs of {runs})", kept)


def _found(draw: Draw, sick: Any, runs: int) -> Row:
    words = []
    for n in LENGTHS:
        alarms = []
        for _ in range(runs):
            begin, values = sick(draw, n)
            alarm = first_alarm(values, diverges)
            if alarm is not None and alarm > begin:
                alarms.append((alarm - begin) / n)
        late = f" after {np.median(alarms):.0%} of the run" if alarms else ""
        words.append(f"{n}: {len(alarms) / runs:.0%}{late}")
    return Row(f"divergence, {sick.__name__}: found", "", ", ".join(words))


def _cost(draw: Draw) -> Row:
    _, values = exponential(draw, 100_000)
    curve = Curve()
    steps = range(len(values))
    begin = time.process_time()
    curve.extend(steps, [0.0] * len(values), values.tolist())
    adding = time.process_time() - begin
    begin = time.process_time()
    for _ in range(20):
        diverges(curve)
        stands_still(curve)
    judging = (time.process_time() - begin) / 20
    words = f"{1e6 * adding / len(values):.2f} us a point, {1e3 * judging:.2f} ms a judgement"
    return Row("cost of a curve, CPU", "judgement < 2 ms", words, judging < 0.002)


if __name__ == "__main__":
    raise SystemExit(run([measure], __doc__ or ""))
