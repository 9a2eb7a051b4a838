"""The numbered rules by which a statement's shape suggests indexes.

Each use of a table is looked at alone. Its conditions that hold for every row give
four groups of columns: E compared with values (``=``, ``IN``, ``IS NULL``, booleans),
J compared with columns of other tables, R by range or prefix, and O and G, the order
and the grouping where they need this table only.

1. equality: each column of E, every ordered pair of E, and all of E together.
2. range: each column of R, and all of E followed by it.
3. join: each column of J, E before J, J before E, and either followed by R.
4. order: O with its directions, alone and after all of E.
5. group: G alone and after all of E.
6. covering: any of these with the other columns read as INCLUDE, where the statement
   reads only few and narrow columns.
7. partial: any of these WHERE a condition of the statement that names no parameter
   and that at most half of the rows meet, or WHERE a column that is mostly NULL and
   that the statement compares is not NULL; a constant only as far as it is known to
   belong to the text (:mod:`analyzer.indexing.constant_evidence`).
8. expression: an expression over columns of the table that is compared for equality
   or by range or sorted by, alone and with E; several that are compared for equality
   together; what rules 2 to 4 put after E also after these. One that is not immutable
   is refused by the planner.
9. pattern: for LIKE, the column or expression with the pattern operator class, which
   searches by prefix under any collation, alone and after all of E.
10. alternatives: each column of an arm of an OR alone, to be joined as bitmaps.
11. pairs: any column that the statement tests, joins, groups or sorts by, alone and
    before any other it reads, whatever the other rules say of it (only where a whole
    set is chosen for a workload: with rule 6 these can be read without the table).

The rules only suggest: a planner that is offered all of them at once says which are
of use (Valentin et al., "DB2 Advisor", ICDE 2000; the numbering follows the rules of
CockroachDB's sql/opt/indexrec). Nothing is suggested that an existing index leads
with, nor on small tables or tables without statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations

from analyzer.domain.catalog import Attribute, Catalog, Relation
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.constant_evidence import TEXT_CONSTANTS, ConstantEvidence
from analyzer.indexing.existing import is_served
from analyzer.indexing.expression_keys import (
    compared_expressions,
    ordered_expressions,
    pattern_columns,
    pattern_expressions,
    sort_keys,
)
from analyzer.indexing.gist import gist
from analyzer.indexing.inverted import inverted
from analyzer.indexing.limits import (
    INDEXED_KINDS,
    CandidateLimits,
    has_statistics,
    is_small,
)
from analyzer.indexing.variants import covering, partial, rare_values
from analyzer.statements.facts import (
    Predicate,
    PredicateKind,
    RelationUse,
    SideKind,
    StatementShape,
)

Keys = tuple[IndexKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An index worth asking the planner about, and the rule that suggests it.

    ``max_rows_ratio`` is the share of the table's rows that it may hold at most, to be
    worth asking about: one on a value that only a rare one is believed to be meant.
    """

    definition: IndexDefinition
    rule: int
    max_rows_ratio: float = 1.0


def candidates(
    shape: StatementShape,
    catalog: Catalog,
    limits: CandidateLimits | None = None,
    evidence: ConstantEvidence = TEXT_CONSTANTS,
) -> tuple[Candidate, ...]:
    """Indexes that could serve a statement, each once, in the order of the rules.

    Args:
        shape: what the statement tests, joins, sorts and reads.
        catalog: what exists and how large it is.
        limits: what is left out.
        evidence: whether constants belong to the text.
    """
    bounds = limits or CandidateLimits()
    found: dict[IndexDefinition, int] = {}
    rare: dict[tuple[RelationName, str], float] = {}
    for use in shape.uses:
        relation = catalog.by_name.get(use.relation)
        if relation is None or not _may_be_indexed(relation, bounds):
            continue
        for definition, rule in _of_use(use, relation, bounds, evidence):
            found.setdefault(definition, rule)
        for predicate, ratio in rare_values(use, relation, evidence):
            rare[(relation.name, predicate)] = ratio
        for definition, rule in inverted(use, relation, catalog.extensions):
            found.setdefault(definition, rule)
        for definition, rule in gist(use, relation):
            found.setdefault(definition, rule)
    return tuple(
        Candidate(
            definition=d,
            rule=rule,
            max_rows_ratio=rare.get((d.relation, d.predicate), 1.0),
        )
        for d, rule in found.items()
    )


