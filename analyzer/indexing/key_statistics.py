"""Width, distinct values and type of each key of an index, from the statistics."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from analyzer.domain.catalog import Attribute, Relation
from analyzer.domain.index import HashedOnce, IndexDefinition, IndexKey

_DEFAULT_WIDTH_BYTES = 32
_DEFAULT_DISTINCT = 200.0
_MAX_OFF_BYTES = 1.5
_MAX_OFF_RATIO = 0.1
_FIXED = {
    "boolean": (1, "c"),
    '"char"': (1, "c"),
    "smallint": (2, "s"),
    "integer": (4, "i"),
    "real": (4, "i"),
    "date": (4, "i"),
    "oid": (4, "i"),
    "bigint": (8, "d"),
    "double precision": (8, "d"),
    "money": (8, "d"),
    "timestamp without time zone": (8, "d"),
    "timestamp with time zone": (8, "d"),
    "time without time zone": (8, "d"),
    "time with time zone": (12, "d"),
    "interval": (16, "d"),
    "uuid": (16, "c"),
    "macaddr": (6, "i"),
    "name": (64, "c"),
}
_NEVER_EQUAL_IMAGE = re.compile(
    r"numeric|decimal|real|double precision|float|jsonb|interval|tsvector|hstore"
    r"|ltree|cube|citext|\w*range|record|.*\[\]"
)
_SAME_VALUES = re.compile(r"(lower|upper|btrim|md5)\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatistics(HashedOnce):
    """One column of an index tuple.

    ``length`` is −1 where it varies, then ``width_bytes`` is the mean with its header.
    ``distinct`` is the number of distinct values, none where nothing is known.
    """

    width_bytes: float
    length: int
    alignment: str
    null_frac: float = 0.0
    distinct: float | None = None
    most_common_freqs: tuple[float, ...] = ()
    value_lengths: tuple[tuple[int, float], ...] = ()
    """Of values without header, with their shares; empty where only a mean is known."""
    is_numeric: bool = False
    """Whether widths are odd: a header of one byte, then pairs (``numeric.c``)."""
    is_equal_image: bool = True
    """Whether equal values have equal bytes, so that nbtree may de-duplicate."""

    def __hash__(self) -> int:
        """That of what differs most between columns, counted once."""
        try:
            return self._hash
        except AttributeError:
            value = hash((self.width_bytes, self.length, self.distinct, self.null_frac))
            object.__setattr__(self, "_hash", value)
            return value


def key_statistics(
    definition: IndexDefinition, relation: Relation
) -> tuple[KeyStatistics, ...]:
    """Statistics of the keys, in order; expressions are judged by their columns."""
    return tuple(_of_key(key, relation) for key in definition.keys)


def include_statistics(
    definition: IndexDefinition, relation: Relation
) -> tuple[KeyStatistics, ...]:
    """Statistics of the INCLUDE columns, in order."""
    return tuple(_of_attribute(relation, name) for name in definition.include)


def _of_key(key: IndexKey, relation: Relation) -> KeyStatistics:
    if key.attribute:
        return _of_attribute(relation, key.attribute)
    return _of_expression(key.expression, relation)


def _of_attribute(relation: Relation, name: str) -> KeyStatistics:
    attribute = relation.attribute(name)
    return _unknown() if attribute is None else _of(attribute, relation.reltuples)


@lru_cache(maxsize=4096)
def _of(attribute: Attribute, rows: float) -> KeyStatistics:
    length, alignment = _layout(attribute)
    width: float = length
    if length < 0:
        known = attribute.avg_width_bytes
        # pg_stats cuts the mean to a whole number.
        width = _DEFAULT_WIDTH_BYTES if known is None else known + 0.5
    return KeyStatistics(
        width_bytes=width,
        length=length,
        alignment=alignment,
        null_frac=attribute.null_frac or 0.0,
        distinct=distinct_values(attribute, rows),
        most_common_freqs=attribute.most_common_freqs,
        value_lengths=_known_lengths(attribute) if length < 0 else (),
        is_numeric=attribute.type_name.startswith("numeric"),
        is_equal_image=not _NEVER_EQUAL_IMAGE.match(attribute.type_name),
    )


def _known_lengths(attribute: Attribute) -> tuple[tuple[int, float], ...]:
    """Lengths that agree with the mean; compressed values have other ones."""
    known = attribute.avg_width_bytes
    if known is None or not attribute.value_lengths:
        return ()
    mean = sum(length * share for length, share in attribute.value_lengths) + 1.0
    allowed = max(_MAX_OFF_BYTES, _MAX_OFF_RATIO * known)
    return attribute.value_lengths if abs(mean - known - 0.5) <= allowed else ()


def _unknown(width_bytes: float = 8) -> KeyStatistics:
    return KeyStatistics(width_bytes=width_bytes, length=8, alignment="d")


def _layout(attribute: Attribute) -> tuple[int, str]:
    if attribute.type_length is not None and attribute.type_alignment:
        return attribute.type_length, attribute.type_alignment
    base = re.sub(r"\(\d+\)", "", attribute.type_name)
    return _FIXED.get(base, (-1, "i"))


def distinct_values(attribute: Attribute, rows: float) -> float | None:
    """The number of distinct values of a column; negative ``n_distinct`` is a ratio.

    >>> distinct_values(
    ...     Attribute(name="a", number=1, type_name="text", n_distinct=-0.5), 100
    ... )
    50.0
    """
    if attribute.n_distinct is None or attribute.n_distinct == 0:
        return None
    if attribute.n_distinct > 0:
        return attribute.n_distinct
    return max(1.0, -attribute.n_distinct * max(rows, 0.0))


def attribute_values(name: str, relation: Relation) -> float | None:
    """The number of distinct values of a column by its name, NULL as one of them."""
    attribute = relation.attribute(name)
    if attribute is None:
        return None
    values = distinct_values(attribute, relation.reltuples)
    return None if values is None else values + (1 if attribute.null_frac else 0)


def _of_expression(expression: str, relation: Relation) -> KeyStatistics:
    column = expression_attribute(expression, relation)
    if column is None:
        return _unknown()
    statistics = _of_attribute(relation, column.name)
    if _SAME_VALUES.match(expression):
        return statistics
    return KeyStatistics(
        width_bytes=8,
        length=8,
        alignment="d",
        null_frac=statistics.null_frac,
        distinct=statistics.distinct,
    )


def expression_attribute(expression: str, relation: Relation) -> Attribute | None:
    """The only column that an expression names, if it is one.

    >>> from analyzer.domain.catalog import RelationKind
    >>> from analyzer.domain.index import RelationName
    >>> table = Relation(
    ...     name=RelationName("public", "t"), kind=RelationKind.TABLE, reltuples=1,
    ...     relpages=1, size_bytes=8192,
    ...     attributes=(Attribute(name="email", number=1, type_name="text"),),
    ... )
    >>> expression_attribute("lower(email)", table).name
    'email'
    """
    text = re.sub(r"'(?:[^']|'')*'", "''", expression)
    found = [item for item in relation.attributes if _names(text, item.name)]
    return found[0] if len(found) == 1 else None


def _names(text: str, name: str) -> bool:
    quoted = '"' + name.replace('"', '""') + '"'
    if quoted in text:
        return True
    return bool(re.search(rf"(?<![\w\"$.:]){re.escape(name)}(?![\w\"$(])", text))


def keeps_values(expression: str) -> bool:
    """Whether an expression has about as many values as its column, as lower() has."""
    return bool(_SAME_VALUES.match(expression.strip()))


def distinct_combinations(
    definition: IndexDefinition, relation: Relation, rows: float
) -> float:
    """The number of distinct key combinations among ``rows`` rows of a relation.

    CREATE STATISTICS and unique keys decide where they can. Otherwise the columns are
    taken as independent, and a relation of ``r`` rows that draws from ``n``
    combinations has ``n (1 − e^(−r / n))`` of them (Cardenas, CACM 18(5), 1975).
    """
    total = max(relation.reltuples, rows, 1.0)
    names = frozenset(name for name in definition.attributes if name)
    if any(set(key) <= names for key in relation.unique_keys):
        return rows
    known = _known_combinations(definition, relation)
    if known is None:
        known = min(
            _independent(definition, relation, total),
            combinations_bound(definition, relation),
        )
    return thinned(min(known, total), total, rows)


def combinations_bound(definition: IndexDefinition, relation: Relation) -> float:
    """What is known of more or fewer columns says how many combinations there can be.

    A set of columns has no more combinations than one that contains it, and no more
    than a part of it times the values of the other columns.
    """
    names = frozenset(definition.attributes)
    bound = math.inf
    for combination, count in relation.distinct_combinations:
        held = frozenset(combination)
        found = combination_count(count, relation)
        if names <= held:
            bound = min(bound, found)
        elif held < names and "" not in names:
            others = (relation.attribute(name) for name in sorted(names - held) if name)
            values = [
                distinct_values(item, relation.reltuples) if item else None
                for item in others
            ]
            if all(values):
                product = found * math.prod(v for v in values if v)
                bound = min(bound, hit(product, max(relation.reltuples, 1.0)))
    return bound


def is_independent(definition: IndexDefinition, relation: Relation) -> bool:
    """Whether nothing is known of several columns together, and much of each."""
    names = frozenset(name for name in definition.attributes if name)
    if any(set(key) <= names for key in relation.unique_keys):
        return False
    if _known_combinations(definition, relation) is not None:
        return False
    total = max(relation.reltuples, 1.0)
    independent = _independent(definition, relation, total)
    if combinations_bound(definition, relation) < independent:
        return False
    keys = key_statistics(definition, relation)
    return all(key.distinct is not None for key in keys)


def combination_count(n_distinct: float, relation: Relation) -> float:
    """How many combinations an ``n_distinct`` of several columns stands for.

    Itself, or if it is negative that share of the rows (PostgreSQL manual, "pg_stats").

    Args:
        n_distinct: as in ``Relation.distinct_combinations``.
        relation: of the columns; one that was never analyzed counts as of one row.
    """
    return n_distinct if n_distinct > 0 else -n_distinct * max(relation.reltuples, 1.0)


def _known_combinations(
    definition: IndexDefinition, relation: Relation
) -> float | None:
    names = frozenset(definition.attributes)
    for combination, count in relation.distinct_combinations:
        if frozenset(combination) == names:
            return combination_count(count, relation)
    return None


def _independent(
    definition: IndexDefinition, relation: Relation, total: float
) -> float:
    product = 1.0
    for key in key_statistics(definition, relation):
        values = _DEFAULT_DISTINCT if key.distinct is None else key.distinct
        product = min(product * (values + (1 if key.null_frac else 0)), 1e18)
    return product if len(definition.keys) == 1 else hit(product, total)


def thinned(distinct: float, total: float, rows: float) -> float:
    """How many of a relation's distinct values are left among some of its rows.

    Each value stands in ``total / distinct`` rows; it is gone when none is left.

    >>> round(thinned(100, 100, 10)), round(thinned(10, 1000, 500))
    (10, 10)
    """
    if rows >= total or distinct <= 0:
        return min(distinct, rows)
    left_out: float = (1 - rows / total) ** (total / distinct)
    return distinct * (1 - left_out)


def hit(combinations: float, rows: float) -> float:
    """How many of equally likely combinations appear among some rows.

    >>> round(hit(100, 1_000_000)), round(hit(1e12, 1000))
    (100, 1000)
    """
    if combinations <= 0:
        return 0.0
    return -combinations * math.expm1(-rows / combinations)


def without_excluded_nulls(definition: IndexDefinition, relation: Relation) -> Relation:
    """The relation without the rows that the predicate IS NOT NULL leaves out."""
    rows = max(relation.reltuples, 0.0)
    kept_ratio = 1.0
    attributes = []
    for attribute in relation.attributes:
        null_frac = attribute.null_frac or 0.0
        if 0 < null_frac < 1 and _excludes_nulls(definition.predicate, attribute.name):
            kept_ratio = min(kept_ratio, 1 - null_frac)
            attributes.append(
                replace(
                    attribute,
                    null_frac=0.0,
                    n_distinct=distinct_values(attribute, rows),
                    most_common_freqs=tuple(
                        min(freq / (1 - null_frac), 1.0)
                        for freq in attribute.most_common_freqs
                    ),
                )
            )
        else:
            attributes.append(attribute)
    if kept_ratio == 1.0:
        return relation
    return replace(relation, attributes=tuple(attributes), reltuples=rows * kept_ratio)


def _excludes_nulls(predicate: str, name: str) -> bool:
    names = {name, '"' + name.replace('"', '""') + '"'}
    return any(
        re.search(rf"(?<![\w\"$.]){re.escape(text)}\s+is\s+not\s+null", predicate, re.I)
        for text in names
    )
