"""A run that this process writes to: its files, its end, and lines that never raise."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Tuple

from mlops_tui.track import process
from mlops_tui.track.attempt import attempt, say_once, text_of
from mlops_tui.track.data_paths import DataPaths
from mlops_tui.track.endings import Ending
from mlops_tui.track.events import EventFile
from mlops_tui.track.lines import LONGEST_LINE_BYTES, fact_line, halves
from mlops_tui.track.own import OwnFacts, working_folder
from mlops_tui.track.params import Params


class OpenRun:
    """What all verbs of a run rest on; a part of `TrackedRun`."""

    def __init__(
        self,
        run_id: str,
        events: Optional[EventFile],
        own: Optional[OwnFacts] = None,
        given: Optional[Mapping[str, Any]] = None,
    ) -> None:
        self.id = run_id
        """The run's id, empty where nothing is recorded."""
        self._events = events
        self._own = own
        self._params = Params(given or {})
        self.data = DataPaths()
        """`run.data("train")` is the path of a dataset, with what people have marked in it."""
        self._is_closed = False
        self._scratch: Optional[Path] = None

    @property
    def dir(self) -> Path:
        """The run's folder; where nothing is recorded a temporary one, or the working folder."""
        if self._events is not None:
            return self._events.run_dir
        if self._scratch is None:
            made = attempt(_temporary_folder)
            if not isinstance(made, Path):
                say_once("there is no room for temporary files: %s" % text_of(made))
                made = working_folder()
            self._scratch = made
        return self._scratch

    def close_as(self, ending: Ending) -> None:
        """Close the run; for the hooks of its process."""
        if self._is_closed:
            return
        with process.uninterrupted():
            error = attempt(_end, self._own, self._events, ending)
            if error is not None:
                say_once("the end of run %s is not recorded: %s" % (self.id, text_of(error)))
            self._is_closed = True
            process.closed(self)

    def leave_to_parent(self) -> None:
        """Become what a fork leaves in the child: a writer of its own file, no owner."""
        if self._own is not None:
            self._own.leave_to_parent()
            self._own = None
        if self._events is not None:
            self._events.leave_to_parent()

    def _record(self, kind: str, make: Callable[[Any], Any], given: Any) -> None:
        if self._events is None:
            return
        lines = attempt(_fact_lines, kind, make, given)
        errors = [lines]
        if isinstance(lines, tuple):
            errors = [attempt(self._write, line) for line in lines]
        for error in errors:
            if error is not None:
                say_once("%s is not recorded: %s" % (kind, text_of(error)))

    def _write(self, line: bytes) -> None:
        if self._is_closed:
            say_once("run %s is closed: what it is told now is not recorded" % self.id)
        elif self._events is not None:
            self._events.write(line)


def _fact_lines(kind: str, make: Callable[[Any], Any], given: Any) -> Tuple[bytes, ...]:
    value = make(given)
    return _short_enough(kind, value) if value or kind == "note" else ()


def _short_enough(kind: str, value: Any) -> Tuple[bytes, ...]:
    line = fact_line({kind: value})
    if len(line) <= LONGEST_LINE_BYTES or not isinstance(value, dict) or len(value) < 2:
        return (line,)
    first, second = halves(value)
    return _short_enough(kind, first) + _short_enough(kind, second)


def _temporary_folder() -> Path:
    import tempfile

    return Path(tempfile.mkdtemp(prefix="mlops-tui-"))


def _end(own: Optional[OwnFacts], events: Optional[EventFile], ending: Ending) -> None:
    if own is not None:
        own.end(ending)
    elif events is not None and events.is_primary:
        events.write(fact_line({"end": {"state": ending.state, "reason": ending.reason}}))
    if events is not None:
        events.close()
