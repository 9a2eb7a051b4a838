"""Compare the parts of a concatenation instead of the whole.

Rule: ``first || ' ' || last = 'Ada Byron'`` concatenates for every row; each part
    compared alone can use an index.
Evidence: planner costs with the indexes that exist, or with one on both columns.
Semantics: the same rows: the separator stands exactly once in the constant, so it can
    only be cut in one place.
Silent when: there is no separator, the constant holds it several times or not at all,
    or a part is neither text nor an integer in its usual form.
Source: rewrites.md G19.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.conditions import INTEGER_RANGES, TEXT_TYPES
from analyzer.rewriting.literals import (
    kind_of,
    operator_name,
    string_node,
    text_constant,
)
from analyzer.rewriting.proofs import not_null
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import equality
from analyzer.rewriting.trees import conjunction, conjuncts, expression, operation
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name

_INTEGER = re.compile(r"0|-?[1-9]\d*")


def find(given: Subject) -> Iterator[Found]:
    """One for each concatenation of two columns compared with a constant."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            sides = equality(item)
            for whole, value in (sides, sides[::-1]) if sides else ():
                yield from _apart(given, block, item, (whole, text_constant(value)))


def _apart(
    given: Subject, block: Block, item: Node, compared: tuple[Node, str | None]
) -> Iterator[Found]:
    whole, constant = compared
    parts = _parts(whole) or _joined(whole)
    if constant is None or len(parts) != 3:
        return
    # concat() takes NULL for nothing, || for NULL.
    needs_all = "FuncCall" in whole
    separator = text_constant(parts[1])
    if not separator or len(separator) != 1 or constant.count(separator) != 1:
        return
    values = constant.split(separator)
    tests, uses = [], []
    for node, value in zip((parts[0], parts[2]), values, strict=True):
        use = given.blocks.column(node, block)
        test = _test(node, use, value, separator)
        if use is None or test is None:
            return
        if needs_all and not not_null(block, given.blocks, *use).holds:
            return
        tests.append(test)
        uses.append(use)
    yield Found(
        what="the parts of a concatenation compared alone",
        pairs=((item, conjunction(tests) or item),),
        indexes=_index(uses),
    )


def _parts(node: Node) -> list[Node]:
    if function_name(node.get("FuncCall", {})) in ("concat", "concat_ws"):
        return []
    if operator_name(node) != "||":
        return [node]
    fields = node["A_Expr"]
    return [*_parts(fields["lexpr"]), *_parts(fields["rexpr"])]


def _joined(node: Node) -> list[Node]:
    """The same of ``concat(a, '-', b)`` and ``concat_ws('-', a, b)``."""
    call = node.get("FuncCall", {})
    given = call.get("args", [])
    if len(given) != 3:
        return []
    if function_name(call) == "concat_ws":
        return [given[1], given[0], given[2]]
    return list(given)


def _test(node: Node, use: Use | None, value: str, separator: str) -> Node | None:
    kind = kind_of(use)
    if kind in TEXT_TYPES:
        return operation("=", node, string_node(value))
    if kind not in INTEGER_RANGES or separator in "-0123456789":
        return None
    low, high = INTEGER_RANGES[kind]
    if not _INTEGER.fullmatch(value) or not low <= int(value) <= high:
        return None
    return operation("=", node, expression(value))


def _index(uses: list[Use]) -> tuple[IndexDefinition, ...]:
    relation = uses[0][0].relation
    if relation is None or uses[0][0] is not uses[1][0]:
        return ()
    keys = tuple(IndexKey(attribute=name) for _, name in uses)
    return (IndexDefinition(relation=relation.name, keys=keys),)


RULE = Rule(slug="concatenation", doc=__doc__, find=find)
