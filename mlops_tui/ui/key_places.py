"""Where keys are: the places, which of them are reachable together, what people call them."""

from __future__ import annotations

EVERYWHERE = "everywhere"
REFUSED = "refused"
"""Of the keys that a read-only app does without; told of nowhere."""
PROJECTS = "projects"
PROJECT = "project"
VERBS = "runs"
LOOKS = "looks"
PANES = "panes"
PLACES = "places"
JOBS = "jobs"
PLACE = "place"
DATA = "data"
MONITOR = "monitor"
MODELS = "models"
ALERTS = "alerts"
WINDOWS = "windows"
FINDINGS = "findings"
MARKS = "marks"
READINESS = "readiness"
LISTED = "listed"
SHELVES = "shelves"
EVALUATION = "evaluation"
MODEL = "model"
GATE = "gate"
TRUST = "trust"
DISK = "disk"
CURVE = "curve"
PROPOSAL = "proposal"
TABLE = "table"
RUN_VIEW = "run view"
RUN_LIST = "run list"
LOG = "output"
CHARTS = "charts"
CHART_KIND = "chart kind"
CHART_DESK = "chosen chart"
HISTOGRAM = "histogram"
FACTS = "facts"
OUTSIDE = "outside"
OUTSIDE_LIST = "outside, list"
FORM = "form"
READING = "reading"
DIALOG = "dialog"
PICK = "pick"
PICK_COLUMNS = "pick columns"
PICK_VIEWS = "pick views"
PROMPT = "prompt"
COMMAND = "command"
COMPARE = "compare"
PARALLEL = "parallel"
GROUPS = "groups"
FILES = "files"
PREVIEW = "preview"
CELLS = "cells"
SCREENS = {
    PROJECTS: (PROJECTS, TABLE, EVERYWHERE),
    PROJECT: (
        *(VERBS, LOOKS, OUTSIDE, OUTSIDE_LIST, PROJECT, PLACES, PANES, TABLE, RUN_VIEW, RUN_LIST),
        *(CHARTS, CHART_KIND, CHART_DESK, FACTS, LOG, EVERYWHERE),
    ),
    JOBS: (VERBS, JOBS, PLACES, TABLE, EVERYWHERE),
    DATA: (DATA, PLACE, PLACES, TABLE, EVERYWHERE),
    MONITOR: (MONITOR, PLACE, PLACES, TABLE, EVERYWHERE),
    MODELS: (MODELS, PLACE, PLACES, TABLE, EVERYWHERE),
    READINESS: (READINESS, PLACE, PLACES, TABLE, EVERYWHERE),
    ALERTS: (ALERTS, PLACE, PLACES, TABLE, EVERYWHERE),
    LISTED: (LISTED, PLACES, TABLE, EVERYWHERE),
    SHELVES: (SHELVES, PLACES, TABLE, EVERYWHERE),
    EVALUATION: (EVALUATION, SHELVES, PLACES, TABLE, EVERYWHERE),
    MODEL: (MODEL, SHELVES, PLACES, TABLE, EVERYWHERE),
    GATE: (GATE, LISTED, PLACES, TABLE, EVERYWHERE),
    TRUST: (TRUST, LISTED, PLACES, TABLE, EVERYWHERE),
    DISK: (DISK, SHELVES, PLACES, TABLE, EVERYWHERE),
    CURVE: (CURVE, LISTED, PLACES, TABLE, EVERYWHERE),
    WINDOWS: (WINDOWS, PLACES, TABLE, EVERYWHERE),
    FINDINGS: (FINDINGS, LISTED, PLACES, TABLE, EVERYWHERE),
    MARKS: (MARKS, LISTED, PLACES, TABLE, EVERYWHERE),
    COMPARE: (COMPARE, PLACES, TABLE, EVERYWHERE),
    PARALLEL: (PARALLEL, PLACES, EVERYWHERE),
    GROUPS: (GROUPS, PLACES, TABLE, EVERYWHERE),
    FILES: (FILES, PLACES, TABLE, EVERYWHERE),
    PREVIEW: (PREVIEW, PLACES, CELLS, TABLE, LOG, EVERYWHERE),
    FORM: (FORM,),
    READING: (READING,),
    DIALOG: (DIALOG,),
    PROPOSAL: (DIALOG, PROPOSAL),
    HISTOGRAM: (HISTOGRAM,),
    PICK: (PICK,),
    PICK_COLUMNS: (PICK, PICK_COLUMNS),
    PICK_VIEWS: (PICK, PICK_VIEWS),
    PROMPT: (PROMPT,),
    COMMAND: (COMMAND,),
}
"""Which places are reachable together; those of one screen in the order of its help."""
HEADINGS = {
    VERBS: "Runs",
    OUTSIDE: "To files and other programs",
    OUTSIDE_LIST: "To files and other programs, where the keys are free",
    LOOKS: "Looking closer",
    COMPARE: "Comparing",
    PARALLEL: "In parallel coordinates",
    GROUPS: "Groups",
    FILES: "Files of a run",
    PREVIEW: "A file",
    CELLS: "In a table of cells",
    PROJECT: "What is shown",
    PANES: "Panes",
    PLACES: "Where to go",
    JOBS: "In the jobs",
    PLACE: "In data, monitor, models, readiness and alerts",
    DATA: "In the data",
    LISTED: "In the list",
    SHELVES: "In lists about one thing",
    EVALUATION: "In an evaluation",
    MODEL: "In a model",
    GATE: "Before the gate of a model",
    TRUST: "In what a model would import",
    DISK: "In the disk use",
    CURVE: "In a metric over versions",
    MONITOR: "In the monitor",
    WINDOWS: "In the windows of live data",
    FINDINGS: "In the findings",
    MARKS: "In the marks on rows",
    MODELS: "In the models",
    READINESS: "In the readiness",
    ALERTS: "In the alerts",
    PROJECTS: "Projects",
    TABLE: "In a list",
    RUN_VIEW: "In the list of runs: what it shows",
    RUN_LIST: "In the list of runs",
    CHARTS: "In the charts",
    CHART_KIND: "In the charts",
    CHART_DESK: "In the charts: the chosen one",
    FACTS: "In the details",
    LOG: "In the output",
    EVERYWHERE: "Everywhere",
}
"""What people call a place."""
FOCUSED = (TABLE, CHARTS, FACTS, LOG)
"""Only one of them has the focus, so they may share keys with each other."""
OWN_ENTER = (
    *(PROJECTS, COMPARE, GROUPS, FILES, PREVIEW, DATA, MONITOR, MODELS, READINESS, ALERTS),
    *(LISTED, SHELVES, EVALUATION, MODEL, DISK, CURVE, GATE, TRUST, WINDOWS, FINDINGS, MARKS),
)
"""Screens whose table does something else with Enter than the one of runs."""
NO_SIDEWAYS = (
    PROJECTS,
    JOBS,
    DATA,
    MONITOR,
    MODELS,
    READINESS,
    ALERTS,
    LISTED,
    SHELVES,
    EVALUATION,
    MODEL,
    DISK,
    CURVE,
    GATE,
    TRUST,
    FINDINGS,
    MARKS,
)
"""Screens whose table has no columns out of sight."""
WITH_FOCUS = {
    RUN_VIEW: TABLE,
    RUN_LIST: TABLE,
    CELLS: TABLE,
    OUTSIDE_LIST: TABLE,
    CHART_KIND: CHARTS,
    CHART_DESK: CHARTS,
}
"""Places reachable only while another one has the focus."""
