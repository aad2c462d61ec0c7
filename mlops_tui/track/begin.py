"""Where a run begins: joins the launched one, starts one, or records nothing and says why."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Mapping, Optional

from mlops_tui.domain import places
from mlops_tui.track import facts, process
from mlops_tui.track.attempt import attempt, say_once, text_of
from mlops_tui.track.events import EventFile
from mlops_tui.track.lines import clean, flat_params
from mlops_tui.track.own import OwnFacts, start_own, working_folder
from mlops_tui.track.params import launched_with
from mlops_tui.track.ranks import rank
from mlops_tui.track.tracked import TrackedRun, plain_tags

_UNFILED = '[project]\nname = "unfiled"\ndescription = "Runs recorded outside any project"\n'


def begin(
    name: Optional[str], job: Optional[str], tags: Mapping[str, Any], params: Mapping[str, Any]
) -> TrackedRun:
    """Return a run that this process records into; see `track.run`."""
    with process.uninterrupted():
        run = attempt(_begin, name, job, tags, params)
        if not isinstance(run, TrackedRun):
            say_once("nothing is recorded: %s: %s" % (type(run).__name__, text_of(run)))
            run = TrackedRun("", None, None, launched_with())
        return run


def _begin(
    name: Optional[str], job: Optional[str], tags: Mapping[str, Any], params: Mapping[str, Any]
) -> TrackedRun:
    folder = os.environ.get("MLOPS_RUN_DIR", "")
    if folder and not os.path.isdir(folder):
        say_once("MLOPS_RUN_DIR is no folder (%s): this process records by itself" % folder)
        folder = ""
    if folder and not process.has_joined():
        run_id = os.environ.get("MLOPS_RUN_ID") or os.path.basename(os.path.abspath(folder))
        run = TrackedRun(run_id, EventFile(Path(folder), rank()), None, launched_with())
        process.opened(run, has_joined=True)
        run.tags(tags)
        run.params(params)
        return run
    if not folder and process.is_worker():
        say_once("a multiprocessing worker records nothing by itself: give it the run, or launch")
        return TrackedRun("", None, None, launched_with())
    return _start(name, job, tags, params)


def _start(
    name: Optional[str], job: Optional[str], tags: Mapping[str, Any], params: Mapping[str, Any]
) -> TrackedRun:
    name = None if name is None else clean(text_of(name))
    job = None if job is None else clean(text_of(job))
    marks = _or_none(plain_tags, tags, "tags")
    plain_params = _or_none(flat_params, params, "params")
    if rank():
        marks.setdefault("rank", str(rank()))
    for project in _projects():
        try:
            own = start_own(project, name, job, marks, plain_params, process.parent_run())
        except OSError as error:
            say_once("nothing can be recorded in %s: %s" % (project, error.strerror or error))
            continue
        return _opened(own)
    return TrackedRun("", None, None, launched_with())


def _or_none(make: Callable[[Any], Any], given: Any, kind: str) -> Dict[str, Any]:
    """Return what is recorded of `given`; what cannot be read is said and left out."""
    made = attempt(make, given)
    if isinstance(made, dict):
        return made
    say_once("%s are not recorded: %s" % (kind, text_of(made)))
    return {}


def _opened(own: OwnFacts) -> TrackedRun:
    events = EventFile(own.run_dir)
    run = TrackedRun(own.run_id, events, own, launched_with())
    process.opened(run, has_joined=False)
    attempt(facts.start_recording, own.run_dir, working_folder(), sys.executable or None)
    return run


def _projects() -> Iterator[Path]:
    """Yield the project to record in, then where to record if that cannot be written."""
    named = os.environ.get("MLOPS_PROJECT", "")
    if named and not os.path.isdir(named):
        say_once("MLOPS_PROJECT is no folder: %s" % named)
        named = ""
    found = Path(os.path.realpath(named)) if named else places.find_project(working_folder())
    if found is not None:
        yield found
    unfiled = places.unfiled_project()
    try:
        unfiled.mkdir(parents=True, exist_ok=True)
        if not (unfiled / "mlops.toml").exists():
            (unfiled / "mlops.toml").write_text(_UNFILED, encoding="utf-8")
    except OSError:
        pass  # said when the run cannot be created there
    yield unfiled
