"""Type names as format_type() prints them, from a tree."""

from __future__ import annotations

from analyzer.statements.parse import Node
from analyzer.statements.sides import constant_of, type_name

_PRINTED = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "int": "integer",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "bpchar": "character",
    "varbit": "bit varying",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "decimal": "numeric",
}
SERIAL_TYPES = frozenset(
    {"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"}
)


def printed_type(fields: Node) -> str:
    """A ``typeName`` node as format_type() would print the type.

    >>> printed_type({"names": [{"String": {"sval": "timestamptz"}}],
    ...               "typmods": [{"A_Const": {"ival": {"ival": 3}}}]})
    'timestamp(3) with time zone'
    """
    bare = type_name({"names": fields.get("names", [])})
    name = _PRINTED.get(bare, bare)
    values = [
        constant_of(m.get("A_Const", {})) or "" for m in fields.get("typmods", [])
    ]
    if values and bare != "interval":
        head, space, tail = name.partition(" with")
        name = f"{head}({','.join(values)}){space}{tail}"
    return name + "[]" * bool(fields.get("arrayBounds"))


def base_type(printed: str) -> str:
    """The type without its modifier.

    >>> base_type("character varying(20)"), base_type("timestamp(3) with time zone")
    ('character varying', 'timestamp with time zone')
    """
    head, opened, tail = printed.partition("(")
    return head + tail.partition(")")[2] if opened else printed
