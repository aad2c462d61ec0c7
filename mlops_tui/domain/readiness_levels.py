"""Google's MLOps levels 1 and 2, line by line, each with what recorded state shows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mlops_tui.domain.models import MoveKind
from mlops_tui.domain.monitoring import watched_pairs
from mlops_tui.domain.project import JobKind
from mlops_tui.domain.readiness import Found, ReadinessState, Rule
from mlops_tui.domain.readiness_tests import RULES as TESTS
from mlops_tui.domain.readiness_tests import finished
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import count

_TEST = {rule.id: rule for rule in TESTS}


def _as_test(test: str) -> Callable[[ReadinessState], Found]:
    return _TEST[test].judge


def _orchestrated(state: ReadinessState) -> Found:
    runs = [it for it in state.runs if it.job in state.project.jobs]
    if not state.project.jobs:
        return Found(False, "mlops.toml declares no job")
    if not runs:
        return Found(False, "no run came from a declared job", "mlops-tui run JOB")
    jobs = count(len(state.project.jobs), "job")
    return Found(True, f"{jobs}; {runs[0].name} came from {runs[0].job}")


def _modular(state: ReadinessState) -> Found:
    bare = [it.name for it in state.project.jobs.values() if not it.inputs and not it.outputs]
    if not state.project.jobs:
        return Found(False, "mlops.toml declares no job")
    if bare:
        return Found(False, f"no inputs and no outputs declared by {', '.join(bare[:5])}")
    return Found(True, f"{count(len(state.project.jobs), 'job')}, each with inputs or outputs")


def _delivered(state: ReadinessState) -> Found:
    return Found(False, "no model is put into service by itself")


def _continuous(state: ReadinessState) -> Found:
    return Found(False, "no training was started by new data, drift or a schedule")


def _judged(state: ReadinessState) -> str:
    batches, alerts = count(state.batches, "batch", "batches"), count(state.drift_alerts, "alert")
    return f"{batches} judged, {alerts}"


def _drift_acts(state: ReadinessState) -> Found:
    if not state.batches:
        return Found(False, "no batch of live data was judged", "mlops-tui monitor watch")
    return Found(False, f"{_judged(state)}; none starts a training")


def _measured(state: ReadinessState) -> Found:
    kept = [it for it in state.evaluations if it.role in ("holdout", "validation")]
    if not kept:
        return Found(False, "no model was evaluated on data that was kept apart")
    last = kept[0]
    return Found(
        True,
        f"{count(len(kept), 'evaluation')}; {state.subject(last)} on {last.dataset}, n {last.rows}",
    )


def _compared(state: ReadinessState) -> Found:
    promoted = [it for it in state.moves if it.kind is MoveKind.PROMOTE and it.gate is not None]
    if promoted:
        last = promoted[0]
        return Found(True, f"{last.model}:{last.to} went through its gate ({last.gate})")
    lines = (state.report or {}).get("baselines")
    if isinstance(lines, list) and lines:
        subject = state.subject(state.evaluations[0])
        return Found(
            True, f"{subject} was compared with {count(len(lines), 'baseline')} on the same rows"
        )
    return Found(False, "no model was compared with a baseline or the champion")


def _deployable(state: ReadinessState) -> Found:
    gates = [it for it in state.project.models.values() if it.gate and it.gate.signature]
    if gates:
        return Found(True, f"the gate of {gates[0].name} asks for a compatible signature")
    return Found(False, "nothing asks whether callers can call a new model")


def _recorded(what: str) -> Callable[[ReadinessState], Found]:
    """Return the rule that the latest trainings have something recorded, by its name."""

    def judge(state: ReadinessState) -> Found:
        latest = finished(state, JobKind.TRAIN)[:_LOOKED]
        if not latest:
            return Found(False, "no training has finished", "mlops-tui run train")
        having = sum(_HAS[what](state, it) for it in latest)
        return Found(
            having == len(latest), f"{having} of the last {count(len(latest), 'training')}"
        )

    return judge


_HAS: Mapping[str, Callable[[ReadinessState, Run], bool]] = {
    "commit": lambda state, run: run.id in state.commits,
    "times": lambda state, run: run.started is not None and run.ended is not None,
    "host": lambda state, run: bool(run.host),
    "params": lambda state, run: bool(run.params),
    "metrics": lambda state, run: bool(run.metrics),
    "data": lambda state, run: bool(state.versions_used.get(run.id)),
}
_LOOKED = 5
"""Trainings whose folders are looked into."""


def _previous(state: ReadinessState) -> Found:
    if not state.moves:
        return Found(False, "no alias was ever moved, so that there is nothing to go back to")
    return Found(
        True, f"{count(len(state.moves), 'recorded move')} of champion, each with its former"
    )


def _on_demand(state: ReadinessState) -> Found:
    trains = [it.name for it in state.project.jobs.values() if it.kind is JobKind.TRAIN]
    words = f"mlops-tui run {trains[0]}" if trains else "no job of kind train"
    return Found(bool(trains), words)


def _no_trigger(what: str) -> Callable[[ReadinessState], Found]:
    return lambda state: Found(False, f"no training is started by {what}")


def _source_control(state: ReadinessState) -> Found:
    if not state.commits:
        return Found(False, "no run has a recorded commit", "git init && git commit")
    return Found(True, f"{count(len(set(state.commits.values())), 'commit')} recorded with runs")


def _registry(state: ReadinessState) -> Found:
    versions = sum(it.versions for it in state.models)
    if not versions:
        return Found(False, "no model is registered")
    return Found(True, f"{count(len(state.models), 'model')} with {count(versions, 'version')}")


def _metadata(state: ReadinessState) -> Found:
    return Found(bool(state.runs), f"{len(state.runs)} of the latest runs are in the journals")


def _shared_features(state: ReadinessState) -> Found:
    return Found(False, "no feature store or shared definition is recorded")


def _nothing(words: str) -> Callable[[ReadinessState], Found]:
    return lambda state: Found(False, words)


def _meets_target(state: ReadinessState) -> Found:
    for it in state.project.models.values():
        if it.gate is not None and it.gate.metrics:
            return Found(True, f"the gate of {it.name} has {count(len(it.gate.metrics), 'bound')}")
    return Found(False, "no gate asks for the target before a model is used")


def _watched(state: ReadinessState) -> Found:
    if watched_pairs(state.project) and state.batches:
        return Found(True, _judged(state))
    return Found(False, "live data is not watched")


def _rule(line: str, words: str, judge: Callable[[ReadinessState], Found], cure: str = "") -> Rule:
    by_hand = f"mlops-tui readiness attach {line} --evidence WHERE --why WORDS"
    return Rule(line, words, judge, cure or by_hand)


RULES = (
    _rule("L1.1", "steps are jobs, and runs come from them", _orchestrated, "mlops-tui init"),
    _rule("L1.3", "steps say what they read and write", _modular, "inputs and outputs of the job"),
    _rule("L1.4", "validated models are put into service by themselves", _delivered),
    _rule("L1.5", "the pipeline is deployed, not only the model", _nothing("not recorded")),
    _rule("L1.6", "the pipeline trains again on fresh data by itself", _continuous),
    _rule("L1.7", "data that breaks the schema stops a run", _as_test("D1"), _TEST["D1"].cure),
    _rule("L1.8", "data that drifted starts a training", _drift_acts, "mlops-tui monitor watch"),
    _rule("L1.9", "models are measured on data kept apart", _measured, "mlops-tui evaluate RUN"),
    _rule("L1.10", "models are compared with a baseline or the champion", _compared,
          "mlops-tui evaluate RUN"),
    _rule("L1.11", "quality is told by segments", _as_test("M6"), _TEST["M6"].cure),
    _rule("L1.12", "a new model can be called as the old one", _deployable,
          "signature = true in [models.NAME.gate]"),
    _rule("L1.13", "models are validated online", _nothing("no canary is recorded")),
    _rule("L1.14", "training and serving share features", _shared_features),
    _rule("L1.15", "runs have the version of their code", _recorded("commit"), "git commit"),
    _rule("L1.16", "runs have start, end and duration", _recorded("times"), "mlops-tui run train"),
    _rule("L1.17", "runs have their host", _recorded("host"), "mlops-tui run train"),
    _rule("L1.18", "runs have their parameters", _recorded("params"), "run.params({...})"),
    _rule("L1.19", "runs have the versions of their data", _recorded("data"),
          'inputs = ["train"] in the job'),
    _rule("L1.20", "the former model is known, to go back to", _previous,
          "mlops-tui models promote NAME:N"),
    _rule("L1.21", "runs have metrics", _recorded("metrics"), "run.log({...})"),
    _rule("L1.22", "training starts on demand", _on_demand, '[jobs.train] kind = "train"'),
    _rule("L1.23", "training starts by a schedule", _no_trigger("a schedule")),
    _rule("L1.24", "training starts when new data arrives", _no_trigger("new data")),
    _rule("L1.25", "training starts when quality falls", _no_trigger("a fall of quality")),
    _rule("L1.26", "training starts when data drifts", _no_trigger("drift")),
    _rule("L2.1", "code is in source control", _source_control, "git init && git commit"),
    _rule("L2.2", "tests and builds run by a service", _as_test("I2"), _TEST["I2"].cure),
    _rule("L2.4", "models are in a registry", _registry, "mlops-tui models register NAME PATH"),
    _rule("L2.6", "metadata is stored", _metadata, "mlops-tui run JOB"),
    _rule("L2.7", "the pipeline is orchestrated", _orchestrated, "mlops-tui init"),
    _rule("L2.9", "the pipeline is built and tested on every change",
          _nothing("no CI of the pipeline is recorded")),
    _rule("L2.10", "the pipeline is deployed by itself", _nothing("no deployment is recorded")),
    _rule("L2.13", "what is watched starts a training", _watched, "mlops-tui monitor watch"),
    _rule("L2.14", "feature code has unit tests", _as_test("D7"), _TEST["D7"].cure),
    _rule("L2.15", "model code has unit tests", _as_test("I2"), _TEST["I2"].cure),
    _rule("L2.16", "training is tested to converge", _nothing("no such test is recorded")),
    _rule("L2.17", "there is no NaN or infinity", _as_test("O5"), _TEST["O5"].cure),
    _rule("L2.18", "each step makes what it should", _modular, "outputs of the job"),
    _rule("L2.19", "steps are tested together", _as_test("I3"), _TEST["I3"].cure),
    _rule("L2.21", "the service is called with what it should take",
          _nothing("no test of a service is recorded")),
    _rule("L2.24", "models meet their target before they are used", _meets_target,
          "[models.NAME.gate.metrics] in mlops.toml"),
)  # fmt: skip

_AUTOMATIC = ("L1.23", "L1.24", "L1.25", "L1.26")
NEEDED: Mapping[int, Sequence[Sequence[str]]] = {
    1: (
        *(("L1.1",), ("L1.4",), ("L1.6",), ("L1.7",), ("L1.9",), ("L1.10",), ("L1.15",)),
        *(("L1.16",), ("L1.17",), ("L1.18",), ("L1.19",), ("L1.20",), ("L1.21",), _AUTOMATIC),
    ),
    2: (
        *(("L2.1",), ("L2.2",), ("L2.4",), ("L2.6",), ("L2.7",), ("L2.9",), ("L2.10",)),
        *(("L2.14",), ("L2.15",), ("L2.16",), ("L2.17",), ("L2.18",), ("L2.19",), ("L2.21",)),
    ),
}
"""Lines that a level needs; of a group one of them."""
