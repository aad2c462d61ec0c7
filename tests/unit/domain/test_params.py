from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.params import (
    build_argv,
    check,
    data_pieces,
    format_value,
    parse_value,
    preview,
    resolve,
    resolve_secrets,
)
from mlops_tui.domain.project import Job, Param, ParamType
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.domain.runs import ParamValue

INT = Param("n", ParamType.INT)
FLOAT = Param("lr", ParamType.FLOAT, min=1e-5, max=1.0)
BOOL = Param("b", ParamType.BOOL)
TEXT = Param("s", ParamType.STR)
PATH = Param("f", ParamType.PATH)
CHOICE = Param("c", ParamType.CHOICE, choices=("adam", 0.1, 2))

TRAIN = parse_project(
    """
[jobs.train]
run = "python train.py --lr {lr} --out={out}"
[jobs.train.params]
lr = { type = "float", default = 0.05, min = 1e-5, max = 1.0 }
out = { type = "str" }
flag = true
token = { type = "secret", env = "HF_TOKEN" }
""",
    Path("/nowhere"),
).jobs["train"]


def job(run: str | tuple[str, ...]) -> Job:
    return Job("j", run)


@pytest.mark.parametrize(
    ("param", "given", "value"),
    [
        (INT, "20", 20),
        (INT, " -3 ", -3),
        (INT, "20.0", 20),
        (INT, 20.0, 20),
        (INT, "1e3", 1000),
        (INT, 2**63 - 1, 2**63 - 1),
        (FLOAT, "1e-3", 0.001),
        (FLOAT, 1, 1.0),
        (BOOL, "true", True),
        (BOOL, "Yes", True),
        (BOOL, "0", False),
        (BOOL, 1, True),
        (BOOL, False, False),
        (TEXT, "", ""),
        (TEXT, "a b; rm -rf /", "a b; rm -rf /"),
        (TEXT, 0.1, "0.1"),
        (PATH, "~/a b", "~/a b"),
        (CHOICE, "adam", "adam"),
        (CHOICE, "0.1", 0.1),
        (CHOICE, "1e-1", 0.1),
        (CHOICE, "2", 2),
        (CHOICE, 2, 2),
    ],
)
def test_a_value_is_read_from_text_or_taken_as_it_is(
    param: Param, given: object, value: ParamValue
) -> None:
    found = parse_value(param, given)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("param", "given", "message"),
    [
        (FLOAT, "abc", "lr: expected a float between 1e-05 and 1, got 'abc'"),
        (FLOAT, "2", "lr: expected a float between 1e-05 and 1, got '2'"),
        (FLOAT, "nan", "lr: expected a float between 1e-05 and 1, got 'nan'"),
        (FLOAT, "1e999", "lr: expected a float between 1e-05 and 1, got '1e999'"),
        (FLOAT, True, "lr: expected a float between 1e-05 and 1, got True"),
        (INT, "20.5", "n: expected a whole number, got '20.5'"),
        (INT, "", "n: expected a whole number, got ''"),
        (INT, "9" * 30, f"n: expected a whole number, got '{'9' * 30}'"),
        (INT, "٣", "n: expected a whole number, got '٣'"),
        (INT, True, "n: expected a whole number, got True"),
        (INT, [1], "n: expected a whole number, got [1]"),
        (BOOL, "maybe", "b: expected true or false, got 'maybe'"),
        (TEXT, "a\0b", "s: expected text, got 'a\\x00b'"),
        (TEXT, "\udcff", "s: expected text, got '\\udcff'"),
        (TEXT, None, "s: expected text, got None"),
        (PATH, "", "f: expected a path, got ''"),
        (CHOICE, "sgd", "c: expected one of adam, 0.1, 2, got 'sgd'"),
        (Param("n", ParamType.INT, min=1), "0", "n: expected a whole number >= 1, got '0'"),
        (Param("n", ParamType.INT, max=9), "10", "n: expected a whole number <= 9, got '10'"),
    ],
)
def test_a_wrong_value_says_what_was_expected(param: Param, given: object, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_value(param, given)
    assert error.value.message == message


def test_a_wrong_secret_is_never_repeated() -> None:
    with pytest.raises(InputError) as error:
        parse_value(Param("t", ParamType.SECRET, env="T"), "hunter2\0")
    assert "hunter2" not in error.value.message + error.value.hint


def test_defaults_fill_what_is_not_given_and_secrets_stay_out() -> None:
    values = resolve(TRAIN, {"out": "x", "lr": None, "token": "hunter2"})
    assert values == {"lr": 0.05, "out": "x", "flag": True}


def test_all_wrong_parameters_are_named_in_one_error() -> None:
    with pytest.raises(InputError) as error:
        resolve(TRAIN, {"lrr": 1, "lr": "x", "flag": "perhaps"})
    assert error.value.message.splitlines() == [
        "lrr: job train has no such parameter (did you mean `lr`?)",
        "lr: expected a float between 1e-05 and 1, got 'x'",
        "out: a value is needed, text",
        "flag: expected true or false, got 'perhaps'",
    ]
    assert error.value.hint == "parameters of train: lr, out, flag, token"


def test_a_form_learns_which_field_is_wrong() -> None:
    values, wrong = check(TRAIN, {"lr": "x", "out": "y"})
    assert values == {"out": "y", "flag": True}
    assert list(wrong) == ["lr"]


def test_a_secret_is_given_or_taken_from_the_environment() -> None:
    assert resolve_secrets(TRAIN, {}, {"HF_TOKEN": "a"}) == {"HF_TOKEN": "a"}
    assert resolve_secrets(TRAIN, {"token": "b"}, {"HF_TOKEN": "a"}) == {"HF_TOKEN": "b"}
    assert resolve_secrets(TRAIN, {"token": ""}, {"HF_TOKEN": "a"}) == {}
    with pytest.raises(InputError, match="set HF_TOKEN in the environment"):
        resolve_secrets(TRAIN, {}, {})


@pytest.mark.parametrize(
    ("run", "argv"),
    [
        ("python train.py --lr {lr}", ["python", "train.py", "--lr", "0.05"]),
        ("x '{s}' \"{s}\" {s}", ["x", "a  'b\" ; $(c)", "a  'b\" ; $(c)", "a  'b\" ; $(c)"]),
        ("x --s={s}{n}", ["x", "--s=a  'b\" ; $(c)20"]),
        ("x {{lr}} {{{n}}}", ["x", "{lr}", "{20}"]),
        ("x 'a b' c\\ d '' ", ["x", "a b", "c d", ""]),
        ("x $HOME && y > z # w", ["x", "$HOME", "&&", "y", ">", "z", "#", "w"]),
        ("x {b} {braces}", ["x", "true", "{lr} {{ }}"]),
        (("x", "a b {n}", "{{", "'{e}'"), ["x", "a b 20", "{", "''"]),
    ],
)
def test_a_command_is_split_first_and_filled_after(
    run: str | tuple[str, ...], argv: list[str]
) -> None:
    values: dict[str, ParamValue] = {
        "lr": 0.05,
        "n": 20,
        "s": "a  'b\" ; $(c)",
        "b": True,
        "e": "",
        "braces": "{lr} {{ }}",
    }
    assert build_argv(job(run), values) == argv


@given(st.text(), st.text())
def test_a_parameter_is_one_argument_whatever_it_holds(first: str, second: str) -> None:
    argv = build_argv(job("x {a} '{b}' --c={a}"), {"a": first, "b": second})
    assert argv == ["x", first, second, f"--c={first}"]


@pytest.mark.parametrize("run", ["x {no}", "x {", "x }", "x 'y", "", ()])
def test_a_command_that_cannot_be_built_is_an_error(run: str | tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="job j"):
        build_argv(job(run), {"a": 1})


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (1e-05, "1e-05"), (1.0, "1.0"), (20, "20"), ("é", "é")],
)
def test_values_are_written_as_programs_read_them(value: ParamValue, text: str) -> None:
    assert format_value(value) == text


def test_the_preview_can_be_pasted_in_a_shell() -> None:
    argv = ["x", "a b", "$HOME", ""]
    assert preview(argv) == "x 'a b' '$HOME' ''"
    assert shlex.split(preview(argv)) == argv


def test_the_path_of_data_is_put_in_once_it_is_known() -> None:
    with_data = job("x --in={data.train} {a} {data.train}:{data.b}")
    paths = {"train": "t.csv", "b": "b.csv"}
    assert build_argv(with_data, {"a": "{data.b}"}, paths) == [
        *("x", "--in=t.csv", "{data.b}", "t.csv:b.csv")
    ]
    assert build_argv(with_data, {"a": 1})[1] == "--in={data.train}"
    assert data_pieces(with_data, {"a": "{data.b}"}, ["train", "b"]) == {
        1: [("text", "--in="), ("data", "train")],
        3: [("data", "train"), ("text", ":"), ("data", "b")],
    }
