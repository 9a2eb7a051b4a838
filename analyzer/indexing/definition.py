"""Index definitions as SQL, with names, and compared to one another."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.errors import UserError
from analyzer.statements.identifiers import quote_identifier, quote_relation

MAX_NAME_BYTES = 63
"""NAMEDATALEN − 1 of PostgreSQL."""

_HASH_DIGITS = 6
_METHOD = re.compile(r"[a-z_][a-z0-9_]*")
_IDENTIFIER = r'(?:[a-z_][a-z0-9_$]*|"(?:[^"\x00]|"")+")'
_QUALIFIED = re.compile(rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})?")
_WORD = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


def ddl(
    definition: IndexDefinition,
    *,
    name: str = "",
    concurrently: bool = False,
    only: bool = False,
) -> str:
    """CREATE INDEX of a definition, without a semicolon.

    Expressions and the predicate are SQL and stand as they are; names are quoted where
    needed, operator classes and collations must be identifiers.

    Args:
        definition: what the index is made of.
        name: of the index, unquoted; without one PostgreSQL chooses.
        concurrently: build it without blocking writes.
        only: on a partitioned table itself, not on its partitions.

    Raises:
        UserError: a method, operator class or collation is not an identifier.

    >>> from analyzer.domain.index import RelationName
    >>> keys = IndexKey(attribute="a", descending=True), IndexKey(expression="lower(b)")
    >>> ddl(IndexDefinition(relation=RelationName("public", "T"), keys=keys), name="i")
    'CREATE INDEX i ON public."T" (a DESC, lower(b))'
    """
    if not _METHOD.fullmatch(definition.method):
        raise UserError(f'"{definition.method}" is not an index method')
    words = [
        "CREATE",
        "UNIQUE" if definition.unique else "",
        "INDEX",
        "CONCURRENTLY" if concurrently else "",
        quote_identifier(name) if name else "",
        f"ON {'ONLY ' if only else ''}{quote_relation(definition.relation)}",
        "" if definition.method == "btree" else f"USING {definition.method}",
        f"({', '.join(_key(key) for key in definition.keys)})",
        _include(definition),
        "NULLS NOT DISTINCT" if definition.nulls_not_distinct else "",
        f"WHERE {bare(definition.predicate)}" if definition.predicate else "",
    ]
    return " ".join(word for word in words if word)


def _include(definition: IndexDefinition) -> str:
    if not definition.include:
        return ""
    names = ", ".join(quote_identifier(name) for name in definition.include)
    return f"INCLUDE ({names})"


def _key(key: IndexKey) -> str:
    words = [
        quote_identifier(key.attribute) if key.attribute else _expression(key),
        f"COLLATE {_identifier(key.collation)}" if key.collation else "",
        _identifier(key.opclass) if key.opclass else "",
        "DESC" if key.descending else "",
    ]
    if key.nulls_first is not None and key.nulls_first != key.descending:
        words.append("NULLS FIRST" if key.nulls_first else "NULLS LAST")
    return " ".join(word for word in words if word)


def _expression(key: IndexKey) -> str:
    text = bare(key.expression)
    return text if _is_function_call(text) else f"({text})"


def _is_function_call(text: str) -> bool:
    # Only func(...) may stand without parentheses; others take them in any case.
    head, parenthesis, rest = text.partition("(")
    return bool(
        parenthesis
        and _WORD.fullmatch(head)
        and head.lower() not in ("case", "cast", "row", "array", "exists", "not")
        and _closes_at_end(parenthesis + rest)
    )


def bare(text: str) -> str:
    """SQL text without parentheses that enclose the whole of it.

    >>> bare("((a + b))"), bare("(a) + (b)"), bare("(a = ')(')")
    ('a + b', '(a) + (b)', "a = ')('")
    """
    text = text.strip()
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


_TOKENS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]")


def _closes_at_end(text: str) -> bool:
    """Whether the parenthesis at the start is closed by the last character."""
    depth = 0
    for token in _TOKENS.finditer(text):
        if token[0] not in "()":
            continue
        depth += 1 if token[0] == "(" else -1
        if depth == 0:
            return token.end() == len(text)
    return False


def _identifier(text: str) -> str:
    if not _QUALIFIED.fullmatch(text):
        raise UserError(f'"{text}" is not an operator class or collation')
    return text


def index_name(definition: IndexDefinition, taken: Collection[str] = ()) -> str:
    """A name for an index: relation, keys and ``idx``, at most 63 bytes.

    A definition with more than plain ascending keys gets some digits of its hash, and
    so does one whose name is taken or had to be cut. The same definition always gets
    the same name.

    >>> from analyzer.domain.index import RelationName
    >>> keys = (IndexKey(attribute="a"), IndexKey(attribute="b"))
    >>> index_name(IndexDefinition(relation=RelationName("public", "t"), keys=keys))
    't_a_b_idx'
    """
    parts = [definition.relation.name, *(_key_name(key) for key in definition.keys)]
    name = "_".join(parts)
    plain = f"{name}_idx"
    if _is_plain(definition) and plain not in taken and _fits(plain):
        return plain
    digest = hashlib.sha256(ddl(definition).encode()).hexdigest()
    suffix = f"_idx_{digest[:_HASH_DIGITS]}"
    return _cut(name, MAX_NAME_BYTES - len(suffix)) + suffix


def _key_name(key: IndexKey) -> str:
    if key.attribute:
        return key.attribute
    return "_".join(_WORD.findall(key.expression)[:2]) or "expr"


def _is_plain(definition: IndexDefinition) -> bool:
    plain_keys = tuple(IndexKey(attribute=name) for name in definition.attributes)
    plain = IndexDefinition(relation=definition.relation, keys=plain_keys)
    return all(definition.attributes) and definition == plain


def _fits(name: str) -> bool:
    return len(name.encode()) <= MAX_NAME_BYTES


def _cut(name: str, length_bytes: int) -> str:
    return name.encode()[:length_bytes].decode(errors="ignore")


def is_prefix_of(shorter: IndexDefinition, longer: IndexDefinition) -> bool:
    """Whether the keys of one index lead the keys of another one.

    Both must be B-trees of the same relation with the same predicate. Equal keys count
    as a prefix. Keys are compared with operator class, collation and direction.
    """
    return (
        _comparable(shorter, longer)
        and len(shorter.keys) <= len(longer.keys)
        and _same_keys(shorter.keys, longer.keys[: len(shorter.keys)])
    )


def covers(wide: IndexDefinition, narrow: IndexDefinition) -> bool:
    """Whether one index serves every query that another one serves.

    The keys of the narrow one must lead those of the wide one, and its INCLUDE columns
    must be in the wide one. A unique index also enforces, so only one that is unique
    on the same keys covers it. Sizes and costs are not compared.
    """
    columns = {*wide.attributes, *wide.include}
    if not is_prefix_of(narrow, wide) or not set(narrow.include) <= columns:
        return False
    return not narrow.unique or (
        wide.unique
        and len(wide.keys) == len(narrow.keys)
        and (wide.nulls_not_distinct or not narrow.nulls_not_distinct)
    )


def _comparable(one: IndexDefinition, other: IndexDefinition) -> bool:
    return (
        one.method == other.method == "btree"
        and one.relation == other.relation
        and bare(one.predicate) == bare(other.predicate)
    )


def key_path(definition: IndexDefinition) -> tuple[object, ...]:
    """What an index is found by: its path in a tree of keys.

    The keys of one index lead those of another (:func:`is_prefix_of`) if its path is
    the start of the other's. The first step holds method and predicate too.
    """
    keys = [_canonical(key) for key in definition.keys]
    if keys[0][4]:
        # A B-tree is read both ways, so the one that starts upwards stands for both.
        keys = [(*key[:4], not key[4], not key[5]) for key in keys]
    first, *rest = keys
    method = definition.method if definition.method == "btree" else repr(definition)
    return ((method, bare(definition.predicate), first), *rest)


def _same_keys(one: tuple[IndexKey, ...], other: tuple[IndexKey, ...]) -> bool:
    """Equal as they are, or all of them reversed: a B-tree is read both ways."""
    left = [_canonical(key) for key in one]
    right = [_canonical(key) for key in other]
    reversed_right = [(*key[:4], not key[4], not key[5]) for key in right]
    return left in (right, reversed_right)


def _canonical(key: IndexKey) -> tuple[str, str, str, str, bool, bool]:
    nulls_first = key.descending if key.nulls_first is None else key.nulls_first
    expression = bare(key.expression)
    return (
        key.attribute,
        expression,
        key.opclass,
        key.collation,
        key.descending,
        nulls_first,
    )
