"""Findings on plans of a real server: each known cause first, good plans silent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from analyzer.domain.explanation import Finding
from analyzer.domain.target import Address
from analyzer.plans.findings import findings
from analyzer.plans.read_any import read_any_plan
from analyzer.postgres.connect import Connection, session

pytestmark = pytest.mark.integration

SETUP = """
CREATE TABLE fact (id int PRIMARY KEY, dim int, kind int, twin int, at int, pad text);
INSERT INTO fact SELECT g, g % 2000, g % 50, g % 50, g, repeat('x', 60)
    FROM generate_series(1, 120000) g;
CREATE INDEX fact_dim ON fact (dim);
CREATE INDEX fact_at ON fact (at);
CREATE INDEX fact_kind ON fact (kind);
CREATE TABLE dim (id int PRIMARY KEY, name text, kind int);
INSERT INTO dim SELECT g, 'n' || g, g % 10 FROM generate_series(0, 1999) g;
CREATE TABLE bare (id int, dim int);
INSERT INTO bare SELECT g, g % 2000 FROM generate_series(1, 4000) g;
CREATE TABLE stale AS SELECT at, pad FROM fact;
CREATE INDEX stale_at ON stale (at);
CREATE TABLE part (at int, v text) PARTITION BY RANGE (at);
CREATE INDEX part_at ON part (at);
"""
PARTITIONS = [
    f"CREATE TABLE part_{n} PARTITION OF part FOR VALUES FROM ({n}000) TO ({n + 1}000)"
    for n in range(8)
]
AFTER = """
INSERT INTO part SELECT g % 8000, repeat('y', 50) FROM generate_series(1, 80000) g;
ANALYZE;
UPDATE stale SET pad = 'z';
"""


@dataclass(frozen=True)
class Case:
    """A statement with settings, and the rule that must come first."""

    rule: str
    query: str
    settings: tuple[tuple[str, str], ...] = ()
    prepare: str = ""
    words: str = ""


NO_PARALLEL = (("max_parallel_workers_per_gather", "0"),)
CASES = [
    Case("sort_spills", "SELECT * FROM fact ORDER BY pad, id DESC",
         (*NO_PARALLEL, ("work_mem", "1MB")), words="work_mem = "),
    Case("hash_spills",
         "SELECT count(*) FROM fact a JOIN fact b ON a.id = b.at AND a.pad = b.pad",
         (*NO_PARALLEL, ("work_mem", "1MB"), ("enable_mergejoin", "off")),
         words="work_mem = "),
    Case("hash_spills",
         "SELECT id, pad, count(*) FROM fact GROUP BY id, pad",
         (*NO_PARALLEL, ("work_mem", "1MB"), ("enable_sort", "off"),
          ("enable_indexscan", "off"))),
    # All rows begin so: an index for that part would find them all.
    Case("not_sargable", "SELECT * FROM fact WHERE pad LIKE 'x%' AND id + 0 = 7",
         NO_PARALLEL),
    Case("rows_removed", "SELECT * FROM fact WHERE pad LIKE 'y%' AND id + 0 = 7",
         NO_PARALLEL),
    Case("not_sargable", "SELECT * FROM fact WHERE id + 0 = 7",
         (("parallel_setup_cost", "0"), ("min_parallel_table_scan_size", "0"))),
    Case("index_does_not_fit",
         "SELECT * FROM fact WHERE at BETWEEN 1 AND 60000 AND kind = 7 AND twin = 8",
         (*NO_PARALLEL, ("enable_seqscan", "off"), ("enable_bitmapscan", "off")),
         prepare="DROP INDEX fact_kind"),
    Case("order_by_wrong_index",
         "SELECT * FROM fact WHERE id % 100000 = 99999 ORDER BY at LIMIT 1",
         (*NO_PARALLEL, ("enable_sort", "off"))),
    Case("heap_fetches", "SELECT count(at) FROM stale WHERE at < 100000",
         (*NO_PARALLEL, ("enable_seqscan", "off"), ("enable_bitmapscan", "off"))),
    Case("lossy_bitmap", "SELECT count(pad) FROM fact WHERE kind = 3",
         (*NO_PARALLEL, ("enable_seqscan", "off"), ("enable_indexscan", "off"),
          ("work_mem", "64kB")), words="work_mem = "),
    Case("missing_workers", "SELECT sum(length(pad) * kind) FROM fact",
         (("max_parallel_workers", "0"), ("parallel_setup_cost", "0"),
          ("parallel_tuple_cost", "0"), ("min_parallel_table_scan_size", "0"))),
    Case("unpruned_partitions", "SELECT * FROM part WHERE at + 0 = 4321", NO_PARALLEL),
    Case("repeated_subplan",
         "SELECT d.id, (SELECT count(*) FROM bare b WHERE b.dim = d.id) FROM dim d",
         NO_PARALLEL),
    Case("nested_loop",
         "SELECT count(*) FROM bare a JOIN dim d ON a.dim + d.id = 4 * a.id - a.id",
         (*NO_PARALLEL, ("enable_hashjoin", "off"), ("enable_mergejoin", "off"))),
    Case("estimate_error",
         "SELECT count(b.pad) FROM fact a JOIN fact b ON b.id = a.at"
         " WHERE a.kind = a.twin AND a.kind < 20",
         (*NO_PARALLEL, ("enable_hashjoin", "off"), ("enable_mergejoin", "off"))),
    Case("filter_late",
         "WITH c AS MATERIALIZED (SELECT dim, count(*) AS n FROM fact GROUP BY dim)"
         " SELECT * FROM c WHERE dim = 7", NO_PARALLEL),
]  # fmt: skip
GOOD = [
    "SELECT * FROM fact WHERE id = 7",
    "SELECT * FROM fact WHERE dim = 7",
    "SELECT count(*) FROM fact",
    "SELECT kind, count(*), sum(at) FROM fact GROUP BY kind",
    "SELECT * FROM fact ORDER BY at LIMIT 100",
    "SELECT d.name, count(*) FROM fact f JOIN dim d ON d.id = f.dim GROUP BY d.name",
    "SELECT f.* FROM fact f JOIN dim d ON d.id = f.dim WHERE d.id = 77",
    "SELECT f.* FROM fact f JOIN dim d ON d.id = f.dim WHERE d.kind = 3",
    "SELECT count(at) FROM fact WHERE at < 50000",
    "SELECT * FROM part WHERE at = 4321",
    "SELECT * FROM fact WHERE kind = 3 AND twin = 3",
    "SELECT * FROM dim WHERE EXISTS (SELECT FROM fact WHERE fact.dim = dim.id)",
    "SELECT * FROM fact WHERE at > 100000 ORDER BY pad",
    "SELECT count(*) FROM fact WHERE id < 5000 AND dim NOT IN (SELECT id FROM dim)",
]


@pytest.fixture(scope="module")
def address(superuser: Address) -> Iterator[Address]:
    with session(superuser, read_only=False) as admin:
        admin.execute("CREATE DATABASE findings")
    place = replace(superuser, database="findings")
    with session(place, read_only=False, statement_timeout_ms=60_000) as admin:
        for text in (SETUP, *PARTITIONS, *AFTER.split(";")):
            if text.strip():
                admin.execute(text.encode())
    with session(place, read_only=False) as admin:
        admin.execute("VACUUM fact, dim, bare, part")
    yield place
    with session(superuser, read_only=False) as admin:
        admin.execute("DROP DATABASE findings WITH (FORCE)")


@pytest.fixture
def connection(address: Address) -> Iterator[Connection]:
    with session(address, read_only=False, statement_timeout_ms=60_000) as opened:
        yield opened


def found(
    connection: Connection, case: Case, options: str = "FORMAT JSON"
) -> tuple[Finding, ...]:
    with connection.transaction(force_rollback=True):
        if case.prepare:
            connection.execute(case.prepare.encode())
        connection.execute("SET LOCAL jit = off")
        for name, value in case.settings:
            connection.execute(f"SET LOCAL {name} = '{value}'".encode())
        command = f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS, {options}) {case.query}"
        rows = connection.execute(command.encode()).fetchall()
    parts = [r[0] if isinstance(r[0], str) else json.dumps(r[0]) for r in rows]
    return findings(read_any_plan("\n".join(parts), source="test"))


@pytest.mark.parametrize("options", ["FORMAT JSON", "FORMAT TEXT"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_cause_comes_first(
    connection: Connection, case: Case, options: str
) -> None:
    # A rule speaks of what takes a tenth of the time, which in a run of milliseconds
    # another process may take, as the start of a worker may; a cause is there in every
    # run, so one of three has to tell it first.
    for _ in range(3):
        told = found(connection, case, options)
        if [item.rule for item in told][:1] == [case.rule]:
            break
    assert [item.rule for item in told][:1] == [case.rule], told
    assert case.words in told[0].remedy
    assert told[0].basis == "measured"
    assert 0.1 <= told[0].lost_ratio <= 1


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.rule in ("sort_spills", "hash_spills")],
    ids=lambda case: case.rule,
)
def test_the_work_mem_that_is_named_would_do_and_is_not_far_too_much(
    connection: Connection, case: Case
) -> None:
    (named,) = re.findall(r"work_mem = (\d+)MB", found(connection, case)[0].remedy)
    others = tuple(item for item in case.settings if item[0] != "work_mem")
    enough = replace(case, settings=(*others, ("work_mem", f"{named}MB")))
    assert case.rule not in [item.rule for item in found(connection, enough)]
    too_little = max(int(named) * 1024 // 4, 64)
    scarce = replace(case, settings=(*others, ("work_mem", f"{too_little}kB")))
    assert case.rule in [item.rule for item in found(connection, scarce)]


@pytest.mark.parametrize("query", GOOD)
def test_a_good_plan_has_no_findings(connection: Connection, query: str) -> None:
    settings = (("work_mem", "32MB"),)
    assert found(connection, Case("", query, settings)) == ()
