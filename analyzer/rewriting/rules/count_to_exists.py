"""Ask whether there is a row with EXISTS instead of counting all of them.

Rule: ``count(*) > 0`` reads every row that qualifies; EXISTS stops at the first.
Evidence: planner costs of both texts.
Semantics: the same value; the column keeps its name.
Silent when: rows are grouped, limited or counted with DISTINCT or FILTER, a counted
    column may be NULL, or the comparison needs more than one row.
Source: PostgreSQL wiki, "Slow Counting"; rewrites.md E1 and E2.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.rewriting import Condition
from analyzer.rewriting.block import Block
from analyzer.rewriting.proofs import not_null, not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import CORE, knows
from analyzer.rewriting.trees import changed, exists, has_only, negated, target
from analyzer.statements.parse import Node
from analyzer.statements.sides import constant_of, function_name

_SOME = {(">", "0"), (">=", "1"), ("<>", "0"), ("!=", "0")}
_NONE = {("=", "0"), ("<", "1"), ("<=", "0")}
_MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_NO_NAME = "?column?"


def find(given: Subject) -> Iterator[Found]:
    """One for each comparison of a count with zero or one."""
    yield from _selected(given)
    yield from _compared(given)


def _selected(given: Subject) -> Iterator[Found]:
    """``SELECT count(*) > 0 FROM …`` as ``SELECT EXISTS (SELECT 1 FROM …)``."""
    for block in given.blocks.selects:
        targets = block.fields.get("targetList", [])
        if len(targets) != 1 or not _fits(block):
            continue
        value = targets[0]["ResTarget"].get("val", {})
        found = _comparison(value)
        if found is None or "FuncCall" not in found[0]:
            continue
        call, is_some = found
        conditions = _conditions(given, block, call["FuncCall"])
        if conditions is None:
            continue
        test = exists(_one(block.fields))
        unnamed = "case" if "CaseExpr" in value else _NO_NAME
        name = targets[0]["ResTarget"].get("name", unnamed)
        item = target(test if is_some else negated(test), name)
        new = {
            "targetList": [item],
            "limitOption": "LIMIT_OPTION_DEFAULT",
            "op": "SETOP_NONE",
        }
        yield Found(
            what="a count compared with zero as EXISTS",
            pairs=((block.node, {"SelectStmt": new}),),
            conditions=conditions,
        )


def _compared(given: Subject) -> Iterator[Found]:
    """``(SELECT count(*) FROM …) > 0`` as ``EXISTS (SELECT 1 FROM …)``."""
    stack: list[object] = [given.tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
            continue
        if not isinstance(current, dict):
            continue
        stack.extend(current.values())
        found = _comparison(current)
        link = found[0].get("SubLink", {}) if found else {}
        query = link.get("subselect", {}).get("SelectStmt")
        block = given.blocks.of(query or {})
        if found is None or block is None or not _fits(block):
            continue
        if link.get("subLinkType") != "EXPR_SUBLINK":
            continue
        targets = block.fields["targetList"]
        call = targets[0]["ResTarget"].get("val", {}).get("FuncCall")
        conditions = _conditions(given, block, call) if call else None
        if conditions is None or len(targets) != 1 or _is_output(given, current):
            continue
        test = exists(_one(block.fields))
        yield Found(
            what="a count compared with zero as EXISTS",
            pairs=((current, test if found[1] else negated(test)),),
            conditions=conditions,
        )


def _is_output(given: Subject, node: Node) -> bool:
    """Whether it stands as an output without a name, which would then change."""
    for block in given.blocks:
        for item in block.fields.get("targetList", []):
            fields = item.get("ResTarget", {})
            if fields.get("val") is node and "name" not in fields:
                return True
    return False


def _comparison(node: Node) -> tuple[Node, bool] | None:
    """What is compared, and whether the comparison asks for a row or for none."""
    fields = _said(node).get("A_Expr", {})
    if fields.get("kind") != "AEXPR_OP" or "lexpr" not in fields:
        return None
    operator = fields["name"][-1]["String"]["sval"]
    left, right = fields["lexpr"], fields["rexpr"]
    if "A_Const" in left:
        left, right, operator = right, left, _MIRRORED.get(operator, operator)
    if "A_Const" not in right or len(fields["name"]) != 1:
        return None
    asked = (operator, constant_of(right["A_Const"]))
    if asked in _SOME or asked in _NONE:
        return left, asked in _SOME
    return None


def _said(node: Node) -> Node:
    """What ``CASE WHEN condition THEN true ELSE false END`` says in more words."""
    case = node.get("CaseExpr", {})
    branches = case.get("args", [])
    if "arg" in case or len(branches) != 1:
        return node
    values = (branches[0]["CaseWhen"]["result"], case.get("defresult", {}))
    said = [constant_of(v["A_Const"]) for v in values if "A_Const" in v]
    kinds = [set(v.get("A_Const", {})) & {"boolval"} for v in values]
    if said != ["true", "false"] or not all(kinds):
        return node
    condition: Node = branches[0]["CaseWhen"]["expr"]
    return condition


def _fits(block: Block) -> bool:
    return (
        has_only(block.fields, CORE)
        and bool(block.fields.get("fromClause"))
        and knows(block.fields)
    )


def _conditions(
    given: Subject, block: Block, call: Node
) -> tuple[Condition, ...] | None:
    """What a plain count stands on; none if it is no plain count."""
    known = {"funcname", "args", "agg_star", "funcformat", "location"}
    if function_name(call) != "count" or not set(call) <= known:
        return None
    volatile = not_volatile(given.setting, block.fields)
    if call.get("agg_star"):
        return (volatile,)
    use = given.blocks.column(call["args"][0], block) if call.get("args") else None
    if use is None:
        return None
    return (volatile, not_null(block, given.blocks, *use))


def _one(fields: Node) -> Node:
    return changed(fields, targetList=[target({"A_Const": {"ival": {"ival": 1}}})])


RULE = Rule(slug="count_to_exists", doc=__doc__, find=find)
