"""Edited trees as text: what was not touched stays as it was written."""

from __future__ import annotations

import pytest

from analyzer.errors import UserError
from analyzer.rewriting.render import rendered
from analyzer.rewriting.trees import changed, conjuncts, expression, union_all
from analyzer.statements.parse import parse_one
from analyzer.statements.plain_tree import same_tree
from analyzer.statements.print_tree import printed

QUERY = """SELECT  a, b -- of both
 FROM t
 WHERE  a =  1 AND  b IN (SELECT x  FROM u   WHERE é='(' ORDER BY x LIMIT 3)
ORDER BY a; """


def test_a_condition_is_exchanged_alone_and_put_in_parentheses() -> None:
    tree = parse_one(QUERY).tree
    first = conjuncts(tree["SelectStmt"]["whereClause"])[0]
    text = rendered(QUERY, tree, [(first, expression("a = 2 OR c = 3"))])
    assert text == QUERY.replace("a =  1", "(a = 2 OR c = 3)")


def test_a_clause_of_a_subquery_is_taken_out_alone() -> None:
    tree = parse_one(QUERY).tree
    second = conjuncts(tree["SelectStmt"]["whereClause"])[1]
    inner = second["SubLink"]["subselect"]
    new = {"SelectStmt": changed(inner["SelectStmt"], sortClause=None)}
    text = rendered(QUERY, tree, [(inner, new)])
    assert text == QUERY.replace(" ORDER BY x", "")


def test_what_cannot_be_placed_is_printed_whole() -> None:
    tree = parse_one(QUERY).tree
    fields = tree["SelectStmt"]
    wanted = {"SelectStmt": union_all([fields, fields])}
    text = rendered(QUERY, tree, [(tree, wanted)])
    assert text is not None
    assert same_tree(parse_one(text).tree, wanted)


def test_a_tree_that_is_none_is_not_printed() -> None:
    with pytest.raises(UserError):
        printed({"SelectStmt": {"nosuch": 1}})
    with pytest.raises(UserError):
        printed({"SelectStmt": {"op": "SETOP_UNION", "limitOption": "X"}})
