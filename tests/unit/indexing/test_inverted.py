"""Candidates that are no B-trees, from the text of a statement and the catalog."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analyzer.domain.catalog import Catalog
from analyzer.indexing.definition import ddl
from analyzer.indexing.inverted import inverted
from analyzer.statements.shape import shape
from tests.support.catalogs import table

TYPES = {
    "doc": "jsonb",
    "tags": "integer[]",
    "note": "text",
    "body": "text",
    "words": "tsvector",
    "at": "timestamp without time zone",
}
PAGES = table("pages", [*TYPES, "kind"], types=TYPES, rows=1_000_000)


def found(condition: str, *extensions: str) -> list[str]:
    ordered = tuple(
        replace(a, correlation=1.0 if a.name == "at" else 0.1) for a in PAGES.attributes
    )
    relation = replace(PAGES, attributes=ordered)
    catalog = Catalog(
        server_id="s",
        server_version_num=180_006,
        database="d",
        read_at=datetime(2026, 11, 27, tzinfo=UTC),
        relations=(relation,),
    )
    known = shape(f"SELECT kind FROM pages WHERE {condition}", catalog)
    return [
        ddl(definition).removeprefix("CREATE INDEX ON public.pages ")
        for use in known.uses
        for definition, _ in inverted(use, relation, extensions)
    ]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (
            """doc @> '{"a": 1}'""",
            ["USING gin (doc)", "USING gin (doc jsonb_path_ops)"],
        ),
        ("doc ? 'a'", ["USING gin (doc)"]),
        ("tags @> ARRAY[1]", ["USING gin (tags)"]),
        ("words @@ to_tsquery('english', 'x')", ["USING gin (words)"]),
        (
            "to_tsvector('english', body) @@ to_tsquery('english', 'x')",
            ["USING gin (to_tsvector('english', body))"],
        ),
        ("at > '2026-01-01'", ["USING brin (at)"]),
        ("kind > 5", []),
        ("kind = 5", []),
    ],
)
def test_each_kind_of_condition_has_its_index(
    condition: str, wanted: list[str]
) -> None:
    assert found(condition) == wanted


@pytest.mark.parametrize(
    "condition", ["note LIKE '%x%'", "note ILIKE 'x%'", "note ~ 'x'"]
)
def test_fragments_need_the_extension(condition: str) -> None:
    assert found(condition) == []
    assert found(condition, "pg_trgm") == ["USING gin (note gin_trgm_ops)"]
