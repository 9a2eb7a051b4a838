"""Each type that a column may have comes with values; a column without is told."""

from __future__ import annotations

import pytest

from analyzer.domain.equivalence import CheckedSchema, Outcome
from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from analyzer.postgres.queries import load
from analyzer.verification.equivalence import EquivalenceChecker
from analyzer.verification.schema_facts import FOLDER
from analyzer.verification.value_candidates import extremes, ordinary

pytestmark = pytest.mark.integration

WRITTEN_BY_NOBODY = {
    *("pg_node_tree", "pg_ndistinct", "pg_dependencies", "pg_mcv_list", "aclitem"),
    *("pg_brin_bloom_summary", "pg_brin_minmax_multi_summary", "gtsvector", "xml"),
}
"""Types of catalogs, whose values nobody gives, and xml, which this server lacks."""


def test_each_built_in_type_has_two_values(database: Address) -> None:
    valid = load("valid_values", folder=FOLDER).encode()
    with session(database) as connection:
        names = [
            str(name)
            for (name,) in connection.execute(
                "SELECT format_type(oid, NULL) FROM pg_type WHERE typtype IN ('b', 'r',"
                " 'm') AND typcategory <> 'A' AND typelem = 0 AND oid < 16384"
            ).fetchall()
        ]
        poor = []
        for name in sorted({*names} - WRITTEN_BY_NOBODY):
            texts = [*dict.fromkeys((*ordinary(name), *extremes(name)))]
            kinds = [name] * len(texts)
            if len(connection.execute(valid, (kinds, texts)).fetchall()) < 2:
                poor.append(name)
    assert not poor


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        ("b box", "b && box '((0,0),(2,2))'", "b <@ box '((0,0),(2,2))'"),
        ("c circle", "c && circle '<(0,0),2>'", "c <@ circle '<(0,0),2>'"),
        ("w pg_lsn", "w > '0/1'", "w >= '0/1'"),
        (
            "m macaddr",
            "trunc(m) = '08:00:2b:00:00:00'",
            "m BETWEEN '08:00:2b:00:00:00' AND '08:00:2b:ff:00:00'",
        ),
        (
            "m macaddr8",
            "m & 'ff:ff:ff:00:00:00:00:00' = '00:1b:63:00:00:00:00:00'",
            "m = '00:1b:63:00:00:00:00:00'",
        ),
        ("n name, t text", "n = t", "n = t::name"),
        (
            "t text",
            "to_tsvector('simple', t) @@ to_tsquery('simple', 'goat')",
            r"t ~* '\ygoat\y'",
        ),
        (
            "t text",
            "to_tsvector('english', t) @@ to_tsquery('english', 'swim')",
            "to_tsvector('simple', t) @@ to_tsquery('simple', 'swim')",
        ),
        ("t text, v varchar(70)", "t = v", "t::varchar(6) = v"),
    ],
)
def test_conditions_on_values_of_rarer_kinds_are_told_apart(
    checker: EquivalenceChecker, column: str, before: str, after: str
) -> None:
    schema = CheckedSchema(ddl=f"CREATE TABLE x (id int PRIMARY KEY, {column});")
    found = checker.check(
        schema, f"SELECT id FROM x WHERE {before}", f"SELECT id FROM x WHERE {after}"
    )
    assert found.outcome is Outcome.REFUTED, found


def test_a_column_that_no_value_is_known_for_decides_nothing(
    checker: EquivalenceChecker,
) -> None:
    schema = CheckedSchema(
        ddl="CREATE TABLE x (id int PRIMARY KEY,"
        " code text CHECK (code ~ '^[QX]{9}[0-9]{7}(-[a-z]+){4}$' AND code <> ''));"
    )
    found = checker.check(
        schema,
        "SELECT id FROM x WHERE coalesce(code, '0') LIKE '%0%'",
        "SELECT id FROM x WHERE coalesce(code, '0') LIKE '%0%' OR code LIKE '%7%'",
    )
    assert found.outcome is Outcome.UNTESTED
    assert "x.code (text)" in found.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "to_char(at, 'YYYY-MM') = '2023-06'",
            "at >= '2023-06-01' AND at < '2023-07-01'",
        ),
        (
            "at::text LIKE '2023-06-05%'",
            "at >= '2023-06-05' AND at < '2023-06-06'",
        ),
    ],
)
def test_moments_before_the_year_1_leave_open_what_only_they_decide(
    checker: EquivalenceChecker, before: str, after: str
) -> None:
    queries = [f"SELECT id FROM x WHERE {condition}" for condition in (before, after)]
    table = "CREATE TABLE x (id int PRIMARY KEY, at timestamp{});"
    found = checker.check(CheckedSchema(ddl=table.format("")), *queries)
    assert found.outcome is Outcome.UNTESTED
    assert "before the year 1" in found.reason
    bounded = table.format(" CHECK (at >= '1900-01-01')")
    assert checker.check(CheckedSchema(ddl=bounded), *queries).is_accepted
