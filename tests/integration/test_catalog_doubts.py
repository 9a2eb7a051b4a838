"""What a catalog declares and rows need not keep: no rewrite may stand on it."""

from __future__ import annotations

import pytest

from analyzer.domain.catalog import Relation
from analyzer.domain.index import RelationName
from analyzer.domain.target import Address
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import session
from analyzer.rewriting.conditions import type_of

pytestmark = pytest.mark.integration


def relation(address: Address, setup: str, name: str) -> Relation:
    with session(address, read_only=False) as connection:
        connection.execute(setup.encode())
        catalog, _ = read_catalog(connection)
    found = catalog.find(RelationName("public", name))
    assert found is not None
    return found


def not_null(found: Relation) -> dict[str, bool]:
    return {item.name: item.not_null for item in found.attributes}


def test_a_not_null_constraint_that_is_not_valid(database: Address) -> None:
    setup = """
        CREATE TABLE t (a int NOT NULL, b int, c int NOT NULL);
        INSERT INTO t VALUES (1, NULL, 1);
        ALTER TABLE t ADD CONSTRAINT b_is_set NOT NULL b NOT VALID;
    """
    found = relation(database, setup, "t")
    assert not_null(found) == {"a": True, "b": False, "c": True}


def test_not_null_of_a_table_whose_heirs_hold_null(database: Address) -> None:
    setup = """
        CREATE TABLE t (a int NOT NULL, b int);
        CREATE TABLE heir () INHERITS (t);
        CREATE TABLE heir_of_heir () INHERITS (heir);
        ALTER TABLE t ADD CONSTRAINT own NOT NULL b NO INHERIT;
        ALTER TABLE heir ADD CONSTRAINT its_own NOT NULL b NO INHERIT;
        INSERT INTO heir_of_heir VALUES (1, NULL);
    """
    assert not_null(relation(database, setup, "t")) == {"a": True, "b": False}


def test_not_null_of_a_table_whose_heir_keeps_it(database: Address) -> None:
    setup = "CREATE TABLE t (a int NOT NULL); CREATE TABLE heir () INHERITS (t);"
    assert not_null(relation(database, setup, "t")) == {"a": True}


@pytest.mark.parametrize("table", ["parent", "child"])
def test_a_foreign_key_whose_triggers_are_off(database: Address, table: str) -> None:
    setup = """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int REFERENCES parent);
    """
    (key,) = relation(database, setup, "child").foreign_keys
    assert key.is_dependable
    off = f"ALTER TABLE {table} DISABLE TRIGGER ALL"
    (key,) = relation(database, off, "child").foreign_keys
    assert not key.is_dependable


def test_a_collation_that_takes_different_texts_for_one(server15: Address) -> None:
    setup = """
        CREATE COLLATION any_case (
            provider = icu, locale = 'und-u-ks-level2', deterministic = false
        );
        CREATE TABLE words (a text COLLATE any_case NOT NULL, b text NOT NULL);
        CREATE UNIQUE INDEX ON words (a COLLATE "C");
        CREATE UNIQUE INDEX ON words (b);
        ALTER TABLE words ADD UNIQUE (a, b);
    """
    found = relation(server15, setup, "words")
    fuzzy = [item.name for item in found.attributes if item.has_fuzzy_equality]
    assert fuzzy == ["a"]
    assert (type_of(found, "a"), type_of(found, "b")) == ("", "text")
    assert sorted(found.unique_keys) == [("a", "b"), ("b",)]
