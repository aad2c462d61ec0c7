"""The run object that a training script holds."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Type

from mlops_tui.track import process
from mlops_tui.track.attempt import attempt, repr_of, say_once, text_of
from mlops_tui.track.endings import Ending, ending_of
from mlops_tui.track.events import EventFile
from mlops_tui.track.keeping import KeepingRun
from mlops_tui.track.lines import LONGEST_LINE_BYTES, PointLines, clean, foreign_number, halves
from mlops_tui.track.own import OwnFacts
from mlops_tui.track.ranks import rank


class TrackedRun(KeepingRun):
    """A run being recorded; made by `track.run()`.

    No method raises, waits for a lock or starts a thread, and every line is with the operating
    system when the method returns. What cannot be recorded is said once on stderr. After a fork
    the child may go on with it: its lines go to a file of its own. It can be pickled to another
    process of the same run.
    """

    def __init__(
        self,
        run_id: str,
        events: Optional[EventFile],
        own: Optional[OwnFacts] = None,
        given: Optional[Mapping[str, Any]] = None,
    ) -> None:
        super().__init__(run_id, events, own, given)
        self._points = PointLines()

    def log(self, metrics: Mapping[str, Any], step: Optional[int] = None) -> None:
        """Record one point of each metric.

        Args:
            metrics: name -> number; a Python or NumPy number, or an array or tensor of one
                element. NaN and infinities are recorded. What is no number is left out.
            step: an integer; left out, each metric counts on by itself from 0.
        """
        if self._events is None:
            return
        error = attempt(self._log, metrics, step)
        if error is not None:
            say_once("a call of log is left out: %s: %s" % (type(error).__name__, text_of(error)))

    def param(self, name: str, default: Any = None) -> Any:
        """Return the value that this run was launched with, else `default`, and record it."""
        given = self._params.given
        is_given = attempt(given.__contains__, name) is True
        value = given[name] if is_given else default
        if is_given or default is not None:
            self._record(
                "params", lambda pair: self._params.unrecorded(dict([pair])), (name, value)
            )
        else:
            say_once("parameter %s was not given and has no default" % repr_of(name))
        return value

    def params(self, params: Mapping[str, Any]) -> None:
        """Record parameters; nested mappings become dotted names such as `optimizer.lr`."""
        self._record("params", self._params.unrecorded, params)

    def tag(self, name: str, value: object = "") -> None:
        """Mark the run, as in `run.tag("team", "forms")`."""
        self._record("tags", lambda pair: plain_tags(dict([pair])), (name, value))

    def tags(self, tags: Mapping[str, object]) -> None:
        """Mark the run with several tags."""
        self._record("tags", plain_tags, tags)

    def progress(self, done: float, total: Optional[float] = None) -> None:
        """Record how far the run is, in any unit; without a total where none is known."""
        self._record("progress", _numbers, (done, total))

    def note(self, text: str) -> None:
        """Record a remark for the person who reads about this run later."""
        self._record("note", lambda given: clean(text_of(given)), text)

    def close(self, state: str = "finished", reason: Optional[str] = None) -> None:
        """Close the run as `finished`, `failed` or `stopped`; a second call does nothing."""
        if attempt(("finished", "failed", "stopped").__contains__, state) is not True:
            say_once("a run ends finished, failed or stopped, not %s" % repr_of(state))
            state = "failed"
        self.close_as(Ending(state, reason if reason is None else clean(text_of(reason))))

    def __enter__(self) -> TrackedRun:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        ending = attempt(ending_of, error)
        self.close_as(ending if isinstance(ending, Ending) else Ending("failed"))

    def __reduce__(self) -> Tuple[Callable[..., TrackedRun], Tuple[Any, ...]]:
        folder = None if self._events is None else str(self._events.run_dir)
        return _in_other_process, (self.id, folder, self._params.given)

    def _log(self, metrics: Mapping[str, Any], step: Any) -> None:
        line = self._points.line(metrics, step)
        if len(line) > LONGEST_LINE_BYTES and len(metrics) > 1:
            for half in halves(metrics):
                self._log(half, step)
        elif line:
            self._write(line)


def plain_tags(tags: Any) -> Dict[str, str]:
    """Return tags as texts; a sequence of names is taken as tags without a value."""
    if not hasattr(tags, "items"):
        tags = dict.fromkeys([tags] if isinstance(tags, str) else tags, "")
    return {clean(text_of(name)): clean(text_of(value)) for name, value in tags.items()}


def _numbers(given: Tuple[Any, ...]) -> Any:
    done, total = [foreign_number(value) for value in given]
    if done is None or (total is None and given[1] is not None):
        raise TypeError("%s are not two numbers" % repr_of(given))
    return [_short(done), None if total is None else _short(total)]


def _short(number: float) -> float:
    return int(number) if number.is_integer() else number


def _in_other_process(run_id: str, folder: Optional[str], given: Dict[str, Any]) -> TrackedRun:
    """Return the run as another process of it sees it: a writer of its own file, no owner."""
    events = None if folder is None else EventFile(Path(folder), rank(), may_be_primary=False)
    run = TrackedRun(run_id, events, None, given)
    process.opened(run, has_joined=False)
    return run
