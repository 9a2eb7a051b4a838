"""Constraints that rows from before may break promise nothing to a proof."""

from __future__ import annotations

import pytest

from analyzer.domain.equivalence import CheckedSchema, Outcome
from analyzer.verification.equivalence import EquivalenceChecker

pytestmark = pytest.mark.integration

TABLES = """
CREATE TABLE owner (id int PRIMARY KEY);
CREATE TABLE item (id int PRIMARY KEY, qty int, owner_id int);
"""
CHECK = "ALTER TABLE item ADD CHECK (qty > 0){};"
NOT_NULL = "ALTER TABLE item ADD CONSTRAINT there NOT NULL qty{};"
KEY = "ALTER TABLE item ADD FOREIGN KEY (owner_id) REFERENCES owner{};"
WITH_CHECK = (
    CHECK,
    "SELECT id FROM item WHERE qty > -1",
    "SELECT id FROM item WHERE qty > 0",
)
WITH_NOT_NULL = (
    NOT_NULL,
    "SELECT id FROM item WHERE qty IS NOT NULL",
    "SELECT id FROM item",
)
WITH_UNIQUE = (
    "ALTER TABLE item ADD UNIQUE (qty){};",
    "SELECT qty FROM item WHERE qty > 0",
    "SELECT DISTINCT qty FROM item WHERE qty > 0",
)
WITH_KEY = (
    KEY,
    "SELECT id FROM item WHERE owner_id IS NOT NULL",
    "SELECT i.id FROM item AS i JOIN owner AS o ON o.id = i.owner_id",
)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (WITH_CHECK, " NOT VALID"),
        (WITH_CHECK, " NOT ENFORCED"),
        (WITH_NOT_NULL, " NOT VALID"),
        (WITH_UNIQUE, " DEFERRABLE"),
        (WITH_KEY, " NOT VALID"),
        (WITH_KEY, " NOT ENFORCED"),
        (WITH_KEY, " DEFERRABLE"),
        (WITH_KEY, " DEFERRABLE INITIALLY DEFERRED"),
    ],
)
def test_a_pair_that_only_they_make_equal_is_refuted(
    checker: EquivalenceChecker, case: tuple[str, str, str], words: str
) -> None:
    constraint, before, after = case
    schema = CheckedSchema(ddl=TABLES + constraint.format(words))
    assert checker.check(schema, before, after).outcome is Outcome.REFUTED


@pytest.mark.parametrize("case", [WITH_CHECK, WITH_NOT_NULL, WITH_UNIQUE, WITH_KEY])
def test_with_a_valid_one_it_is_not(
    checker: EquivalenceChecker, case: tuple[str, str, str]
) -> None:
    constraint, before, after = case
    schema = CheckedSchema(ddl=TABLES + constraint.format(""))
    assert checker.check(schema, before, after).outcome is not Outcome.REFUTED


def test_rows_still_meet_by_a_foreign_key_that_may_be_broken(
    checker: EquivalenceChecker,
) -> None:
    schema = CheckedSchema(
        ddl="CREATE TABLE a (id int PRIMARY KEY, x int NOT NULL);"
        "CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a DEFERRABLE,"
        " y int NOT NULL);"
    )
    found = checker.check(
        schema,
        "SELECT b.id FROM b JOIN a ON a.id = b.a_id WHERE b.y > 3",
        "SELECT b.id FROM b WHERE EXISTS (SELECT FROM a WHERE id = b.a_id) AND b.y > 3",
    )
    assert found.outcome is Outcome.EQUIVALENT, found


def test_of_a_partitioned_table_and_of_one_that_points_to_itself(
    checker: EquivalenceChecker,
) -> None:
    schema = CheckedSchema(
        ddl="CREATE TABLE boss (id int PRIMARY KEY, b int REFERENCES boss DEFERRABLE);"
        "CREATE TABLE work (id int, boss_id int REFERENCES boss DEFERRABLE)"
        " PARTITION BY RANGE (id);"
        "CREATE TABLE work_1 PARTITION OF work FOR VALUES FROM (0) TO (100);"
        "CREATE TABLE work_2 PARTITION OF work DEFAULT;"
    )
    for key, table in (("b", "boss"), ("boss_id", "work")):
        found = checker.check(
            schema,
            f"SELECT id FROM {table} WHERE {key} IS NOT NULL",
            f"SELECT w.id FROM {table} AS w JOIN boss AS o ON o.id = w.{key}",
        )
        assert found.outcome is Outcome.REFUTED, table


def test_of_a_domain_and_of_a_parent(checker: EquivalenceChecker) -> None:
    schema = CheckedSchema(
        ddl="CREATE DOMAIN size AS int; CREATE TABLE box (id int PRIMARY KEY, s size);"
        "ALTER DOMAIN size ADD CONSTRAINT big CHECK (VALUE > 0) NOT VALID;"
        "CREATE TABLE crate (weight int) INHERITS (box);"
        "ALTER TABLE box ADD CONSTRAINT named CHECK (id > 0) NOT VALID;"
    )
    for condition in ("s > 0 OR s IS NULL", "id > 0"):
        found = checker.check(
            schema, "SELECT id FROM box", f"SELECT id FROM box WHERE {condition}"
        )
        assert found.outcome is Outcome.REFUTED, condition
