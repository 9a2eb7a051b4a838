"""All tables of a database from statistics alone, in the order of their references."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzer.domain.index import RelationName
from analyzer.verification.generated_table import NULL, GeneratedTable
from analyzer.verification.key_links import in_order
from analyzer.verification.table_rows import Parent, TableMaker
from analyzer.verification.table_statistics import Link, TableStatistics
from analyzer.verification.value_kinds import Kind, kind_of

SMALL_ROWS = 2_000
"""Tables up to this size keep all their rows: they are the look-ups of others."""

_CHUNK_ROWS = 20_000
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
)


@dataclass(slots=True, kw_only=True)
class Generated:
    """What was made, and what had to be assumed for it."""

    assumptions: list[str] = field(default_factory=list)
    row_ratio: float = 1.0


def scaled_rows(
    tables: Sequence[TableStatistics], budget: int
) -> dict[RelationName, int]:
    """How many rows each table gets within a budget.

    Small tables keep theirs, all others the same share of them, so that parents and
    children keep their proportion.
    """
    small = sum(t.rows for t in tables if t.rows <= SMALL_ROWS)
    large = sum(t.rows for t in tables if t.rows > SMALL_ROWS)
    ratio = min(max(budget - small, 1) / large, 1.0) if large else 1.0
    return {
        t.name: t.rows if t.rows <= SMALL_ROWS else max(round(t.rows * ratio), 1)
        for t in tables
    }


def make_tables(
    tables: Mapping[RelationName, TableStatistics],
    links: Sequence[Link],
    budget: int,
    seed: int,
    generated: Generated,
) -> Iterator[GeneratedTable]:
    """Make the tables one after the other, parents first.

    Each table is dropped from memory when no later one refers to it.

    Args:
        tables: their statistics, by name.
        links: references between them.
        budget: rows in all.
        seed: the same seed makes the same rows.
        generated: gets what was assumed.
    """
    rows = scaled_rows(list(tables.values()), budget)
    total = sum(table.rows for table in tables.values())
    generated.row_ratio = sum(rows.values()) / total if total else 1.0
    made: dict[RelationName, GeneratedTable] = {}
    needed = _must_have(tables, links)
    waiting = [link.parent for link in links]
    for table in in_order(tables, links):
        mine = [link for link in links if link.child == table.name]
        maker = TableMaker(
            table=table,
            rows=rows[table.name],
            parents=[
                Parent(
                    link=link, made=made[link.parent], statistics=tables[link.parent]
                )
                for link in mine
            ],
            must_have=needed.get(table.name, {}),
            chance=np.random.default_rng([seed, zlib.crc32(str(table.name).encode())]),
        )
        made[table.name] = maker.make()
        yield made[table.name]
        generated.assumptions += _assumed(table, maker)
        for link in mine:
            waiting.remove(link.parent)
        for name in [n for n in made if n not in waiting]:
            del made[name]
    generated.assumptions += _linked(links)


def _must_have(
    tables: Mapping[RelationName, TableStatistics], links: Sequence[Link]
) -> dict[RelationName, dict[str, list[str]]]:
    """Values of parents that are frequent in their children."""
    found: dict[RelationName, dict[str, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for link in links:
        for mine, theirs in zip(link.columns, link.parent_columns, strict=True):
            found[link.parent][theirs] += tables[link.child].by_name[mine].common
    for table in tables.values():
        for item in table.combined:
            for values, _ in item.common:
                for name, text in zip(item.columns, values, strict=True):
                    if text is not None:
                        found[table.name][name].append(text)
    return found


def _assumed(table: TableStatistics, maker: TableMaker) -> Iterator[str]:
    for delay in maker.assumed:
        base = delay.base
        if delay.link is not None:
            base = f"{maker.parents[delay.link].link.parent.name}.{base}"
        days = (delay.shortest_us / 86.4e9, delay.longest_us / 86.4e9)
        yield (
            f"{table.name.name}.{delay.column} follows {base}"
            f" by {days[0]:.0f} to {days[1]:.0f} days"
        )


def _linked(links: Sequence[Link]) -> Iterator[str]:
    for link in links:
        if link.source != "foreign key":
            yield (
                f"{link.child.name}.{', '.join(link.columns)} refers to"
                f" {link.parent.name}.{', '.join(link.parent_columns)}: {link.source}"
            )


def copy_rows(
    table: TableStatistics, made: GeneratedTable, columns: Sequence[str]
) -> Iterator[bytes]:
    """The rows as COPY reads them (text format), some thousands at a time."""
    escaped = {name: _escaped(table, made, name) for name in columns}
    for start in range(0, made.rows, _CHUNK_ROWS):
        stop = min(start + _CHUNK_ROWS, made.rows)
        parts = []
        for name in columns:
            codes = made.columns[name].codes[start:stop]
            parts.append(escaped[name][codes].tolist())
        lines = map("\t".join, zip(*parts, strict=True))
        yield ("\n".join(lines) + "\n").encode()


def _escaped(
    table: TableStatistics, made: GeneratedTable, name: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """Values as COPY writes them, with NULL at the end, where the code −1 finds it."""
    texts = made.columns[name].pool.texts
    values = np.empty(len(texts) + 1, dtype=object)
    if kind_of(table.by_name[name].type_name) in _PLAIN:
        values[:-1] = texts
    else:
        values[:-1] = [str(text).translate(_ESCAPES) for text in texts]
    values[NULL] = "\\N"
    return values


_PLAIN = (Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.TIMESTAMP, Kind.UUID)
