"""Every golden case of every rewrite rule, by its text and on real rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from analyzer.advisors.contract import DOCSTRING_HEADINGS
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import RewriteStep
from analyzer.domain.target import Address
from analyzer.postgres.connect import Connection, session
from analyzer.rewriting.protocol import Rule, subject
from analyzer.rewriting.registry import RULES, rule
from analyzer.statements.parse import parse_one
from analyzer.statements.plain_tree import same_tree
from tests.support.rule_cases import ROWS, SCHEMA, RuleCase, rule_cases, schema_catalog
from tests.support.rule_conditions import claims, read
from tests.support.same_rows import difference

CASES = rule_cases()
CATALOG = schema_catalog()
CONDITIONS = read()


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES])
def test_the_text(case: RuleCase) -> None:
    steps = list(steps_of(case))
    assert claims(steps) == CONDITIONS.get(case.name, [])
    proved = [step for step in steps if all(c.holds for c in step.conditions)]
    if case.expect == "rewritten":
        assert any(same_text(step.query, case.text) for step in proved), [
            step.query for step in steps
        ]
    elif case.expect == "unproven":
        missing = [c for step in steps for c in step.conditions if not c.holds]
        assert any(case.words in c.claim or case.words in c.ddl for c in missing)
        assert not proved
    else:
        assert case.expect == "silent"
        assert not steps, [step.query for step in steps]


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.slug)
def test_every_rule_has_a_manual_page_and_cases_half_of_them_silent(one: Rule) -> None:
    for heading in DOCSTRING_HEADINGS:
        assert heading in one.doc
    own = [case for case in CASES if case.slug == one.slug]
    quiet = [case for case in own if case.expect != "rewritten"]
    assert 2 * len(quiet) >= len(own) > len(quiet)
    assert len({case.title for case in own}) == len(own)


@pytest.fixture(scope="module")
def filled(superuser: Address) -> Iterator[Connection]:
    """A database of the schema with rows that bite."""
    address = replace(superuser, database="rewrite_rules")
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE rewrite_rules")
    with session(address, read_only=False) as connection:
        connection.execute(SCHEMA.encode())
        connection.execute(ROWS.encode())
        yield connection
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE rewrite_rules WITH (FORCE)")


@pytest.mark.integration
@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES])
def test_the_same_rows(case: RuleCase, filled: Connection) -> None:
    """Whatever any rule makes of any case gives the same bag, names and types."""
    given = subject(case.query, case.setting(schema_catalog(case.version)))
    for one in RULES:
        for step in one.steps(given):
            exact = step.semantics is not Semantics.CHANGED
            if exact and all(c.holds for c in step.conditions):
                for values in case.values or [()]:
                    found = difference(filled, case.query, step.query, values)
                    assert not found, f"{step.rule}: {step.query}\n{found}"
            else:
                prepared(filled, step)


def prepared(connection: Connection, step: RewriteStep) -> None:
    """PostgreSQL accepts the text, even if its rows differ."""
    with connection.transaction(force_rollback=True):
        psycopg.RawCursor(connection).execute(b"PREPARE one AS " + step.query.encode())
        connection.execute("DEALLOCATE one")


def steps_of(case: RuleCase) -> Iterator[RewriteStep]:
    found = rule(case.slug)
    assert found is not None, f"no rule {case.slug}"
    yield from found.steps(
        subject(case.query, case.setting(schema_catalog(case.version)))
    )


def same_text(given: str, expected: str) -> bool:
    return same_tree(parse_one(given).tree, parse_one(expected).tree)
