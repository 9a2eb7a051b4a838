"""Names as SQL text: quoted where PostgreSQL would quote them."""

from __future__ import annotations

import re

from pglast import keywords

from analyzer.domain.index import RelationName
from analyzer.errors import UserError

_SAFE = re.compile(r"[a-z_][a-z0-9_]*")
_NAME = re.compile(r'"(?:[^"]|"")+"|[^".]+')
_NAMES = re.compile(rf"(?:{_NAME.pattern})(?:\.(?:{_NAME.pattern}))?")
_QUOTED_KEYWORDS = frozenset(
    keywords.RESERVED_KEYWORDS
    | keywords.COL_NAME_KEYWORDS
    | keywords.TYPE_FUNC_NAME_KEYWORDS
)


def quote_identifier(name: str) -> str:
    """The name as an identifier, with double quotes only where they are needed.

    The rule is quote_identifier() of PostgreSQL's ruleutils.c: lower case letters,
    digits and underscores stand alone unless they spell a keyword that is not
    unreserved. A name we would not have to quote is left readable.

    Raises:
        UserError: the name holds a NUL, which no identifier can.

    >>> quote_identifier("orders"), quote_identifier("Order"), quote_identifier("user")
    ('orders', '"Order"', '"user"')
    """
    if "\0" in name:
        raise UserError("A name holds a NUL character.")
    if _SAFE.fullmatch(name) and name not in _QUOTED_KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_relation(relation: RelationName) -> str:
    """Schema and name, each quoted where needed; the schema only if there is one.

    >>> quote_relation(RelationName("public", "Order"))
    'public."Order"'
    """
    if not relation.schema:
        return quote_identifier(relation.name)
    return f"{quote_identifier(relation.schema)}.{quote_identifier(relation.name)}"


def is_named(text: str, relation: RelationName) -> bool:
    """Whether a text names a relation or index, as SQL writes names or as they are.

    >>> order = RelationName("My Shop", "Order")
    >>> is_named('"My Shop"."Order"', order), is_named("My Shop.Order", order)
    (True, True)
    >>> is_named('"Order"', order), is_named('"my shop"."Order"', order)
    (True, False)
    """
    if text in (relation.name, str(relation)):
        return True
    if not _NAMES.fullmatch(text):
        return False
    parts = [
        part[1:-1].replace('""', '"') if part.startswith('"') else part
        for part in _NAME.findall(text)
    ]
    return parts in ([relation.name], [relation.schema, relation.name])


def quote_literal(value: str) -> str:
    """The value as a string constant, for standard_conforming_strings = on.

    A backslash makes it an E'' string, as PostgreSQL's quote_literal() does, so that
    the text means the same under either setting.

    Raises:
        UserError: the value holds a NUL, which no text can.

    >>> quote_literal("it's")
    "'it''s'"
    """
    if "\0" in value:
        raise UserError("A value holds a NUL character.")
    body = value.replace("'", "''")
    if "\\" in body:
        return "E'" + body.replace("\\", "\\\\") + "'"
    return f"'{body}'"
