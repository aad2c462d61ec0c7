"""The tables of the index and the stamp that tells them from any other file."""

from __future__ import annotations

APPLICATION_ID = 0x6D6C6F70
"""`mlop`: an SQLite file without it is none of ours."""
SCHEMA_VERSION = 16
"""Goes up with every change of tables or of what ingest writes; another one means a rebuild."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('version', 0);
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE runs (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    known INTEGER NOT NULL DEFAULT 0,      -- its creation was read
    name TEXT NOT NULL DEFAULT '', name_t REAL,
    job TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL DEFAULT '',
    host TEXT NOT NULL DEFAULT '', machine TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL DEFAULT 0,
    retry_of TEXT, parent TEXT, attempt INTEGER NOT NULL DEFAULT 1,
    slots INTEGER NOT NULL DEFAULT 1, gpus INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0, priority_t REAL,
    place REAL,                            -- in the queue; NULL for the time of creation
    deleted INTEGER NOT NULL DEFAULT 0, deleted_t REAL,
    purged INTEGER NOT NULL DEFAULT 0,
    phase INTEGER NOT NULL DEFAULT 0,      -- 0 queued, 1 starting, 2 running
    started REAL, end_started REAL,
    end_source INTEGER NOT NULL DEFAULT 0, -- 0 not ended, 1 journal, 2 runner
    end_state TEXT, ended REAL, exit_code INTEGER, signal TEXT, reason TEXT,
    heard REAL,
    unreadable INTEGER NOT NULL DEFAULT 0, unreadable_first TEXT,
    unreadable_origin TEXT NOT NULL DEFAULT '',
    backward INTEGER NOT NULL DEFAULT 0,
    progress_done REAL, progress_total REAL, progress_origin TEXT NOT NULL DEFAULT '',
    note TEXT, note_origin TEXT NOT NULL DEFAULT '',
    settled INTEGER NOT NULL DEFAULT 0,    -- ended, and its files are read to their ends
    version INTEGER NOT NULL DEFAULT 0, points_version INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_version ON runs (version);
CREATE INDEX runs_newest ON runs (created DESC, id DESC, deleted) WHERE known = 1 AND purged = 0;
CREATE INDEX runs_unsettled ON runs (num) WHERE settled = 0;
CREATE TABLE labels (                      -- parameters and tags, values as JSON
    kind TEXT NOT NULL, name INTEGER NOT NULL, run INTEGER NOT NULL,
    value TEXT NOT NULL, origin TEXT NOT NULL,
    PRIMARY KEY (kind, name, run)
) WITHOUT ROWID;
CREATE INDEX labels_run ON labels (run);
CREATE TABLE artifacts (
    run INTEGER NOT NULL, path TEXT NOT NULL, PRIMARY KEY (run, path)
) WITHOUT ROWID;
CREATE TABLE predictions (                 -- the last file that each event file names for a dataset
    run INTEGER NOT NULL, dataset TEXT NOT NULL, origin TEXT NOT NULL, t REAL NOT NULL,
    path TEXT NOT NULL, model TEXT NOT NULL, rows INTEGER, PRIMARY KEY (run, dataset, origin)
) WITHOUT ROWID;
CREATE TABLE evaluations (                 -- metrics as JSON: name -> value, low, high, n
    id TEXT PRIMARY KEY, run TEXT, model TEXT, number INTEGER, dataset TEXT, version TEXT,
    role TEXT, problem TEXT NOT NULL, rows INTEGER NOT NULL, metrics TEXT NOT NULL,
    report TEXT, predictions TEXT, t REAL NOT NULL, person TEXT NOT NULL, host TEXT NOT NULL,
    error TEXT
) WITHOUT ROWID;
CREATE INDEX evaluations_last ON evaluations (t DESC, id DESC);
CREATE INDEX evaluations_run ON evaluations (run, t);
CREATE INDEX evaluations_model ON evaluations (model, number, t);
CREATE INDEX evaluations_dataset ON evaluations (dataset, t);
CREATE TABLE attached (                    -- what people said of lines of readiness
    test TEXT PRIMARY KEY, evidence TEXT NOT NULL, why TEXT NOT NULL, person TEXT NOT NULL,
    host TEXT NOT NULL, t REAL NOT NULL, removed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE data_used (                   -- version '' for data that was only named
    run INTEGER NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, path TEXT NOT NULL,
    files INTEGER, size INTEGER, t REAL NOT NULL, problem TEXT,
    PRIMARY KEY (run, name, version)
) WITHOUT ROWID;
CREATE INDEX data_used_name ON data_used (name, version);
CREATE TABLE data_seen (                   -- versions that people asked for
    name TEXT NOT NULL, version TEXT NOT NULL, path TEXT NOT NULL, files INTEGER, size INTEGER,
    first REAL NOT NULL, last REAL NOT NULL, PRIMARY KEY (name, version)
) WITHOUT ROWID;
CREATE TABLE alert_facts (                 -- the lines that alerts are told from
    cause TEXT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (cause, line)
) WITHOUT ROWID;
CREATE TABLE alerts (                      -- alert and sendings as JSON
    id TEXT NOT NULL, cause TEXT NOT NULL, alert TEXT NOT NULL, severity INTEGER NOT NULL,
    run TEXT, state TEXT NOT NULL, first REAL NOT NULL, last REAL NOT NULL, count INTEGER NOT NULL,
    reopened INTEGER NOT NULL, until REAL, person TEXT NOT NULL, reason TEXT NOT NULL,
    changed REAL NOT NULL, sendings TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (cause, id)
) WITHOUT ROWID;
CREATE INDEX alerts_unresolved ON alerts (state) WHERE state != 'resolved';
CREATE INDEX alerts_version ON alerts (version);
CREATE TABLE batches (                     -- of live data that were judged
    num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    dataset TEXT NOT NULL, cut TEXT NOT NULL, reference TEXT NOT NULL, key TEXT NOT NULL,
    at REAL NOT NULL, start REAL, end REAL, rows INTEGER NOT NULL,
    verdict TEXT, error TEXT,
    columns INTEGER NOT NULL, drifted TEXT NOT NULL, n_drifted INTEGER NOT NULL,
    findings INTEGER NOT NULL, report TEXT, t REAL NOT NULL, host TEXT NOT NULL,
    size INTEGER NOT NULL, mtime INTEGER NOT NULL,
    newest INTEGER NOT NULL DEFAULT 1      -- no other content of its key was judged later
);
CREATE INDEX batches_key ON batches (dataset, key);
CREATE INDEX batches_last ON batches (dataset, t DESC, id DESC, cut);
CREATE INDEX batches_newest ON batches (dataset, at, key) WHERE newest = 1;
CREATE TABLE batch_columns (
    batch INTEGER NOT NULL, name INTEGER NOT NULL,
    verdict TEXT NOT NULL, score REAL, threshold REAL, null_q99 REAL,
    n INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (batch, name)
) WITHOUT ROWID;
CREATE TABLE quarantine (                  -- batches that were put aside, or were taken back
    batch TEXT PRIMARY KEY, t REAL NOT NULL, is_in INTEGER NOT NULL, why TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE batch_performed (             -- the model on a batch; labels: digest of later truth
    batch TEXT NOT NULL, labels TEXT NOT NULL, t REAL NOT NULL, host TEXT NOT NULL,
    figures TEXT NOT NULL, PRIMARY KEY (batch, labels)
) WITHOUT ROWID;
CREATE TABLE models (num INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE model_versions (
    model INTEGER NOT NULL, number INTEGER NOT NULL, manifest TEXT NOT NULL, format TEXT NOT NULL,
    size INTEGER NOT NULL, files INTEGER NOT NULL, run TEXT, job TEXT,
    offered INTEGER NOT NULL,              -- by a line of its run
    t REAL NOT NULL, person TEXT NOT NULL, host TEXT NOT NULL,
    metrics TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (model, number)
) WITHOUT ROWID;
CREATE INDEX model_versions_run ON model_versions (run) WHERE run IS NOT NULL;
CREATE TABLE models_deleted (              -- the latest word on a version
    model INTEGER NOT NULL, number INTEGER NOT NULL, deleted INTEGER NOT NULL, t REAL NOT NULL,
    PRIMARY KEY (model, number)
) WITHOUT ROWID;
CREATE TABLE models_offered (              -- by event lines of runs
    run INTEGER NOT NULL, name TEXT NOT NULL, origin TEXT NOT NULL, path TEXT NOT NULL,
    facts TEXT NOT NULL, t REAL NOT NULL, PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE models_refused (
    run TEXT NOT NULL, name TEXT NOT NULL, why TEXT NOT NULL, t REAL NOT NULL,
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE alias_moves (
    model INTEGER NOT NULL, alias TEXT NOT NULL, generation INTEGER NOT NULL,
    before INTEGER, target INTEGER, t REAL NOT NULL, person TEXT NOT NULL, host TEXT NOT NULL,
    why TEXT NOT NULL, kind TEXT NOT NULL, evaluation TEXT, gate TEXT, report TEXT,
    PRIMARY KEY (model, alias, generation)
) WITHOUT ROWID;
CREATE TABLE model_facts (                 -- drills and reproductions, as their lines have them
    model TEXT NOT NULL, event TEXT NOT NULL, t REAL NOT NULL, line TEXT NOT NULL,
    PRIMARY KEY (model, event, t, line)
) WITHOUT ROWID;
CREATE TABLE trusted (
    digest TEXT NOT NULL, t REAL NOT NULL, person TEXT NOT NULL, model TEXT NOT NULL,
    number INTEGER NOT NULL, reason TEXT NOT NULL, types TEXT NOT NULL, revoked INTEGER NOT NULL,
    PRIMARY KEY (digest, t, person)
) WITHOUT ROWID;
CREATE TABLE paused (host TEXT PRIMARY KEY, t REAL NOT NULL, paused INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE files (                       -- run 0: the journals of the project
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL, name TEXT NOT NULL,
    offset INTEGER NOT NULL DEFAULT 0, inode INTEGER NOT NULL DEFAULT 0,
    head BLOB NOT NULL DEFAULT x'', size INTEGER NOT NULL DEFAULT 0,
    rank INTEGER, label TEXT NOT NULL DEFAULT '',
    last_t REAL,                           -- time of the last line
    undated INTEGER, undated_end INTEGER,  -- first line whose time is a guess
    undated_start REAL, undated_last_t REAL, undated_steps TEXT,
    UNIQUE (run, name)
);
CREATE TABLE coverage (                    -- sizes that heartbeats saw beyond what is read
    run INTEGER NOT NULL, file TEXT NOT NULL, sizes BLOB NOT NULL, times BLOB NOT NULL,
    PRIMARY KEY (run, file)
) WITHOUT ROWID;
CREATE TABLE series (                      -- NULL stands for NaN
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL, file INTEGER NOT NULL, metric TEXT NOT NULL, name INTEGER NOT NULL,
    size INTEGER NOT NULL DEFAULT 0, nans INTEGER NOT NULL DEFAULT 0,
    first REAL, last REAL, low REAL, high REAL,
    last_step INTEGER, low_step INTEGER, high_step INTEGER,
    previous_step INTEGER,                 -- of the file's last line that has it
    UNIQUE (file, metric)
);
CREATE INDEX series_name ON series (name, run);
CREATE INDEX series_run ON series (run);
CREATE TABLE chunks (                      -- full ones only; seq * CHUNK_POINTS points come before
    series INTEGER NOT NULL, seq INTEGER NOT NULL,
    first_step INTEGER NOT NULL, last_step INTEGER NOT NULL, nans INTEGER NOT NULL,
    coarse BLOB NOT NULL, fine BLOB NOT NULL, data BLOB NOT NULL,
    UNIQUE (series, seq)
);
CREATE TABLE tails (                       -- what does not fill a chunk yet, in pieces
    series INTEGER NOT NULL, seq INTEGER NOT NULL, count INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (series, seq)
);
"""


def limited(limit: int | None) -> int:
    """Return what stands behind LIMIT; None is for all rows."""
    return _MOST_ROWS if limit is None else min(limit, _MOST_ROWS)


_MOST_ROWS = 2**63 - 1
"""SQLite counts no further."""
