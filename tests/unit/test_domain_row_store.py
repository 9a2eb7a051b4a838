"""Long tables are what short ones are, whether they lie in memory or in files."""

from __future__ import annotations

from operator import itemgetter

import numpy as np
import pytest

from analyzer.domain import pages
from analyzer.domain.execution_columns import COLUMNS, KINDS, typed
from analyzer.domain.pages import Column, release
from analyzer.domain.row_store import (
    RowStore,
    in_parts,
    parted,
    parts_by,
    sorted_table,
    sorted_values,
)
from analyzer.errors import ConfigError


def rows(first: int, count: int) -> dict[str, np.ndarray]:
    numbers = np.arange(first, first + count)
    return typed(dict.fromkeys(COLUMNS, numbers))


@pytest.fixture(params=[1 << 20, 1000], ids=["in memory", "in files"])
def limit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(pages, "SPILL_ROWS", request.param)
    return int(request.param)


@pytest.mark.usefixtures("limit")
def test_rows_of_many_windows() -> None:
    store = RowStore(KINDS)
    for first in range(0, 30_000, 3_000):
        store.append(rows(first, 3_000))
    assert len(store) == 30_000
    columns = store.table()
    assert all(len(values) == 30_000 for values in columns.values())
    release(*columns.values())
    assert np.array_equal(columns["position"], np.arange(30_000))
    assert columns["statement"].dtype == np.int32


@pytest.mark.usefixtures("limit")
def test_sorting_moves_all_columns_and_nothing_that_was_handed_out() -> None:
    store = RowStore(KINDS)
    store.append(rows(0, 5_000))
    before = store.table()
    store.sort(lambda part: -part["position"])
    assert store.table()["queryid"].tolist() == [*range(4_999, -1, -1)]
    assert store.table()["duration_ms"][0] == 4_999.0
    assert before["queryid"].tolist() == [*range(5_000)]
    # More rows come behind them.
    store.append(rows(5_000, 2))
    assert store.table()["queryid"][-3:].tolist() == [0, 5_000, 5_001]


@pytest.mark.usefixtures("limit")
def test_what_is_written_to_a_column_stays() -> None:
    store = RowStore(KINDS)
    store.append(rows(0, 4_000))
    store.table()["duration_ms"][17] = 0.5
    release(*store.table().values())
    store.append(rows(4_000, 1))
    assert store.table()["duration_ms"][[17, 18, 4_000]].tolist() == [0.5, 18.0, 4000.0]


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("different", [1, 3, 500, 10_000])
def test_equal_keys_stay_in_their_order(different: int) -> None:
    chance = np.random.default_rng(1)
    keys = chance.integers(0, different, 10_000)
    found = sorted_table({"key": keys, "at": np.arange(10_000)}, itemgetter("key"))
    assert np.array_equal(found["at"], np.argsort(keys, kind="stable"))
    assert np.array_equal(found["key"], np.sort(keys))


@pytest.mark.usefixtures("limit")
def test_parts_hold_each_row_once() -> None:
    table = {"key": np.arange(5_000) * 7 % 11}
    found = [part["key"].tolist() for part in parted(table, itemgetter("key"), 12)]
    assert found == [[key] * len(part) for key, part in enumerate(found)]
    assert sum(map(len, found)) == 5_000


def test_no_more_is_looked_at_at_once_than_is_allowed(limit: int) -> None:
    sizes = [len(part["key"]) for part in in_parts({"key": np.arange(5_000)})]
    assert sum(sizes) == 5_000
    assert max(sizes) <= limit


@pytest.mark.usefixtures("limit")
def test_without_rows() -> None:
    store = RowStore(KINDS)
    store.sort(itemgetter("position"))
    assert [len(values) for values in store.table().values()] == [0] * len(COLUMNS)
    assert list(in_parts(store.table())) == []


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SPILL_ROWS", 10)
    full = open("/dev/full", "wb")  # noqa: SIM115
    monkeypatch.setattr(pages, "TemporaryFile", lambda **_: full)
    column = Column(np.int64)
    with pytest.raises(ConfigError):
        column.append(np.arange(100_000))


def test_without_a_place_for_files_it_stays_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere(**_: str) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(pages, "SPILL_ROWS", 10)
    monkeypatch.setattr(pages, "TemporaryFile", nowhere)
    column = Column(np.int64)
    column.append(np.arange(100))
    column.append(np.arange(3))
    assert column.array()[-4:].tolist() == [99, 0, 1, 2]


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("different", [1, 3, 10_000])
def test_values_of_one_column(different: int) -> None:
    values = np.random.default_rng(2).integers(0, different, 10_000) / 8
    assert np.array_equal(sorted_values(values), np.sort(values))


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("different", [1, 3, 10_000])
def test_parts_by_a_key_follow_each_other(different: int) -> None:
    keys = np.random.default_rng(3).integers(0, different, 10_000)
    found = [part["key"] for part in parts_by({"key": keys}, itemgetter("key"))]
    assert np.array_equal(np.sort(np.concatenate(found)), np.sort(keys))
    edges = [edge for part in found for edge in (part.min(), part.max())]
    assert edges == sorted(edges)
