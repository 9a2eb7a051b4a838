"""A statement: what is common to all calls of one normalized query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from analyzer.domain.index import RelationName

Fingerprint = NewType("Fingerprint", str)
"""16 hex digits of libpg_query: our identity of a statement across servers."""

NO_FINGERPRINT = Fingerprint("")
"""Of a text that was not parsed yet."""


class StatementKind(StrEnum):
    """What a statement does, as far as safety and advice care."""

    SELECT = "select"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    MERGE = "merge"
    UTILITY = "utility"
    UNPARSED = "unparsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One normalized query.

    Attributes:
        fingerprint: libpg_query's hash of the tree.
        normalized_query: text with ``$n`` in place of constants.
        kind: what it does; UNPARSED when our parser does not accept the text.
        relations: the relations named, as written (schema empty where absent).
        parameter_count: the highest ``$n`` in ``normalized_query``.
        tags: key and value pairs found in comments.
    """

    fingerprint: Fingerprint
    normalized_query: str
    kind: StatementKind
    relations: tuple[RelationName, ...] = ()
    parameter_count: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
