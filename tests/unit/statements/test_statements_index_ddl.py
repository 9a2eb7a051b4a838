"""One CREATE INDEX to a definition, and what is refused with its place."""

from __future__ import annotations

import pytest

from analyzer.domain.index import IndexKey, RelationName
from analyzer.errors import QuerySyntaxError, UserError
from analyzer.indexing.definition import ddl
from analyzer.statements.ddl import index_from_ddl


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX i ON t (a, b DESC) INCLUDE (c) WHERE d > 3",
        "CREATE UNIQUE INDEX i ON s.t (lower(a), (b + 1) DESC NULLS LAST)",
        'CREATE INDEX i ON s."T" USING gin (a gin_trgm_ops)',
        'CREATE INDEX i ON t (a COLLATE "C" text_pattern_ops)',
    ],
)
def test_a_definition_prints_as_it_was_written(text: str) -> None:
    definition, name = index_from_ddl(text)
    assert name == "i"
    assert ddl(definition, name=name) == text


def test_a_name_and_a_schema_may_be_missing() -> None:
    definition, name = index_from_ddl("create index concurrently on t (a);")
    assert (definition.relation, name) == (RelationName("", "t"), "")
    assert definition.keys == (IndexKey(attribute="a"),)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("SELECT 1", 1),
        ("CREATE INDEX ON t (a) WITH (fillfactor = 50)", 23),
        ("CREATE INDEX ON t (a) TABLESPACE fast", 23),
        ("CREATE INDEX ON ONLY t (a)", 17),
        ("CREATE INDEX ON t (a text_ops (x = 1))", 19),
        ("CREATE INDEX ON t (", 20),
    ],
)
def test_what_is_refused_has_a_position(text: str, position: int) -> None:
    with pytest.raises(QuerySyntaxError) as refused:
        index_from_ddl(text)
    assert refused.value.position == position


@pytest.mark.parametrize("text", ["", "CREATE INDEX ON t (a); DROP TABLE t"])
def test_exactly_one_statement(text: str) -> None:
    with pytest.raises(UserError):
        index_from_ddl(text)
