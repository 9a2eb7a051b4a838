"""Which columns hold the keys of other tables: declared, joined, or named so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from analyzer.domain.index import RelationName
from analyzer.verification.table_statistics import (
    ColumnStatistics,
    Link,
    TableStatistics,
    distinct_count,
)
from analyzer.verification.value_kinds import ON_A_LINE, Line, kind_of

Place = tuple[RelationName, str]
Join = tuple[Place, Place]

_SLACK = 0.02
"""Extremes of a sample fall short of the real ones by about a histogram's bin."""
JOINED, NAMED = "joined by the workload", "named alike"
_ROLES = re.compile(r"^(?:fk|id|parent|ref|old|new)_|_(?:id|key|fk|no|nr|code)$")


def key_links(
    tables: Mapping[RelationName, TableStatistics],
    declared: Iterable[Link],
    joins: Iterable[Join] = (),
) -> tuple[Link, ...]:
    """The links of all tables, each column of a child in one link only.

    Declared foreign keys come first. Of the others a link needs a key of one column on
    the parent's side, the same kind of values, and a range within the parent's; it is
    taken where the workload joins the columns, else where they are named alike.
    Links to two parents that share a composite key become one link to the table that
    holds the pair, if names or joins say so.
    """
    found = [link for link in declared if _is_known(link, tables)]
    pairs = {frozenset(join) for join in joins}
    for table in tables.values():
        taken = {c for link in found if link.child == table.name for c in link.columns}
        for column in table.columns:
            if column.name not in taken:
                found += _inferred(table, column, tables, pairs)
    composite = list(_composite(tables, found, pairs))
    covered = {(link.child, c) for link in composite for c in link.columns}
    singles = [
        link
        for link in found
        if not all((link.child, c) in covered for c in link.columns)
        or len(link.columns) > 1
    ]
    return tuple(_without_cycles([*composite, *singles]))


def _is_known(link: Link, tables: Mapping[RelationName, TableStatistics]) -> bool:
    return (
        link.child in tables
        and link.parent in tables
        and link.child != link.parent
        and all(c in tables[link.child].by_name for c in link.columns)
        and all(c in tables[link.parent].by_name for c in link.parent_columns)
    )


def _inferred(
    table: TableStatistics,
    column: ColumnStatistics,
    tables: Mapping[RelationName, TableStatistics],
    pairs: set[frozenset[Place]],
) -> list[Link]:
    if table.is_unique(column.name) and not _has_join(table, column, pairs):
        return []
    best: tuple[int, str, Link] | None = None
    for parent in tables.values():
        if parent.name == table.name or parent.rows < 1:
            continue
        for key in parent.unique_keys:
            if len(key) != 1 or not _fits(table, column, parent, key[0]):
                continue
            score, source = _evidence(table, column, parent, key[0], pairs)
            link = Link(
                child=table.name,
                columns=(column.name,),
                parent=parent.name,
                parent_columns=key,
                source=source,
            )
            if score and (best is None or (score, str(link.parent)) > best[:2]):
                best = (score, str(link.parent), link)
    return [best[2]] if best else []


def _has_join(
    table: TableStatistics, column: ColumnStatistics, pairs: set[frozenset[Place]]
) -> bool:
    return any((table.name, column.name) in pair for pair in pairs)


def _evidence(
    table: TableStatistics,
    column: ColumnStatistics,
    parent: TableStatistics,
    key: str,
    pairs: set[frozenset[Place]],
) -> tuple[int, str]:
    joined = frozenset({(table.name, column.name), (parent.name, key)}) in pairs
    child_stem, key_stem = _stem(table, column.name), _stem(parent, key)
    named = child_stem == key_stem and child_stem not in ("id", "")
    singular = {parent.name.name, parent.name.name.removesuffix("s")}
    points = _ROLES.sub("", child_stem) in singular and child_stem not in singular
    if table.is_unique(column.name) and parent.is_unique(key) and not points:
        # Two keys that join: the larger table holds the values of the other.
        joined = joined and table.rows < parent.rows
        named = False
    score = 4 * joined + 2 * (named or points)
    return score, JOINED if joined else NAMED


def _stem(table: TableStatistics, column: str) -> str:
    """A column's name without the prefix that all columns of its table share."""
    prefix = column[: column.find("_") + 1]
    shared = prefix and all(c.name.startswith(prefix) for c in table.columns)
    return column[len(prefix) :] if shared and len(table.columns) > 1 else column


