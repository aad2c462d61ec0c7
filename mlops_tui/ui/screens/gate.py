"""What stands before a version is used: its gate, and what loading its file would import."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.gates import Condition, GateResult, Light
from mlops_tui.domain.text import count, safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.evaluation_rows import bounds, number
from mlops_tui.ui.formats import ago
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.project_source import READ_ONLY, ProjectSource
from mlops_tui.ui.screens.listed import ListedScreen
from mlops_tui.ui.screens.pick import PromptDialog
from mlops_tui.ui.screens.row_marks import need_reason
from mlops_tui.ui.with_index import with_index

if TYPE_CHECKING:
    from mlops_tui.engine.actions_trust import VersionScan
    from mlops_tui.index import Index

LIGHTS = {
    Light.GREEN: ("✓ green", "good"),
    Light.RED: ("✗ red", "bad"),
    Light.UNKNOWN: ("? unknown", "warn"),
}
VERDICTS = {
    "green": "✓ every condition holds",
    "red": "✗ it is not let through",
    "none": "no gate is declared",
}
UNDECLARED = (
    "No gate is declared for {}: p promotes it without one.\n\n"
    "`[models.{}.gate]` in mlops.toml says what has to hold before, such as"
    " `metrics.recall = {{ min = 0.95 }}` or"
    ' `champion = {{ metric = "roc_auc", is = "better" }}`.'
)
HEADS = (
    *(Head("Light"), Head("Condition"), Head("Wanted"), Head("Is"), Head("95 % interval")),
    *(Head("n", True), Head("Why")),
)
LEVELS = {"known": ("✓ usual", "good"), "suspicious": ("✗ SUSPICIOUS", "bad-strong")}
UNKNOWN_LEVEL = ("? unknown", "warn")


class DecisionScreen(ListedScreen):
    """A list that a person reads before deciding something, which needs a reason."""

    def __init__(
        self, source: ProjectSource, title: str, content: PlaceContent, empty: str
    ) -> None:
        super().__init__(title, content, empty)
        self._source = source

    def decide(
        self,
        question: str,
        act: Callable[[Index, str], str],
        failing: str,
        check: Callable[[str], object] = need_reason,
    ) -> None:
        """Ask for a reason, do it, and leave with what `act` says of it."""
        if self._source.is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
            return

        def answered(why: str | None) -> None:
            def work() -> intents.ActionDone:
                return intents.ActionDone(with_index(self._source, lambda it: act(it, why or "")))

            if why is not None:
                self._source.act(self, failing, work)

        self.app.push_screen(PromptDialog(question, "", check), answered)

    def on_action_done(self, event: intents.ActionDone) -> None:
        event.stop()
        self.app.notify(safe(event.words), markup=False, timeout=5)
        self.dismiss()


class GateScreen(DecisionScreen):
    """Each condition with its figure; p promotes."""

    place: ClassVar[str] = keys.GATE
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.GATE)

    def __init__(self, source: ProjectSource, gate: GateResult) -> None:
        version = gate.version
        stands = "none yet" if gate.champion is None else f":{gate.champion}"
        title = f"{version.name} for {gate.alias}, now {stands}: {VERDICTS[gate.verdict]}"
        rows = [_row(str(at), it) for at, it in enumerate(gate.conditions)]
        on = f" on {safe(gate.dataset)}" if gate.dataset else ""
        content = PlaceContent(HEADS, rows, count(len(rows), "condition") + on if rows else "")
        model = safe(version.model)
        super().__init__(source, title, content, UNDECLARED.format(model, model))
        self._gate = gate

    def action_promote(self) -> None:
        """Move the alias; where the gate is red a reason is needed, and is on record."""
        gate, name = self._gate, self._gate.version.name
        is_red = gate.verdict == "red"
        project = self._source.project

        def act(index: Index, why: str) -> str:
            from mlops_tui.engine.actions_promote import promote

            done = promote(project, index, name, gate.alias, why, is_red)
            before = "" if done.move.before is None else f", before :{done.move.before}"
            return f"{name} is {gate.alias} now{before}; b goes back"

        if is_red:
            obstacles = ", ".join(safe(it.name) for it in gate.obstacles[:3])
            question = f"OVERRIDE the gate ({obstacles})? Why: it stays on record."
            self.decide(question, act, f"{name} is not promoted")
        else:
            question = f"Make {safe(name)} the {safe(gate.alias)}. Why? May be left empty."
            self.decide(question, act, f"{name} is not promoted", lambda _: None)


def _row(key: str, it: Condition) -> PlaceRow:
    light = LIGHTS[it.light]
    if it.is_optional and it.light is Light.UNKNOWN:
        light = ("· optional", "dim")
    cells = [
        light,
        *((safe(it.name), "strong"), (safe(it.wanted), "")),
        ("" if it.value is None else number(it.value), ""),
        (bounds(it.low, it.high), "dim"),
        *(("" if it.n is None else f"{it.n:,}", "dim"), (safe(it.words), "")),
    ]
    facts = [("condition", safe(it.name)), ("wanted", safe(it.wanted))]
    if it.words:
        facts.append(("why", safe(it.words)))
    if it.value is not None:
        interval = f" ({bounds(it.low, it.high)})" if it.low is not None else ""
        n = "" if it.n is None else f", n {it.n:,}"
        facts.append(("is", f"{number(it.value)}{interval}{n}"))
    return PlaceRow(key, cells, facts)


class TrustScreen(DecisionScreen):
    """What loading a version would import; t lets it be loaded."""

    place: ClassVar[str] = keys.TRUST
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.TRUST)

    def __init__(self, source: ProjectSource, found: VersionScan, now: float) -> None:
        scan, version = found.scan, found.version
        rows = [
            PlaceRow(
                it.name,
                [LEVELS.get(it.level.value, UNKNOWN_LEVEL), (safe(it.name), ""), (it.where, "dim")],
                [("import", safe(it.name)), ("found in", safe(it.where))],
            )
            for it in scan.imports
        ]
        told = [(it, "bad") for it in scan.problems] + [(it, "warn") for it in scan.notes]
        for at, (words, kind) in enumerate(told):
            cells = [("noted", kind), (safe(words), ""), ("", "")]
            rows.append(PlaceRow(f"{at} noted", cells, [("noted", safe(words))]))
        if found.trust is None:
            standing = "nobody trusts it"
        else:
            standing = f"trusted by {found.trust.by}, {ago(found.trust.at, now)}"
        title = f"What loading {version.name} would import: {standing}"
        heads = (Head("Level"), Head("Import"), Head("Found in"))
        content = PlaceContent(heads, rows, count(len(scan.imports), "import"))
        super().__init__(source, title, content, "Nothing: it holds no code.")
        self._found = found

    def action_trust(self) -> None:
        """Let it be loaded."""
        name, project = self._found.version.name, self._source.project
        suspicious = [it for it in self._found.scan.imports if it.level.value == "suspicious"]

        def act(index: Index, why: str) -> str:
            from mlops_tui.engine.actions_trust import trust_version

            trust_version(project, index, name, why, is_anyway=bool(suspicious))
            return f"{name} may be loaded now"

        if suspicious:
            some = ", ".join(safe(it.name) for it in suspicious[:3])
            question = f"It imports {some}: NO MODEL NEEDS THAT. Type yes and why"
            self.decide(question, act, f"{name} is not trusted", _need_yes)
        else:
            question = f"Loading {safe(name)} runs its author's code. Why do you trust it?"
            self.decide(question, act, f"{name} is not trusted")

    def action_revoke(self) -> None:
        """Take back that it may be loaded."""
        name, project = self._found.version.name, self._source.project

        def act(index: Index, why: str) -> str:
            from mlops_tui.engine.actions_trust import revoke_trust

            revoke_trust(project, index, name, why)
            return f"{name} is not loaded any more"

        self.decide(f"Why is {safe(name)} not trusted any more?", act, "Nothing changed")


def _need_yes(text: str) -> None:
    if not text.strip().lower().startswith("yes ") or len(text.split()) < 2:
        raise InputError("it begins with yes, then says why", "or Esc leaves it as it is")
