"""How far a business objective is, in words."""

from __future__ import annotations

from mlops_tui.domain.business import Business, Money, Reached
from mlops_tui.domain.text import short_number


def business_lines(found: Business | None) -> list[str]:
    """Return the objective, who owns it, the best value and what errors cost, a line each."""
    if found is None:
        return ["no objective is declared: [objective] in mlops.toml says why the model exists"]
    lines = [found.statement or "the objective has no statement"]
    owner = f"owned by {found.owner}" if found.owner else "nobody owns it"
    due = f", due {found.deadline}" if found.deadline is not None else ""
    lines.append(f"{owner}{due}")
    if found.metric is None:
        return [*lines, "no metric is named that shows it"]
    lines.append(value_line(found))
    if found.money is not None:
        lines.append(money_line(found, found.money))
    elif found.currency and found.units_per_month is None:
        lines.append("money a month is not known: units_per_month in [objective.cost]")
    return lines


def money_line(found: Business, money: Money) -> str:
    """Return what errors cost in a month, beside a constant answer."""
    unit = f" {found.currency}".rstrip()
    words = f"errors of {money.subject} cost {_money(money.value)}{unit} a month"
    if money.low is not None and money.high is not None:
        words += f" ({_money(money.low)} to {_money(money.high)})"
    words += f", n {money.n:,}" if money.n is not None else ""
    if money.baseline is not None:
        words += f"; a constant answer {_money(money.baseline)}{unit}"
    return f"{words} (at {_money(found.units_per_month or 0)} decisions a month)"


def value_line(found: Business) -> str:
    """Return the best value with its interval, the target and how far that is."""
    target = "no target" if found.target is None else f"target {short_number(found.target)}"
    if found.best is None:
        return f"{found.metric}: never measured; {target}"
    told = {True: "reached", False: "not reached", None: "not sure to be reached"}
    state = "" if found.target is None else f": {told[found.is_reached]}"
    away = f", {short_number(found.distance, 3)} to go" if found.distance else ""
    return f"{found.metric}: {_best(found.best)}; {target}{state}{away}"


def _best(best: Reached) -> str:
    value = short_number(best.value, 4)
    if not best.is_evaluated:
        return f"best {value} by {best.subject}, as it told itself: no interval"
    span = ""
    if best.low is not None and best.high is not None:
        span = f" ({short_number(best.low, 3)} to {short_number(best.high, 3)})"
    n = f", n {best.n:,}" if best.n is not None else ""
    on = f" on {best.dataset}" if best.dataset else ""
    return f"best {value}{span} by {best.subject}{on} as {best.metric}{n}"


def _money(value: float) -> str:
    return f"{value:,.0f}"
