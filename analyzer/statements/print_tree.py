"""A tree of libpg_query back to text, by libpg_query's own printer.

The only user of postgast: it brings the protobuf schema that the printer reads. Nothing
printed here is trusted: callers parse it again and compare the trees.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from postgast import PgQueryError, deparse, format_sql, pg_query_pb2

from analyzer.errors import AnalyzerError, UserError
from analyzer.statements.parse import Node, parse_one
from analyzer.statements.plain_tree import same_tree


def printed(tree: Node) -> str:
    """The statement a tree stands for, on one line.

    Raises:
        UserError: the tree is none of libpg_query, or does not survive the round trip.

    >>> from analyzer.statements.parse import parse_one
    >>> printed(parse_one("select  a from t where a=1").tree)
    'SELECT a FROM t WHERE a = 1'
    """
    try:
        text = str(deparse(message(tree)))
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


def message(tree: Node) -> pg_query_pb2.ParseResult:
    """A statement as libpg_query's printer reads it.

    Raises:
        LookupError: a node has no such field, or a field no such word.
        TypeError, ValueError, AttributeError: a value is of another type.
    """
    found = pg_query_pb2.ParseResult()
    _fill(found, {"stmts": [{"stmt": tree}]})
    return found


def indented(query: str) -> str:
    """The query over several lines; as it was where that would change its tree."""
    try:
        text = str(format_sql(query)).rstrip().rstrip(";").rstrip()
        is_same = same_tree(parse_one(text).tree, parse_one(query).tree)
    except (PgQueryError, AnalyzerError, RecursionError):
        return query
    return text if is_same else query


def _fill(message: Message, node: Node) -> None:
    """Set the fields of a message as a node has them.

    ``google.protobuf.json_format`` does the same, but lists all 270 kinds of node anew
    for every node: most of the time of a rewrite went there.
    """
    fields = _fields(message.DESCRIPTOR)
    for name, value in node.items():
        field = fields[name]
        if isinstance(value, list):
            _extend(getattr(message, field.name), field, value)
        elif field.message_type is not None:
            inner = getattr(message, field.name)
            # A node without fields is there all the same.
            inner.SetInParent()
            _fill(inner, value)
        else:
            setattr(message, field.name, _plain(field, value))


def _extend(target: Any, field: FieldDescriptor, items: list[Any]) -> None:
    for item in items:
        if field.message_type is not None:
            _fill(target.add(), item)
        else:
            target.append(_plain(field, item))


def _plain(field: FieldDescriptor, value: Any) -> Any:
    if field.enum_type is not None and isinstance(value, str):
        return field.enum_type.values_by_name[value].number
    return value


@cache
def _fields(kind: Descriptor) -> dict[str, FieldDescriptor]:
    """The fields of a message by both their names."""
    by_name = {field.name: field for field in kind.fields}
    return by_name | {field.json_name: field for field in kind.fields}
