"""The table of verbs: name, group, what it does, its arguments and examples; nothing that acts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli.verb import Verb
from mlops_tui.cli.verbs_table_alerts import ALERT_VERBS
from mlops_tui.cli.verbs_table_checks import CHECK_VERBS
from mlops_tui.cli.verbs_table_data import DATA_VERBS
from mlops_tui.cli.verbs_table_evaluate import EVALUATE_VERBS
from mlops_tui.cli.verbs_table_models import MODEL_VERBS
from mlops_tui.cli.verbs_table_monitor import MONITOR_VERBS

if TYPE_CHECKING:
    import argparse


def _run_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="id, unique prefix of an id, or name")


def _run_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", metavar="RUN", nargs="+", help="id, unique prefix, or name")


def _params(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        *("-p", "--param"),
        dest="params",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="value of a parameter; may be given several times",
    )


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="?", help="the project's folder (default: .)")
    parser.add_argument("--print", action="store_true", help="show the proposal, write nothing")
    parser.add_argument(
        "--samples", metavar="DIR", help="copy the sample projects into DIR instead"
    )


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="a name under [jobs] in mlops.toml")
    _params(parser)
    parser.add_argument(
        "--sweep",
        metavar="KEY=VALUES",
        action="append",
        default=[],
        help="one run per value: 0.1,0.01 or 1..5 or '1..10 step 3' or 'log 1e-4..1e-1 x4'; "
        "several make all combinations",
    )
    parser.add_argument("--name", help="what to call the run (default: JOB-N)")
    parser.add_argument("--priority", type=int, default=0, help="greater ones start first")
    parser.add_argument("--slots", type=int, help="how much of the host's job slots it takes")
    parser.add_argument(
        *("--tag", "-t"),
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="to find the run by",
    )
    parser.add_argument("--follow", "-f", action="store_true", help="stream until it ends")
    parser.add_argument("--dry-run", action="store_true", help="show the command, start nothing")


def _runs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--filter", "-F", metavar="EXPR", default="", help="which runs")
    parser.add_argument("--sort", "-s", metavar="EXPR", help="such as -accuracy,created")
    parser.add_argument("--columns", "-c", metavar="LIST", help="such as name,state,lr,accuracy")
    parser.add_argument("--limit", "-n", metavar="N", type=int, help="at most N runs")
    parser.add_argument(
        *("--group-by", "-g"),
        metavar="LIST",
        help="in groups with the same in these fields, such as lr,tag.team; 'seeds': in all that "
        "is no seed. --columns says which metrics",
    )
    parser.add_argument("--deleted", action="store_true", help="the deleted ones instead")


def _logs(parser: argparse.ArgumentParser) -> None:
    _run_name(parser)
    parser.add_argument("--follow", "-f", action="store_true", help="go on until the run ends")
    parser.add_argument("--tail", "-n", metavar="N", type=int, help="the last N lines only")


def _series(parser: argparse.ArgumentParser) -> None:
    _run_name(parser)
    used = "or what it used: sys/cpu (%%), sys/memory (MiB), sys/gpu0, sys/read (MiB/s), ..."
    parser.add_argument("metric", metavar="METRIC", help=used)
    parser.add_argument("--points", metavar="N", type=int, help="at most N, extremes kept")
    for kind in ("svg", "png"):
        help_ = f"draw it as {'an SVG' if kind == 'svg' else 'a PNG'} picture"
        parser.add_argument(f"--{kind}", metavar="FILE", type=Path, help=help_)
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write all points as a table")
    parser.add_argument(
        *("--with", "-w"),
        dest="others",
        metavar="RUN",
        action="append",
        default=[],
        help="another run in the same files; may be given several times",
    )


def _retry(parser: argparse.ArgumentParser) -> None:
    _run_name(parser)
    _params(parser)


def _purge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", "-y", action="store_true", help="remove, not only show")
    parser.add_argument("--undo", action="store_true", help="bring back what is in the trash")
    parser.add_argument("--empty", action="store_true", help="remove what is in the trash for good")


def _compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", metavar="RUN", nargs="+", help="id, unique prefix, or name; or a model: NAME:3"
    )
    parser.add_argument(
        "--pareto",
        metavar="LIST",
        default="",
        help="tell which none beats in all these metrics, such as accuracy,latency_p95_ms",
    )
    parser.add_argument("--all", action="store_true", help="also what is the same")


def _log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("points", metavar="KEY=VALUE", nargs="+")
    parser.add_argument("--step", metavar="N", type=int, help="default: one more than the last")


def _projects(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="?", help="the workspace (default: .)")


def _queue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=("status", "pause", "resume"), nargs="?", default="status")


def _agent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=("status", "stop"), nargs="?", default="status")


def _disk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        *("--limit", "-n"), metavar="N", type=int, default=10, help="at most N of each (default 10)"
    )


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--verify", action="store_true", help="also check every run's files")


def _priority(parser: argparse.ArgumentParser) -> None:
    _run_name(parser)
    parser.add_argument("priority", metavar="N", type=int, help="greater ones start first")


def _move(parser: argparse.ArgumentParser) -> None:
    _run_names(parser)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--up", metavar="N", type=int, help="so many places sooner")
    way.add_argument("--down", metavar="N", type=int, help="so many places later")
    way.add_argument("--first", action="store_true", help="before all others")
    way.add_argument("--last", action="store_true", help="behind all others")


def _rename(parser: argparse.ArgumentParser) -> None:
    _run_name(parser)
    parser.add_argument("name", metavar="NAME")


def _tag(parser: argparse.ArgumentParser) -> None:
    _run_names(parser)
    parser.add_argument(
        *("--tag", "-t"),
        metavar="NAME[=VALUE]",
        action="append",
        default=[],
        help="set this tag; may be given several times",
    )
    parser.add_argument(
        *("--remove", "-r"), metavar="NAME", action="append", default=[], help="take it away"
    )


def _note(parser: argparse.ArgumentParser) -> None:
    _run_name(parser)
    parser.add_argument("text", metavar="TEXT", help="in place of what was noted; '' for nothing")


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


_START, _LOOK, _ACT, _CARE = "Start work", "Look at runs", "Act on runs", "Look after it"
_LIST = "mlops_tui.cli.verbs_look"
_DO = "mlops_tui.cli.verbs_act"
_KEEP = "mlops_tui.cli.verbs_care"

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            *("init", _START, "propose and write an mlops.toml for a folder"),
            *("mlops_tui.cli.verbs_init", _init),
            ("mlops-tui init", "mlops-tui init --print", "mlops-tui init --samples ~/samples"),
            has_project=False,
        ),
        Verb(
            *("run", _START, "start a job; prints the run's id at once", _DO, _run),
            (
                "mlops-tui run train",
                "mlops-tui run train -p lr=0.01 -p epochs=5 --name short --follow",
                "mlops-tui run train --sweep lr=0.1,0.01 --sweep 'seed=1..3' --tag team=forms",
                "mlops-tui run train --dry-run",
            ),
        ),
        Verb(
            *("log", _START, "record metrics from a shell script inside a run"),
            *("mlops_tui.cli.verbs_log", _log),
            ("mlops-tui log loss=0.31 accuracy=0.94 --step 12",),
            has_json=False,
            has_project=False,
        ),
        Verb(
            *("runs", _LOOK, "list runs, newest first", _LIST, _runs),
            (
                "mlops-tui runs --limit 20",
                "mlops-tui runs --filter 'lr>0.005 and (acc>.9 or tag:best) and started>-2d'",
                "mlops-tui runs --filter 'state in (failed, lost)' --columns name,reason",
                "mlops-tui runs --sort -accuracy,created --json",
                "mlops-tui runs --group-by seeds --columns accuracy,loss",
            ),
        ),
        Verb(
            *("show", _LOOK, "show all about one run", _LIST, _run_name),
            ("mlops-tui show train-3", "mlops-tui show 20261121 --json"),
        ),
        Verb(
            *("logs", _LOOK, "show what a run printed", "mlops_tui.cli.verbs_logs", _logs),
            ("mlops-tui logs train-3 --tail 50", "mlops-tui logs train-3 --follow"),
        ),
        Verb(
            *("series", _LOOK, "show the history of one metric", _LIST, _series),
            (
                "mlops-tui series train-3 loss --points 20",
                "mlops-tui series train-3 loss --json",
                "mlops-tui series train-3 sys/cpu",
                "mlops-tui series train-3 loss --with train-4 --svg loss.svg --csv loss.csv",
            ),
        ),
        Verb(
            *("files", _LOOK, "list the files and relatives of a run"),
            *("mlops_tui.cli.verbs_files", _run_name),
            ("mlops-tui files train-3", "mlops-tui files train-3 --json"),
        ),
        Verb(
            *("compare", _LOOK, "show what differs between runs"),
            *("mlops_tui.cli.verbs_compare", _compare),
            (
                "mlops-tui compare train-3 train-4",
                "mlops-tui compare cancer:1 cancer:2 cancer@champion --pareto cost,recall",
            ),
        ),
        *DATA_VERBS,
        *CHECK_VERBS,
        *EVALUATE_VERBS,
        *MONITOR_VERBS,
        *MODEL_VERBS,
        *ALERT_VERBS,
        Verb(
            *("stop", _ACT, "stop runs, or cancel queued ones", _DO, _run_names),
            ("mlops-tui stop train-3",),
        ),
        Verb(
            *("retry", _ACT, "start an ended run again, as a new run", _DO, _retry),
            ("mlops-tui retry train-3", "mlops-tui retry train-3 -p lr=0.001"),
        ),
        Verb(
            *("delete", _ACT, "hide ended runs; no file is removed", _DO, _run_names),
            ("mlops-tui delete train-3",),
        ),
        Verb(
            *("restore", _ACT, "show deleted runs again", _DO, _run_names),
            ("mlops-tui restore train-3",),
        ),
        Verb(
            *("purge", _ACT, "remove files of deleted runs, and what nothing refers to"),
            *("mlops_tui.cli.verbs_space", _purge),
            ("mlops-tui purge", "mlops-tui purge --yes", "mlops-tui purge --undo"),
        ),
        Verb(
            *("rename", _ACT, "give a run another name", _DO, _rename),
            ("mlops-tui rename train-3 baseline",),
        ),
        Verb(
            *("tag", _ACT, "set or take away tags of runs", _DO, _tag),
            (
                "mlops-tui tag train-3 train-4 --tag best --tag team=forms",
                "mlops-tui tag train-3 --remove best",
            ),
        ),
        Verb(
            *("note", _ACT, "note something about a run", _DO, _note),
            ("mlops-tui note train-3 'loss rises again after epoch 12'",),
        ),
        Verb(
            *("priority", _ACT, "put a queued run before others", _DO, _priority),
            ("mlops-tui priority train-3 10",),
        ),
        Verb(
            *("move", _ACT, "let queued runs start sooner or later", _DO, _move),
            ("mlops-tui move train-7 --first", "mlops-tui move train-3 train-4 --down 2"),
        ),
        Verb(
            *("lost", _ACT, "give up runs of a host that is gone", _DO, _run_names),
            ("mlops-tui lost train-3",),
        ),
        Verb(
            *("projects", _CARE, "list the projects below a folder", _KEEP, _projects),
            ("mlops-tui projects ~/work",),
            has_project=False,
        ),
        Verb(
            *("queue", _CARE, "show, pause or resume this host's queue", _KEEP, _queue),
            ("mlops-tui queue status", "mlops-tui queue pause"),
        ),
        Verb(
            *("agent", _CARE, "show or stop the background process", _KEEP, _agent),
            ("mlops-tui agent status", "mlops-tui agent stop"),
        ),
        Verb(
            *("machine", _CARE, "show what this host does: cores, memory, slots, GPUs", _KEEP),
            *(lambda _: None, ("mlops-tui machine", "mlops-tui machine --json")),
            has_project=False,
        ),
        Verb(
            *("disk", _CARE, "show what takes disk space: runs, models, datasets"),
            *("mlops_tui.cli.verbs_space", _disk),
            ("mlops-tui disk", "mlops-tui disk --json"),
        ),
        Verb(
            *("doctor", _CARE, "check host, disk and project", _KEEP, _doctor),
            ("mlops-tui doctor", "mlops-tui doctor --verify --json"),
        ),
        Verb(
            *("completion", _CARE, "print the completion script of a shell"),
            *("mlops_tui.cli.completion", _completion),
            ('eval "$(mlops-tui completion bash)"', "mlops-tui completion fish | source"),
            has_json=False,
            has_project=False,
        ),
    )
}

FIRST_WORDS: dict[str, list[str]] = {}
"""The first word of every verb, with the second words where there are such."""
for _name in VERBS:
    _first, _, _second = _name.partition(" ")
    FIRST_WORDS.setdefault(_first, []).extend([_second] if _second else [])
