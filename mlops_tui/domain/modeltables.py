"""Reads and checks the tables `[models.NAME]` and `[models.NAME.gate]` of a project file."""

from __future__ import annotations

from collections.abc import Mapping

from mlops_tui.domain.models import (
    CHAMPION,
    CONDITIONS,
    Bound,
    BoundOf,
    DeclaredModel,
    Gate,
    Relative,
    Than,
    name_problem,
)
from mlops_tui.domain.project import Dataset
from mlops_tui.domain.tables import Table, is_number, read_flag

_FEWEST_ROWS = Bound("").rows


def read_models(table: Table, datasets: Mapping[str, Dataset]) -> dict[str, DeclaredModel]:
    """Return what is declared of models, by name, as far as it can be understood.

    Args:
        table: `[models]`.
        datasets: all that the project declares, by name.
    """
    return {it.name: _model(it, datasets) for it in table.subtables()}


def _model(table: Table, datasets: Mapping[str, Dataset]) -> DeclaredModel:
    why = name_problem(table.name)
    if why:
        table.problem("", f"a model cannot be called so: {why}")
    gate = _gate(table.table("gate"), datasets)
    model = DeclaredModel(
        name=table.name,
        description=table.text("description") or "",
        license=table.text("license") or "",
        intended_use=table.text("intended_use") or "",
        limitations=table.text("limitations") or "",
        gate=gate if "gate" in table else None,
        line=table.line,
    )
    table.finish()
    return model


def _gate(table: Table, datasets: Mapping[str, Dataset]) -> Gate:
    champion = table.table("champion")
    gate = Gate(
        alias=_alias(table),
        dataset=_dataset(table, datasets),
        metrics=tuple(_bound(it) for it in table.table("metrics").subtables()),
        segments=tuple(_floor(it) for it in table.table("segments").subtables()),
        champion=_relative(champion) if "champion" in table else None,
        guardrails=read_flag(table, "guardrails", True),
        checks=read_flag(table, "checks", False),
        calibration_max=_positive(table, "calibration_max"),
        latency_max_ms=_positive(table, "latency_max_ms"),
        size_max_bytes=_megabytes(table),
        signature=read_flag(table, "signature", False),
        fresh_seconds=table.duration_seconds("fresh"),
        reproducible=read_flag(table, "reproducible", False),
        optional=_optional(table),
    )
    table.finish()
    return gate


def _alias(table: Table) -> str:
    alias = table.filled_text("alias")
    why = "" if alias is None else name_problem(alias)
    if why:
        table.problem("alias", f"an alias cannot be called so: {why}")
        return CHAMPION
    return alias or CHAMPION


def _dataset(table: Table, datasets: Mapping[str, Dataset]) -> str | None:
    name = table.filled_text("on")
    if name is None or name in datasets:
        return name
    hint = table.report.nearest(name, datasets) or "declare it as [datasets.NAME]"
    table.problem("on", f"`{name}` is no declared dataset", hint)
    return None


def _bound(table: Table) -> Bound:
    bound = Bound(
        metric=table.name,
        min=table.number("min"),
        max=table.number("max"),
        by=table.one_of("by", BoundOf) or BoundOf.INTERVAL,
    )
    _require_bound(table, bound)
    table.finish()
    return bound


def _floor(table: Table) -> Bound:
    floor = Bound(
        metric=table.name,
        min=table.number("min"),
        max=table.number("max"),
        by=table.one_of("by", BoundOf) or BoundOf.VALUE,
        columns=table.texts("columns"),
        rows=table.whole("rows", 1, _FEWEST_ROWS),
    )
    _require_bound(table, floor)
    table.finish()
    return floor


def _require_bound(table: Table, bound: Bound) -> None:
    if "min" not in table and "max" not in table:
        table.problem("", "`min` or `max` is missing: a condition needs a bound", "add min = ...")
    if bound.min is not None and bound.max is not None and bound.min > bound.max:
        table.problem("min", f"min {bound.min} is greater than max {bound.max}")


def _relative(table: Table) -> Relative:
    metric = table.filled_text("metric")
    margin = table.number("margin")
    if "metric" not in table:
        table.problem("", "`metric` is missing: what is compared", 'add metric = "..."')
    if margin is not None and margin < 0:
        table.wrong("margin", "a number >= 0", margin)
        margin = None
    relative = Relative(
        metric=metric or "",
        is_=table.one_of("is", Than) or Than.NOT_WORSE,
        margin=float(margin or 0.0),
    )
    table.finish()
    return relative


def _positive(table: Table, key: str) -> float | None:
    value = table.raw(key)
    if value is None:
        return None
    if is_number(value) and value > 0:
        return float(value)
    table.wrong(key, "a number > 0", value)
    return None


def _megabytes(table: Table) -> int | None:
    size = _positive(table, "size_max_mb")
    return None if size is None else int(size * 1e6)


def _optional(table: Table) -> frozenset[str]:
    names = table.texts("optional")
    for number, name in enumerate(names):
        if name not in CONDITIONS:
            hint = table.report.nearest(name, CONDITIONS) or f"known: {', '.join(CONDITIONS)}"
            path = (*table.path, "optional", number)
            table.report.add(path, f"`{name}` is no kind of condition", hint)
    return frozenset(names) & frozenset(CONDITIONS)
