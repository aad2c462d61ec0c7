from __future__ import annotations

import io

import pytest

from mlops_tui.domain.errors import InputError
from mlops_tui.ui import logsearch
from mlops_tui.ui.logsearch import BLOCK_BYTES, TROUBLE, Query, find, parse_query


def found(data: bytes, query: Query, *, back: bool = False, start: int | None = None) -> int | None:
    low, high = (0, len(data) if start is None else start) if back else (start or 0, len(data))
    return find(io.BytesIO(data), query, low, high, not back, lambda _: True)


def test_case_matters_only_where_an_upper_case_letter_is_typed() -> None:
    assert found(b"a LOSS", parse_query("loss")) == 2
    assert found(b"a LOSS", parse_query("Loss")) is None
    assert found(b"loss Loss", parse_query("Loss")) == 5
    assert found("caf\u00e9".encode(), parse_query("caf\u00e9")) == 0


def test_plain_text_is_no_regular_expression_and_a_tilde_makes_it_one() -> None:
    assert found(b"a.b", parse_query("a.b")) == 0
    assert found(b"axb", parse_query("a.b")) is None
    assert found(b"axb", parse_query("~a.b")) == 0
    assert found(b"one\ntwo", parse_query("~^t")) == 4
    assert found(b"a ~", parse_query("~")) == 2
    with pytest.raises(InputError, match="regular expression"):
        parse_query("~(")


def test_colours_inside_a_match_do_not_hide_it() -> None:
    data = b"\x1b[31mline\x1b[0m\nval_\x1b[1mloss\x1b[0m=3"
    at = found(data, parse_query("val_loss=3"))
    assert at == data.index(b"val_")
    assert found(data, parse_query("31m")) is None
    for cut in range(1, 6):
        broken = b"needle"[:cut] + b"\x1b[0m" + b"needle"[cut:]
        assert found(b"a " + broken, parse_query("needle")) == 2


@pytest.mark.parametrize("back", [False, True])
def test_the_nearest_match_of_many_blocks_is_found(back: bool) -> None:
    line = b"." * 99 + b"\n"
    data = bytearray(line * (4 * BLOCK_BYTES // len(line)))
    places = [BLOCK_BYTES - 3, 2 * BLOCK_BYTES + 50, 3 * BLOCK_BYTES + 1]
    places = [place // 100 * 100 + 5 for place in places]
    for place in places:
        data[place : place + 6] = b"needle"
    query = parse_query("needle")
    expected = places[::-1] if back else places
    at: int | None = None
    for place in expected:
        start = None if at is None else at // 100 * 100 + (0 if back else 100)
        at = found(bytes(data), query, back=back, start=start)
        assert at == place
    assert found(bytes(data), query, back=back, start=100 if back else len(data) - 100) is None


@pytest.mark.parametrize("back", [False, True])
def test_a_match_across_blocks_of_one_line_is_found(back: bool) -> None:
    for near in (BLOCK_BYTES - 3, 2 * BLOCK_BYTES - 4096 - 3, 2 * BLOCK_BYTES - 3):
        data = b"x" * near + b"needle" + b"x" * (3 * BLOCK_BYTES - near)
        assert found(data, parse_query("needle"), back=back) == near


def test_a_search_tells_how_far_it_is_and_can_be_stopped() -> None:
    told: list[float] = []

    def go_on(share: float) -> bool:
        told.append(share)
        return len(told) < 2

    data = b"x\n" * (2 * BLOCK_BYTES)
    assert find(io.BytesIO(data), parse_query("y"), 0, len(data), True, go_on) is None
    assert told == [0.25, 0.5]


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "ValueError: no",
        "torch.cuda.OutOfMemoryError: CUDA out of memory.",
        "[ERROR] boom",
        "error: cannot",
        "UserWarning: careful",
        "2026-01-01 WARNING trainer: slow",
        "KeyboardInterrupt",
        "Killed",
        "Segmentation fault (core dumped)",
        "epoch 3 loss=nan",
        "loss: NaN",
        "grad -inf",
        "\x1b[31mRuntimeError\x1b[0m: x",
    ],
)
def test_trouble_is_found(line: str) -> None:
    assert found(f"fine\n{line}\n".encode(), TROUBLE) is not None


@pytest.mark.parametrize(
    "line",
    ["mean_error 0.3", "banana info finance", "nanoseconds", "error_rate=0.1", "inference"],
)
def test_what_only_looks_like_trouble_is_not(line: str) -> None:
    assert found(line.encode(), TROUBLE) is None


def test_every_kind_of_trouble_passes_the_quick_look() -> None:
    assert logsearch.TROUBLE.needles
    assert not TROUBLE.may_match(b"epoch 3 loss 0.5\n" * 10)
