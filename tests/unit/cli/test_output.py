"""What is printed is JSON where asked, and never acts on a terminal."""

from __future__ import annotations

import json
import math

import pytest

from mlops_tui.cli import output
from mlops_tui.cli.terminal import LineCleaner, clean_line
from mlops_tui.domain.errors import AmbiguousError, InputError


def test_non_finite_numbers_are_strings_at_any_depth() -> None:
    value = {"a": [math.nan, {"b": math.inf}], "c": (-math.inf, 1.5), "d": None}
    assert json.loads(output.to_json(value)) == {
        "a": ["NaN", {"b": "Infinity"}],
        "c": ["-Infinity", 1.5],
        "d": None,
    }


@pytest.mark.parametrize("indent", [None, 2])
def test_json_carries_every_text_and_no_control_character(indent: int | None) -> None:
    text = "a\x1b]0;x\x07\x9b2J\u202eb\n\x7f\ud800\u2028é"
    printed = output.to_json({"name": text}, indent)
    assert json.loads(printed) == {"name": text}
    assert all(letter == "\n" or letter.isprintable() for letter in printed)
    assert "é" in printed


def test_an_error_is_a_line_for_each_fact(capsys: pytest.CaptureFixture[str]) -> None:
    output.error(InputError("lr: too big\nepochs: \x1b[2J", "parameters of train: lr"))
    assert capsys.readouterr().err == (
        "mlops-tui: lr: too big\n  epochs: ␛[2J\nhint: parameters of train: lr\n"
    )


def test_an_ambiguous_name_lists_its_candidates(capsys: pytest.CaptureFixture[str]) -> None:
    output.error(AmbiguousError("2 runs go by 'a'", ["a1", "a2"]))
    assert capsys.readouterr().err == "mlops-tui: 2 runs go by 'a'\n  a1\n  a2\n"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07text", "text"),
        (b"\x1b]52;c;AAAA\x1b\\text", "text"),
        (b"10%\r50%\r100%\r", "100%"),
        (b"a\tb", "a       b"),
        (b"\x9b2J\xff", "\ufffd2J\ufffd"),
        (b"\x1b]0;never closed", "␛]0;never closed"),
        (b"bell\x07", "bell␇"),
    ],
)
def test_a_line_of_output_is_harmless_on_a_terminal(line: bytes, shown: str) -> None:
    assert clean_line(line) == shown


def test_lines_are_whole_wherever_the_stream_was_cut() -> None:
    cleaner = LineCleaner()
    assert cleaner.feed(b"on") == []
    assert cleaner.feed(b"e\ntw") == ["one"]
    assert cleaner.close() == ["tw"]
    assert cleaner.close() == []


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    cleaner = LineCleaner()
    pieces = [piece for _ in range(40) for piece in cleaner.feed(b"x" * 10_000)]
    assert sum(map(len, pieces)) > 300_000
