from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.errors import ProjectFileError
from mlops_tui.domain.project import (
    Cost,
    Direction,
    Guardrail,
    JobKind,
    ParamType,
    Project,
    Role,
    Scale,
)
from mlops_tui.domain.projectfile import load_project, parse_project
from mlops_tui.domain.toml_files import MAX_BYTES

FULL = """\
[project]
name = "digits"
description = "Read handwritten digits on scanned forms"
tags = ["vision"]

[objective]
statement = "Route 97 % of the forms without a person looking"
metric = "accuracy"
target = 0.97
owner = "forms team"
deadline = 2027-03-31
[objective.cost]
currency = "EUR"
false_negative = 120.0
false_positive = 5.0
[[objective.guardrails]]
metric = "latency_p95_ms"
max = 50

[metrics.accuracy]
direction = "maximize"
unit = "1"

[datasets.train]
path = "data/train.csv"
role = "train"
target = "label"
id = "form_id"
timestamp = "scanned_at"
group = "patient_id"
description = "..."

[jobs.train]
run = "python train.py --lr {lr} --epochs {epochs}"
kind = "train"
inputs = ["train"]
outputs = ["models/digits.joblib"]
timeout = "2h"
retries = 1
gpus = 0
slots = 1
env = { OMP_NUM_THREADS = "2" }
[jobs.train.params]
lr = { type = "float", default = 0.05, min = 1e-5, max = 1.0, scale = "log", help = "rate" }
epochs = 20
solver = { type = "choice", choices = ["adam", "sgd"], default = "adam" }
token = { type = "secret", env = "HF_TOKEN" }
"""


def project(text: str, folder: Path = Path("/nowhere")) -> Project:
    return parse_project(text, folder)


def problems(text: str) -> list[str]:
    return [str(problem) for problem in project(text).problems]


def job(body: str) -> list[str]:
    """The problems of a job with `body`, whose first line is line 2."""
    return problems("[jobs.train]\n" + body)


def param(declaration: str) -> list[str]:
    """The problems of a parameter `p`, which stands on line 3."""
    return problems(f"[jobs.j]\nrun = 'x'\nparams.p = {declaration}")


def test_the_example_of_the_contract_is_understood_whole(tmp_path: Path) -> None:
    (tmp_path / "mlops.toml").write_text(FULL)
    loaded = load_project(tmp_path)
    assert loaded.problems == ()
    assert not loaded.is_broken
    loaded.require_sound()
    assert (loaded.name, loaded.tags, loaded.path) == ("digits", ("vision",), tmp_path)
    assert loaded.objective is not None
    assert loaded.objective.target == 0.97
    assert loaded.objective.deadline == date(2027, 3, 31)
    assert loaded.objective.cost == Cost("EUR", 120.0, 5.0)
    assert loaded.objective.guardrails == (Guardrail("latency_p95_ms", None, 50),)
    assert loaded.metrics["accuracy"].direction is Direction.MAXIMIZE
    data = loaded.datasets["train"]
    assert (data.path, data.role, data.group) == ("data/train.csv", Role.TRAIN, "patient_id")


def test_a_job_of_the_contract_has_all_that_was_written() -> None:
    train = project(FULL).jobs["train"]
    assert train.run == "python train.py --lr {lr} --epochs {epochs}"
    assert (train.kind, train.timeout_seconds, train.retries) == (JobKind.TRAIN, 7200.0, 1)
    assert (train.gpus, train.slots, train.line) == (0, 1, 33)
    assert train.env == {"OMP_NUM_THREADS": "2"}
    lr, epochs, solver, token = train.params.values()
    assert (lr.type, lr.default, lr.min, lr.max) == (ParamType.FLOAT, 0.05, 1e-5, 1.0)
    assert (lr.scale, lr.help, lr.has_default) == (Scale.LOG, "rate", True)
    assert (epochs.type, epochs.default, epochs.has_default) == (ParamType.INT, 20, True)
    assert solver.choices == ("adam", "sgd")
    assert (token.env, token.has_default, token.default) == ("HF_TOKEN", False, None)


