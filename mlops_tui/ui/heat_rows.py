"""Columns x windows of live data as lines of cells: how far each is from what is usual."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_tui.domain.monitoring import BatchFacts, Cell, HeatMap
from mlops_tui.domain.performed import Performed, told_metric
from mlops_tui.domain.text import count, safe, short_number
from mlops_tui.domain.verdicts import Level, Verdict, counted, level
from mlops_tui.ui.chosen_columns import BLOCKS
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.formats import ago, moment
from mlops_tui.ui.model_report import BASES
from mlops_tui.ui.model_report import VERDICTS as MODEL_VERDICTS
from mlops_tui.ui.widgets.pieces import Piece, fit

BATCH = "every column"
"""The row of the windows themselves."""
LEVELS = {
    Level.QUIET: ("✓ quiet", "good"),
    Level.WARNING: ("▲ warning", "warn"),
    Level.ALARM: ("✗ alarm", "bad-strong"),
}
WORDS = {
    Verdict.OK: ("✓ ok", "good"),
    Verdict.DRIFT: ("✗ drift", "bad"),
    Verdict.TOO_LITTLE_DATA: ("? too little data", "warn"),
}
UNJUDGED = ("! could not be judged", "warn")
ASIDE = ("□", "dim")
"""A window that a person has put aside."""
NEAR = 0.75
"""A score of so much of its limit is near it."""
LONGEST_LIST = 10


def batch_glyph(batch: BatchFacts) -> Piece:
    """Return a window as one cell."""
    if batch.quarantined is not None:
        return ASIDE
    if batch.verdict is None:
        return "!", "warn"
    if batch.verdict == Verdict.DRIFT:
        return "█", "bad"
    return ("?", "dim") if batch.verdict == Verdict.TOO_LITTLE_DATA else ("·", "good")


def cell_glyph(cell: Cell | None) -> Piece:
    """Return a column of a window as one cell.

    The block stands for the score as a share of its limit: what is of practical size, or what
    chance reaches once in a hundred batches of this size where that is more. It is full at twice.
    """
    if cell is None:
        return " ", ""
    if cell.verdict == Verdict.TOO_LITTLE_DATA:
        return "?", "dim"
    if cell.score is None:
        return ("!", "bad") if cell.verdict == Verdict.DRIFT else ("·", "dim")
    limit = max(cell.threshold or 0.0, cell.null_q99 or 0.0)
    share = cell.score / limit if limit > 0 else 0.0
    block = BLOCKS[min(len(BLOCKS) - 1, int(share * len(BLOCKS) / 2))]
    if cell.verdict == Verdict.DRIFT:
        return block, "bad"
    return block, "warn" if share >= NEAR else "good"


def timeline(batches: Sequence[BatchFacts]) -> str:
    """Return windows side by side, the newest last."""
    return "".join(batch_glyph(batch)[0] for batch in batches)


def level_piece(batches: Sequence[BatchFacts], k: int, m: int) -> Piece:
    """Return what the last windows amount to, and of how many; k of m drifted are an alarm."""
    counts = (it.verdict for it in batches if it.quarantined is None)
    verdicts = [Verdict(verdict) for verdict in counts if verdict is not None]
    words, kind = LEVELS[level(verdicts, k, m)]
    last = counted(verdicts, m)
    drifted = last.count(Verdict.DRIFT)
    return (f"{words} {drifted}/{len(last)}" if drifted else words, kind)


def glyphs_of(heat: HeatMap, column: str, windows: range) -> list[Piece]:
    """Return a row of the heat map, a cell for each of these windows."""
    if column == BATCH:
        return [batch_glyph(heat.batches[at]) for at in windows]
    cells = heat.cells[column]
    return [cell_glyph(cells[at]) for at in windows]


def heading(heat: HeatMap, first: int, room: int, here: int) -> str:
    """Return a line over the windows from `first` on that points at one and names it."""
    at = here - first
    name = safe(heat.batches[here].key)
    if at + 2 + len(name) <= room:
        return fit(" " * at + "▼ " + name, room)
    return fit(fit(name, at - 1, right=True) + " ▼" if at > 1 else "▼", room)


def window_facts(
    heat: HeatMap, here: int, column: str, now: float, performed: Performed | None = None
) -> list[Fact]:
    """Return what is known of a column in a window, of the window, and of the model on it."""
    batch = heat.batches[here]
    facts = []
    if column != BATCH:
        cell = heat.cells[column][here]
        facts.append(("column", f"{safe(column)}: {_cell_words(cell)}"))
    facts += [
        ("window", safe(batch.key)),
        ("verdict", verdict_words(batch)),
        ("rows", f"{batch.rows:,}, against {safe(batch.reference)}"),
        ("time", _time_words(batch, now)),
    ]
    if batch.quarantined is not None:
        facts.append(("aside", f"in quarantine: {safe(batch.quarantined)}; Q takes it back"))
    if batch.drifted:
        more = batch.n_drifted - len(batch.drifted[:LONGEST_LIST])
        names = ", ".join(batch.drifted[:LONGEST_LIST])
        facts.append(("drifted", safe(names) + (f" and {more} more" if more > 0 else "")))
    if performed is not None:
        facts.append(("model", model_words(performed)))
    if batch.findings:
        facts.append(("quality", f"{count(batch.findings, 'finding')}: Enter tells"))
    if batch.error:
        facts.append(("error", safe(batch.error)))
    return facts


def verdict_words(batch: BatchFacts) -> str:
    """Return such as `✗ drift: 3 of 20 columns`."""
    words, _ = UNJUDGED if batch.verdict is None else WORDS[Verdict(batch.verdict)]
    if not batch.n_drifted:
        return words
    return f"{words}: {batch.n_drifted} of {count(batch.columns, 'column')}"


def model_words(performed: Performed) -> str:
    """Return such as `✗ worse: accuracy 0.687, usual 0.995, measured by its truth, n 300`."""
    words = MODEL_VERDICTS[performed.figures["verdict"]][0]
    found = told_metric(performed)
    if found is None or found["value"] is None:
        return words
    usual = f", usual {short_number(found['reference'], 3)}" if found["reference"] else ""
    value = f"{safe(found['metric'])} {short_number(found['value'], 3)}{usual}"
    return f"{words}: {value}, {BASES[found['basis']]}, n {found['n']:,}"


def _cell_words(cell: Cell | None) -> str:
    if cell is None:
        return "not in this window"
    words = WORDS[Verdict(cell.verdict)][0]
    for name, number in (("score", cell.score), ("threshold", cell.threshold)):
        if number is not None:
            words += f", {name} {short_number(number, 3)}"
    if cell.null_q99 is not None:
        words += f" (chance: {short_number(cell.null_q99, 3)} once in 100)"
    return f"{words}, n {cell.n:,}" + (f"; {safe(cell.note)}" if cell.note else "")


def _time_words(batch: BatchFacts, now: float) -> str:
    judged = f"judged {ago(batch.judged, now)}" + (f" on {safe(batch.host)}" if batch.host else "")
    if batch.start is None or batch.end is None:
        return f"{moment(batch.at)}; {judged}"
    return f"{moment(batch.start)} to {moment(batch.end)}; {judged}"
