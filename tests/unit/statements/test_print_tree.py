"""A tree as the message that the printer reads, against protobuf's own reader."""

from __future__ import annotations

import pytest
from google.protobuf import json_format
from postgast import pg_query_pb2

from analyzer.errors import UserError
from analyzer.statements.parse import parse_one
from analyzer.statements.print_tree import message, printed
from tests.support.rule_cases import rule_cases

QUERIES = [
    *(case.query for case in rule_cases()[::7]),
    "INSERT INTO t (a) VALUES (1, NULL, -2.5, 'x', true, B'01') ON CONFLICT DO NOTHING",
    "UPDATE t SET a = a[1:2], (b, c) = (SELECT 1, 2) WHERE a LIKE ANY ('{x,y}')",
    "SELECT count(*) FILTER (WHERE a) OVER (ORDER BY b ROWS 3 PRECEDING) FROM f() AS t",
    "CREATE TABLE t (a numeric(3, 2) DEFAULT 1, CHECK (a > 0)) PARTITION BY LIST (a)",
]


@pytest.mark.parametrize("query", QUERIES)
def test_it_is_what_protobuf_reads(query: str) -> None:
    tree = parse_one(query).tree
    wanted = json_format.ParseDict(
        {"stmts": [{"stmt": tree}]}, pg_query_pb2.ParseResult()
    )
    assert message(tree) == wanted


@pytest.mark.parametrize(
    "tree",
    [
        {"SelectStmt": {"nothing": 1}},
        {"Nothing": {}},
        {"SelectStmt": {"op": "SETOP_NOTHING"}},
        {"SelectStmt": {"targetList": [{"ResTarget": {"name": 7}}]}},
        {"SelectStmt": {"targetList": [None]}},
        {"SelectStmt": {"whereClause": None}},
        {"A_Const": {"ival": {"ival": 2**40}}},
        {"SelectStmt": 3},
        {"SelectStmt": {"op": ["SETOP_NONE"]}},
    ],
)
def test_what_is_no_tree_is_refused(tree: dict[str, object]) -> None:
    with pytest.raises(UserError):
        printed(tree)
