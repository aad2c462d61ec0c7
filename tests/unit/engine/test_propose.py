from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_tui.domain.params import build_argv, resolve
from mlops_tui.domain.project import Job, Project, Role
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine.propose import Proposal, propose

SECRET = "hf_AbCdEfGhIjKlMnOpQrStUvWxYz0123"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def accepted(folder: Path, files: dict[str, str]) -> tuple[Proposal, Project]:
    """Write the files, propose, and load the proposal, which must have no problems."""
    write(folder, files)
    proposal = propose(folder)
    (folder / "mlops.toml").write_text(proposal.toml_text)
    project = load_project(folder)
    assert project.problems == ()
    assert SECRET not in proposal.toml_text
    return proposal, project


def argv(job: Job, **given: object) -> list[str]:
    return build_argv(job, resolve(job, given))


def test_an_empty_folder_gets_a_file_that_loads(tmp_path: Path) -> None:
    proposal, project = accepted(tmp_path, {})
    assert project.jobs == {}
    assert proposal.found == []
    assert "# [jobs.train]" in proposal.toml_text


ARGPARSE = """
import argparse
from pathlib import Path
DEFAULT_EPOCHS = 20
def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path, help="the table")
    group = parser.add_argument_group("training")
    group.add_argument("-l", "--lr", type=float, default=1e-3, help="learning rate, %(default)s")
    group.add_argument("--epochs", type=int, default=DEFAULT_EPOCHS)
    group.add_argument("--batch-size", dest="batch", type=int, default=2 * 16)
    parser.add_argument("--solver", choices=["adam", "sgd", "adam"], default="adam")
    parser.add_argument("--depth", choices=[1, 2], type=int, default=2)
    parser.add_argument("--name", required=True)
    parser.add_argument("--out", default='a "b"\\\\c')
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--resume")
    parser.add_argument("--layers", nargs="+", type=int, default=[1])
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--flag", type=bool, default=False)
    parser.add_argument("--untyped", default=3)
    parser.add_argument("--api-key", default="hunter2")
    parser.add_argument("--hub", default="hf_AbCdEfGhIjKlMnOpQrStUvWxYz0123")
    parser.add_argument("--hint", default="x", help="like hf_AbCdEfGhIjKlMnOpQrStUvWxYz0123")
    parser.add_argument("--max-tokens", type=int, default=128)
    return parser.parse_args()
if __name__ == "__main__":
    parse()
"""


def test_argparse_options_become_parameters(tmp_path: Path) -> None:
    proposal, project = accepted(tmp_path, {"train.py": ARGPARSE})
    job = project.jobs["train"]
    assert job.kind == "train"
    assert argv(job, data="d.csv", name="n") == [
        *"python train.py d.csv --lr 0.001 --epochs 20 --batch-size 32 --solver adam".split(),
        *"--depth 2 --name n --out".split(),
        *['a "b"\\c', "--hint", "x", "--max-tokens", "128"],
    ]
    assert job.params["data"].type == "path"
    assert job.params["depth"].choices == (1, 2)
    assert job.params["lr"].help == "learning rate,"
    assert not job.params["name"].has_default
    assert "hunter2" not in proposal.toml_text
    assert proposal.found == ["train.py: job train with 10 parameters (argparse)"]


