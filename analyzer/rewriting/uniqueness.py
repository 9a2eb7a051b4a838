"""Why no two rows of a SELECT agree in some columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from analyzer.rewriting.block import Block, Source, Use
from analyzer.rewriting.blocks import Blocks
from analyzer.rewriting.literals import has_one_equality, kind_of
from analyzer.rewriting.proofs import unique
from analyzer.rewriting.selects import conditions, constant, equality, equated
from analyzer.rewriting.trees import conjuncts
from analyzer.statements.parse import Node
from analyzer.statements.type_names import base_type, printed_type


def is_unique(
    block: Block, blocks: Blocks, columns: Collection[Use]
) -> tuple[str, ...]:
    """Why no two rows of a block agree in these columns; empty where nothing shows it.

    A source is settled once a key of it that is NOT NULL is among the known columns.
    Columns become known by being given, by an equality with a known column or a
    constant, or with their source.
    """
    known: set[Use] = set(columns)
    settled: dict[Source, str] = {}
    pairs = _equal_pairs(block, blocks, known)
    moved = True
    while moved:
        moved = False
        for source in block.sources:
            named = [name for other, name in known if other is source]
            key = unique(source, sorted(named))
            if source not in settled and key.holds:
                settled[source] = key.proof
                known |= {(source, name) for name in source.columns or ()}
                moved = True
        for one, two, target in pairs:
            for known_side, other in ((one, two), (two, one)):
                if known_side in known and other not in known and target(other):
                    known.add(other)
                    moved = True
    if len(settled) < len(block.sources):
        return ()
    return tuple(dict.fromkeys(settled[source] for source in block.sources))


def _equal_pairs(
    block: Block, blocks: Blocks, known: set[Use]
) -> list[tuple[Use, Use, Any]]:
    pairs: list[tuple[Use, Use, Any]] = []
    for item in conditions(block):
        found = equated(item, block, blocks)
        if found is not None and has_one_equality(*found):
            pairs.append((*found, lambda _: True))
        sides = equality(item)
        for side, other in (sides, sides[::-1]) if sides else ():
            use = blocks.column(side, block)
            if use is not None and _fixes(use, other):
                known.add(use)
    for quals, filled in _left_joins(block):
        for item in conjuncts(quals):
            found = equated(item, block, blocks)
            if found is not None and has_one_equality(*found):
                # Known to unknown only towards the side the join may leave empty.
                pairs.append((*found, lambda use, f=filled: use[0].node is f))
    return pairs


def _fixes(use: Use, node: Node) -> bool:
    """Whether ``use = node`` holds for one value of the column at most."""
    if not constant(node) or "TypeCast" not in node:
        return constant(node)
    return base_type(printed_type(node["TypeCast"]["typeName"])) == kind_of(use)


def _left_joins(block: Block) -> Iterator[tuple[Node | None, Node]]:
    stack = list(block.fields.get("fromClause", []))
    while stack:
        fields = stack.pop().get("JoinExpr")
        if fields is None:
            continue
        if fields.get("jointype") == "JOIN_LEFT":
            yield fields.get("quals"), fields["rarg"]
        stack += [fields["larg"], fields["rarg"]]
