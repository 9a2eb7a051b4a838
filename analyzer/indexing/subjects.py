"""Statements made ready for the search, or the reason why one cannot take part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.domain.workload import Workload, WorkloadItem
from analyzer.errors import UserError
from analyzer.indexing.benefit import StatementCost, Subject, WorkloadCosts
from analyzer.indexing.candidates import leading_attributes
from analyzer.indexing.limits import (
    INDEXED_KINDS,
    CandidateLimits,
    has_statistics,
    is_small,
)
from analyzer.statements.constants import with_constants
from analyzer.statements.facts import StatementShape
from analyzer.statements.shape import shape
from analyzer.statements.views import with_views_opened

PLANNABLE = frozenset(
    {
        StatementKind.SELECT,
        StatementKind.INSERT,
        StatementKind.UPDATE,
        StatementKind.DELETE,
        StatementKind.MERGE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A statement that can be planned, its cost now, and the indexes to ask about."""

    subject: Subject
    base: StatementCost
    candidates: tuple[IndexDefinition, ...]
    why_none: str = ""
    """Why there is no candidate; empty where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """The shapes of a workload, and why the others have none."""

    shapes: Mapping[Fingerprint, StatementShape]
    failures: Mapping[Fingerprint, str]

    def pairs(
        self, workload: Workload
    ) -> Iterator[tuple[WorkloadItem, StatementShape]]:
        """Each item that has a shape, with it."""
        for item in workload.items:
            known = self.shapes.get(item.statement.fingerprint)
            if known is not None:
                yield item, known


def read_shapes(
    workload: Workload,
    catalog: Catalog,
    views: Mapping[RelationName, str] | None = None,
) -> Shapes:
    """The shape of each statement that can be planned, its views opened.

    Args:
        workload: with the statements.
        catalog: of their relations.
        views: the queries of views, with a schema before every name.
    """
    shapes: dict[Fingerprint, StatementShape] = {}
    failures: dict[Fingerprint, str] = {}
    for item in workload.items:
        statement = item.statement
        if statement.kind is StatementKind.UNPARSED:
            failures[statement.fingerprint] = (
                "Our parser does not accept the text, so no index can be tried on it."
            )
        elif statement.kind not in PLANNABLE:
            failures[statement.fingerprint] = (
                "PostgreSQL does not plan this kind of statement, so no index helps it."
            )
        else:
            try:
                query = with_constants(statement.normalized_query, item.written)
                opened = with_views_opened(query, catalog, views or {})
                shapes[statement.fingerprint] = shape(opened, catalog)
            except UserError as error:
                failures[statement.fingerprint] = f"Not understood: {error.message}"
    return Shapes(shapes=shapes, failures=failures)


def prepare(
    item: WorkloadItem,
    known: StatementShape,
    costs: WorkloadCosts,
    usable: tuple[IndexDefinition, ...],
    why: str,
) -> Prepared:
    """Plan a statement as it is; its candidates are known to be accepted.

    Raises:
        PlanningFailed: it cannot be planned.
    """
    subject = subject_of(item, known)
    return Prepared(
        subject=subject,
        base=costs.base(subject),
        candidates=usable,
        why_none=why,
    )


def subject_of(item: WorkloadItem, known: StatementShape) -> Subject:
    """A statement with where an index could matter to it."""
    leading: dict[RelationName, frozenset[str]] = {}
    for use in known.uses:
        earlier = leading.get(use.relation, frozenset())
        leading[use.relation] = earlier | leading_attributes(use)
    return Subject(item=item, leading=leading, read=_read(known))


def _read(known: StatementShape) -> dict[RelationName, tuple[frozenset[str], ...]]:
    """What each use that names its columns reads of its relation."""
    found: dict[RelationName, tuple[frozenset[str], ...]] = {}
    for use in known.uses:
        if not use.reads_whole_row and use.attributes:
            found[use.relation] = (*found.get(use.relation, ()), use.attributes)
    return found


def why_none(known: StatementShape, catalog: Catalog, limits: CandidateLimits) -> str:
    """Why no index is worth asking about."""
    if known.kind is StatementKind.INSERT and not known.predicates:
        return "It only inserts: every index would make it slower."
    used = [catalog.by_name.get(use.relation) for use in known.uses]
    tables = [r for r in used if r is not None and r.kind in INDEXED_KINDS]
    if not used:
        return "It reads no table of this database."
    if not tables:
        return "It reads no table of this database that can have indexes."
    unknown = [r for r in tables if not has_statistics(r)]
    if unknown:
        names = ", ".join(sorted({str(r.name) for r in unknown}))
        return f"Statistics are missing: {names} was never analyzed or cannot be seen."
    large = [r for r in tables if not is_small(r, limits)]
    if not large:
        return f"Its tables are small ({_largest(tables)}): reading one is cheap."
    return (
        "No condition, join or order of it could use an index that does not exist yet."
    )


def _largest(tables: list[Relation]) -> str:
    largest = max(tables, key=lambda item: (item.relpages, item.name))
    return (
        f"the largest, {largest.name}, has {largest.relpages} pages "
        f"and about {max(largest.reltuples, 0):.0f} rows"
    )
