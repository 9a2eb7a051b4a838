"""Join the table of a lookup instead of looking each value up.

Rule: a subquery that fetches one column by a key is run once for each row around it.
    A LEFT JOIN on the key fetches all of them with one hash or merge join.
Evidence: planner costs of both texts for all parameter sets.
Semantics: the same values: the key finds one row at most; none gives NULL.
Silent when: the columns equated are no key, the value calls a function, or ``*`` would
    show the joined columns.
Source: rewrites.md B6.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block, output_name
from analyzer.rewriting.conditions import TEXT_TYPES
from analyzer.rewriting.literals import kind_of, operator_name
from analyzer.rewriting.proofs import not_volatile, one_row
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.rules.correlated_aggregate import split_correlation
from analyzer.rewriting.scalars import attached, outer_block, scalar_links, taken_place
from analyzer.rewriting.selects import fresh_alias, is_plain, qualified
from analyzer.rewriting.trees import (
    changed,
    column,
    conjunction,
    operation,
    with_columns,
)
from analyzer.statements.parse import Node, walk


def find(given: Subject) -> Iterator[Found]:
    """One for each lookup of a bare column by columns around."""
    for block in given.blocks:
        if not outer_block(block):
            continue
        for link in scalar_links(block):
            query = link["SubLink"]["subselect"].get("SelectStmt")
            core = given.blocks.of(query or {})
            if core is not None and is_plain(core) and len(core.sources) == 1:
                yield from _joined(given, block, link, core)


def _joined(given: Subject, block: Block, link: Node, core: Block) -> Iterator[Found]:
    split = split_correlation(given, core)
    targets, source = core.fields["targetList"], core.sources[0]
    value = targets[0]["ResTarget"]["val"] if len(targets) == 1 else None
    shown = qualified(value, core, given.blocks) if value is not None else None
    if split is None or shown is None or source.relation is None:
        return
    if not _is_of(given, core, value):
        return
    columns = [u[1] for one, _ in split.pairs if (u := given.blocks.column(one, core))]
    rest = [qualified(item, core, given.blocks) for item in split.rest]
    alias = fresh_alias(given.tree, f"{source.relation.name.name}_found")
    table: dict[tuple[str, ...], Node] = {
        (source.alias, name): column(alias, name) for name in source.columns or ()
    }
    condition = conjunction(
        [
            operation("=", column(alias, name), outer)
            for name, (_, outer) in zip(columns, split.pairs, strict=True)
        ]
        + [with_columns(item, table) for item in rest if item is not None]
    )
    joined = {"RangeVar": {**source.node["RangeVar"], "alias": {"aliasname": alias}}}
    clause = attached(block, split.outer, joined, condition) if condition else None
    if clause is None or None in rest:
        return
    name = output_name(targets[0]) or "?column?"
    placed = taken_place(given, block, link, with_columns(shown, table), name)
    if placed is None:
        return
    new = changed({**block.fields, **placed}, fromClause=clause)
    yield Found(
        what=f"a lookup in {source.relation.name} as a LEFT JOIN on its key",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(
            one_row(source, columns),
            not_volatile(given.setting, core.fields),
        ),
    )


def _is_of(given: Subject, core: Block, value: Node | None) -> bool:
    """Whether a value is the row's own, and NULL where there is no row.

    A bare column is; so is what strict operators make of them.
    """
    uses = given.blocks.uses(value, core) or set()
    parts = list(walk(value))
    texts = all(kind_of(use) in TEXT_TYPES for use in uses)
    for kind, fields in parts:
        if kind not in ("ColumnRef", "String", "A_Expr", "A_Const"):
            return False
        # || of an array and an element is not strict; of texts it is.
        operator = operator_name({kind: fields}) if kind == "A_Expr" else "+"
        if operator not in _ARITHMETIC and not (operator == "||" and texts):
            return False
    return {source for source, _ in uses} == {core.sources[0]}


_ARITHMETIC = ("+", "-", "*", "/")

RULE = Rule(slug="scalar_on_key", doc=__doc__, find=find, needs_values=True)
