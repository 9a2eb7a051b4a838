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
   that the statement compares is not NULL.
8. expression: an immutable expression around a column that is compared for equality,
   alone and with E.
9. pattern: for LIKE, the column with the pattern operator class, which searches by
   prefix under any collation, alone and after all of E.
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

from analyzer.domain.catalog import Attribute, Catalog, Relation, RelationKind
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.indexing.existing import is_served
from analyzer.indexing.inverted import inverted
from analyzer.indexing.limits import CandidateLimits, has_statistics, is_small
from analyzer.indexing.variants import covering, partial
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
    """An index worth asking the planner about, and the rule that suggests it."""

    definition: IndexDefinition
    rule: int


def candidates(
    shape: StatementShape, catalog: Catalog, limits: CandidateLimits | None = None
) -> tuple[Candidate, ...]:
    """Indexes that could serve a statement, each once, in the order of the rules.

    Args:
        shape: what the statement tests, joins, sorts and reads.
        catalog: what exists and how large it is.
        limits: what is left out.
    """
    bounds = limits or CandidateLimits()
    found: dict[IndexDefinition, int] = {}
    for use in shape.uses:
        relation = catalog.by_name.get(use.relation)
        if relation is None or not _may_be_indexed(relation, bounds):
            continue
        for definition, rule in _of_use(use, relation, bounds):
            found.setdefault(definition, rule)
        if bounds.max_paired:
            for definition, rule in inverted(use, relation, catalog.extensions):
                found.setdefault(definition, rule)
    return tuple(Candidate(definition=d, rule=rule) for d, rule in found.items())


def leading_attributes(use: RelationUse) -> frozenset[str]:
    """Attributes an index useful to this use could lead with."""
    names = {item.attribute for item in use.predicates if item.wrapping is None}
    names.update(key.attribute for key in use.order_by)
    names.update(use.group_by)
    return frozenset(names)


def _may_be_indexed(relation: Relation, limits: CandidateLimits) -> bool:
    kinds = (RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW)
    return (
        relation.kind in kinds
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
    patterns: Keys
    alternatives: Keys


def _of_use(
    use: RelationUse, relation: Relation, limits: CandidateLimits
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
    variants = [*plain, *partial(plain, use, relation, limits)]
    to_widen = listed[: limits.max_per_use // 3] if limits.max_paired else variants
    wider = [
        (wide, 6)
        for definition, _ in to_widen
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
        expressions=_expressions(use),
        patterns=_patterns(use, relation),
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
_EQUALITIES = (
    PredicateKind.EQUALITY,
    PredicateKind.IN_LIST,
    PredicateKind.IS_NULL,
    PredicateKind.BOOLEAN,
)


def _holds_always(item: Predicate) -> bool:
    return item.conjunct and item.wrapping is None


def _is_equality(item: Predicate) -> bool:
    return (
        _holds_always(item) and item.kind in _EQUALITIES and item.other.kind in _VALUES
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
    keys = tuple(
        IndexKey(
            attribute=key.attribute,
            descending=key.descending,
            nulls_first=_unusual_nulls(key.descending, key.nulls_first),
        )
        for key in use.order_by
    )
    if keys and all(key == _descending(key.attribute) for key in keys):
        # A B-tree is read backwards as well as forwards: keep the plain direction.
        return tuple(IndexKey(attribute=key.attribute) for key in keys)
    return keys


def _descending(name: str) -> IndexKey:
    return IndexKey(attribute=name, descending=True)


def _unusual_nulls(descending: bool, nulls_first: bool | None) -> bool | None:
    return None if nulls_first is None or nulls_first == descending else nulls_first


# Immutable for every input type, and four that are so for some: a planner refuses the
# index where they are not, as date_trunc of a timestamp with time zone.
_IMMUTABLE = frozenset(
    {
        "lower", "upper", "length", "char_length", "abs", "md5", "btrim", "ltrim",
        "rtrim", "left", "right", "reverse", "substr", "substring", "coalesce", "->>",
        "date_trunc", "date_part", "extract", "cast",
    }
)  # fmt: skip


def _expressions(use: RelationUse) -> Keys:
    kinds = (PredicateKind.EQUALITY, PredicateKind.IN_LIST)
    texts = dict.fromkeys(
        item.wrapping.index_expression
        for item in use.predicates
        if item.wrapping
        and item.wrapping.index_expression
        and item.wrapping.function in _IMMUTABLE
        and item.kind in kinds
        and item.conjunct
    )
    return tuple(IndexKey(expression=text) for text in texts)


_PATTERN_CLASSES = {
    "text": "text_pattern_ops",
    "character varying": "varchar_pattern_ops",
    "character": "bpchar_pattern_ops",
}


def _patterns(use: RelationUse, relation: Relation) -> Keys:
    names = dict.fromkeys(
        item.attribute
        for item in use.predicates
        if _holds_always(item)
        and (
            item.kind is PredicateKind.PREFIX
            or (item.operator == "~~" and item.other.kind is SideKind.PARAMETER)
        )
    )
    keys = []
    for name in names:
        attribute = relation.attribute(name)
        base = attribute.type_name.split("(")[0] if attribute else ""
        if base in _PATTERN_CLASSES:
            keys.append(IndexKey(attribute=name, opclass=_PATTERN_CLASSES[base]))
    return tuple(keys)


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
    for key in groups.expressions:
        yield (key,), 8
        if equal:
            yield (*equal, key), 8
            yield (key, *equal), 8
    for key in groups.patterns:
        yield (key,), 9
        yield (*equal, key), 9
    for key in groups.alternatives:
        yield (key,), 10


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
