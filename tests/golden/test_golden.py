"""Every golden case, by a stub planner and by a real server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from analyzer.advisors.contract import Advisor
from analyzer.advisors.registry import ADVISORS
from analyzer.domain.recommendation import (
    NoAdvice,
    Recommendation,
    RewriteQuery,
)
from analyzer.domain.target import Address
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection, session
from analyzer.rewriting.parameters import compacted
from analyzer.statements.ddl import catalog_from_ddl
from analyzer.statements.fingerprint import fingerprint
from analyzer.statements.parse import parse_one, parses
from analyzer.statements.plain_tree import same_tree
from analyzer.statements.server_text import server_text
from tests.support.generated_rows import fill
from tests.support.golden import GoldenCase, facts_of, golden_cases
from tests.support.real_planner import RealPlanner
from tests.support.stub_planner import stub_planner

CASES = golden_cases()
BY_SLUG: dict[str, Advisor] = {one.slug: one for one in ADVISORS}
Found = list[Recommendation | NoAdvice]


def cases(leave_out: str) -> list[Any]:
    chosen = [case for case in CASES if case.only != leave_out]
    return [pytest.param(case, id=case.name) for case in chosen]


@pytest.mark.parametrize("case", cases(leave_out="real"))
def test_pure(case: GoldenCase) -> None:
    counts = {name: float(count) for name, count in case.rows.items()}
    catalog = catalog_from_ddl(case.ddl, counts)
    facts = facts_of(case, catalog, stub_planner(catalog))
    assert_expected(case, list(BY_SLUG[case.slug].advise(facts)))


@pytest.mark.integration
@pytest.mark.parametrize("case", cases(leave_out="pure"))
def test_real(case: GoldenCase, database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute(case.ddl)
        written = catalog_from_ddl(case.ddl)
        fill(connection, written, case.rows, case.fill)
        catalog, _ = read_catalog(connection)
        for setting in case.settings:
            connection.execute(f"SET {setting}")
        facts = facts_of(case, catalog, RealPlanner(connection))
        found = list(BY_SLUG[case.slug].advise(facts))
        assert_expected(case, found)
        for item in found:
            if isinstance(item, Recommendation):
                assert_same_rows(connection, case, item)


@pytest.mark.parametrize("slug", sorted({case.slug for case in CASES}))
def test_at_least_half_of_the_cases_are_silent(slug: str) -> None:
    own = [case for case in CASES if case.slug == slug]
    silent = [case for case in own if case.expect != "recommend"]
    assert 2 * len(silent) >= len(own) > len(silent)
    assert len({case.title for case in own}) == len(own)


def assert_expected(case: GoldenCase, found: Found) -> None:
    advice = [item for item in found if isinstance(item, Recommendation)]
    reasons = [item.reason for item in found if isinstance(item, NoAdvice)]
    if case.expect == "recommend":
        assert [text_of(item) for item in advice], f"silent: {reasons}"
        assert any(same_text(text_of(item), case.text) for item in advice), [
            text_of(item) for item in advice
        ]
        assert all(item.evidence and 0 <= item.impact_ratio <= 1 for item in advice)
    else:
        assert not advice, [text_of(item) for item in advice]
    if case.expect == "no advice":
        assert any(case.words in reason for reason in reasons), reasons


def text_of(item: Recommendation) -> str:
    action = item.action
    return action.ddl if hasattr(action, "ddl") else action.query


def same_text(given: str, expected: str) -> bool:
    """Equal as trees, the names of new indexes left aside."""
    given, expected = given.rstrip(";"), expected.rstrip(";")
    if not (parses(given) and parses(expected)):
        return given.split() == expected.split()
    return same_tree(nameless(given), nameless(expected))


def nameless(text: str) -> Any:
    tree = parse_one(text).tree
    if "IndexStmt" in tree:
        tree["IndexStmt"].pop("idxname", None)
        tree["IndexStmt"].pop("if_not_exists", None)
    return tree


def assert_same_rows(
    connection: Connection, case: GoldenCase, item: Recommendation
) -> None:
    """A rewrite gives the same bag of rows, names and types for every sample."""
    if not isinstance(item.action, RewriteQuery):
        return
    texts = (item.action.original, item.action.query)
    kind = fingerprint(texts[0])
    own = [query for query in case.queries if fingerprint(query.text) == kind]
    samples = [values for query in own for values in query.parameters]
    counts = []
    for values in samples or [()]:
        one, two = (rows_of(connection, text, values) for text in texts)
        assert one == two
        counts.append(len(one[1]))
    if re.match(r"(?i)select|with", texts[0]):
        assert any(counts), "no sample returned a row, so nothing was tested"


def rows_of(
    connection: Connection, text: str, values: Sequence[str | None]
) -> tuple[list[tuple[str, int]], list[str]]:
    query, kept = compacted(text, values)
    with connection.transaction(force_rollback=True):
        cursor = psycopg.RawCursor(connection)
        cursor.execute(server_text(parse_one(query)).encode(), kept)
        if cursor.description is None:
            return [], [str(cursor.rowcount)]
        columns = [(item.name, item.type_code) for item in cursor.description]
        return columns, sorted(map(repr, cursor.fetchall()))
