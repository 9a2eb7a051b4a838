"""Which foreign keys a rewrite may rely on, read from a server and from DDL alike."""

from __future__ import annotations

import pytest

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import RelationName
from analyzer.domain.target import Address
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import session
from analyzer.rewriting.protocol import Setting, subject
from analyzer.rewriting.rules import foreign_key_join
from analyzer.statements.ddl import catalog_from_ddl

pytestmark = pytest.mark.integration

DDL = """
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE hidden (id int PRIMARY KEY);
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE TABLE spell (id int4range, during daterange,
    PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE plain (a int NOT NULL REFERENCES parent);
CREATE TABLE whole (a int NOT NULL, FOREIGN KEY (a) REFERENCES parent);
CREATE TABLE late (a int NOT NULL REFERENCES parent DEFERRABLE);
CREATE TABLE later (a int NOT NULL REFERENCES parent INITIALLY DEFERRED);
CREATE TABLE last (a int NOT NULL,
    FOREIGN KEY (a) REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE loose (a int NOT NULL REFERENCES parent NOT ENFORCED);
CREATE TABLE unseen (a int NOT NULL REFERENCES hidden);
CREATE TABLE old (a int NOT NULL);
ALTER TABLE old ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES parent NOT VALID;
CREATE TABLE above (a int NOT NULL REFERENCES parent);
CREATE TABLE below () INHERITS (above);
CREATE TABLE parts (a int NOT NULL REFERENCES parent) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE timed (id int4range NOT NULL, during daterange NOT NULL,
    FOREIGN KEY (id, PERIOD during) REFERENCES spell (id, PERIOD during));
CREATE TABLE twice (a int UNIQUE DEFERRABLE, b int UNIQUE)
"""


@pytest.fixture(params=["server", "ddl"])
def catalog(request: pytest.FixtureRequest, database: Address) -> Catalog:
    if request.param == "ddl":
        return catalog_from_ddl(DDL)
    with session(database, read_only=False) as connection:
        for statement in DDL.split(";\n"):
            connection.execute(statement.encode())
        return read_catalog(connection)[0]


def test_a_join_is_left_out_only_where_each_row_finds_its_own(catalog: Catalog) -> None:
    tables = ["plain", "whole", "parts", "late", "later", "last", "loose", "old"]
    tables += ["above", "unseen"]
    parents = {"unseen": "hidden"}

    def left_out(table: str) -> bool:
        parent = parents.get(table, "parent")
        query = f"SELECT c.a FROM {table} AS c JOIN {parent} AS p ON p.id = c.a"
        return any(
            all(condition.holds for condition in one.conditions)
            for one in foreign_key_join.find(subject(query, Setting(catalog=catalog)))
        )

    assert [table for table in tables if left_out(table)] == ["plain", "whole", "parts"]


def test_a_period_within_another_is_not_equal_to_it(catalog: Catalog) -> None:
    query = (
        "SELECT t.id FROM timed AS t"
        " JOIN spell AS s ON s.id = t.id AND s.during = t.during"
    )
    given = subject(query, Setting(catalog=catalog))
    assert not list(foreign_key_join.find(given))


def test_a_deferrable_key_is_none(catalog: Catalog) -> None:
    assert catalog.by_name[RelationName("public", "twice")].unique_keys == (("b",),)
