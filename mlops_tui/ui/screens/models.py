"""The screen of registered models, and of what training wrote that is none yet."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.evaluations import Evaluation
from mlops_tui.domain.filters import parse_filter
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import count, safe
from mlops_tui.engine.feed import Batch
from mlops_tui.engine.wake import have_registered
from mlops_tui.ui import intents, keys
from mlops_tui.ui.model_rows import output_rows
from mlops_tui.ui.objective import objective_metric
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.project_source import READ_ONLY, ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.registry_rows import MODEL_KEY, Evaluated, model_row, models_heads
from mlops_tui.ui.screens.pick import PromptDialog
from mlops_tui.ui.screens.place import PlaceScreen
from mlops_tui.ui.widgets.place_table import ModelTable, PlaceTable
from mlops_tui.ui.widgets.row_table import RowTable

TOPICS = frozenset({"models", "evaluations"})


class ModelsScreen(PlaceScreen):
    """Lists registered models; below them the outputs of train jobs, which can be registered."""

    place: ClassVar[str] = keys.MODELS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)
    EMPTY: ClassVar[str] = (
        "No model is registered, and no train job declares what it writes.\n\n"
        'run.model("cancer", "models/best.joblib") in the training script registers a version when'
        ' the run has ended; `outputs = ["models/best.joblib"]` in a job of `kind = "train"` lists'
        " the file here, and w registers it. Versions never change; aliases such as champion move."
    )

    def __init__(self, source: ProjectSource, symbols: Symbols) -> None:
        super().__init__(source)
        self._symbols = symbols
        self._runs: dict[str, Run] = {}
        """The last run that finished, by its job."""

    def make_table(self) -> PlaceTable:
        return ModelTable()

    def is_about(self, batch: Batch) -> bool:
        return bool(batch.runs) or bool(TOPICS & batch.topics)

    def read(self, reader: RunReader) -> PlaceContent:
        project, now = load_project(self._source.project), time.time()
        metric = objective_metric(project)
        found = newest_evaluations(reader)
        if not self._source.is_read_only and reader.offered_models():
            have_registered(self._source.project)
        registered = reader.models()
        models = [model_row(it, metric, found, now) for it in registered]
        newest = {it.newest.run_id: it.newest for it in registered}
        self._runs = {
            job: run for job in project.jobs if (run := _last_run(reader, job)) is not None
        }
        outputs = output_rows(project, self._runs.get, newest.get, metric, now)
        words = count(len(models), "model")
        if outputs:
            words += f", {count(len(outputs), 'output')}"
        return PlaceContent(models_heads(metric), [*models, *outputs], words)

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        if event.key.startswith(MODEL_KEY):
            from mlops_tui.ui.screens.model import ModelScreen  # the list is not late

            name = event.key.removeprefix(MODEL_KEY)
            self.app.push_screen(ModelScreen(self._source, name, self._symbols))
        else:
            run = self._runs.get(event.key.partition(" ")[0])
            self.post_message(intents.PaneRequested("runs", None if run is None else run.id))

    def action_disk(self) -> None:
        """Go to what takes disk space, and come back here."""
        from mlops_tui.ui.screens.disk import DiskScreen

        self.app.push_screen(DiskScreen(self._source))

    def action_register(self) -> None:
        """Ask for a name, and register the output under the cursor as a version of it."""
        here = self.table.here
        if self._source.is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
        elif here is None or here.key.startswith(MODEL_KEY):
            words = "Registers the output of a train job: none is under the cursor"
            self.app.notify(words, markup=False, timeout=3)
        else:
            job, _, output = here.key.partition(" ")
            question = f"Register {safe(output)} as a version of which model?"
            usual = load_project(self._source.project).path.name

            def answered(name: str | None) -> None:
                if name is not None:
                    self._register(name, job, output)

            self.app.push_screen(PromptDialog(question, usual, need_name), answered)

    def _register(self, name: str, job: str, output: str) -> None:
        project, run = self._source.project, self._runs.get(job)

        def work() -> intents.ActionDone:
            from mlops_tui.engine.actions_models import register_file
            from mlops_tui.index import Index

            with Index.open(project) as index:
                index.ingest()
                run_id = None if run is None else run.id
                made = register_file(project, index, name, project / output, run_id)
            return intents.ActionDone(f"Registered as {made.version.name}")

        self._source.act(self, "Nothing was registered", work)


def newest_evaluations(reader: RunReader) -> Evaluated:
    """Return what gives the newest evaluation of a version that did not fail; None for none."""
    found: dict[tuple[str, int], Evaluation] = {}
    for it in reader.evaluations():
        if it.model is not None and it.number is not None and it.error is None:
            found.setdefault((it.model, it.number), it)
    return lambda model, version: found.get((model, version))


def need_name(text: str) -> None:
    """Refuse what no model can be called.

    Raises:
        InputError: it is such a name.
    """
    from mlops_tui.domain.models import require_name

    require_name(text)


def _last_run(reader: RunReader, job: str) -> Run | None:
    quoted = job.replace("\\", "\\\\").replace('"', '\\"')
    ids = reader.run_ids(parse_filter(f'job="{quoted}" and state=finished'), limit=1)
    return next(iter(reader.runs(ids)), None)
