"""The verb that tells which parameters move a metric."""

from __future__ import annotations

import argparse

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling_share
from mlops_tui.cli.reading import project_folder
from mlops_tui.cli.table import Column
from mlops_tui.cli.verbs_evaluate import number, span
from mlops_tui.engine.actions_importance import importance


def do_importance(options: argparse.Namespace) -> int:
    """Show how much each parameter tells of a metric, over many runs."""
    where = None
    if options.filter:
        from mlops_tui.domain.filters import parse_filter

        where = parse_filter(options.filter)
    project = project_folder(options.project)
    with telling_share("growing forests") as tell:
        found = importance(project, options.metric, where, tell)
    if options.json:
        output.json_data(found)
        return 0
    output.data(
        f"{found['metric']} of {found['job']}, n {found['n']:,} runs: parameters foretell "
        f"{100 * found['explained']:.0f} % of its variance on runs not learned from"
    )
    heads = [Column("parameter"), Column("share", True), Column("95 %", True)]
    rows = [
        [
            *(it["param"], number(it["share"]), span(it["low"], it["high"])),
            *(str(it["values"]), "yes" if it["is_sure"] else "no"),
        ]
        for it in found["params"]
    ]
    print_table([*heads, Column("values", True), Column("beyond chance")], rows)
    if found["explained"] <= 0:
        output.words("nothing is foretold: none of these shares is to be believed; more runs help")
    output.words(
        f"chance gives up to {number(found['chance'])}; the interval is over ways to part these "
        "runs, with other runs it would be wider"
    )
    if found["seeds"]:
        output.words(f"left out as seeds: {', '.join(found['seeds'])}")
    return 0