def test_the_short_form_takes_its_type_from_the_default() -> None:
    text = "[jobs.j]\nrun = 'x'\nparams = { a = 20, b = true, c = 0.1, d = 'x', e = '' }"
    params = project(text).jobs["j"].params
    assert [item.type.value for item in params.values()] == ["int", "bool", "float", "str", "str"]
    assert [item.default for item in params.values()] == [20, True, 0.1, "x", ""]


def test_the_long_form_without_a_type_takes_it_from_default_or_choices() -> None:
    text = "[jobs.j]\nrun = 'x'\nparams = { a = { default = 2 }, b = { choices = [1, 2] } }"
    params = project(text).jobs["j"].params
    assert [item.type.value for item in params.values()] == ["int", "choice"]


def test_an_empty_file_is_a_sound_project_named_after_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "my project"
    folder.mkdir()
    (folder / "mlops.toml").write_text("")
    assert load_project(folder) == Project(folder, "my project")


def test_later_tables_are_accepted_as_they_are() -> None:
    text = "[datasets.a]\npath = 'a.csv'\n[serve]\nport = 1\n[policies]\nx = [1]\n"
    assert problems(text) == []


def test_all_problems_are_found_at_once_in_the_order_of_the_lines() -> None:
    text = FULL.replace("name =", "nam =").replace("retries = 1", "retries = -1") + "[jobs.b]\n"
    found = project(text)
    assert [problem.line for problem in found.problems] == [2, 39, 48]
    assert found.is_broken
    assert "train" in found.jobs
    with pytest.raises(ProjectFileError) as error:
        found.require_sound()
    assert error.value.problems == found.problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[projects]", "mlops.toml:1: projects: unknown key (did you mean `project`?)"),
        ("[project]\nNAME = 'x'", "mlops.toml:2: project.NAME: unknown key (did you mean `name`?)"),
        ("[project]\n\nname = 3", 'found the number 3 (write "3")'),
        ("[project]\nname = ' '", "expected text that is not empty"),
        ("[project]\ntags = 'a'", 'expected a list of texts, found the text "a"'),
        ("[project]\ntags = [\n'a',\n2]", "mlops.toml:4: project.tags[1]: expected text, found"),
        ("project = 1", "mlops.toml:1: project: expected a table, found the number 1"),
        ("jobs = []", "expected a table, found a list (write [jobs])"),
        ("[jobs]\ntrain = 'x'", "mlops.toml:2: jobs.train: expected a table"),
        ("[objective]\ntarget = '0.9'", "expected a number, found the text"),
        ("[objective]\ntarget = true", "expected a number, found true"),
        ("[objective]\ntarget = nan", "expected a number, found a number out of range"),
        ("[objective]\ndeadline = '2027-03-31'", 'found the text "2027-03-31" (remove the quo'),
        ("[objective]\ndeadline = 10:00:00", "expected a date such as 2027-03-31"),
        ("[objective.cost]\nfalse_negativ = 1", "did you mean `false_negative`?"),
        ("[objective.cost]\nfalse_negative = 'x'", "objective.cost.false_negative: expected a num"),
        ("[objective.guardrails]\nmetric = 'x'", "(write [[objective.guardrails]])"),
        ("[[objective.guardrails]]\nmetric = 'x'", "`min` or `max` is missing"),
        ("[[objective.guardrails]]\nmax = 1", "mlops.toml:1: objective.guardrails[0]: `metric`"),
        (
            "[[objective.guardrails]]\nmetric = 'x'\nmin = 2\nmax = 1",
            "mlops.toml:3: objective.guardrails[0].min: min 2 is greater than max 1",
        ),
        ("[metrics.a]\ndirection = 'maximise'", "(did you mean `maximize`?)"),
        ("[metrics.a]\ndirection = true", "expected one of maximize, minimize, found true"),
        ("[metrics.a]\nfunction = 'profit'", "metrics.a.function: expected module:function"),
        ("[metrics.'a/b']\nunits = 's'", 'mlops.toml:2: metrics."a/b".units: unknown key'),
        ("[datasets.a]\nrole = 'train'", "mlops.toml:1: datasets.a: `path` is missing"),
        ("[datasets.a]\npath = ''", "datasets.a.path: expected text that is not empty"),
        ("[datasets.a]\npath = 'a'\nrole = 'test'", "expected one of train, validation, holdout"),
        ('[datasets.a]\npath = "a\\u0000"', "holds a NUL character"),
        ("[datasets.'']\npath = 'a'", "expected a name that can be read"),
    ],
)
def test_a_wrong_table_is_reported_with_line_key_and_cure(text: str, expected: str) -> None:
    (found,) = problems(text)
    assert expected in found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("kind = 'train'", "mlops.toml:1: jobs.train: `run` is missing"),
        ("run = ''", "mlops.toml:2: jobs.train.run: expected text that is not empty"),
        ("run = []", "jobs.train.run: expected a command"),
        ("run = ['a', 1]", "jobs.train.run[1]: expected text, found the number 1"),
        ("run = 3", "jobs.train.run: expected text, found the number 3"),
        ('run = "echo \'a"', "cannot be split as a shell would: no closing quotation"),
        ("run = 'x {lr}'", "`{lr}` is no parameter of this job (declare it in params, or write"),
        ("run = 'x {lrr}'\nparams.lr = 1", "(did you mean `lr`?)"),
        ("run = ['x', '--a={b}']", "`{b}` is no parameter"),
        ("run = 'x {} y'", "`{}` is no parameter"),
        ("run = 'x }'", "a lone `}` (write `}}` for a brace)"),
        (
            "run = 'x {t}'\nparams.t = { type = 'secret', env = 'HF_TOKEN' }",
            "passed by environment as HF_TOKEN (remove it from the command)",
        ),
        ("run = 'x'\nkind = 'training'", "jobs.train.kind: expected one of prepare, train, eval"),
        ("run = 'x'\ninputs = ['no']", "`no` is neither a dataset nor a path that exists"),
        ("run = 'x'\ninputs = 'a/b'", 'expected a list of texts, found the text "a/b" (write ['),
        ("run = 'x'\ntimeout = '2 weeks'", 'expected a duration such as "2h"'),
        ("run = 'x'\ntimeout = 0", "expected a duration"),
        ("run = 'x'\ntimeout = true", "expected a duration"),
        ("run = 'x'\ntimeout = inf", "expected a duration"),
        ("run = 'x'\nretries = -1", "expected a whole number >= 0, found the number -1"),
        ("run = 'x'\nretries = 1.0", "expected a whole number >= 0, found the number 1.0"),
        ("run = 'x'\nslots = 0", "expected a whole number >= 1"),
        ("run = 'x'\ngpus = true", "expected a whole number >= 0, found true"),
        ("run = 'x'\ngpus = 0x" + "f" * 5000, "found a number out of range"),
        ("run = 'x'\nenv = { A = 2 }", "jobs.train.env.A: expected text, found the number 2 (wri"),
        ("run = 'x'\nenv = { 'A B' = '2' }", "is no name for an environment variable"),
        ("run = 'x'\nenv = { MLOPS_RUN_ID = '2' }", "is set for every run and cannot be given"),
        ("run = 'x'\nretry = 2", "unknown key (did you mean `retries`?)"),
        ("run = 'x'\nparams = 3", "jobs.train.params: expected a table"),
        ("run = 'x'\nparams.'a b' = 3", 'the text "a b" is no name for a parameter'),
        ("run = 'x'\nparams.a = [3]", "expected a default or a table, found a list"),
    ],
)
def test_a_wrong_job_is_reported_with_line_key_and_cure(body: str, expected: str) -> None:
    (found,) = job(body)
    assert expected in found


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("{ }", "`type` is missing: expected one of int, float"),
        ("{ type = 'integer' }", "jobs.j.params.p.type: expected one of int, float"),
        ("{ type = 'flot' }", "(did you mean `float`?)"),
        ("{ type = 'int', default = 'x' }", "p.default: expected a whole number, found the text"),
        ("{ type = 'int', default = '3' }", "expected a whole number, found the text"),
        ("{ type = 'int', default = 1.5 }", "expected a whole number, found the number 1.5"),
        ("{ type = 'str', default = 1 }", "expected text, found the number 1"),
        ("{ type = 'bool', default = 1 }", "expected true or false, found the number 1"),
        ("{ type = 'float', default = 2, max = 1 }", "expected a float <= 1, found the number 2"),
        ("{ type = 'float', default = nan }", "expected a float, found a number out of range"),
        ("{ type = 'int', min = 2, max = 1 }", "p.min: min 2 is greater than max 1"),
        ("{ type = 'str', min = 2 }", "a parameter of type str has no min"),
        ("{ type = 'float', min = 0, scale = 'log' }", "a log scale needs min > 0, found 0"),
        ("{ type = 'float', scale = 'ln' }", "expected one of linear, log"),
        ("{ type = 'bool', scale = 'log' }", "a parameter of type bool has no scale"),
        ("{ type = 'choice' }", "`choices` is missing"),
        ("{ type = 'choice', choices = [] }", "a list of texts or numbers that is not empty"),
        ("{ type = 'choice', choices = ['a', true] }", "p.choices[1]: expected text, found true"),
        ("{ type = 'choice', choices = ['a'], default = 'b' }", "expected one of a, found the te"),
        ("{ type = 'int', choices = [1, 2], default = 3 }", "expected one of 1, 2, found"),
        ("{ type = 'bool', choices = [1] }", "a parameter of type bool takes no choices"),
        ("{ type = 'int', default = 1, hlep = 'x' }", "unknown key (did you mean `help`?)"),
        ("{ type = 'secret' }", "`env` is missing: a secret is passed by environment only"),
        ("{ type = 'secret', env = 'A B' }", "is no name for an environment variable"),
        ("{ type = 'secret', env = 'A', default = 'x' }", "a secret has no default"),
        ("{ type = 'float', default = 0, scale = 'log' }", "p.default: a log scale needs defau"),
        ("{ type = 'int', default = -1, scale = 'log' }", "needs default > 0, found -1"),
        ("{ type = 'float', max = 0.0, scale = 'log' }", "p.max: a log scale needs max > 0"),
        ("{ type = 'int', min = 0.5 }", "p.min: expected a whole number, found the number 0.5"),
        ("{ type = 'int', default = 1, max = 1.5 }", "p.max: expected a whole number"),
        ("{ type = 'choice', choices = ['a', 'b', 'a'] }", "p.choices[2]: a stands here already"),
        ("{ type = 'choice', choices = ['1', 1] }", "p.choices[1]: 1 stands here already"),
        ("{ type = 'float', choices = [1, 1.0] }", "p.choices[1]: 1 stands here already"),
        ("{ type = 'secret', env = 'PATH' }", "p.env: PATH decides what runs, and cannot carry"),
        ("{ type = 'secret', env = 'LD_PRELOAD' }", "(use a name of its own, such as P)"),
        ("{ type = 'secret', env = 'PYTHONPATH' }", "cannot carry a secret"),
        (
            "{ type = 'choice', choices = ['adam', 'sgd'], default = 'adm' }",
            'expected one of adam, sgd, found the text "adm" (did you mean `adam`?)',
        ),
        ("{ type = 'int', env = 'A' }", "only a secret is passed by environment"),
    ],
)
def test_a_wrong_parameter_is_reported_with_line_key_and_cure(
    declaration: str, expected: str
) -> None:
    (found,) = param(declaration)
    assert found.startswith("mlops.toml:3: jobs.j.params.p")
    assert expected in found


