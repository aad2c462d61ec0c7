"""The table of keys itself: what each does, where, and how it is told to people."""

from __future__ import annotations

from dataclasses import dataclass

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
GROUPS = "groups"
FILES = "files"
PREVIEW = "preview"
CELLS = "cells"


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key does, on one screen or pane."""

    id: str
    keys: str
    """As Textual names them, separated by commas; none for what is found by its name only."""
    action: str
    label: str
    tooltip: str
    place: str
    in_footer: bool = False
    shown: str = ""
    """How the keys are written for people; the keys themselves if empty."""

    @property
    def display(self) -> str:
        """Return the keys as people write them."""
        return self.shown or self.keys.replace(",", " ")


KEYS: tuple[Key, ...] = (
    Key("out", "escape", "out", "Back", "Clear the filter, else go back one level", PROJECT,
        shown="Esc"),
    Key("launch", "l", "launch", "Launch", "Start a job of this project", VERBS, True),
    Key("launch-like", "L", "launch_like", "Launch like it",
        "Open the launch form with the values of the run under the cursor", VERBS),
    Key("stop", "s", "stop", "Stop", "Stop the marked runs, or this one", VERBS, True),
    Key("retry", "r", "retry", "Retry", "Run the marked ones, or this one, again as they were",
        VERBS),
    Key("delete", "d", "delete", "Delete", "Delete the marked runs, or this one", VERBS),
    Key("filter", "slash", "filter", "Filter", "Show only runs such as state=failed or lr<0.1",
        PROJECT, True, "/"),
    Key("sort", "S", "sort", "Sort", "Sort by a column; by the same again the other way round",
        PROJECT),
    Key("next-pane", "tab", "next_pane(1)", "Pane", "Go to the next pane", PANES, True, "Tab"),
    Key("last-pane", "shift+tab", "next_pane(-1)", "Pane back", "Go to the pane before", PANES,
        shown="Shift+Tab"),
    Key("pane-1", "1", "show_pane('runs')", "Runs", "Go to the runs", PLACES),
    Key("pane-2", "2", "show_pane('charts')", "Charts", "Go to the charts", PLACES),
    Key("pane-3", "3", "show_pane('facts')", "Details", "Go to the details", PLACES),
    Key("pane-4", "4", "show_pane('output')", "Output", "Go to the output", PLACES),
    Key("jobs", "5", "show_pane('jobs')", "Jobs", "Go to what runs and waits on this machine",
        PLACES),
    Key("jobs-out", "escape", "screen.out", "Back", "Take off the marks, else go back to the runs",
        JOBS, shown="Esc"),
    Key("copy-id", "y", "copy", "Copy id", "Copy the run's id to the clipboard", JOBS),
    Key("queue-up", "K,minus", "shift(-1)", "Sooner", "Let it start sooner", JOBS, True, "K -"),
    Key("queue-down", "J,plus", "shift(1)", "Later", "Let it start later", JOBS, shown="J +"),
    Key("queue-first", "less_than_sign", "shift('first')", "First",
        "Let it start before all others", JOBS, shown="<"),
    Key("queue-last", "greater_than_sign", "shift('last')", "Last",
        "Let it start after all others", JOBS, shown=">"),
    Key("queue-pause", "p", "pause", "Pause", "Start nothing more, or go on starting", JOBS, True),
    Key("jobs-mark", "space", "mark", "Mark", "Mark the run: verbs act on all marked ones", JOBS,
        shown="Space"),
    Key("jobs-undo", "u", "undo_delete", "Undelete", "Bring back the runs deleted last", JOBS),
    Key("alone", "z", "alone", "Whole screen", "Give this pane all the room, or back", PANES),
    Key("less-room", "left_parenthesis", "resize(-1)", "Smaller",
        "Give this pane less room where panes stand side by side", PANES, shown="("),
    Key("more-room", "right_parenthesis", "resize(1)", "Larger",
        "Give this pane more room where panes stand side by side", PANES, shown=")"),
    Key("charts-back", "left_square_bracket", "charts(-1)", "Metrics back",
        "The metrics before these", PANES, shown="["),
    Key("charts-on", "right_square_bracket", "charts(1)", "Metrics on", "The metrics after these",
        PANES, shown="]"),
    Key("compare", "C", "compare", "Compare",
        "Marked runs side by side, or this one and the baseline, the best or one before", LOOKS),
    Key("groups", "a", "groups", "Groups",
        "Runs in groups, with mean and interval over seeds, or by a parameter or tag", RUN_VIEW),
    Key("files", "F", "files", "Files", "What this run kept, where it comes from, what came of it",
        LOOKS),
    Key("copy", "y", "copy", "Copy", "Copy what is selected, details, the output seen, or the id",
        OUTSIDE),
    Key("save", "Y", "save", "Save", "Save the list as CSV, details, or all the output, to a file",
        OUTSIDE),
    Key("pager", "P", "page", "Pager", "Open all of the run's output in $PAGER", OUTSIDE),
    Key("edit-project", "e", "edit_project", "Edit mlops.toml",
        "Edit mlops.toml in $EDITOR, and read it again", OUTSIDE_LIST),
    Key("edit-script", "", "edit_script", "Edit script",
        "Edit the script that the run's job runs in $EDITOR", OUTSIDE, shown=":edit-script"),
    Key("open-project", "enter", "open", "Open", "Go into the project", PROJECTS, True, "Enter"),
    Key("set-up", "i", "set_up", "Set up", "Propose an mlops.toml for the folder", PROJECTS),
    Key("samples", "c", "copy_samples", "Copy samples",
        "Copy the sample projects to a folder and open it", PROJECTS),
    Key("open-run", "enter", "open", "Open", "Look at this run's charts", TABLE, shown="Enter"),
    Key("mark", "space", "mark", "Mark", "Mark the run: marked runs share the charts", PROJECT,
        shown="Space"),
    Key("up", "up,k", "move(-1)", "Up", "One line up", TABLE, shown="↑ k"),
    Key("down", "down,j", "move(1)", "Down", "One line down", TABLE, shown="↓ j"),
    Key("page-up", "pageup,ctrl+u", "move_page(-1)", "Page up", "One page up", TABLE,
        shown="PgUp Ctrl+U"),
    Key("page-down", "pagedown,ctrl+d", "move_page(1)", "Page down", "One page down", TABLE,
        shown="PgDn Ctrl+D"),
    Key("first", "home,g", "move_to(0)", "First", "To the first line", TABLE, shown="Home g"),
    Key("last", "end,G", "move_to(-1)", "Last", "To the last line", TABLE, shown="End G"),
    Key("columns-left", "left", "columns(-1)", "Columns left", "Columns further left", TABLE,
        shown="←"),
    Key("columns-right", "right", "columns(1)", "Columns right", "Columns further right", TABLE,
        shown="→"),
    Key("columns", "c", "pick_columns", "Choose columns", "Choose which columns there are",
        RUN_VIEW),
    Key("only-differing", "o", "toggle_differing", "What differs",
        "Leave out columns in which all runs have the same, or not", RUN_VIEW),
    Key("views", "v", "pick_view", "Views", "Go to a view saved under a name, or save this one",
        RUN_VIEW),
    Key("baseline", "b", "baseline", "Baseline",
        "Make this run the one others are measured against, or no longer", RUN_VIEW),
    Key("deltas", "B", "toggle_deltas", "Differences",
        "Show metrics as differences to the baseline, or as they are", RUN_VIEW),
    Key("pin", "p", "pin", "Pin",
        "Keep the marked runs, or this one, above all others and in the charts, or no longer",
        RUN_LIST),
    Key("hide", "x", "hide", "Hide", "Take the marked runs, or this one, out of sight", RUN_LIST),
    Key("unhide", "X", "unhide", "Unhide", "Show what was taken out of sight", RUN_LIST),
    Key("show-deleted", "D", "toggle_deleted", "Deleted",
        "Show deleted runs below the others, or not", RUN_LIST),
    Key("rename", "R", "rename", "Rename", "Give the run under the cursor another name", RUN_LIST),
    Key("tag", "t", "tag", "Tag", "Tag the marked runs, or this one", RUN_LIST),
    Key("note", "n", "note", "Note", "Note something about this run", RUN_LIST),
    Key("undo-delete", "u", "undo_delete", "Undelete",
        "Bring back this deleted run, or the ones deleted last", RUN_LIST),
    Key("chart-before", "up,k", "choose(-1)", "Chart before", "The chart before", CHARTS,
        shown="↑ k"),
    Key("chart-after", "down,j", "choose(1)", "Chart after", "The chart after", CHARTS,
        shown="↓ j"),
    Key("chart-enlarge", "enter", "enlarge(True)", "Enlarge", "Show the chosen chart alone", CHARTS,
        shown="Enter"),
    Key("cursor-left", "left", "point(-1)", "Cursor left", "Read out the values further left",
        CHARTS, shown="←"),
    Key("cursor-right", "right", "point(1)", "Cursor right", "Read out the values further right",
        CHARTS, shown="→"),
    Key("cursor-far-left", "shift+left,b", "point(-10)", "Far left", "Ten columns further left",
        CHARTS, shown="Shift+← b"),
    Key("cursor-far-right", "shift+right,w", "point(10)", "Far right", "Ten columns further right",
        CHARTS, shown="Shift+→ w"),
    Key("zoom-in", "plus,equals_sign", "move('zoomed', 2.0)", "Zoom in",
        "Zoom in around the cursor", CHARTS, shown="+"),
    Key("zoom-out", "minus", "move('zoomed', 0.5)", "Zoom out", "Zoom out", CHARTS, shown="-"),
    Key("pan-left", "less_than_sign,comma", "move('panned', -0.5)", "Pan left",
        "Show what lies further left", CHARTS, shown="< ,"),
    Key("pan-right", "greater_than_sign,full_stop", "move('panned', 0.5)", "Pan right",
        "Show what lies further right", CHARTS, shown="> ."),
    Key("whole", "0", "look('whole')", "Whole", "Show all of it, without a cursor", CHARTS),
    Key("smooth", "m", "look('next_smoothing')", "Smooth",
        "Smooth the lines: off, 0.6, 0.9, 0.97", CHARTS),
    Key("log-scale", "o", "look('next_scale')", "Scale", "Values on a linear, log, symlog scale",
        CHARTS),
    Key("x-axis", "x", "look('next_x')", "X axis", "Count steps, time since the start, clock time",
        CHARTS),
    Key("y-range", "v", "look('next_y_range')", "Y range",
        "Make room for all values, for zero too, or not for outliers", CHARTS),
    Key("system", "t", "switch", "System", "Charts of CPU, memory, disk and GPUs, or of metrics",
        CHART_KIND),
    Key("group-runs", "a", "look('next_grouping')", "Mean",
        "The mean of runs in a band from min to max: over seeds, of each sweep, of all", CHARTS),
    Key("chart-x", "X", "pick_x", "X metric", "Count the values of another metric as x",
        CHART_DESK),
    Key("chart-population", "h", "population", "Population",
        "How all listed runs are spread by this metric, and where these stand", CHART_DESK),
    Key("chart-export", "e", "export", "Export",
        "Write the chart to SVG and PNG, all its points to CSV", CHART_DESK),
    Key("other-summary", "space,b", "other_summary", "Last or best",
        "The last value of each run, or its best", HISTOGRAM, True, "Space"),
    Key("close-histogram", "escape,q,h,enter", "dismiss_dialog", "Close", "Back to the charts",
        HISTOGRAM, True, "Esc"),
    Key("log-up", "up,k", "move(-1)", "Up", "Look further up; new lines then wait", LOG,
        shown="↑ k"),
    Key("log-down", "down,j", "move(1)", "Down", "Look further down", LOG, shown="↓ j"),
    Key("log-first", "home,g", "first", "First", "To the first line", LOG, shown="Home g"),
    Key("log-last", "end,G", "last", "Last", "To the end, and follow it", LOG,
        shown="End G"),
    Key("log-page-up", "pageup,ctrl+u", "move(0, -1)", "Page up", "One page up", LOG,
        shown="PgUp Ctrl+U"),
    Key("log-page-down", "pagedown,ctrl+d", "move(0, 1)", "Page down", "One page down", LOG,
        shown="PgDn Ctrl+D"),
    Key("log-wrap", "w", "wrap", "Wrap", "Wrap long lines, or cut them", LOG),
    Key("log-next", "n", "search('again', 1)", "Next match",
        "The next match of what `/` looked for: plain text, or a regex after `~`", LOG),
    Key("log-before", "N", "search('again', -1)", "Match before", "The match before", LOG),
    Key("log-trouble", "e", "search('trouble', 1)", "Next error",
        "The next error, warning, traceback or nan; from the end, the last one", LOG),
    Key("log-trouble-before", "E", "search('trouble', -1)", "Error before",
        "The error or warning before", LOG),
    Key("facts-up", "up,k", "scroll_up", "Up", "Further up", FACTS, shown="↑ k"),
    Key("facts-down", "down,j", "scroll_down", "Down", "Further down", FACTS, shown="↓ j"),
    Key("facts-page-up", "pageup,ctrl+u", "page_up", "Page up", "One page up", FACTS,
        shown="PgUp Ctrl+U"),
    Key("facts-page-down", "pagedown,ctrl+d", "page_down", "Page down", "One page down", FACTS,
        shown="PgDn Ctrl+D"),
    Key("submit", "ctrl+s", "submit", "Launch", "Start the run, or all runs, with these values",
        FORM, True, "^S"),
    Key("next-values", "ctrl+o", "next_values", "Values",
        "Fill in the defaults, what was last used, the best run's, those of the run at hand", FORM,
        True, "^O"),
    Key("list-values", "ctrl+g", "list_values", "List", "Try several values of this field, or one",
        FORM, True, "^G"),
    Key("options", "ctrl+t", "options", "More", "Give name, priority, slots and tags", FORM, True,
        "^T"),
    Key("dry-run", "ctrl+r", "dry_run", "Dry run", "Show all of what would run, start nothing",
        FORM, True, "^R"),
    Key("next-field", "tab", "app.focus_next", "Next field", "Go to the next field", FORM,
        shown="Tab"),
    Key("field-back", "shift+tab", "app.focus_previous", "Field back", "Go to the field before",
        FORM, shown="Shift+Tab"),
    Key("cancel-form", "escape", "dismiss_dialog", "Cancel", "Close without doing anything", FORM,
        True, "Esc"),
    Key("close-text", "escape,enter,q,question_mark", "dismiss_dialog", "Close",
        "Back to where it was", READING, True, "Esc"),
    Key("text-down", "down,j", "scroll(1)", "Down", "Read on", READING, True, "↓ j"),
    Key("text-up", "up,k", "scroll(-1)", "Up", "Back up", READING, shown="↑ k"),
    Key("copy-text", "y", "copy", "Copy", "Copy all of it", READING, True, "y"),
    Key("yes", "y,enter", "yes", "Yes", "Do it", DIALOG, True, "y"),
    Key("no", "n,escape,q", "dismiss_dialog", "No", "Leave everything as it is", DIALOG, True,
        "n Esc"),
    Key("command-before", "up", "choose(-1)", "Up", "The command before", COMMAND, shown="↑"),
    Key("command-after", "down", "choose(1)", "Down", "The command after", COMMAND, shown="↓"),
    Key("cancel-command", "escape", "dismiss_dialog", "Cancel", "Do nothing", COMMAND, True, "Esc"),
    Key("command", "colon,ctrl+p", "command", "Commands", "Find what to do by part of its name",
        EVERYWHERE, shown=": Ctrl+P"),
    Key("pick-up", "up", "move(-1)", "Up", "One line up", PICK, shown="↑"),
    Key("pick-down", "down", "move(1)", "Down", "One line down", PICK, shown="↓"),
    Key("pick-page-up", "pageup", "move_page(-1)", "Page up", "One page up", PICK, shown="PgUp"),
    Key("pick-page-down", "pagedown", "move_page(1)", "Page down", "One page down", PICK,
        shown="PgDn"),
    Key("pick-take", "enter", "take", "Take", "Take it", PICK, True, "Enter"),
    Key("pick-leave", "escape", "dismiss_dialog", "Leave", "Leave everything as it is", PICK, True,
        "Esc"),
    Key("column-toggle", "space", "switch", "On/off", "Show this column, or not", PICK_COLUMNS,
        True, "Space"),
    Key("column-left", "shift+up,ctrl+k", "shift(-1)", "Earlier", "Further left; Shift+↑ too",
        PICK_COLUMNS, True, "^K"),
    Key("column-right", "shift+down,ctrl+n", "shift(1)", "Later", "Further right; Shift+↓ too",
        PICK_COLUMNS, True, "^N"),
    Key("columns-by-themselves", "ctrl+r", "reset", "Automatic", "Let the table choose again",
        PICK_COLUMNS, True, "^R"),
    Key("view-save", "ctrl+s", "save", "Save as typed", "Save this view under the typed name",
        PICK_VIEWS, True, "^S"),
    Key("view-forget", "ctrl+x", "forget", "Forget", "Forget the view under the cursor",
        PICK_VIEWS, True, "^X"),
    Key("prompt-take", "enter", "take", "Save", "Save what is typed", PROMPT, True, "Enter"),
    Key("prompt-leave", "escape", "dismiss_dialog", "Leave", "Leave everything as it is", PROMPT,
        True, "Esc"),
    Key("compare-back", "escape", "screen.leave", "Back", "Back to the runs", COMPARE, True, "Esc"),
    Key("compare-all", "o", "screen.toggle_differing", "All or not",
        "Show only what differs, or everything", COMPARE, True),
    Key("compare-row", "enter", "open", "In full", "Show this line with nothing cut", COMPARE,
        True, "Enter"),
    Key("compare-copy", "y", "screen.copy", "Copy", "Copy what is shown as text", COMPARE, True),
    Key("groups-back", "escape", "screen.leave", "Back", "Back to the runs", GROUPS, True, "Esc"),
    Key("groups-open", "enter", "open", "Its runs", "Show the runs of this group only", GROUPS,
        True, "Enter"),
    Key("groups-by", "a", "screen.pick", "Group by",
        "Choose what the runs of a group have in common", GROUPS, True),
    Key("groups-copy", "y", "screen.copy", "Copy", "Copy the groups as text", GROUPS, True),
    Key("files-back", "escape", "screen.leave", "Back", "Back to the runs", FILES, True, "Esc"),
    Key("files-open", "enter", "open", "Look into", "Look into the file, or go to the run", FILES,
        True, "Enter"),
    Key("files-copy", "y", "screen.copy", "Copy path", "Copy the path of the file", FILES, True),
    Key("preview-back", "escape", "leave", "Back", "Stop a search, else back to the files",
        PREVIEW, True, "Esc"),
    Key("preview-search", "slash", "search", "Search", "Look for text, or a regex after `~`",
        PREVIEW, True, "/"),
    Key("preview-copy", "y", "copy", "Copy path", "Copy the path of the file", PREVIEW, True),
    Key("cells-open", "enter", "open", "Row", "Show this row with nothing cut", CELLS, True,
        "Enter"),
    Key("help", "question_mark", "help", "Help", "What the keys do here", EVERYWHERE, True, "?"),
    Key("redraw", "ctrl+l", "redraw", "Redraw", "Draw all again, where something wrote over it",
        EVERYWHERE, shown="Ctrl+L"),
    Key("mouse", "M", "mouse", "Mouse", "Let the app take the mouse, or leave it to the terminal",
        EVERYWHERE),
    Key("theme", "", "next_theme", "Theme", "The next theme, until you quit",
        EVERYWHERE, shown=":theme"),
    Key("quit", "q", "quit", "Quit", "Leave; runs go on", EVERYWHERE, True),
)  # fmt: skip

SCREENS = {
    PROJECTS: (PROJECTS, TABLE, EVERYWHERE),
    PROJECT: (
        *(VERBS, LOOKS, OUTSIDE, OUTSIDE_LIST, PROJECT, PLACES, PANES, TABLE, RUN_VIEW, RUN_LIST),
        *(CHARTS, CHART_KIND, CHART_DESK, FACTS, LOG, EVERYWHERE),
    ),
    JOBS: (VERBS, JOBS, PLACES, TABLE, EVERYWHERE),
    COMPARE: (COMPARE, TABLE, EVERYWHERE),
    GROUPS: (GROUPS, TABLE, EVERYWHERE),
    FILES: (FILES, TABLE, EVERYWHERE),
    PREVIEW: (PREVIEW, CELLS, TABLE, LOG, EVERYWHERE),
    FORM: (FORM,),
    READING: (READING,),
    DIALOG: (DIALOG,),
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
    GROUPS: "Groups",
    FILES: "Files of a run",
    PREVIEW: "A file",
    CELLS: "In a table of cells",
    PROJECT: "What is shown",
    PANES: "Panes",
    PLACES: "Where to go",
    JOBS: "In the jobs",
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
WRITING = frozenset(
    {"launch", "stop", "retry", "delete", "rename", "undo-delete", "set-up", "samples"}
    | {"tag", "note", "launch-like", "queue-up", "queue-down", "queue-first", "queue-last"}
    | {"queue-pause", "jobs-undo", "edit-project", "edit-script"}
)
"""What changes a project or starts or stops something, by id: not offered to who only looks."""
OWN_ENTER = (PROJECTS, COMPARE, GROUPS, FILES, PREVIEW)
"""Screens whose table does something else with Enter than the one of runs."""
NO_SIDEWAYS = (PROJECTS, JOBS)
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