def test_the_program_accepts_the_command_that_is_proposed(tmp_path: Path) -> None:
    text = ARGPARSE.replace("os.cpu_count()", "1").replace("    parse()\n", "    print(parse())\n")
    _, project = accepted(tmp_path, {"train.py": text})
    command = argv(project.jobs["train"], data="a b.csv", name="x y", lr=0.5)
    done = subprocess.run(
        [sys.executable, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "lr=0.5, epochs=20, batch=32, solver='adam', depth=2, name='x y'" in done.stdout


@pytest.mark.parametrize(
    "remark",
    [
        "# --workers: its default is computed; left to the program",
        "# --resume: has no default; left to the program",
        "# --layers: takes several values; left to the program",
        "# --verbose: is a switch or no plain value; left to the program",
        "# --flag: type=bool takes every text but an empty one as true; left to the program",
        "# --untyped: has no type, so a given value would arrive as text; left to the program",
        "# --api-key: looks like a secret, left out; let the program read it from the environment",
        "# --hub: looks like a secret, left out",
    ],
)
def test_what_cannot_be_passed_is_left_to_the_program_and_said(tmp_path: Path, remark: str) -> None:
    proposal, _ = accepted(tmp_path, {"train.py": ARGPARSE})
    assert remark in proposal.toml_text


def test_every_subcommand_of_argparse_is_a_job(tmp_path: Path) -> None:
    text = (
        "import argparse\n"
        "p = argparse.ArgumentParser()\n"
        "sub = p.add_subparsers()\n"
        "fit = sub.add_parser('fit')\n"
        "fit.add_argument('--lr', type=float, default=0.1)\n"
        "score = sub.add_parser('score')\n"
        "score.add_argument('model')\n"
    )
    _, project = accepted(tmp_path, {"cli.py": text})
    assert argv(project.jobs["cli-fit"]) == ["python", "cli.py", "fit", "--lr", "0.1"]
    assert argv(project.jobs["cli-score"], model="m") == ["python", "cli.py", "score", "m"]
    assert [job.kind.value for job in project.jobs.values()] == ["train", "evaluate"]


def test_click_options_become_parameters(tmp_path: Path) -> None:
    text = """
import click
@click.command()
@click.argument("data", type=click.Path(exists=True))
@click.option("--lr", "-l", default=0.1, help="rate")
@click.option("--epochs", type=click.IntRange(1, 100), default=5)
@click.option("--solver", type=click.Choice(["a", "b"]), default="b")
@click.option("--seed", required=True, type=int)
@click.option("--gpu/--no-gpu", default=True)
@click.option("--tag", multiple=True)
@click.option("--token", envvar="HF_TOKEN", default="hunter2")
def main(**options): ...
if __name__ == "__main__":
    main()
"""
    proposal, project = accepted(tmp_path, {"train.py": text})
    job = project.jobs["train"]
    assert argv(job, data="x", seed=1) == (
        "python train.py x --lr 0.1 --epochs 5 --solver b --seed 1".split()
    )
    assert (job.params["epochs"].min, job.params["epochs"].max) == (1, 100)
    assert job.params["solver"].choices == ("a", "b")
    assert "hunter2" not in proposal.toml_text


def test_every_command_of_a_click_group_is_a_job(tmp_path: Path) -> None:
    text = """
import click
@click.group()
def cli(): ...
@cli.command()
@click.option("--lr", default=0.1)
def train_model(lr): ...
@cli.command("report")
def other(): ...
if __name__ == "__main__":
    cli()
"""
    _, project = accepted(tmp_path, {"run.py": text})
    assert argv(project.jobs["run-train-model"]) == "python run.py train-model --lr 0.1".split()
    assert argv(project.jobs["run-report"]) == ["python", "run.py", "report"]


def test_typer_functions_become_jobs(tmp_path: Path) -> None:
    text = """
from typing import Annotated, Optional
import typer
def main(
    data: str,
    lr: float = 0.1,
    epochs: Annotated[int, typer.Option("--n-epochs", help="rounds")] = 3,
    out_dir: str = typer.Option("models", "--to"),
    resume: Optional[str] = None,
    verbose: bool = False,
): ...
if __name__ == "__main__":
    typer.run(main)
"""
    _, project = accepted(tmp_path, {"train.py": text})
    assert argv(project.jobs["train"], data="d") == (
        "python train.py d --lr 0.1 --n-epochs 3 --to models".split()
    )
    assert project.jobs["train"].params["epochs"].help == "rounds"


def test_a_hydra_config_gives_its_scalars(tmp_path: Path) -> None:
    script = (
        "import hydra\n@hydra.main(config_path='conf', config_name='config')\ndef main(cfg): ...\n"
    )
    config = """\
# the config
defaults:
  - model: small
lr: 0.001   # rate
name: "a # b"
epochs: 5
amp: true
nothing: null
data_dir: ???
out: ${data_dir}/out
optimizer:
  kind: adam
  betas: [0.9, 0.99]
  nested:
    eps: 1e-8
wandb:
  api_key: hunter2
hydra:
  run: {dir: x}
"""
    proposal, project = accepted(tmp_path, {"train.py": script, "conf/config.yaml": config})
    assert argv(project.jobs["train"], data_dir="d") == [
        *"python train.py lr=0.001".split(),
        "name=a # b",
        *"epochs=5 amp=true data_dir=d optimizer.kind=adam optimizer.nested.eps=1e-08".split(),
    ]
    assert "hunter2" not in proposal.toml_text


def test_what_our_own_tracking_reads_becomes_parameters(tmp_path: Path) -> None:
    text = (
        "from mlops_tui import track\nwith track.run() as run:\n"
        "    lr = run.param('lr', 0.05)\n    n = run.param('n', 3)\n"
    )
    _, project = accepted(tmp_path, {"train.py": text})
    job = project.jobs["train"]
    assert resolve(job, {}) == {"lr": 0.05, "n": 3}
    assert argv(job) == ["python", "train.py"]


def test_make_targets_become_jobs(tmp_path: Path) -> None:
    text = """\
.PHONY: train clean eval
DATA := data/x.csv
PY ?= python
train: data/x.csv ## train it
\tpython train.py --password hunter2
eval report: train
\tpython eval.py
clean:
\trm -rf out
data/x.csv:
\tcurl http://x
%.o: %.c
debug: FLAGS = -g
"""
    proposal, project = accepted(tmp_path, {"Makefile": text})
    assert sorted(project.jobs) == ["eval", "report", "train"]
    assert argv(project.jobs["train"]) == ["make", "train"]
    assert "hunter2" not in proposal.toml_text


def test_dvc_stages_become_jobs(tmp_path: Path) -> None:
    text = """\
stages:
  prepare:
    cmd: python prepare.py data/raw.csv
    deps:
    - data/raw.csv
    - prepare.py
    outs:
    - data/clean.csv:
        cache: false
  train:
    cmd:
      - mkdir -p out
      - python train.py --x '{}'
    deps: [data/clean.csv, missing]
  templated:
    cmd: python x.py ${lr}
  piped:
    cmd: >-
      python x.py
      | tee log
  leak:
    cmd: python x.py --token hunter2
  many:
    foreach: [a, b]
    do:
      cmd: python x.py
"""
    files = {"dvc.yaml": text, "data/raw.csv": "a,label\n1,2\n"}
    proposal, project = accepted(tmp_path, files)
    assert argv(project.jobs["prepare"]) == ["python", "prepare.py", "data/raw.csv"]
    assert project.jobs["prepare"].inputs == ("raw",)
    assert project.jobs["prepare"].outputs == ("data/clean.csv",)
    assert project.jobs["train"].inputs == ("data/clean.csv",)
    assert argv(project.jobs["train"]) == [
        "sh", "-c", "mkdir -p out && python train.py --x '{}'"
    ]  # fmt: skip
    assert argv(project.jobs["templated"]) == ["dvc", "repro", "--single-item", "templated"]
    assert argv(project.jobs["piped"]) == ["sh", "-c", "python x.py | tee log"]
    assert not {"leak", "many"} & set(project.jobs)
    assert "hunter2" not in proposal.toml_text
    remarks = [line for line in proposal.toml_text.splitlines() if "is left out" in line]
    assert [line.split(";")[0] for line in remarks] == [
        "# dvc.yaml: leak is left out: its command seems to hold a secret",
        "# dvc.yaml: many is left out: its foreach makes several stages of it",
    ]
    assert [f"# {line}" for line in proposal.found if "is left out" in line] == remarks


def test_mlproject_entry_points_become_jobs(tmp_path: Path) -> None:
    text = """\
name: tutorial
entry_points:
  main:
    parameters:
      alpha: float
      l1_ratio: {type: float, default: 0.1}
      data:
        type: path
        default: data.csv
    command: "python train.py {alpha} {l1_ratio} --data {data}"
  shell:
    command: "python a.py {data_file} && python b.py"
  open:
    command: "python a.py {rate}"
  keyed:
    parameters: {api_key: string}
    command: "python a.py {api_key}"
"""
    proposal, project = accepted(tmp_path, {"MLproject": text})
    left = [line for line in proposal.toml_text.splitlines() if "is left out" in line]
    assert [line.split(";")[0] for line in left] == [
        "# MLproject: shell is left out: its command needs a shell",
        "# MLproject: open is left out: rate: no such parameter is declared",
        "# MLproject: keyed is left out: api_key: looks like a secret, left out",
    ]
    assert argv(project.jobs["main"], alpha="0.5") == (
        "python train.py 0.5 0.1 --data data.csv".split()
    )
    assert project.jobs["main"].kind == "train"
    assert list(project.jobs) == ["main"]


def test_data_files_become_datasets_with_a_guessed_role(tmp_path: Path) -> None:
    files = dict.fromkeys(("data/train.csv", "data/test.csv", "val.tsv"), "id,Label\n")
    files |= {f"data/parts/{number}.parquet": "" for number in range(8)}
    files |= {
        "data/a.csv.gz": "",
        "data/x/a.jsonl": "",
        "src/not_data.csv": "",
        "data/notes.txt": "",
    }
    script = "import pandas\nif __name__ == '__main__':\n    pandas.read_csv('data/train.csv')\n"
    script += "    pandas.read_csv('data/test.csv')\n"
    _, project = accepted(tmp_path, files | {"train.py": script})
    found = {name: (item.path, item.role, item.target) for name, item in project.datasets.items()}
    assert found == {
        "train": ("data/train.csv", Role.TRAIN, "Label"),
        "test": ("data/test.csv", Role.HOLDOUT, "Label"),
        "val": ("val.tsv", Role.VALIDATION, None),
        "parts": ("data/parts/*.parquet", None, None),
        "a": ("data/a.csv.gz", None, None),
        "a-2": ("data/x/a.jsonl", None, None),
    }
    assert project.jobs["train"].inputs == ("train",)


def test_programs_in_packages_start_as_modules(tmp_path: Path) -> None:
    main = "if __name__ == '__main__': ...\n"
    files = {
        "src/pkg/__init__.py": "",
        "src/pkg/train.py": "from .x import y\n" + main,
        "tool/__main__.py": main,
        "scripts/eval.py": main,
        "a b/fit.py": main,
        "lib/helper.py": "import argparse\nargparse.ArgumentParser()\n",
        "tests/test_train.py": main,
        "setup.py": main,
    }
    _, project = accepted(tmp_path, files)
    assert sorted(argv(job) for job in project.jobs.values()) == [
        ["python", "-m", "pkg.train"],
        ["python", "-m", "tool"],
        ["python", "a b/fit.py"],
        ["python", "scripts/eval.py"],
    ]


def test_programs_of_other_languages_are_started_by_their_own(tmp_path: Path) -> None:
    files = {"train.sh": "#!/usr/bin/env bash\n", "evaluate.R": "", "other.sh": "", "a/fit.sh": ""}
    _, project = accepted(tmp_path, files)
    assert argv(project.jobs["train"]) == ["bash", "train.sh"]
    assert argv(project.jobs["evaluate"]) == ["Rscript", "evaluate.R"]
    assert len(project.jobs) == 2


def test_jobs_of_one_name_get_names_of_their_own(tmp_path: Path) -> None:
    main = "if __name__ == '__main__': ...\n"
    files = {
        "train.py": main,
        "a/train.py": main,
        "b/a/train.py": main,
        "Makefile": "train:\n\tx\n",
    }
    _, project = accepted(tmp_path, files)
    assert sorted(project.jobs) == ["a-train", "a-train-3", "make-train", "train"]


def test_jobs_are_in_the_order_of_the_work(tmp_path: Path) -> None:
    names = ("zz.py", "evaluate.py", "fit.py", "download.py")
    main = "if __name__ == '__main__': ...\n"
    _, project = accepted(tmp_path, dict.fromkeys(names, main))
    assert list(project.jobs) == ["download", "fit", "evaluate", "zz"]


def test_nothing_is_run(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    files = {
        "train.py": f"{trap}import argparse\nargparse.ArgumentParser().add_argument('x', {trap})",
        "setup.py": trap,
        "conf.py": trap,
        "Makefile": f"X := $(shell touch {tmp_path}/ran)\ntrain:\n\tx\n",
    }
    accepted(tmp_path, files)
    assert not (tmp_path / "ran").exists()


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "broken.py": "def (",
            "null.py": "x = '\0'",
            "deep.py": "x = " + "(" * 5000,
            "escape.py": "x = '\\d'\nif __name__ == '__main__': ...",
            "large.py": "#" * 1_100_000,
            "dvc.yaml": "stages:\n  a: 3\n  b:\n  c:\n    cmd: {x: [}\n- - -\n\t: :\n",
            "MLproject": "entry_points: 3",
            "evil\nname.py": "if __name__ == '__main__': ...",
        },
    )
    (tmp_path / "latin.py").write_bytes(b"# \xe9\nif __name__ == '__main__': ...")
    os.mkfifo(tmp_path / "train.py")
    os.mkfifo(tmp_path / "data.csv")
    (tmp_path / "Makefile").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    _, project = accepted(tmp_path, {})
    assert list(project.jobs) == ["escape"]


def test_a_folder_that_is_not_there_gets_an_empty_proposal(tmp_path: Path) -> None:
    assert propose(tmp_path / "nothing").found == []


TEXTS = st.text(max_size=20)
DEFAULTS = TEXTS | st.integers() | st.floats() | st.booleans() | st.none() | st.lists(st.integers())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    options=st.lists(
        st.tuples(TEXTS, st.sampled_from(["", "int", "float", "str", "Path"]), DEFAULTS, TEXTS),
        max_size=4,
    ),
    yaml=st.dictionaries(TEXTS, DEFAULTS, max_size=4),
    command=TEXTS,
)
def test_a_proposal_always_loads(
    tmp_path: Path,
    options: list[tuple[str, str, object, str]],
    yaml: dict[str, object],
    command: str,
) -> None:
    lines = ["import argparse, hydra", "p = argparse.ArgumentParser()"]
    for name, kind, default, help_text in options:
        typed = f", type={kind}" if kind else ""
        lines.append(
            f"p.add_argument({'--' + name!a}, default={default!a}, help={help_text!a}{typed})"
        )
    config = "\n".join(f"{key}: {value}" for key, value in yaml.items())
    write_bytes = {
        "train.py": "\n".join(lines),
        "eval.py": "import hydra\n@hydra.main(config_path='.', config_name='c')\ndef f(): ...\n",
        "c.yaml": config,
        "dvc.yaml": f"stages:\n  a:\n    cmd: {command}\n  {command}:\n    cmd: x {command}\n",
        "MLproject": f"entry_points:\n  {command}:\n    command: x {command}\n",
        "Makefile": f"{command}: x\n",
    }
    for file, text in write_bytes.items():
        (tmp_path / file).write_bytes(text.encode("utf-8", "replace"))
    (tmp_path / "mlops.toml").write_text(propose(tmp_path).toml_text)
    assert load_project(tmp_path).problems == ()
