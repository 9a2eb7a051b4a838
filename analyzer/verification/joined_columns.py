"""Which columns of which tables two queries compare with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from analyzer.statements.data_hints import ColumnUse, DataHints
from analyzer.verification.schema_facts import Table
from analyzer.verification.value_pools import Pool, PoolKey


def joined_columns(
    tables: Sequence[Table], hints: Sequence[DataHints]
) -> dict[PoolKey, PoolKey]:
    """For each column one representative of those it is joined with, perhaps itself.

    Values of joined columns must come from one small set, or nothing ever meets.
    """
    leader: dict[PoolKey, PoolKey] = {
        (table.oid, column.name): (table.oid, column.name)
        for table in tables
        for column in table.stored
    }

    def find(key: PoolKey) -> PoolKey:
        while leader[key] != key:
            key = leader[key]
        return key

    arrays = {
        (table.oid, column.name)
        for table in tables
        for column in table.stored
        if column.category == "A"
    }
    for first, second in _links(tables, hints):
        # An array that a value is sought in has no value in common with it.
        is_like = (first in arrays) == (second in arrays)
        if first in leader and second in leader and is_like:
            leader[find(second)] = find(first)
    return {key: find(key) for key in leader}


def ranged_columns(
    tables: Sequence[Table],
    hints: Sequence[DataHints],
    leaders: Mapping[PoolKey, PoolKey],
) -> dict[PoolKey, frozenset[PoolKey]]:
    """For each set of joined columns, by leader, the sets it is compared with.

    Compared by ``<`` or BETWEEN: values that lie close to each other belong into both.
    """
    found: dict[PoolKey, set[PoolKey]] = defaultdict(set)
    for hint in hints:
        for left, right in hint.ranges:
            for one in _resolved(left, tables, hint):
                for other in _resolved(right, tables, hint):
                    found[leaders[one]].add(leaders[other])
                    found[leaders[other]].add(leaders[one])
    return {leader: frozenset(others - {leader}) for leader, others in found.items()}


def _links(
    tables: Sequence[Table], hints: Sequence[DataHints]
) -> Iterator[tuple[PoolKey, PoolKey]]:
    for table in tables:
        for reference in table.references:
            pairs = zip(reference.columns, reference.target_columns, strict=True)
            for own, other in pairs:
                yield (reference.target, other), (table.oid, own)
    for hint in hints:
        for left, right in hint.equalities:
            lefts = _resolved(left, tables, hint)
            rights = _resolved(right, tables, hint)
            together = [*lefts, *rights]
            yield from ((together[0], key) for key in together[1:])


def _resolved(
    use: ColumnUse, tables: Sequence[Table], hint: DataHints
) -> list[PoolKey]:
    alias, name = use
    meant = {table for known, (_schema, table) in hint.relations if known == alias}
    # A view's columns are found by their names alone.
    meant &= {table.name for table in tables}
    return [
        (table.oid, name)
        for table in tables
        if (not meant or table.name in meant)
        and any(column.name == name for column in table.stored)
    ]


def merged_pools(
    pools: Mapping[PoolKey, Pool], leaders: Mapping[PoolKey, PoolKey]
) -> dict[PoolKey, Pool]:
    """One pool for each set of joined columns: the values that all of them accept."""
    members: dict[PoolKey, list[Pool]] = defaultdict(list)
    for key, leader in leaders.items():
        if key in pools:
            members[leader].append(pools[key])
    return {leader: _merged(group) for leader, group in members.items()}


def _merged(group: Sequence[Pool]) -> Pool:
    if len(group) == 1:
        return group[0]
    shared = set(group[0].all)
    for pool in group[1:]:
        shared &= set(pool.all)
    if not shared:
        return group[0]

    def gathered(field: str) -> tuple[str, ...]:
        texts = (text for pool in group for text in getattr(pool, field))
        return tuple(dict.fromkeys(text for text in texts if text in shared))

    return Pool(
        ordinary=gathered("ordinary") or tuple(sorted(shared))[:5],
        constants=gathered("constants"),
        specific=gathered("specific"),
        fitting=gathered("fitting"),
        extremes=gathered("extremes"),
        telling=gathered("telling"),
        exact=gathered("exact"),
        remote=tuple(dict.fromkeys(text for pool in group for text in pool.remote)),
        is_listed=any(pool.is_listed for pool in group),
    )
