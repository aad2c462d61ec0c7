"""The 28 tests of the ML Test Score, each with what recorded state shows of it."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping

from mlops_tui.domain.checks import NoOtherColumns
from mlops_tui.domain.groups import SEED_LIKE
from mlops_tui.domain.monitoring import watched_pairs
from mlops_tui.domain.project import Dataset, JobKind, ParamType, Role
from mlops_tui.domain.readiness import Found, ReadinessState, Rule, Section
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import count

_TESTS = re.compile(r"\b(pytest|unittest|tox|nox|ctest|jest|make\s+(test|check))\b|tests?\.sh")
_OF_FEATURES = re.compile(r"feature|prepare|data|transform", re.IGNORECASE)
_QUICK_SECONDS = 30 * 86400.0
_FEW = 20
"""So many latest trainings are looked at."""


def _by_hand(words: str) -> Found:
    return Found(False, words)


def finished(state: ReadinessState, kind: JobKind) -> list[Run]:
    """Return the finished runs of jobs of a kind, newest first."""
    return [it for it in state.runs if it.kind == kind.value and it.state is RunState.FINISHED]


def _schema(state: ReadinessState) -> Found:
    train = _training_data(state)
    checked = [it for it in train if it.checks]
    enforced = _enforced(state, checked)
    if not checked:
        return Found(False, "no training data has declared checks")
    names = ", ".join(it.name for it in checked)
    if not enforced:
        cure = "require_checks = true in the train job of mlops.toml"
        return Found(False, f"{names} has checks, no job requires them", cure)
    checks = count(sum(len(it.checks) for it in checked), "check")
    return Found(True, f"{checks} of {names}, required by {', '.join(enforced)}")


def _enforced(state: ReadinessState, checked: list[Dataset]) -> list[str]:
    names = {it.name for it in checked}
    return [
        job.name
        for job in state.project.jobs.values()
        if job.require_checks and names.intersection(job.inputs)
    ]


def _training_data(state: ReadinessState) -> list[Dataset]:
    return [it for it in state.project.datasets.values() if it.role is Role.TRAIN]


def _policy(state: ReadinessState) -> Found:
    strict = [
        it
        for it in _training_data(state)
        if any(isinstance(check, NoOtherColumns) for check in it.checks)
    ]
    if strict and _enforced(state, strict):
        return Found(True, f"only declared columns of {strict[0].name} are let in")
    return Found(False, "any column may come into the training data")


def _lead_time(state: ReadinessState) -> Found:
    spans = []
    for move in state.moves:
        created = state.trained.get(f"{move.model}:{move.to}")
        if created is not None and move.kind.value != "rollback":
            spans.append(move.at - created)
    if not spans:
        return Found(False, "no version was ever promoted")
    middle = statistics.median(spans)
    words = f"{_duration(middle)} from training to champion, median of n = {len(spans)}"
    return Found(middle <= _QUICK_SECONDS, words)


def _tested(state: ReadinessState, of_features: bool) -> Found:
    jobs = [name for name, command in state.commands.items() if _TESTS.search(command)]
    if of_features:
        jobs = [it for it in jobs if _OF_FEATURES.search(f"{it} {state.commands[it]}")]
    if not jobs:
        what = " of features or data" if of_features else ""
        return Found(False, f"no job runs tests{what}")
    for run in state.runs:
        if run.job in jobs and run.state.is_ended:
            is_met = run.state is RunState.FINISHED
            return Found(is_met, f"{run.name} {run.state.value}: {state.commands[run.job]}")
    return Found(False, f"{jobs[0]} was never run", f"mlops-tui run {jobs[0]}")


def _committed(state: ReadinessState) -> Found:
    known = [
        state.commits[it.id] for it in finished(state, JobKind.TRAIN) if it.id in state.commits
    ]
    if not known:
        return Found(False, "no training has a recorded commit", "git init && git commit")
    dirty = sum(is_dirty for _, is_dirty in known)
    words = (
        f"{len(known) - dirty} of the last {count(len(known), 'training')} ran at a clean commit"
    )
    return Found(not dirty, words)


def _tuned(state: ReadinessState) -> Found:
    tried: dict[str, set[str]] = {}
    wanted: dict[str, str] = {}
    for job in state.project.jobs.values():
        if job.kind is not JobKind.TRAIN:
            continue
        for param in job.params.values():
            is_tunable = param.type in (ParamType.INT, ParamType.FLOAT, ParamType.CHOICE)
            if is_tunable and not SEED_LIKE.search(param.name):
                wanted[f"{job.name}.{param.name}"] = job.name
    for run in finished(state, JobKind.TRAIN):
        for name, value in run.params.items():
            tried.setdefault(f"{run.job}.{name}", set()).add(repr(value))
    if not wanted:
        return Found(False, "no train job declares parameters to tune")
    missing = [name for name in wanted if len(tried.get(name, ())) < 2]
    varied = f"{len(wanted) - len(missing)} of {len(wanted)} parameters had several values"
    if not missing:
        return Found(True, varied)
    of_job, _, name = missing[0].partition(".")
    return Found(
        False,
        f"{varied}; not {', '.join(it.partition('.')[2] for it in missing[:5])}",
        f"mlops-tui run {of_job} --sweep {name}=...",
    )


def _staleness(state: ReadinessState) -> Found:
    seen: dict[tuple[str, str], set[str]] = {}
    for it in state.evaluations:
        if it.data_version is not None and it.dataset is not None:
            seen.setdefault((it.subject, it.dataset), set()).add(it.data_version)
    for (subject, dataset), versions in seen.items():
        if len(versions) > 1:
            return Found(
                True, f"{subject} was measured on {count(len(versions), 'version')} of {dataset}"
            )
    return Found(False, "no model was measured on data of several times")


def _simpler(state: ReadinessState) -> Found:
    lines = _listed(state.report, "baselines")
    simple = [it for it in lines if it.get("name") != "dummy"]
    if not simple:
        return Found(False, "no simple model was measured beside an evaluated one")
    worse = []
    for it in simple:
        verdicts = _mapping(it.get("model_against_it"))
        if any(_mapping(told).get("verdict") == "better" for told in verdicts.values()):
            worse.append(str(it.get("words")))
    subject = _newest(state)
    if len(worse) == len(simple):
        return Found(True, f"{subject} is better than {' and than '.join(worse)}")
    left = ", ".join(str(it.get("words")) for it in simple if it.get("words") not in worse)
    return Found(
        False,
        f"{subject} is not surely better than {left}",
        "mlops-tui run train, with other parameters",
    )


def _slices(state: ReadinessState) -> Found:
    search = _mapping((state.report or {}).get("worst_segments"))
    looked = search.get("looked")
    if not isinstance(looked, int) or not looked:
        return Found(False, "no segment of evaluated rows could be looked at")
    sure = [it for it in _listed(search, "found") if it.get("is_sure")]
    if sure:
        worst = sure[0]
        words = f"{_newest(state)} does worse where {worst.get('column')} is {worst.get('value')}"
        return Found(False, f"{words} (n {worst.get('n')})", "mlops-tui data findings DATASET")
    return Found(True, f"{looked} segments looked at, none surely worse than the rest")


def _newest(state: ReadinessState) -> str:
    return state.subject(state.evaluations[0]) if state.evaluations else "the model"


def _reproduced(state: ReadinessState) -> Found:
    if not state.reproductions:
        return Found(False, "no training was ever repeated to compare")
    last = state.reproductions[0]
    is_same = last.get("verdict") in ("same bits", "same metrics")
    name = f"{last.get('model')}:{last.get('version')}"
    return Found(is_same, f"{name} trained once more: {last.get('verdict')}")


def _end_to_end(state: ReadinessState) -> Found:
    declared = {it.kind for it in state.project.jobs.values()}
    kinds = [it for it in (JobKind.PREPARE, JobKind.TRAIN, JobKind.EVALUATE) if it in declared]
    if len(kinds) < 3:
        return Found(False, "there are no jobs of kind prepare, train and evaluate to run in a row")
    commits: dict[str, set[JobKind]] = {}
    for kind in kinds:
        for run in finished(state, kind):
            if run.id in state.commits:
                commits.setdefault(state.commits[run.id][0], set()).add(kind)
    whole = [it for it, found in commits.items() if len(found) == len(kinds)]
    if whole:
        return Found(True, f"prepare, train and evaluate all finished at commit {whole[0][:8]}")
    return Found(False, "prepare, train and evaluate never all finished at one commit")


def _gated(state: ReadinessState) -> Found:
    promoted = [it for it in state.moves if it.kind.value == "promote"]
    if not promoted:
        return Found(False, "no version was promoted through a gate")
    last = promoted[0]
    name = f"{last.model}:{last.to}"
    words = {"green": "passed its gate", "red": f"overrode a red gate: {last.why}"}
    told = words.get(last.gate or "", "was promoted without a gate")
    return Found(last.gate == "green", f"{name} {told}")


def _drilled(state: ReadinessState) -> Found:
    if not state.drills:
        return Found(False, "a rollback was never rehearsed")
    last = state.drills[0]
    seconds, problems = last.get("seconds"), last.get("problems")
    took = f" in {seconds:.2f} s" if isinstance(seconds, int | float) else ""
    when = _age(state, last.get("t"))
    if isinstance(problems, list) and problems:
        return Found(False, f"the last rehearsal, {when}, found: {problems[0]}")
    return Found(True, f"a rollback was rehearsed{took}, {when}")


def _invariants(state: ReadinessState) -> Found:
    checked = _enforced(state, [it for it in _training_data(state) if it.checks])
    if not state.batches:
        return Found(False, "no batch of live data was judged")
    if not checked:
        return Found(False, "the training data has no required checks", "require_checks = true")
    return Found(True, f"checks before {checked[0]}, and {_batches(state)} of live data judged")


def _skew(state: ReadinessState) -> Found:
    pairs = watched_pairs(state.project)
    if not pairs or not state.batches:
        return Found(False, "live data is not compared with what the model learned from")
    reference = pairs[0].reference
    live = pairs[0].live.name
    return Found(True, f"{_batches(state)} of {live} compared with {reference.name}")


def _stale(state: ReadinessState) -> Found:
    limits = [
        it.gate.fresh_seconds
        for it in state.project.models.values()
        if it.gate is not None and it.gate.fresh_seconds is not None
    ]
    if not limits:
        return Found(False, "no limit says how old what a model learned from may be")
    return Found(
        True, f"the gate lets no model pass whose data is older than {_duration(limits[0])}"
    )


def _batches(state: ReadinessState) -> str:
    return count(state.batches, "batch", "batches")


def _stable(state: ReadinessState) -> Found:
    latest = finished(state, JobKind.TRAIN)[:_FEW]
    if not latest:
        return Found(False, "no training has finished", "mlops-tui run train")
    for run in latest:
        for name, summary in run.metrics.items():
            if summary.nan_count:
                nan = count(summary.nan_count, "NaN value")
                return Found(False, f"{run.name}: {nan} of {name}")
    points = sum(it.count for run in latest for it in run.metrics.values())
    where = f"{count(points, 'point')} of the last {count(len(latest), 'training')}"
    return Found(True, f"no NaN in {where}")


def _fast(state: ReadinessState) -> Found:
    timed = [it for it in state.evaluations if "latency_p95_ms" in it.figures]
    if not timed:
        return Found(False, "no model's latency was measured")
    objective = state.project.objective
    guardrails = objective.guardrails if objective is not None else ()
    bounded = any(it.metric.startswith("latency") for it in guardrails) or any(
        it.gate is not None and it.gate.latency_max_ms is not None
        for it in state.project.models.values()
    )
    value = timed[0].figures["latency_p95_ms"].value
    words = f"{state.subject(timed[0])}: 95 % of single rows within {value:.3g} ms"
    if not bounded:
        return Found(
            False, f"{words}; nothing says what is too slow", "latency_max_ms in [models.NAME.gate]"
        )
    return Found(True, f"{words}; measured in {count(len(timed), 'evaluation')}, with a limit")


def _live_quality(state: ReadinessState) -> Found:
    monitor = state.project.monitor
    if monitor.prediction is None and not monitor.outputs.all_scores:
        return Found(False, "live data has no declared predictions to judge")
    if not state.batches:
        return Found(False, "no batch of live data was judged", "mlops-tui monitor watch --once")
    return Found(True, f"the model is judged on {_batches(state)} of live data")


def _listed(value: Mapping[str, object] | None, key: str) -> list[Mapping[str, object]]:
    found = (value or {}).get(key)
    return [it for it in found if isinstance(it, Mapping)] if isinstance(found, list) else []


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _age(state: ReadinessState, t: object) -> str:
    return f"{_duration(state.now - t)} ago" if isinstance(t, int | float) else "some time ago"


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{max(0.0, seconds):.0f} seconds"


def _attach(test: str) -> str:
    return f"mlops-tui readiness attach {test} --evidence WHERE --why WORDS"


def _hand(test: str, words: str, section: Section, missing: str) -> Rule:
    """Return a test that only people can show."""
    return Rule(test, words, lambda state: _by_hand(missing), _attach(test), section)


_D, _M = Section.DATA, Section.MODEL
_I, _O = Section.INFRASTRUCTURE, Section.MONITORING
RULES = (
    Rule("D1", "feature expectations are a schema that is enforced", _schema,
         "mlops-tui data propose-checks train --write", _D),
    _hand("D2", "every feature earns its keep", _D, "nothing recorded shows what a feature adds"),
    _hand("D3", "no feature costs too much", _D, "nothing recorded shows what a feature costs"),
    Rule("D4", "features obey policy: no others come in", _policy,
         "other_columns = false in [datasets.train.checks]", _D),
    _hand("D5", "privacy is kept over the whole path of the data", _D,
          "data findings shows personal data; who may see it is not recorded"),
    Rule("D6", "a new feature reaches production quickly", _lead_time,
         "mlops-tui models promote NAME:N", _D),
    Rule("D7", "all feature code is tested", lambda state: _tested(state, True),
         'a job such as [jobs.test_features] run = "python -m pytest tests/features"', _D),
    Rule("M1", "the model's code is reviewed and in version control", _committed,
         "git commit, and train again", _M),
    _hand("M2", "the offline metric tracks what the business gains", _M,
          "what the business gained is not recorded"),
    Rule("M3", "all hyperparameters were tuned", _tuned, "mlops-tui run train --sweep lr=...", _M),
    Rule("M4", "the effect of a stale model is known", _staleness,
         "mlops-tui evaluate NAME:OLD --on DATASET, after the data changed", _M),
    Rule("M5", "a simpler model is not as good", _simpler, "mlops-tui evaluate RUN", _M),
    Rule("M6", "quality holds on every important slice", _slices, "mlops-tui evaluate RUN", _M),
    _hand("M7", "the model is tested for inclusion", _M, "which groups matter is not recorded"),
    Rule("I1", "training is reproducible", _reproduced, "mlops-tui models reproduce NAME:N", _I),
    Rule("I2", "the model's code is unit tested", lambda state: _tested(state, False),
         'a job such as [jobs.test] run = "python -m pytest"', _I),
    Rule("I3", "the whole pipeline is tested end to end", _end_to_end,
         "mlops-tui run prepare, train and evaluate at one commit", _I),
    Rule("I4", "quality is validated before serving", _gated,
         "[models.NAME.gate] in mlops.toml, then mlops-tui models promote NAME:N", _I),
    _hand("I5", "a single example can be followed step by step", _I, "no tool for it is recorded"),
    _hand("I6", "models are canaried before they serve", _I, "no canary is recorded"),
    Rule("I7", "serving can be rolled back", _drilled,
         "mlops-tui models rollback NAME --drill", _I),
    _hand("O1", "changes of dependencies notify somebody", _O,
          "the packages of every run are recorded, nobody is told"),
    Rule("O2", "data invariants hold in training and serving", _invariants,
         "mlops-tui monitor watch", _O),
    Rule("O3", "training and serving do not skew", _skew, "mlops-tui monitor watch", _O),
    Rule("O4", "models are not too stale", _stale, "fresh = \"30d\" in [models.NAME.gate]", _O),
    Rule("O5", "models are numerically stable", _stable, "train without NaN", _O),
    Rule("O6", "speed and memory have not got worse", _fast,
         "mlops-tui evaluate NAME:N --on DATASET", _O),
    Rule("O7", "quality on served data has not got worse", _live_quality,
         "[monitor] prediction and score in mlops.toml", _O),
)  # fmt: skip
"""In the order of the paper."""