def leading_attributes(use: RelationUse) -> frozenset[str]:
    """Attributes an index useful to this use could lead with."""
    names = {item.attribute for item in use.predicates if item.wrapping is None}
    names.update(key.attribute for key in use.order_by)
    names.update(key.attribute or key.distance_from for key in use.order_by_expressions)
    names.update(use.group_by)
    return frozenset(names)


def _may_be_indexed(relation: Relation, limits: CandidateLimits) -> bool:
    return (
        relation.kind in INDEXED_KINDS
        and has_statistics(relation)
        and not is_small(relation, limits)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """The columns of one use, by how they are used."""

    equal: Keys
    joined: Keys
    ranged: Keys
    ordered: Keys
    grouped: Keys
    expressions: Keys
    ranged_expressions: Keys
    ordered_expressions: Keys
    patterns: Keys
    alternatives: Keys


def _of_use(
    use: RelationUse,
    relation: Relation,
    limits: CandidateLimits,
    evidence: ConstantEvidence,
) -> Iterator[tuple[IndexDefinition, int]]:
    groups = _groups(use, relation, limits)
    lists = [*_key_lists(groups), *_paired_lists(use, relation, limits)]
    listed = [
        (definition, rule)
        for keys, rule in lists
        if (definition := _plain(relation, keys, limits)) is not None
    ]
    listed = list(dict.fromkeys(listed))
    plain = [entry for entry in listed if not is_served(entry[0], relation)]
    plain = plain[: limits.max_per_use // 3]
    some = list(partial(plain, use, relation, limits, evidence))
    variants = [*plain, *some]
    widened = listed[: limits.max_per_use // 3] if limits.max_paired else plain
    wider = [
        (wide, 6)
        for definition, _ in (*some, *widened)
        if (wide := covering(definition, use, relation, limits)) is not None
    ]
    yield from [*variants, *wider][: limits.max_per_use]


def _paired_lists(
    use: RelationUse, relation: Relation, limits: CandidateLimits
) -> Iterator[tuple[Keys, int]]:
    """Rule 11: the columns that say which rows, alone and in ordered pairs."""
    if not limits.max_paired:
        return
    fitting = _fitting(relation, limits)
    said = [item.attribute for item in use.predicates]
    said += [*use.group_by, *(key.attribute for key in use.order_by)]
    names = dict.fromkeys([*said, *sorted(use.attributes)])
    keys = [IndexKey(attribute=name) for name in names if name in fitting]
    leading = set(said) or set(names)
    for key in keys[: limits.max_paired]:
        if key.attribute in leading:
            yield (key,), 11
            for other in keys[: limits.max_paired]:
                yield (key, other), 11


def _fitting(relation: Relation, limits: CandidateLimits) -> set[str]:
    """Attributes that a B-tree can order and that are narrow enough."""
    return {
        item.name
        for item in relation.attributes
        if (item.avg_width_bytes or 0) <= limits.max_key_width_bytes
        and not item.type_name.endswith("[]")
        and item.type_name not in _NO_ORDER
    }


def _groups(use: RelationUse, relation: Relation, limits: CandidateLimits) -> _Groups:
    fitting = _fitting(relation, limits)

    def keys(wanted: Callable[[Predicate], bool]) -> Keys:
        names = dict.fromkeys(
            item.attribute
            for item in use.predicates
            if item.attribute in fitting and wanted(item)
        )
        return tuple(IndexKey(attribute=name) for name in names)

    equal = keys(_is_equality)
    return _Groups(
        equal=tuple(sorted(equal, key=lambda key: _rank(key, relation))),
        joined=keys(_is_join),
        ranged=keys(_is_range),
        ordered=_ordered(use, fitting),
        grouped=tuple(
            IndexKey(attribute=name) for name in use.group_by if name in fitting
        ),
        expressions=compared_expressions(use, EQUALITIES),
        ranged_expressions=compared_expressions(use, (PredicateKind.RANGE,)),
        ordered_expressions=ordered_expressions(use, fitting),
        patterns=(*pattern_columns(use, relation), *pattern_expressions(use)),
        alternatives=keys(_is_alternative),
    )


# Types without a B-tree operator class, or whose order serves no search.
_NO_ORDER = frozenset(
    {
        "json", "jsonb", "xml", "point", "line", "lseg", "box", "path", "polygon",
        "circle", "tsvector", "tsquery", "txid_snapshot", "pg_snapshot",
    }
)  # fmt: skip

_VALUES = (SideKind.CONSTANT, SideKind.PARAMETER, SideKind.EXPRESSION, SideKind.NOTHING)
EQUALITIES = (
    PredicateKind.EQUALITY,
    PredicateKind.IN_LIST,
    PredicateKind.IS_NULL,
    PredicateKind.BOOLEAN,
)


def _holds_always(item: Predicate) -> bool:
    return item.conjunct and item.wrapping is None


def _is_equality(item: Predicate) -> bool:
    return (
        _holds_always(item) and item.kind in EQUALITIES and item.other.kind in _VALUES
    )


def _is_join(item: Predicate) -> bool:
    # An ON clause of an outer join is no conjunct, yet it is searched by.
    searched = item.disjunction is None and item.wrapping is None
    return (
        searched
        and item.kind in (PredicateKind.EQUALITY, PredicateKind.IN_LIST)
        and item.other.kind not in _VALUES
    )


def _is_range(item: Predicate) -> bool:
    return _holds_always(item) and item.kind in (
        PredicateKind.RANGE,
        PredicateKind.PREFIX,
    )


def _is_alternative(item: Predicate) -> bool:
    return item.disjunction is not None and item.is_sargable


def _rank(key: IndexKey, relation: Relation) -> tuple[float, str]:
    """Most distinct first: the order that serves other statements best."""
    attribute = relation.attribute(key.attribute)
    return (-_distinct(attribute, relation), key.attribute)


def _distinct(attribute: Attribute | None, relation: Relation) -> float:
    known = attribute.n_distinct if attribute else None
    if known is None:
        return 0.0
    return known if known >= 0 else -known * max(relation.reltuples, 0.0)


def _ordered(use: RelationUse, fitting: set[str]) -> Keys:
    """The order as keys; none if any of it is no plain column."""
    if any(key.attribute not in fitting for key in use.order_by):
        return ()
    return sort_keys(use.order_by)


def _key_lists(groups: _Groups) -> Iterator[tuple[Keys, int]]:
    """Lists of keys with the number of their rule; may repeat."""
    equal = groups.equal
    yield from _equality_lists(equal)
    for key in groups.ranged:
        yield (*equal, key), 2
        yield (key,), 2
    yield from _join_lists(groups)
    if groups.ordered:
        yield (*equal, *groups.ordered), 4
        yield groups.ordered, 4
    if groups.grouped:
        yield (*equal, *groups.grouped), 5
        yield groups.grouped, 5
    yield from _expression_lists(groups)
    for key in groups.patterns:
        yield (key,), 9
        yield (*equal, key), 9
    for key in groups.alternatives:
        yield (key,), 10


def _expression_lists(groups: _Groups) -> Iterator[tuple[Keys, int]]:
    equal, expressions = groups.equal, groups.expressions
    compared = (*equal, *expressions)
    for key in expressions:
        yield (key,), 8
        if equal:
            yield (*equal, key), 8
            yield (key, *equal), 8
    if len(expressions) > 1:
        yield expressions, 8
        yield compared, 8
    for key in groups.ranged_expressions:
        yield (*compared, key), 8
        yield (key,), 8
    if groups.ordered_expressions:
        yield (*compared, *groups.ordered_expressions), 8
        yield groups.ordered_expressions, 8
    if expressions:
        yield from _after_expressions(groups)


def _after_expressions(groups: _Groups) -> Iterator[tuple[Keys, int]]:
    """What follows an expression that is compared for equality, as after a column."""
    compared = (*groups.equal, *groups.expressions)
    for key in groups.ranged:
        yield (*compared, key), 8
    for key in groups.joined:
        yield (key, *compared), 8
        yield (*compared, key), 8
    if groups.ordered:
        yield (*compared, *groups.ordered), 8


def _equality_lists(equal: Keys) -> Iterator[tuple[Keys, int]]:
    if equal:
        yield equal, 1
    for key in equal:
        yield (key,), 1
    for pair in permutations(equal, 2):
        yield pair, 1


def _join_lists(groups: _Groups) -> Iterator[tuple[Keys, int]]:
    for key in groups.joined:
        yield (key,), 3
        if groups.equal:
            yield (*groups.equal, key), 3
            yield (key, *groups.equal), 3
        for ranged in groups.ranged:
            yield (key, *groups.equal, ranged), 3
    if len(groups.joined) > 1:
        yield groups.joined, 3


def _plain(
    relation: Relation, keys: Keys, limits: CandidateLimits
) -> IndexDefinition | None:
    """A B-tree on these keys; a column counts where it comes first."""
    unique: dict[str, IndexKey] = {}
    for key in keys:
        unique.setdefault(key.attribute or key.expression, key)
    kept = tuple(unique.values())[: limits.max_keys]
    return IndexDefinition(relation=relation.name, keys=kept) if kept else None