def test_a_bound_of_a_whole_number_may_be_written_with_a_point() -> None:
    text = "[jobs.j]\nrun = 'x'\nparams.p = { type = 'int', min = 1.0, max = 4 }"
    found = project(text)
    assert found.problems == ()
    bound = found.jobs["j"].params["p"].min
    assert (bound, type(bound)) == (1, int)


def test_the_names_of_jobs_must_be_sane() -> None:
    for name in ("'a b'", "'../x'", "''", "'-x'", "'a/b'", "'é'"):
        (found,) = problems(f"[jobs.{name}]\nrun = 'x'")
        assert "is no name for a job" in found
    assert problems("[jobs.'a.b-c_1']\nrun = 'x'") == []


def test_two_secrets_cannot_share_a_variable_nor_one_a_variable_of_the_job() -> None:
    body = (
        "run = 'x'\nenv = { A = '1' }\nparams.a = { type = 'secret', env = 'A' }\n"
        "params.b = { type = 'secret', env = 'B' }\nparams.c = { type = 'secret', env = 'B' }"
    )
    first, second = job(body)
    assert "mlops.toml:4: jobs.train.params.a.env: A is already set by `env` of the job" in first
    assert "jobs.train.params.c.env: B is already set by the secret `b`" in second


def test_inputs_may_be_datasets_paths_or_what_exists(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    text = "[datasets.a]\npath = 'x'\n[jobs.j]\nrun = 'x'\ninputs = ['a', 'raw', 'x/y', 'z.csv']"
    assert project(text, tmp_path).problems == ()


def test_a_secret_may_be_declared_and_braces_doubled() -> None:
    body = "run = '''python -c 'print({{}})' '''\nparams.t = { type = 'secret', env = 'T' }"
    assert job(body) == []


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("'2h'", 7200),
        ("'90s'", 90),
        ("'1h30m'", 5400),
        ("'1 h 30 m'", 5400),
        ("'1d'", 86400),
        ("'1.5h'", 5400),
        ("'500ms'", 0.5),
        ("'90'", 90),
        ("12", 12),
        ("1.5", 1.5),
    ],
)
def test_a_timeout_is_a_duration_or_a_number_of_seconds(written: str, seconds: float) -> None:
    loaded = project(f"[jobs.j]\nrun = 'x'\ntimeout = {written}")
    assert loaded.problems == ()
    assert loaded.jobs["j"].timeout_seconds == seconds


