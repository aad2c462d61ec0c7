"""The verbs that tell how ready a project is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table, terminal_width
from mlops_tui.cli.reading import project_folder
from mlops_tui.cli.table import Column
from mlops_tui.domain.business_words import business_lines
from mlops_tui.domain.text import short_number
from mlops_tui.engine.actions_readiness import Readiness, attach, detach, readiness

if TYPE_CHECKING:
    from mlops_tui.domain.readiness import Line

_MARKS = {1.0: "yes", 0.5: "by hand", 0.0: "no"}


def do_readiness(options: argparse.Namespace) -> int:
    """Show objective, ML Test Score and MLOps level, each line with its evidence or its cure."""
    found = readiness(project_folder(options.project))
    if options.json:
        output.json_data(_shape(found))
        return 0
    for line in business_lines(found.business):
        output.data(line)
    score, level = found.score, found.level
    sums = ", ".join(f"{name} {short_number(it)}" for name, it in score.sections.items())
    output.data("")
    output.data(f"ML Test Score {short_number(score.score)} of 7: {score.band}")
    output.data(f"the smallest of {sums}; {len(score.lines)} tests")
    _print_lines(score.lines)
    output.data("")
    output.data(f"MLOps level {level.level} of 2{_said(found)}")
    if level.missing:
        output.data(f"level {level.level + 1} needs {', '.join(level.missing)}")
    missing = set(level.missing)
    _print_lines([it for it in level.lines if options.all or it.id in missing])
    if not options.all:
        output.words(f"{len(level.lines)} lines of the levels: --all shows them")
    return 0


def _said(found: Readiness) -> str:
    level = found.level
    if level.with_attached == level.level:
        return ""
    return f" ({level.with_attached} if what people attached counted)"


def _print_lines(lines: Sequence[Line]) -> None:
    if not lines:
        return
    wide = output.is_terminal() and terminal_width() < 160
    heads = [Column("", is_fixed=True), Column(""), Column(""), Column("evidence")]
    rows = [[it.id, _MARKS[it.score], it.words, it.evidence] for it in lines]
    if not wide:
        heads.append(Column("to do"))
        rows = [[*row, it.cure] for row, it in zip(rows, lines, strict=True)]
    print_table(heads, rows)


def _shape(found: Readiness) -> dict[str, object]:
    business = None
    if found.business is not None:
        day = found.business.deadline
        business = asdict(found.business) | {"deadline": None if day is None else day.isoformat()}
    score, level = found.score, found.level
    return {
        "objective": business,
        "ml_test_score": {
            "score": score.score,
            "band": score.band,
            "sections": dict(score.sections),
            "tests": [_line_shape(it) for it in score.lines],
        },
        "mlops_level": {
            "level": level.level,
            "with_attached": level.with_attached,
            "missing": list(level.missing),
            "lines": [_line_shape(it) for it in level.lines],
        },
    }


def _line_shape(it: Line) -> dict[str, object]:
    attached = None if it.attached is None else asdict(it.attached)
    return {
        "id": it.id,
        "words": it.words,
        "section": it.section,
        "met": it.is_met,
        "score": it.score,
        "evidence": it.evidence,
        "cure": it.cure or None,
        "attached": attached,
    }


def do_readiness_attach(options: argparse.Namespace) -> int:
    """Attach evidence to a line, or take it back."""
    project = project_folder(options.project)
    if options.remove:
        detach(project, options.test, options.why)
    else:
        attach(project, options.test, options.evidence, options.why)
    if options.json:
        output.json_data({"test": options.test, "removed": options.remove})
    else:
        output.words(f"{options.test}: {'taken back' if options.remove else 'attached'}")
    return 0
