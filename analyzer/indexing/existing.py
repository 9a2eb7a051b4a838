"""Whether an index that exists already does the work of another."""

from __future__ import annotations

import re
from dataclasses import replace

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition
from analyzer.indexing.definition import bare, covers

_CAST = re.compile(r"::(?:\w+|\"[^\"]+\")(?: varying)?(?:\(\d+\))?")
_SPACING = re.compile(r"[\s()]+")


def is_served(definition: IndexDefinition, relation: Relation) -> bool:
    """Whether an existing index does the same work.

    One does if it is a valid B-tree that leads with the same keys, holds the same
    INCLUDE columns and has no other predicate. A unique key that the definition
    starts with does too: it finds one row, and nothing is left to search for.
    """
    wanted = _comparable(definition)
    for index in relation.indexes:
        existing = _comparable(index.definition)
        if not index.valid:
            continue
        if not existing.predicate:
            existing = replace(existing, predicate=wanted.predicate)
        if covers(existing, wanted):
            return True
    return not definition.include and any(
        set(definition.attributes[: len(unique)]) == set(unique)
        for unique in relation.unique_keys
    )


def leads(wide: IndexDefinition, narrow: IndexDefinition) -> bool:
    """Whether another index does all that ``narrow`` does, and is not the same."""
    return wide != narrow and covers(wide, narrow)


def _comparable(definition: IndexDefinition) -> IndexDefinition:
    """Without uniqueness, and with texts as far alike as printing makes them differ."""
    return replace(
        definition,
        keys=tuple(
            replace(key, expression=_plain(key.expression)) for key in definition.keys
        ),
        predicate=_plain(definition.predicate),
        unique=False,
        nulls_not_distinct=False,
    )


def _plain(text: str) -> str:
    """The text without the casts, spaces and parentheses that PostgreSQL adds.

    >>> _plain("lower((email)::text)") == _plain("lower(email)")
    True
    """
    return _SPACING.sub(" ", _CAST.sub("", bare(text))).strip()
