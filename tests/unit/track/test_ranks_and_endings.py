from __future__ import annotations

import pytest

from mlops_tui.track.endings import Ending, ending_of
from mlops_tui.track.params import Params, launched_with
from mlops_tui.track.ranks import rank


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"RANK": "3", "LOCAL_RANK": "1", "WORLD_SIZE": "4"}, 3),
        ({"LOCAL_RANK": "1", "WORLD_SIZE": "4"}, 1),
        ({"LOCAL_RANK": "1"}, None),
        ({"SLURM_PROCID": "2", "PMI_RANK": "9"}, 2),
        ({"OMPI_COMM_WORLD_RANK": "5"}, 5),
        ({"PMI_RANK": "6"}, 6),
        ({"RANK": "first", "PMI_RANK": "6"}, 6),
        ({"RANK": "-1"}, None),
        ({"RANK": "²"}, None),
    ],
)
def test_the_rank_is_what_the_launcher_says(environ: dict[str, str], expected: int | None) -> None:
    assert rank(environ) == expected


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, Ending("finished")),
        (GeneratorExit(), Ending("finished")),
        (SystemExit(), Ending("finished", None, 0)),
        (SystemExit(0), Ending("finished", None, 0)),
        (SystemExit(3), Ending("failed", "exit code 3", 3)),
        (SystemExit(False), Ending("finished", None, 0)),
        (SystemExit(0.0), Ending("failed", "0.0", 1)),
        (SystemExit(-1), Ending("failed", "exit code -1", 255)),
        (SystemExit(256), Ending("finished", None, 0)),
        (SystemExit("no data"), Ending("failed", "no data", 1)),
        (KeyboardInterrupt(), Ending("stopped", "KeyboardInterrupt", None, "SIGINT")),
        (ValueError("bad lr"), Ending("failed", "ValueError: bad lr")),
        (MemoryError(), Ending("failed", "MemoryError")),
        (Unspeakable(), Ending("failed", "Unspeakable: <Unspeakable>")),
    ],
)
def test_an_ending_is_told_from_what_left_the_block(
    error: BaseException | None, expected: Ending
) -> None:
    assert ending_of(error) == expected


def test_the_params_of_the_launch_keep_their_types() -> None:
    given = launched_with({"MLOPS_PARAMS": '{"lr": 0.1, "epochs": 3, "solver": "sgd", "x": null}'})
    assert given == {"lr": 0.1, "epochs": 3, "solver": "sgd", "x": None}
    assert type(given["epochs"]) is int


@pytest.mark.parametrize("text", ["", "[1]", "{", "nonsense"])
def test_params_that_are_no_object_are_none(text: str) -> None:
    assert launched_with({"MLOPS_PARAMS": text}) == {}


def test_a_param_is_recorded_again_only_where_it_changed() -> None:
    params = Params({})
    assert params.unrecorded({"lr": 0.1, "n": 1}) == {"lr": 0.1, "n": 1}
    assert params.unrecorded({"lr": 0.1, "n": 2}) == {"n": 2}
