"""A known verb is a verb wherever `-C` stands; anything else is a path."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from mlops_tui.cli.arguments import key_values, overview, parse_app, parse_verb, split, verb_parser
from mlops_tui.cli.completion import candidates
from mlops_tui.cli.verbs import VERBS
from mlops_tui.domain.errors import InputError


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["runs", "--json"], ([], "runs", ["--json"])),
        (["-C", "p", "runs"], (["-C", "p"], "runs", [])),
        (["--project=p", "runs"], (["--project=p"], "runs", [])),
        (["./runs"], ([], "./runs", [])),
        (["--", "runs"], ([], "runs", [])),
        ([], ([], None, [])),
        (["-C"], (["-C"], None, [])),
    ],
)
def test_the_first_word_is_found_behind_options(
    argv: list[str], expected: tuple[list[str], str | None, list[str]]
) -> None:
    assert split(argv) == expected


def test_the_project_may_stand_before_and_after_the_verb() -> None:
    for argv in (["-C", "p", "runs"], ["runs", "-C", "p"], ["runs", "--project=p"]):
        before, word, after = split(argv)
        assert word == "runs"
        assert parse_verb(VERBS[word], [*before, *after]).project == Path("p")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("log x=1 --step 1 y=2", {"points": ["x=1", "y=2"], "step": 1}),
        ("stop a -C p b", {"runs": ["a", "b"], "project": Path("p")}),
        ("series a --points 3 loss", {"run": "a", "metric": "loss", "points": 3}),
        ("queue --json pause", {"act": "pause", "json": True}),
        ("queue --json", {"act": "status"}),
        ("rename -C p -- a -b", {"run": "a", "name": "-b"}),
        ("runs --sort -loss,created -n 5", {"sort": "-loss,created", "limit": 5}),
        ("runs -s -loss", {"sort": "-loss"}),
    ],
)
def test_options_may_stand_between_the_words(line: str, expected: dict[str, object]) -> None:
    name, *rest = line.split()
    found = vars(parse_verb(VERBS[name], rest))
    assert {key: found[key] for key in expected} == expected


EXAMPLES = [
    example
    for verb in VERBS.values()
    for example in verb.examples
    if example.startswith("mlops-tui ")
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_help_is_understood(example: str) -> None:
    before, word, after = split(shlex.split(example.partition(" |")[0])[1:])
    assert word is not None
    parse_verb(VERBS[word], [*before, *after])


def test_bad_usage_is_an_input_error_that_names_the_help() -> None:
    for arguments in (["--nope"], ["--limit", "many"], ["extra"], ["--sort", "--json"]):
        with pytest.raises(InputError) as raised:
            parse_verb(VERBS["runs"], arguments)
        assert raised.value.hint == "mlops-tui runs --help"
    with pytest.raises(InputError, match="required: RUN"):
        parse_verb(VERBS["stop"], ["--json"])


def test_a_mistyped_verb_is_answered_with_the_one_meant() -> None:
    with pytest.raises(InputError) as raised:
        parse_app([], "rnus", [])
    assert raised.value.hint == "did you mean the verb runs?"


def test_a_folder_opens_the_app_and_a_file_does_not(tmp_path: Path) -> None:
    assert parse_app([], str(tmp_path), []) == (tmp_path, False)
    assert parse_app(["-C", str(tmp_path)], None, []) == (tmp_path, False)
    (tmp_path / "file").touch()
    with pytest.raises(InputError):
        parse_app([], str(tmp_path / "file"), [])
    with pytest.raises(InputError):
        parse_app([], str(tmp_path), ["--follow"])


@pytest.mark.parametrize("is_first", [True, False])
def test_the_app_may_be_opened_to_look_only(tmp_path: Path, is_first: bool) -> None:
    before, after = (["--read-only"], []) if is_first else ([], ["--read-only"])
    assert parse_app(before, str(tmp_path), after) == (tmp_path, True)
    assert "--read-only" in overview()


def test_parameters_keep_every_sign_behind_the_first_equals() -> None:
    assert key_values(["a=b=c", "d="], "parameter") == {"a": "b=c", "d": ""}
    for wrong in ("a", "=b"):
        with pytest.raises(InputError):
            key_values([wrong], "parameter")


@pytest.mark.parametrize("name", list(VERBS))
def test_every_verb_has_a_help_with_an_example(name: str) -> None:
    verb = VERBS[name]
    text = verb_parser(verb).format_help()
    assert verb.examples
    assert all(example in text for example in verb.examples)
    assert f"  {name} " in overview()


def test_completion_offers_verbs_options_and_fixed_words() -> None:
    assert "retry" in candidates([], "re")
    assert "--follow" in candidates(["run", "train"], "--")
    assert candidates(["queue"], "") == ["status", "pause", "resume"]
