"""A snapshot whose text values are replaced: order, length and frequency stay.

The statistics of a column hold values: frequent ones, bounds of the histogram, elements
of arrays and documents. For texts and UUIDs each gets another one in its place that
sorts as it did among the column's values and is as long, so that selectivities of
ranges and sizes stay; frequencies are not touched. Numbers, dates and enums are kept.
Values of all other types (JSON, bytes, addresses …) are left out.

What is lost: a literal of a query no longer meets "its" frequent value, and prefixes
mean nothing. Texts that the schema itself spells out (of a CHECK, a partial index, a
view) are in the file anyway, and are kept where they are frequent values, so that
partial indexes keep their selectivity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import RelationName
from analyzer.domain.snapshot_parts import CommonCombination, IndexExtremes
from analyzer.domain.workload import NotSeen
from analyzer.indexing.key_statistics import expression_attribute, keeps_values
from analyzer.planner.array_text import array_elements, array_text
from analyzer.planner.schema_secrets import for_plans_alone
from analyzer.planner.shadow_script import is_statistics
from analyzer.planner.snapshot_file import ExtendedStatistics, PlannerSnapshot
from analyzer.report.plain import counted
from analyzer.statements.split import split_statements

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FILLER = "x"
_UUID_BITS = 128
_C_LOCALES = frozenset({"C", "POSIX", "C.UTF-8", "C.UTF8", "PG_UNICODE_FAST"})

_TEXTS = re.compile(r"(text|character( varying)?(\(\d+\))?|citext|name|bpchar)")
_KEPT = re.compile(
    r"(smallint|integer|bigint|real|double precision|numeric(\([\d,-]+\))?|money|oid"
    r"|boolean|date|interval|(time|timestamp)(\(\d\))? with(out)? time zone|\"char\""
    r"|(int4|int8|num|ts|tstz|date)(multi)?range)(\[\])?"
)
_ENUM = re.compile(r"CREATE TYPE (\S+) AS ENUM", re.IGNORECASE)
_LITERAL = r"'(?:[^']|'')*'"
_PAIR = re.compile(rf"\n\t'(\w+)', (E?{_LITERAL})(::[\w\[\] ]+)?")
_RELATION_STATISTICS = "pg_restore_relation_stats"
_SCHEMA_LITERAL = re.compile(_LITERAL)
_VALUES = (
    "most_common_vals",
    "histogram_bounds",
    "most_common_elems",
    "range_bounds_histogram",
)
_WITHOUT = {
    "most_common_vals": ("most_common_freqs",),
    "most_common_elems": ("most_common_elem_freqs", "elem_count_histogram"),
    "histogram_bounds": (),
    "range_length_histogram": ("range_empty_frac",),
    "range_bounds_histogram": (),
}

Column = tuple[RelationName, str]


@dataclass(slots=True)
class _Pseudonyms:
    """Replacements of one column's values."""

    by_value: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    def frequent(self, value: str | None) -> str | None:
        if value is None or value in self.kept:
            return value
        return self.by_value.get(value, _FILLER)

    def bound(self, value: str | None) -> str | None:
        return None if value is None else self.by_value.get(value, _FILLER)


def redacted(snapshot: PlannerSnapshot) -> PlannerSnapshot:
    """The snapshot without text values of the data.

    ``not_seen`` then says what was replaced and what was left out.

    Raises:
        QuerySyntaxError: a script of the snapshot cannot be read.
    """
    snapshot = replace(snapshot, schema_sql=for_plans_alone(snapshot.schema_sql))
    work = _Redaction(snapshot)
    statistics = "".join(
        f"{work.statement(text)};\n"
        for text in split_statements(snapshot.statistics_sql)
        if is_statistics(text)
    )
    return replace(
        snapshot,
        statistics_sql=statistics,
        extremes=tuple(work.extremes(snapshot.extremes)),
        extended_statistics=tuple(
            work.combinations(item) for item in snapshot.extended_statistics
        ),
        redacted=True,
        not_seen=(*snapshot.not_seen, *work.notes()),
    )


