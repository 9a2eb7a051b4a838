"""A tree of libpg_query back to text, by libpg_query's own printer.

The only user of postgast: it brings the protobuf schema that the printer reads. Nothing
printed here is trusted: callers parse it again and compare the trees.
"""

from __future__ import annotations

from postgast import PgQueryError, deparse, format_sql, pg_query_pb2

from analyzer.errors import AnalyzerError, UserError
from analyzer.statements.parse import Node, parse_one
from analyzer.statements.plain_tree import same_tree
from analyzer.statements.tree_message import fill


def printed(tree: Node) -> str:
    """The statement a tree stands for, on one line.

    Raises:
        UserError: the tree is none of libpg_query, or does not survive the round trip.

    >>> from analyzer.statements.parse import parse_one
    >>> printed(parse_one("select  a from t where a=1").tree)
    'SELECT a FROM t WHERE a = 1'
    """
    message = pg_query_pb2.ParseResult()
    try:
        fill(message, {"stmts": [{"stmt": tree}]})
        text = str(deparse(message))
        is_same = same_tree(parse_one(text).tree, tree)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError("The edited query is none.", detail=repr(error)) from None
    except (PgQueryError, RecursionError) as error:
        raise UserError(
            "The edited query cannot be printed.", detail=str(error)
        ) from None
    if not is_same:
        raise UserError(
            "The edited query cannot be printed so that it reads back the same."
        )
    return text


def indented(query: str) -> str:
    """The query over several lines; as it was where that would change its tree."""
    try:
        text = str(format_sql(query)).rstrip().rstrip(";").rstrip()
        is_same = same_tree(parse_one(text).tree, parse_one(query).tree)
    except (PgQueryError, AnalyzerError, RecursionError):
        return query
    return text if is_same else query
