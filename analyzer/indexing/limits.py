"""What is too small, too wide or too many to be considered for an index."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.domain.catalog import Relation, RelationKind

INDEXED_KINDS = (
    RelationKind.TABLE,
    RelationKind.PARTITIONED,
    RelationKind.MATERIALIZED_VIEW,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLimits:
    """What is too small, too wide or too many to be considered.

    ``max_paired`` columns of each use are paired in both orders whatever they are used
    for (rule 11); 0 leaves that out.
    """

    min_rows: float = 1000.0
    min_pages: int = 64
    max_keys: int = 4
    max_key_width_bytes: int = 250
    max_include_count: int = 5
    max_include_width_bytes: int = 120
    max_partial_ratio: float = 0.5
    max_per_use: int = 60
    max_paired: int = 0


WHOLE_WORKLOAD = CandidateLimits(
    max_include_count=14,
    max_include_width_bytes=300,
    max_per_use=240,
    max_paired=7,
)
"""Where one set is chosen for all statements, so that wide indexes may pay."""


def is_small(relation: Relation, limits: CandidateLimits) -> bool:
    """Whether reading the whole table is about as good as any index."""
    return relation.reltuples < limits.min_rows or relation.relpages < limits.min_pages


def has_statistics(relation: Relation) -> bool:
    """Whether the table was ever analyzed, and we may see it."""
    return relation.reltuples >= 0 and any(
        item.n_distinct is not None for item in relation.attributes
    )
