"""A tree of libpg_query, as JSON gives it, into the message that its printer reads.

``google.protobuf.json_format`` does the same, but lists all 270 kinds of node anew for
every node: most of the time of a rewrite went there.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from analyzer.statements.parse import Node


def fill(message: Message, node: Node) -> None:
    """Set the fields of a message as a node has them.

    Raises:
        KeyError: the message has no such field, or the field no such word.
        TypeError: a value is of another type.
        ValueError: a number is out of range.
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
            fill(inner, value)
        else:
            setattr(message, field.name, _plain(field, value))


def _extend(target: Any, field: FieldDescriptor, items: list[Any]) -> None:
    for item in items:
        if field.message_type is not None:
            fill(target.add(), item)
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