@pytest.mark.parametrize("written", ["h", "2x", "1h1h", "-1s", "1h 30", "", "٣s"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    assert len(job(f"run = 'x'\ntimeout = '{written}'")) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\n[project]\nname = 'a'\nname = 'b'\n", "mlops.toml:4: project.name: stands here"),
        ("[project]\nname = 'a'\n[jobs]\n[project]\n", "mlops.toml:4: project: stands here a sec"),
        ("a = " + "[" * 100_000, "mlops.toml: is nested too deeply"),
        ("a = " + "9" * 5000, "mlops.toml: holds a value that cannot be read"),
    ],
)
def test_what_cannot_be_read_at_all_is_reported(text: str, expected: str) -> None:
    (found,) = problems(text)
    assert found.startswith(expected)


LIST, TEXT = "the list that begins here has no end", "the text that begins here has no end"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("name = digits", '2: project.name: expected a value, found digits (put text in quotes: "'),
        ("name = \n", '2: project.name: expected a value, found nothing (write name = "...")'),
        ("x.y = .5", "2: project.x.y: expected a value, found .5 (write 0.5)"),
        ("x = True", "2: project.x: expected a value, found True (write true or false)"),
        ("x = None", "2: project.x: expected a value, found None (leave the key out)"),
        ("x = \u201ca\u201d", '(use straight quotes, "...")'),
        ("x = 1.", "2: project.x: expected the end of the line, found . (write a number as 20"),
        ("x = 1 y = 2", "2: project.x: expected the end of the line, found y = 2 (write one key"),
        ("run = 'it's'", "2: project.run: expected the end of the line, found s' (put a text wi"),
        ("\nname = 'a", "3: project.name: the quote is not closed (close it on the same line)"),
        ('name = "a\ntags = []', "2: project.name: the quote is not closed"),
        ('name = "a\\d"', "2: project.name: a lone \\ in a text (write \\\\, or put"),
        ('name: "a"', '2: project.name: expected KEY = VALUE, found : "a" (write = between'),
        ("a = 1\n= 3", "3: expected KEY = VALUE, found = 3"),
        ("a = 1\n[jobs.x\nb = 2", "3: jobs.x: expected ']' at the end of a table declaration"),
        ('tags = ["a" "b"]', '2: project.tags: expected a comma or ], found "b"]'),
        ('tags = [\n "a",\n b,\n]', "4: project.tags: expected a value, found b"),
        ("m = [\n [1],\n [a],\n]", "4: project.m: expected a value, found a"),
        ("tags = [", f"2: project.tags: {LIST} (close it with ])"),
        ('tags = [\n "a"\n\n[objective]\n', f"2: project.tags: {LIST}"),
        ('tags = [\n "a",\n[objective]\n', f"2: project.tags: {LIST}"),
        ('tags = ["a",\nname = "b"\n', f"2: project.tags: {LIST}"),
        ('a = """\nb\n[jobs.x]\nrun = 1\n', f'2: project.a: {TEXT} (close it with """)'),
        ("a = '''\nb = 1\n", f"2: project.a: {TEXT} (close it with ''')"),
        ("p = { a = 1", "2: project.p.a: the table that begins here has no end"),
        ("p = {\n a = 1 }", "2: project.p: a table in { } stands on one line"),
        ("p = { a = 1, }", "2: project.p.a: a table in { } stands on one line, without a comma"),
    ],
)
def test_what_is_no_toml_is_reported_with_the_key_and_line_it_began_on(
    body: str, expected: str
) -> None:
    (found,) = problems(f"[project]\n{body}")
    assert found.replace("is no valid TOML: ", "").startswith("mlops.toml:")
    assert expected in found.replace("is no valid TOML: ", "")
    assert "is no valid TOML: " in found


