"""Look-alikes of the golden cases: what each rule says of them, and the same rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.recommendation import Semantics
from analyzer.domain.target import Address
from analyzer.postgres.connect import Connection, session
from tests.support.look_alikes import LookAlike, counts, read, steps_of
from tests.support.rule_cases import ROWS, SCHEMA, rule_cases, schema_catalog
from tests.support.same_rows import difference, outcome

CASES = {(case.slug, case.title): case for case in rule_cases()}
CATALOGS = {c.version: schema_catalog(c.version) for c in CASES.values()}
BY_RULE: dict[str, list[LookAlike]] = defaultdict(list)
for _item in read():
    BY_RULE[_item.rule].append(_item)


@pytest.mark.parametrize("slug", sorted(BY_RULE))
def test_a_rule_fits_no_more_than_it_did(slug: str) -> None:
    for item in BY_RULE[slug]:
        case = CASES[item.rule, item.case]
        found = counts(steps_of(case, item.query, CATALOGS[case.version]))
        assert found == (item.fires, item.asks), f"{item.change}: {item.query}"


@pytest.fixture(scope="module")
def filled(superuser: Address) -> Iterator[Connection]:
    address = replace(superuser, database="rewrite_look_alikes")
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE rewrite_look_alikes")
    with session(address, read_only=False) as connection:
        connection.execute(SCHEMA.encode())
        connection.execute(ROWS.encode())
        yield connection
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE rewrite_look_alikes WITH (FORCE)")


@pytest.mark.integration
@pytest.mark.parametrize("slug", sorted(BY_RULE))
def test_what_fits_gives_the_same_rows(slug: str, filled: Connection) -> None:
    """Where PostgreSQL takes the look-alike, and its rows are its own."""
    for item in BY_RULE[slug]:
        case = CASES[item.rule, item.case]
        values = (case.values or [()])[0]
        if not item.fires or isinstance(outcome(filled, item.query, values), str):
            continue
        for step in steps_of(case, item.query, CATALOGS[case.version]):
            exact = step.semantics is Semantics.UNCHANGED
            if exact and all(c.holds for c in step.conditions):
                found = difference(filled, item.query, step.query, values)
                assert not found or _is_open(item.query), f"{step.query}\n{found}"


def _is_open(query: str) -> bool:
    """Whether which rows it gives is left to chance, such as LIMIT without an order."""
    is_cut = "LIMIT" in query and "ORDER BY" not in query
    return is_cut or "row_number() OVER ()" in query
