"""What an agent does about alerts at each look: runs are judged, and people are told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.index import Changes, Index

if TYPE_CHECKING:
    from mlops_tui.engine.alert_post import AlertPost
    from mlops_tui.engine.run_judge import RunJudge

POST_SECONDS = 60.0
"""What another agent began to send and did not end is looked for so often."""
_BUSY_SECONDS = 2.0


class ProjectFile:
    """A project file that is read again when it has changed. One thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mark: tuple[int, int, int] | None = None
        self._project: Project | None = None

    def read(self) -> Project:
        """Return what the file says now."""
        try:
            stat = os.stat(self._folder / "mlops.toml")
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except OSError:
            mark = None
        if self._project is None or self._mark != mark:
            self._mark, self._project = mark, load_project(self._folder)
        return self._project


class AlertCare:
    """Raises and sends alerts of one project; loads what that takes when it is needed. One thread.

    What fails is said once, and keeps nobody from looking after runs.
    """

    def __init__(self, folder: Path, index: Index, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._index = index
        self._say = say
        self._file = ProjectFile(folder)
        self._judge: RunJudge | None = None
        self._post: AlertPost | None = None
        self._next_post = 0.0
        self._told = ""

    def note(self, changes: Changes) -> None:
        """Remember what is new."""
        if self._judge is not None:
            self._judge.note(changes.runs, changes.points, time.time())
        if changes.alerts:
            self._next_post = 0.0

    def look(self, live: Sequence[Run], mine: Collection[str]) -> float | None:
        """Judge and send what is due; return seconds to the next look, None for nothing to do.

        Args:
            live: all runs that have not ended.
            mine: the ids of those that this agent looks after.
        """
        try:
            is_news = self._judge_runs(live, mine)
            self._send()
            if is_news:
                return 0.0
        except (MlopsTuiError, OSError) as error:
            if str(error) != self._told:
                self._told = str(error)
                self._say(f"alerts cannot be looked after: {error}")
        return _BUSY_SECONDS if self._post is not None and self._post.is_busy else None

    def _judge_runs(self, live: Sequence[Run], mine: Collection[str]) -> bool:
        """Judge runs; say whether to look again at once: some are left, or raised what to send."""
        if self._judge is None:
            if not mine:
                return False
            from mlops_tui.engine.run_judge import RunJudge  # no start waits for it

            self._judge = RunJudge(self._folder, self._index, self._file)
        has_more = self._judge.look(live, mine, time.time())
        return has_more or self._judge.has_raised

    def _send(self) -> None:
        if time.monotonic() < self._next_post or not self._index.alert_counts().open:
            return
        self._next_post = time.monotonic() + POST_SECONDS
        from mlops_tui.domain.alert_rules import settings_of

        project = self._file.read()
        settings = settings_of(project)
        if not settings.send and not settings.command:
            return
        if self._post is None:
            from mlops_tui.engine.alert_post import AlertPost

            self._post = AlertPost(self._folder, self._say)
        self._post.look(project, settings, self._index.alerts(), time.time())
