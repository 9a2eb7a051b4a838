"""Ask for containment, which a GIN index knows, instead of taking values out.

Rule: ``doc ->> 'k' = 'v'`` and ``'x' = ANY (tags)`` look into every row; ``doc @> …``
    and ``tags @> …`` are what GIN indexes search by.
Evidence: planner costs with the GIN index that exists, or with one on the column.
Semantics: arrays: the same rows. jsonb: the same rows if the value is text that cannot
    be printed from a number, a truth value, an array or an object.
Silent when: the text could be printed from another JSON value, the key is no constant,
    or the column is json, which has no containment.
Source: PostgreSQL manual, "jsonb Indexing" and "Array Functions and Operators";
    rewrites.md X1 and X2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import conjuncts, expression, operation
from analyzer.statements.identifiers import quote_literal
from analyzer.statements.parse import Node
from analyzer.statements.sides import constant_of, without_casts

_OTHER_JSON = re.compile(r"\s*(?:[\[{]|-?\d|true\s*\Z|false\s*\Z)", re.ASCII)
_ELEMENTS = {
    *("text[]", "integer[]", "bigint[]", "smallint[]", "uuid[]", "date[]"),
    *("character varying[]",),
}


def find(given: Subject) -> Iterator[Found]:
    """One for each such condition that every row must pass."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            yield from _json(given, block, item)
            yield from _array(given, block, item)


def _json(given: Subject, block: Block, item: Node) -> Iterator[Found]:
    """``doc ->> 'k' = 'v'``."""
    fields = item.get("A_Expr", {})
    if fields.get("kind") != "AEXPR_OP" or _operator(fields) != "=":
        return
    for left, right in (
        (fields.get("lexpr", {}), fields["rexpr"]),
        (fields["rexpr"], fields.get("lexpr", {})),
    ):
        path = left.get("A_Expr", {})
        if path.get("kind") != "AEXPR_OP" or _operator(path) != "->>":
            continue
        use = given.blocks.column(path.get("lexpr"), block)
        key, value = _text(path["rexpr"]), _text(right)
        if use is None or key is None or value is None or _kind(use) != "jsonb":
            continue
        if _OTHER_JSON.match(value):
            continue
        document = json.dumps({key: value}, ensure_ascii=False)
        constant = expression(f"{quote_literal(document)}::jsonb")
        yield Found(
            what=f"a value of {use[0].alias}.{use[1]} by containment",
            pairs=((item, operation("@>", path["lexpr"], constant)),),
            conditions=(
                Condition(
                    fact=Fact.VALUES,
                    claim=f"only a JSON string prints as {value!r}",
                    proof="it is no number, truth value, array or object",
                ),
            ),
            indexes=_index(use, "jsonb_path_ops"),
        )


def _array(given: Subject, block: Block, item: Node) -> Iterator[Found]:
    """``x = ANY (tags)``, where a NULL x finds no row in either form."""
    fields = item.get("A_Expr", {})
    if fields.get("kind") != "AEXPR_OP_ANY" or _operator(fields) != "=":
        return
    use = given.blocks.column(fields["rexpr"], block)
    inner, cast = without_casts(fields["lexpr"])
    if use is None or _kind(use) not in _ELEMENTS or cast:
        return
    if "A_Const" not in inner and "ParamRef" not in inner:
        return
    if "A_Const" in inner and not _fits(inner["A_Const"], _kind(use)):
        return
    made = expression(f"ARRAY[1]::{_kind(use)}")
    made["TypeCast"]["arg"]["A_ArrayExpr"]["elements"] = [fields["lexpr"]]
    yield Found(
        what=f"an element of {use[0].alias}.{use[1]} by containment",
        pairs=((item, operation("@>", fields["rexpr"], made)),),
        indexes=_index(use, ""),
    )


def _fits(constant: Node, kind: str) -> bool:
    """Whether a constant is compared as the element type in both forms."""
    if "ival" in constant:
        return kind in ("integer[]", "bigint[]")
    return "sval" in constant


def _operator(fields: Node) -> str:
    names = [part["String"].get("sval", "") for part in fields.get("name", [])]
    return names[0] if len(names) == 1 else ""


def _text(node: Node) -> str | None:
    inner, cast = without_casts(node)
    constant = inner.get("A_Const", {})
    if "sval" not in constant or cast not in ("", "text"):
        return None
    return constant_of(constant)


def _kind(use: Use) -> str:
    relation = use[0].relation
    attribute = relation.attribute(use[1]) if relation else None
    return attribute.type_name if attribute else ""


def _index(use: Use, opclass: str) -> tuple[IndexDefinition, ...]:
    relation = use[0].relation
    if relation is None:
        return ()
    key = IndexKey(attribute=use[1], opclass=opclass)
    return (IndexDefinition(relation=relation.name, keys=(key,), method="gin"),)


RULE = Rule(slug="containment", doc=__doc__, find=find)
