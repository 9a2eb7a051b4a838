"""Rows from statistics: keys hold, values are known, moments follow, all repeats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.domain.index import RelationName
from analyzer.verification.column_pool import column_pool
from analyzer.verification.event_chains import delays
from analyzer.verification.generated_rows import (
    Generated,
    copy_rows,
    make_tables,
    scaled_rows,
)
from analyzer.verification.generated_table import GeneratedTable
from analyzer.verification.key_links import JOINED, NAMED, key_links
from analyzer.verification.row_order import ranks_by_place, real_correlation
from analyzer.verification.table_statistics import (
    ColumnStatistics,
    CombinedStatistics,
    Link,
    TableStatistics,
)
from analyzer.verification.unique_columns import unique_pool


def name(table: str) -> RelationName:
    return RelationName("public", table)


def key(column: str, rows: int) -> ColumnStatistics:
    bounds = tuple(str(n) for n in range(1, rows + 1, max(rows // 10, 1)))
    return ColumnStatistics(
        name=column,
        type_name="integer",
        not_null=True,
        n_distinct=-1,
        bounds=(*bounds, str(rows)),
        correlation=1.0,
    )


PARENT = TableStatistics(
    name=name("orders"),
    rows=5000,
    columns=(
        key("o_id", 5000),
        ColumnStatistics(
            name="o_day",
            type_name="date",
            n_distinct=700,
            bounds=("2023-01-01", "2023-07-01", "2024-01-01", "2024-12-01"),
            correlation=0.0,
        ),
    ),
    unique_keys=(("o_id",),),
)
CHILD = TableStatistics(
    name=name("items"),
    rows=12_000,
    columns=(
        ColumnStatistics(
            name="i_o_id",
            type_name="integer",
            not_null=True,
            n_distinct=-0.4,
            bounds=("1", "2500", "5000"),
            correlation=1.0,
        ),
        ColumnStatistics(
            name="i_line",
            type_name="integer",
            not_null=True,
            n_distinct=4,
            common=("1", "2", "3", "4"),
            frequencies=(0.4, 0.3, 0.2, 0.1),
            correlation=0.2,
        ),
        ColumnStatistics(
            name="i_sent",
            type_name="date",
            n_distinct=720,
            bounds=("2023-01-03", "2023-07-10", "2024-01-10", "2024-12-31"),
            correlation=0.0,
        ),
        ColumnStatistics(
            name="i_note",
            type_name="text",
            null_frac=0.25,
            n_distinct=3,
            common=("a\tb", "c\\d", "e"),
            frequencies=(0.5, 0.2, 0.05),
        ),
    ),
    unique_keys=(("i_o_id", "i_line"),),
)
TABLES = {table.name: table for table in (CHILD, PARENT)}
LINKS = (
    Link(
        child=CHILD.name,
        columns=("i_o_id",),
        parent=PARENT.name,
        parent_columns=("o_id",),
    ),
)


def made(seed: int = 1, budget: int = 10**6) -> dict[str, GeneratedTable]:
    tables = {}
    for table in make_tables(TABLES, LINKS, budget, seed, Generated()):
        tables[table.name.name] = table
    return tables


def values(table: GeneratedTable, column: str) -> list[str]:
    return [str(v) for v in table.texts(column, np.arange(table.rows))]


def test_references_and_unique_keys_hold() -> None:
    tables = made()
    orders, items = tables["orders"], tables["items"]
    assert len(set(values(orders, "o_id"))) == orders.rows == 5000
    assert set(values(items, "i_o_id")) <= set(values(orders, "o_id"))
    pairs = list(zip(values(items, "i_o_id"), values(items, "i_line"), strict=True))
    assert len(set(pairs)) == items.rows
    assert abs(items.rows - 12_000) < 10


def test_numbers_within_a_parent_tell_how_many_children_there_are() -> None:
    items = made()["items"]
    lines = values(items, "i_line")
    shares = [lines.count(text) / items.rows for text in "1234"]
    assert shares == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.01)


def test_a_moment_follows_that_of_the_parent() -> None:
    tables = made()
    day = dict(
        zip(
            values(tables["orders"], "o_id"),
            values(tables["orders"], "o_day"),
            strict=True,
        )
    )
    items = tables["items"]
    late = [
        (np.datetime64(sent) - np.datetime64(day[parent])).astype(int)
        for parent, sent in zip(
            values(items, "i_o_id"), values(items, "i_sent"), strict=True
        )
    ]
    assert min(late) >= 1 and max(late) <= 31


def test_nulls_and_escapes_are_copied() -> None:
    items = made()["items"]
    lines = b"".join(copy_rows(CHILD, items, ["i_note"])).decode().splitlines()
    assert set(lines) == {"a\\tb", "c\\\\d", "e", "\\N"}
    assert lines.count("\\N") / len(lines) == pytest.approx(0.25, abs=0.03)


def test_the_same_seed_makes_the_same_rows() -> None:
    def text(seed: int) -> bytes:
        return b"".join(
            copy_rows(CHILD, made(seed)["items"], [c.name for c in CHILD.columns])
        )

    assert text(3) == text(3)
    assert text(3) != text(4)


def test_a_budget_keeps_proportions_and_small_tables() -> None:
    small = TableStatistics(name=name("kind"), rows=40, columns=(key("k", 40),))
    rows = scaled_rows([PARENT, CHILD, small], 8_500 + 40)
    assert rows[small.name] == 40
    assert rows[CHILD.name] / rows[PARENT.name] == pytest.approx(2.4, rel=0.01)


def test_links_are_declared_joined_or_named() -> None:
    joined = ((CHILD.name, "i_o_id"), (PARENT.name, "o_id"))
    (link,) = key_links(TABLES, (), [joined])
    assert (link.columns, link.parent_columns, link.source) == (
        ("i_o_id",),
        ("o_id",),
        JOINED,
    )
    users = TableStatistics(
        name=name("users"), rows=100, columns=(key("id", 100),), unique_keys=(("id",),)
    )
    posts = TableStatistics(
        name=name("posts"),
        rows=400,
        columns=(
            key("id", 400),
            ColumnStatistics(
                name="user_id",
                type_name="integer",
                n_distinct=90,
                bounds=("1", "50", "99"),
            ),
            ColumnStatistics(
                name="score",
                type_name="integer",
                n_distinct=90,
                bounds=("1", "50", "99"),
            ),
        ),
        unique_keys=(("id",),),
    )
    (link,) = key_links({users.name: users, posts.name: posts}, ())
    assert (link.child, link.columns, link.source) == (posts.name, ("user_id",), NAMED)


def test_two_references_to_a_composite_key_are_one() -> None:
    def table(
        label: str, rows: int, *columns: ColumnStatistics, **more: object
    ) -> TableStatistics:
        return TableStatistics(name=name(label), rows=rows, columns=columns, **more)  # type: ignore[arg-type]

    def ref(column: str, top: int) -> ColumnStatistics:
        bounds = ("1", str(top // 2), str(top))
        return ColumnStatistics(
            name=column, type_name="integer", n_distinct=top, bounds=bounds
        )

    parts = table("part", 300, key("p_key", 300), unique_keys=(("p_key",),))
    makers = table("maker", 50, key("m_key", 50), unique_keys=(("m_key",),))
    offers = table(
        "offer",
        900,
        ref("f_pkey", 300),
        ref("f_mkey", 50),
        unique_keys=(("f_pkey", "f_mkey"),),
    )
    sales = table("sale", 9000, ref("s_pkey", 300), ref("s_mkey", 50))
    tables = {t.name: t for t in (parts, makers, offers, sales)}
    joins = [
        ((t, f"{p}_pkey"), (parts.name, "p_key"))
        for t, p in ((offers.name, "f"), (sales.name, "s"))
    ] + [
        ((t, f"{p}_mkey"), (makers.name, "m_key"))
        for t, p in ((offers.name, "f"), (sales.name, "s"))
    ]
    links = [link for link in key_links(tables, (), joins) if link.child == sales.name]
    assert [(link.parent, link.columns) for link in links] == [
        (offers.name, ("s_pkey", "s_mkey"))
    ]
    rows = {
        t.name.name: t
        for t in make_tables(
            tables, key_links(tables, (), joins), 10**6, 1, Generated()
        )
    }
    offered = set(
        zip(
            values(rows["offer"], "f_pkey"),
            values(rows["offer"], "f_mkey"),
            strict=True,
        )
    )
    sold = set(
        zip(values(rows["sale"], "s_pkey"), values(rows["sale"], "s_mkey"), strict=True)
    )
    assert sold <= offered and len(offered) == rows["offer"].rows


def test_unrelated_moments_do_not_follow() -> None:
    born = ColumnStatistics(
        name="born",
        type_name="date",
        n_distinct=-1,
        bounds=("1940-01-01", "2005-01-01"),
    )
    joined = ColumnStatistics(
        name="joined",
        type_name="date",
        n_distinct=-1,
        bounds=("2015-01-01", "2025-01-01"),
    )
    assert delays([born, joined], {}) == ()


def test_combined_statistics_are_kept() -> None:
    city = ColumnStatistics(
        name="city",
        type_name="text",
        n_distinct=2,
        common=("A", "B"),
        frequencies=(0.5, 0.5),
    )
    state = ColumnStatistics(
        name="state",
        type_name="text",
        n_distinct=2,
        common=("x", "y"),
        frequencies=(0.5, 0.5),
    )
    pairs = CombinedStatistics(
        columns=("city", "state"), common=((("A", "x"), 0.49), (("B", "y"), 0.49))
    )
    follows = CombinedStatistics(
        columns=("city", "state"), dependencies=((("city", "state"), 1.0),)
    )
    for item in (pairs, follows):
        table = TableStatistics(
            name=name("t"), rows=4000, columns=(city, state), combined=(item,)
        )
        (rows,) = make_tables({table.name: table}, (), 10**6, 1, Generated())
        found = list(zip(values(rows, "city"), values(rows, "state"), strict=True))
        together = found.count(("A", "x")) + found.count(("B", "y"))
        assert together / len(found) > 0.95


@given(
    rows=st.integers(2, 400),
    bounds=st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=20, unique=True),
    kind=st.sampled_from(["bigint", "text", "numeric"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_unique_column_has_a_value_for_each_row(
    rows: int, bounds: list[int], kind: str
) -> None:
    ordered = sorted(bounds) if kind != "text" else sorted(bounds, key=str)
    column = ColumnStatistics(
        name="c", type_name=kind, n_distinct=-1, bounds=tuple(map(str, ordered))
    )
    pool = unique_pool(column, rows, np.random.default_rng(1))
    assert len(pool) == len(set(pool.texts)) == rows


@given(st.floats(-1, 1))
@settings(max_examples=25, deadline=None)
def test_rows_have_the_correlation_asked_for(correlation: float) -> None:
    ranks = ranks_by_place(3000, correlation, np.random.default_rng(1))
    assert sorted(ranks.tolist()) == list(range(3000))
    found = np.corrcoef(np.arange(3000), ranks)[0, 1]
    assert found == pytest.approx(correlation, abs=0.08)


def test_equal_values_add_no_correlation() -> None:
    assert real_correlation(1.0, np.array([1.0])) == 0.0
    assert real_correlation(0.25, np.full(4, 0.25)) == 0.0
    assert real_correlation(0.9, np.full(1000, 0.001)) > 0.85


@pytest.mark.parametrize(
    "bounds",
    [
        ("-infinity", "2024-01-01", "infinity"),
        ("0044-03-15 BC", "2024-01-01"),
        ("x", "y"),
    ],
)
def test_values_that_lie_on_no_line_are_repeated(bounds: tuple[str, ...]) -> None:
    column = ColumnStatistics(name="c", type_name="date", n_distinct=100, bounds=bounds)
    pool = column_pool(column, 1000, np.random.default_rng(1))
    assert set(pool.texts) == set(bounds)


@pytest.mark.parametrize(
    ("type_name", "longest"), [("character(2)", 2), ("character varying(3)", 3)]
)
def test_texts_are_no_longer_than_their_type(type_name: str, longest: int) -> None:
    code = ColumnStatistics(
        name="code",
        type_name=type_name,
        not_null=True,
        n_distinct=-1,
        bounds=("AA", "BA", "CA", "DZ"),
    )
    pool = unique_pool(code, 120, np.random.default_rng(1))
    texts = [str(text) for text in pool.texts]
    assert len(set(texts)) == 120
    assert max(map(len, texts)) <= longest