class _Redaction:
    def __init__(self, snapshot: PlannerSnapshot) -> None:
        self._types = dict(_column_types(snapshot.catalog))
        self._enums = frozenset(
            text.replace('"', "") for text in _ENUM.findall(snapshot.schema_sql)
        )
        locale = snapshot.locale
        name = (locale.name or locale.lc_collate).upper()
        self._by_bytes = name in _C_LOCALES
        self._disclosed = frozenset(
            text[1:-1].replace("''", "'")
            for text in _SCHEMA_LITERAL.findall(snapshot.schema_sql)
        )
        self._known: dict[Column, _Pseudonyms] = {}
        self._left_out: set[str] = set()
        self._expression_count = 0
        self._more_values = _values_elsewhere(snapshot)

    def notes(self) -> Iterator[NotSeen]:
        """What the file no longer holds."""
        yield NotSeen(
            what=f"text values of {len(self._known)} columns",
            why="they were replaced (--redact); order, length and frequency are kept, "
            "so plans for literals of these columns may differ, and so may those for "
            "patterns within a text (LIKE '%…%')",
        )
        if self._left_out:
            yield NotSeen(
                what=f"values of {len(self._left_out)} columns of other types",
                why="types such as JSON have no replacement that keeps their order; "
                "the planner uses its defaults for them",
            )
        if self._expression_count:
            yield NotSeen(
                what=f"values of {counted(self._expression_count, 'expression')} of "
                "extended statistics",
                why="nothing tells how they sort and repeat; their number is kept",
            )

    def statement(self, text: str) -> str:
        """A statement that restores statistics, its values replaced or gone."""
        pairs = {key: literal for key, literal, _ in _PAIR.findall(text)}
        if _RELATION_STATISTICS in text[: text.index("(")]:
            return text
        place = RelationName(_text(pairs["schemaname"]), _text(pairs["relname"]))
        # Columns of an index go by their number.
        column = (place, _text(pairs.get("attname") or pairs.get("attnum") or "''"))
        kind = self._types.get(column, "")
        if _KEPT.fullmatch(kind) or kind.replace('"', "") in self._enums:
            return text
        wanted = [key for key in _VALUES if key in pairs]
        if not wanted:
            return text
        kept = self._replaceable(kind)
        if not kept:
            self._left_out.add(f"{place}.{column[1]}")
        used = [pairs[key] for key in wanted if key in kept]
        names = self._pseudonyms(column, kind, used) if kept else _Pseudonyms()
        shown = (self._pair(match, names, kept) for match in _PAIR.finditer(text))
        head = text[: text.index("(") + 1]
        return f"{head}{','.join(pair for pair in shown if pair)}\n)"

    def extremes(self, items: Iterable[IndexExtremes]) -> Iterator[IndexExtremes]:
        """Ends of columns whose type is kept."""
        for item in items:
            kind = self._types.get((item.relation, item.attribute), "")
            if _KEPT.fullmatch(kind) or kind.replace('"', "") in self._enums:
                yield item

    def combinations(self, item: ExtendedStatistics) -> ExtendedStatistics:
        """Frequent combinations with their texts replaced."""
        if item.expressions:
            self._expression_count += len(item.expressions)
            return _without_values(item)
        if not item.most_common:
            return item
        replacers: list[Callable[[str | None], str | None]] = []
        for name in item.columns:
            column = (item.relation, name)
            kind = self._types.get(column, "")
            if _KEPT.fullmatch(kind) or kind.replace('"', "") in self._enums:
                replacers.append(lambda value: value)
            elif self._replaceable(kind):
                replacers.append(self._pseudonyms(column, kind, ()).frequent)
            else:
                return replace(item, most_common=())
        return replace(
            item,
            most_common=tuple(
                CommonCombination(
                    values=tuple(
                        replacer(value)
                        for replacer, value in zip(replacers, one.values, strict=True)
                    ),
                    frequency=one.frequency,
                    base_frequency=one.base_frequency,
                )
                for one in item.most_common
            ),
        )

    def _replaceable(self, kind: str) -> frozenset[str]:
        if _TEXTS.fullmatch(kind) or kind == "uuid":
            return frozenset({"most_common_vals", "histogram_bounds"})
        if kind == "tsvector" or _TEXTS.fullmatch(kind.removesuffix("[]")):
            return frozenset({"most_common_elems"})
        return frozenset()

    def _pair(
        self, match: re.Match[str], names: _Pseudonyms, kept: frozenset[str]
    ) -> str:
        key, literal, cast = match.groups()
        for values, others in _WITHOUT.items():
            if key in (values, *others) and values not in kept:
                return ""
        if key not in _VALUES:
            return match[0]
        is_bound = key == "histogram_bounds"
        replacer = names.bound if is_bound else names.frequent
        replaced = [replacer(value) for value in array_elements(_text(literal))]
        content = array_text(replaced).replace("'", "''")
        return f"\n\t'{key}', '{content}'{cast or ''}"

    def _pseudonyms(
        self, column: Column, kind: str, literals: Sequence[str]
    ) -> _Pseudonyms:
        if column not in self._known:
            values = {
                value
                for literal in literals
                for value in array_elements(_text(literal))
                if value is not None
            }
            values |= self._more_values.get(column, set())
            ordered = sorted(values, key=self._sort_key)
            make = _uuids if kind == "uuid" else _codes
            self._known[column] = _Pseudonyms(
                by_value=dict(zip(ordered, make(ordered), strict=True)),
                kept=frozenset(values & self._disclosed),
            )
        return self._known[column]

    def _sort_key(self, value: str) -> tuple[object, ...]:
        if self._by_bytes:
            return (value.encode(),)
        # Linguistic sorting looks at letters and digits first, then at case and signs.
        letters = "".join(c for c in value.casefold() if c.isalnum())
        return letters, value.casefold(), value.swapcase()


