from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.models import (
    ModelFormat,
    VersionName,
    alias_claim,
    format_of,
    name_problem,
    parse_version,
    version_claim,
)

LETTERS = st.sampled_from("aAzZ09-._% äÄß漢")
NAMES = st.text(LETTERS, min_size=1, max_size=8).filter(lambda it: not name_problem(it))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("cancer:3", VersionName("cancer", number=3)),
        ("cancer@champion", VersionName("cancer", alias="champion")),
        ("cancer", VersionName("cancer")),
        ("größe 2", VersionName("größe 2")),
    ],
)
def test_a_version_is_named_by_number_by_alias_or_as_the_newest(
    text: str, wanted: VersionName
) -> None:
    assert parse_version(text) == wanted
    assert str(wanted) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a:",
        "a:0",
        "a:x",
        "a:-1",
        "a@",
        "a:1:2",
        "a@b@c",
        "a/b",
        "..",
        "../x:1",
        "-f",
        "a\n",
    ],
)
def test_what_names_no_version_is_told_with_the_three_ways(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_version(text)
    assert "NAME@champion" in caught.value.hint


@settings(max_examples=40)
@given(NAMES, st.integers(1, 10**9 - 1), NAMES)
def test_what_is_written_is_read_again(model: str, number: int, alias: str) -> None:
    for name in (VersionName(model), VersionName(model, number), VersionName(model, None, alias)):
        assert parse_version(str(name)) == name


@settings(max_examples=40)
@given(st.lists(st.tuples(NAMES, NAMES, st.integers(1, 99)), min_size=2, max_size=6, unique=True))
def test_no_two_claims_are_alike_and_each_is_one_part_of_a_path(
    told: list[tuple[str, str, int]],
) -> None:
    claims = [alias_claim(*it) for it in told]
    claims += {version_claim(model, number) for model, _, number in told}
    assert len({it.casefold() for it in claims}) == len(claims)
    assert all("/" not in it and len(it) < 255 * 2 for it in claims)
    assert alias_claim("a-b", "c", 7) != alias_claim("a", "b-c", 7)


@pytest.mark.parametrize(
    ("name", "is_folder", "wanted"),
    [
        ("m.joblib", False, ModelFormat.JOBLIB),
        ("M.PKL", False, ModelFormat.PICKLE),
        ("m.skops", False, ModelFormat.SKOPS),
        ("m.onnx", False, ModelFormat.ONNX),
        ("weights.pt", False, ModelFormat.FILE),
        ("m.joblib", True, ModelFormat.FOLDER),
    ],
)
def test_the_name_of_a_file_says_its_format(
    name: str, is_folder: bool, wanted: ModelFormat
) -> None:
    assert format_of(name, is_folder) is wanted
    assert wanted.runs_code == (wanted in (ModelFormat.JOBLIB, ModelFormat.PICKLE))
