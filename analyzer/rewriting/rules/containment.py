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
from analyzer.rewriting.literals import declared_type
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import conjuncts, expression, operation
from analyzer.statements.identifiers import quote_literal
from analyzer.statements.parse import Node
from analyzer.statements.sides import constant_of, without_casts

_OTHER_JSON = re.compile(r"\s*(?:[\[{]|-?\d|true\s*\Z|false\s*\Z)", re.ASCII)
_KEYS = re.compile(r"\{[A-Za-z_]\w*(?:,[A-Za-z_]\w*)*\}", re.ASCII)
"""A path of plain names: numbers could mean places of an array."""
_SCALAR = re.compile(r'"[^"\\]*"|-?(?:0|[1-9]\d*)(?:\.\d+)?|true|false', re.ASCII)
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
    """``doc ->> 'k' = 'v'``, ``doc -> 'k' ->> 'l' = 'v'``, ``doc -> 'k' = '1'``."""
    fields = item.get("A_Expr", {})
    if fields.get("kind") != "AEXPR_OP" or _operator(fields) != "=":
        return
    for left, right in (
        (fields.get("lexpr", {}), fields["rexpr"]),
        (fields["rexpr"], fields.get("lexpr", {})),
    ):
        column, keys = _path(left)
        use = given.blocks.column(column, block) if keys else None
        if use is None or declared_type(use) != "jsonb":
            continue
        is_text = _operator(left["A_Expr"]) in ("->>", "#>>")
        value = _text(right)
        known = _string(value) if is_text else _scalar(right)
        if known is None:
            continue
        claim = f"only a JSON string prints as {value!r}"
        proof = "it is no number, truth value, array or object"
        document = known
        for key in reversed(keys):
            document = f"{{{json.dumps(key, ensure_ascii=False)}: {document}}}"
        constant = expression(f"{quote_literal(document)}::jsonb")
        yield Found(
            what=f"a value of {use[0].alias}.{use[1]} by containment",
            pairs=((item, operation("@>", column, constant)),),
            conditions=(Condition(fact=Fact.VALUES, claim=claim, proof=proof),)
            if is_text
            else (),
            indexes=_index(use, "jsonb_path_ops"),
        )


def _path(node: Node) -> tuple[Node, list[str]]:
    """What a value is taken out of, and by which keys; no keys for anything else."""
    fields = node.get("A_Expr", {})
    operator = _operator(fields) if fields.get("kind") == "AEXPR_OP" else ""
    inner, key = fields.get("lexpr", {}), _text(fields.get("rexpr", {}))
    if operator in ("#>>", "#>") and key is not None and _KEYS.fullmatch(key):
        keys = key[1:-1].split(",")
        if "null" in map(str.lower, keys):
            return {}, []
    elif operator in ("->>", "->") and key is not None:
        keys = [key]
    else:
        return {}, []
    if "ColumnRef" in inner:
        return inner, keys
    column, before = _path(inner)
    is_json = bool(before) and _operator(inner["A_Expr"]) in ("->", "#>")
    return (column, [*before, *keys]) if is_json else ({}, [])


def _string(value: str | None) -> str | None:
    """A text as JSON, if no other JSON value is printed like it."""
    if value is None or _OTHER_JSON.match(value):
        return None
    return json.dumps(value, ensure_ascii=False)


def _scalar(node: Node) -> str | None:
    """A constant of type jsonb that is no array and no object."""
    inner, cast = without_casts(node)
    value = constant_of(inner.get("A_Const", {"isnull": True})) or ""
    if "sval" not in inner.get("A_Const", {}) or cast not in ("", "jsonb"):
        return None
    return value if _SCALAR.fullmatch(value) else None


def _array(given: Subject, block: Block, item: Node) -> Iterator[Found]:
    """``x = ANY (tags)``, where a NULL x finds no row in either form."""
    fields = item.get("A_Expr", {})
    if fields.get("kind") != "AEXPR_OP_ANY" or _operator(fields) != "=":
        return
    use = given.blocks.column(fields["rexpr"], block)
    inner, cast = without_casts(fields["lexpr"])
    if use is None or declared_type(use) not in _ELEMENTS or cast:
        return
    if "A_Const" not in inner and "ParamRef" not in inner:
        return
    if "A_Const" in inner and not _fits(inner["A_Const"], declared_type(use)):
        return
    made = expression(f"ARRAY[1]::{declared_type(use)}")
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


def _index(use: Use, opclass: str) -> tuple[IndexDefinition, ...]:
    relation = use[0].relation
    if relation is None:
        return ()
    key = IndexKey(attribute=use[1], opclass=opclass)
    return (IndexDefinition(relation=relation.name, keys=(key,), method="gin"),)


RULE = Rule(slug="containment", doc=__doc__, find=find)