@given(st.text(alphabet="ab.=[]{}\"'#\\\n ,1", max_size=60))
def test_any_text_is_a_project_or_a_problem(text: str) -> None:
    found = project(text)
    assert all(0 <= problem.line <= text.count("\n") + 1 for problem in found.problems)


def test_a_key_that_stands_twice_is_named() -> None:
    (found,) = project("[project]\nname = 'a'\ntags = []\nname = 'b'\ntags = []").problems
    assert (found.line, found.key) == (4, "project.name")


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "mlops.toml").write_bytes(b"\xef\xbb\xbf[project]\r\nname = 'x'\r\n")
    assert load_project(tmp_path).name == "x"
    assert load_project(tmp_path).problems == ()


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"# a\n# \xe9\n", 2, "byte 0xe9 is not UTF-8"),
        ("name = 1".encode("utf-16"), 1, "is UTF-16, expected UTF-8"),
        (b"#" * (MAX_BYTES + 1), 0, "is larger than 1 MB"),
        (b"a = \0", 1, "is no valid TOML"),
    ],
)
def test_a_file_that_is_no_text_is_reported(
    tmp_path: Path, data: bytes, line: int, message: str
) -> None:
    (tmp_path / "mlops.toml").write_bytes(data)
    (found,) = load_project(tmp_path).problems
    assert found.line == line
    assert message in found.message
    assert found.file == str(tmp_path / "mlops.toml")


