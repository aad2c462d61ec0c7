from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_tui.data.keys import KeyStore, by_key, find, repeats, together

KEYS = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9).map(lambda n: n << 60), max_size=40)


def whole(items: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(items, dtype=np.uint64)


@settings(max_examples=30)
@given(KEYS, st.sampled_from([5, 1000]))
def test_repeats_are_found_whether_the_rows_are_in_memory_or_not(
    items: list[int], spill_rows: int
) -> None:
    seen: dict[int, int] = {}
    expected = {}
    for place, key in enumerate(items):
        if key in seen:
            expected[place] = seen[key]
        seen.setdefault(key, place)
    with KeyStore(2, spill_rows) as store:
        for start in range(0, len(items), 3):
            part = items[start : start + 3]
            store.add(whole(part), whole(list(range(start, start + len(part)))))
        assert store.is_spilled == (len(items) > spill_rows)
        found: dict[int, int] = {}
        for rows in map(by_key, store.parts()):
            again, first = repeats(rows)
            found |= dict(zip(rows[again, 1].tolist(), rows[first, 1].tolist(), strict=True))
    assert found == expected


@settings(max_examples=30)
@given(KEYS, KEYS)
def test_two_stores_are_matched_part_by_part(one: list[int], other: list[int]) -> None:
    with KeyStore(1, 5) as first, KeyStore(1, 10**6) as second:
        first.add(whole(one))
        second.add(whole(other))
        lost: list[int] = []
        for own, known in together([first, second]):
            places = find(own[:, 0], np.unique(known[:, 0]))
            lost += own[places < 0, 0].tolist()
    assert sorted(lost) == sorted(key for key in one if key not in other)


def test_the_files_are_gone_afterwards(tmp_path: object) -> None:
    store = KeyStore(1, 2)
    store.add(whole([1, 2, 3]))
    folder = store._folder
    assert folder is not None
    store.close()
    assert not store.is_spilled
    with pytest.raises(FileNotFoundError):
        open(folder.name)
