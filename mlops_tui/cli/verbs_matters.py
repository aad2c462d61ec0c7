"""Prints which drift matters to a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.table import Column
from mlops_tui.domain.text import short_number

_VERDICTS = {"matters": "matters", "does_not_matter": "does not", "cannot_tell": "cannot tell"}
_SHOWN = 8
"""Columns that have not drifted and are listed for their effect."""
_HEADS = (
    *(Column("column"), Column("effect on predictions"), Column("mean change", True)),
    *(Column("95 %", True), Column("chance", True), Column("other class", True)),
    Column("importance", True),
    *(Column("drift", True), Column("n", True), Column("N", True)),
)


def print_matters(report: Mapping[str, Any]) -> None:
    """Print what the columns of a batch do to the predictions, the largest effect first."""
    output.data("")
    if report["why_not"]:
        output.data("does it matter? cannot be told")
        output.words(report["why_not"])
        return
    unit = "probability" if report["unit"] == "probability" else "sd of the predictions"
    output.data(f"does it matter? mean change of predictions ({unit}), by each column alone:")
    columns = report["columns"]
    rest = [it for it in columns if it["drift"] is None][:_SHOWN]
    shown = [it for it in columns if it["drift"] is not None or it in rest]
    print_table(_HEADS, [_cells(it) for it in shown])
    for it in columns:
        if it["words"]:
            output.data(f"  {it['words']}")
    output.words(_agreement(report))


def _agreement(report: Mapping[str, Any]) -> str:
    now = report["agreement_current"]
    live = "" if now is None else f", and {max(now, 0):.1%} on the batch"
    return (
        f"told by trees that explain {report['agreement']:.1%} of the model's predictions on "
        f"{report['n_reference']:,} rows they have not seen{live}; from a change of "
        f"{short_number(report['threshold'], 3)} on it matters"
    )


def _cells(it: Mapping[str, Any]) -> list[str]:
    drift = "-" if it["drift"] is None else f"{short_number(it['drift'], 3)} x"
    flipped = "-" if it["flipped"] is None else f"{it['flipped']:.1%}"
    bounds = f"{short_number(it['lower'], 2)} to {short_number(it['upper'], 2)}"
    return [
        *(it["column"], _VERDICTS[it["verdict"]], short_number(it["effect"], 2), bounds),
        *(short_number(it["chance_q99"], 2), flipped, f"{it['importance_share']:.0%}", drift),
        *(f"{it['n_current']:,}", f"{it['n_reference']:,}"),
    ]