def test_a_missing_file_is_one_problem_with_a_cure(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        loaded = load_project(folder)
        assert not loaded.has_file
        assert "mlops-tui init" in loaded.problems[0].hint


def test_a_folder_or_a_pipe_in_the_place_of_the_file_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "mlops.toml").mkdir()
    assert load_project(tmp_path).problems[0].message == "is a folder, expected a file"
    (tmp_path / "mlops.toml").rmdir()
    os.mkfifo(tmp_path / "mlops.toml")
    assert load_project(tmp_path).problems[0].message == "is no regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "mlops.toml").write_text("")
    (tmp_path / "mlops.toml").chmod(0)
    assert "cannot be read" in load_project(tmp_path).problems[0].message


def test_a_path_that_is_relative_stays_as_the_person_wrote_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlops.toml").write_text("x = 1")
    loaded = load_project(Path())
    assert str(loaded.problems[0]).startswith("mlops.toml:1: x: unknown key (known here: ")
    assert (loaded.path, loaded.name) == (tmp_path, tmp_path.name)


def test_a_file_with_very_many_problems_is_still_read_soon() -> None:
    names = "\n".join(f"name{number} = 1" for number in range(20_000))
    braces = " ".join(f"{{nane{number}}}" for number in range(20_000))
    found = project(f"[jobs.j]\nrun = 'x {braces}'\n[jobs.j.params]\n{names}").problems
    assert len(found) == 20_000
    assert found[0].hint.startswith("did you mean `name")
    assert found[-1].hint.startswith("declare it in params")