def _fits(
    table: TableStatistics, column: ColumnStatistics, parent: TableStatistics, key: str
) -> bool:
    other = parent.by_name.get(key)
    if other is None or not (column.is_known and other.is_known):
        return False
    kind = kind_of(column.type_name)
    if kind is not kind_of(other.type_name):
        return False
    if distinct_count(column, table.rows) > parent.rows * 1.05:
        return False
    return kind not in ON_A_LINE or _within(column, other)


def _within(column: ColumnStatistics, key: ColumnStatistics) -> bool:
    mine = (*column.common, *column.bounds)
    theirs = (*key.common, *key.bounds)
    if not mine or not theirs:
        return False
    try:
        line = Line(kind_of(column.type_name), (*mine, *theirs))
        here, there = line.numbers(mine), line.numbers(theirs)
    except (ValueError, OverflowError):
        return False
    slack = _SLACK * (int(there.max()) - int(there.min()) + 1) + 1
    return bool(here.min() >= there.min() - slack and here.max() <= there.max() + slack)


def _composite(
    tables: Mapping[RelationName, TableStatistics],
    links: Sequence[Link],
    pairs: set[frozenset[Place]],
) -> Iterator[Link]:
    """Several columns of a child that together are the key of a third table."""
    by_child: dict[RelationName, dict[str, Place]] = defaultdict(dict)
    for link in links:
        if len(link.columns) == 1:
            target = (link.parent, link.parent_columns[0])
            by_child[link.child][link.columns[0]] = target
    for child, targets in by_child.items():
        for middle in tables.values():
            if middle.name == child or middle.rows >= tables[child].rows:
                continue
            theirs = by_child.get(middle.name, {})
            for key in middle.unique_keys:
                mine = _columns_with(targets, key, theirs)
                if mine:
                    yield Link(
                        child=child,
                        columns=mine,
                        parent=middle.name,
                        parent_columns=key,
                        source=_source_of(child, mine, middle.name, key, pairs),
                    )


def _columns_with(
    targets: Mapping[str, Place], key: Sequence[str], theirs: Mapping[str, Place]
) -> tuple[str, ...]:
    """The child's columns that refer to what the columns of the key refer to."""
    if len(key) < 2 or not set(key) <= set(theirs):
        return ()
    mine = tuple(_same_target(targets, theirs[column]) for column in key)
    if len(set(mine)) < len(mine):
        return ()
    return tuple(column for column in mine if column) if all(mine) else ()


def _same_target(targets: Mapping[str, Place], wanted: Place) -> str | None:
    found = [column for column, target in targets.items() if target == wanted]
    return found[0] if len(found) == 1 else None


def _source_of(
    child: RelationName,
    columns: Sequence[str],
    parent: RelationName,
    key: Sequence[str],
    pairs: set[frozenset[Place]],
) -> str:
    places = zip(columns, key, strict=True)
    joined = (frozenset({(child, a), (parent, b)}) in pairs for a, b in places)
    return JOINED if all(joined) else NAMED


def _without_cycles(links: Sequence[Link]) -> Iterator[Link]:
    """Links in which no table depends on itself; a later one that would is left out."""
    parents: dict[RelationName, set[RelationName]] = defaultdict(set)
    for link in links:
        if not _reaches(parents, link.parent, link.child):
            parents[link.child].add(link.parent)
            yield link


def _reaches(
    parents: Mapping[RelationName, set[RelationName]],
    start: RelationName,
    goal: RelationName,
) -> bool:
    seen, stack = set(), [start]
    while stack:
        at = stack.pop()
        if at == goal:
            return True
        if at not in seen:
            seen.add(at)
            stack.extend(parents.get(at, ()))
    return False


def in_order(
    tables: Mapping[RelationName, TableStatistics], links: Sequence[Link]
) -> tuple[TableStatistics, ...]:
    """The tables, parents before their children."""
    parents: dict[RelationName, set[RelationName]] = defaultdict(set)
    for link in links:
        parents[link.child].add(link.parent)
    done: dict[RelationName, None] = {}
    while len(done) < len(tables):
        ready = [n for n in tables if n not in done and parents[n] <= set(done)]
        for name in ready:
            done[name] = None
    return tuple(tables[name] for name in done)