def _without_values(item: ExtendedStatistics) -> ExtendedStatistics:
    """Statistics of expressions: nothing tells how their values sort and repeat."""
    return replace(
        item,
        most_common=(),
        expressions=tuple(
            replace(
                one,
                most_common_values=None,
                most_common_frequencies=(),
                histogram_bounds=None,
                most_common_elements=None,
                element_frequencies=(),
            )
            for one in item.expressions
        ),
    )


def _codes(ordered: Sequence[str]) -> list[str]:
    """Texts in the same order, as long as they were, of digits and small letters.

    >>> _codes(["Adams", "Brown", "X"])
    ['9xxxx', 'ixxxx', 'r']
    """
    digits = 1
    while len(_DIGITS) ** digits <= len(ordered):
        digits += 1
    total = len(_DIGITS) ** digits
    found = []
    for rank, value in enumerate(ordered, start=1):
        number, code = rank * total // (len(ordered) + 1), ""
        for _ in range(digits):
            number, digit = divmod(number, len(_DIGITS))
            code = _DIGITS[digit] + code
        found.append(code.ljust(len(value.encode()), _FILLER))
    return found


def _uuids(ordered: Sequence[str]) -> list[str]:
    """UUIDs in the same order, evenly spread."""
    found = []
    for rank in range(1, len(ordered) + 1):
        text = f"{(rank << _UUID_BITS) // (len(ordered) + 1):032x}"
        parts = (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
        found.append("-".join(parts))
    return found


def _column_types(catalog: Catalog) -> Iterator[tuple[Column, str]]:
    for relation in catalog.relations:
        for attribute in relation.attributes:
            yield (relation.name, attribute.name), attribute.type_name
        for index in relation.indexes:
            for number, key in enumerate(index.definition.keys, start=1):
                column = expression_attribute(key.expression, relation)
                if column is not None and keeps_values(key.expression):
                    yield (index.name, str(number)), column.type_name


def _values_elsewhere(snapshot: PlannerSnapshot) -> dict[Column, set[str]]:
    """Values that frequent combinations hold, by column."""
    found: dict[Column, set[str]] = {}
    for item in snapshot.extended_statistics:
        for one in item.most_common if not item.expressions else ():
            for name, value in zip(item.columns, one.values, strict=True):
                if value is not None:
                    found.setdefault((item.relation, name), set()).add(value)
    return found


def _text(literal: str) -> str:
    """The text of an SQL literal.

    >>> _text("'it''s'")
    "it's"
    """
    if literal.startswith("E"):
        literal = re.sub(r"\\(.)", r"\1", literal[1:], flags=re.DOTALL)
    return literal[1:-1].replace("''", "'")
