"""Conditions as EXPLAIN prints them: which columns an index could search by.

The text is PostgreSQL's own deparsed form (ruleutils.c): each operator stands in
parentheses, a constant has its type. It is looked at, never parsed as SQL: a plan from
a file may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

MAX_CHARS = 20_000
"""A longer condition is a list of constants; what follows adds nothing."""
MAX_COLUMNS = 4

NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*)'
_COLUMN = re.compile(rf"(?:{NAME}\.)?(?P<column>{NAME})")
_TYPE = r"[a-z]+(?: [a-z]+){0,3}"
_CAST = re.compile(rf"::(?P<type>{_TYPE})(?:\(\d+(?:,\d+)?\))?")
_MOMENT = re.compile(r"\(?'\d{4}-\d\d(?:-[^'%_]*|[-%_][^']*)?'(?:::text)?\)?")
_AS_TEXT = frozenset({"text", "bpchar", "character varying"})
_NUMBERS = frozenset({"numeric", "double precision", "real", "bigint", "integer"})
_OPERATOR = re.compile(
    r" (?P<operator>IS DISTINCT FROM|[=<>!~@#&|?^+*/%-]{1,5}) (?P<all>ANY |ALL )?"
)
_CONSTANT = re.compile(
    r"'(?:[^']|'')*'(?:::[a-z \"\[\]().\d]+)?|[-+.\d()e]+(?:::[a-z ]+)?"
    r"|\$\d+|true|false|NULL(?:::[a-z ]+)?|\((?:InitPlan|SubPlan) \d+\)\.col\d+"
    r"|ROW\(.*\)"
)
_IS_NULL = re.compile(r"(?P<left>.+) IS (?:NOT )?NULL")
_SUBPLAN = re.compile(r"\((?:hashed )?(?:SubPlan|InitPlan) \d+\)(?:\.col\d+)?")
_STRING = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(rf"{NAME}(?:\.{NAME})?")
_FUNCTION = re.compile(rf"(?P<name>{NAME}(?:\.{NAME})?)\(")
_COLLATE = re.compile(rf" COLLATE {NAME}(?:\.{NAME})?\)*\Z")
_COMPARES = frozenset({"=", "<", ">", "<=", ">="})
_PATTERNS = frozenset({"~~", "~~*", "~", "~*"})
_NEGATIONS = frozenset({"<>", "!~~", "!~~*", "!~", "!~*", "IS DISTINCT FROM"})
_STABLE = frozenset(
    (
        *("now", "statement_timestamp", "transaction_timestamp", "current_setting"),
        *("to_date", "to_timestamp", "to_char", "date_trunc", "timezone", "ROW", "age"),
        *("current_user", "session_user", "current_schema", "EXTRACT", "COALESCE"),
    )
)
_KEYWORDS = frozenset(
    (
        *("AND", "OR", "NOT", "IS", "NULL", "ANY", "ALL", "CASE", "WHEN", "THEN"),
        *("ELSE", "END", "FROM", "DISTINCT", "true", "false"),
    )
)


class ConditionKind(StrEnum):
    """How far an index can serve a condition."""

    EQUALITY = "equality"
    RANGE = "range"
    EXPRESSION = "expression"
    CAST = "cast"
    PATTERN = "pattern"
    PREFIX = "prefix"
    CONTAINS = "contains"
    NEGATED = "negated"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One part of a conjunction.

    Attributes:
        kind: how an index could serve it.
        column: the column it is on, where that is one and bare; else empty.
        expression: what stands where a column could, as printed.
        sides: what stands left and right of a comparison, as printed.
        is_equality: whether the two are compared by =.
    """

    kind: ConditionKind
    column: str = ""
    expression: str = ""
    sides: tuple[str, ...] = ()
    is_equality: bool = False


def conditions(text: str) -> tuple[Condition, ...]:
    """The parts of a conjunction, each with its kind.

    >>> [(c.kind.value, c.column or c.expression) for c in conditions(
    ...     "((a = 1) AND (lower(t.b) = 'x'::text) AND ((c)::numeric > 2.5))")]
    [('equality', 'a'), ('expression', 'lower(t.b)'), ('cast', '(c)::numeric')]
    """
    return tuple(_condition(part) for part in conjuncts(text))


def conjuncts(text: str) -> Iterator[str]:
    """The parts of a conjunction, as they are printed.

    >>> list(conjuncts("((a = 1) AND (b ~~ 'x AND y'::text))"))
    ['a = 1', "b ~~ 'x AND y'::text"]
    """
    inner = _stripped(text[:MAX_CHARS])
    parts = _split(inner, " AND ")
    if len(parts) == 1:
        yield inner
    else:
        yield from (_stripped(part) for part in parts)


def disjuncts(text: str) -> tuple[Condition, ...]:
    """The parts of a condition that is an OR as a whole; none of another.

    >>> [c.column for c in disjuncts("((a = 1) OR (b = 'x OR y'::text))")]
    ['a', 'b']
    """
    return tuple(_condition(part) for part in disjuncts_as_printed(text))


def disjuncts_as_printed(text: str) -> tuple[str, ...]:
    """The same, as they are printed.

    >>> disjuncts_as_printed("((a IS NULL) OR (b = 'x OR y'::text))")
    ('a IS NULL', "b = 'x OR y'::text")
    """
    parts = _split(_stripped(text[:MAX_CHARS]), " OR ")
    return tuple(_stripped(part) for part in parts) if len(parts) > 1 else ()


def compares_tables(text: str) -> bool:
    """Whether one part of a condition compares columns of one table with another's.

    >>> compares_tables("a.x IS DISTINCT FROM b.x"), compares_tables("(a.x + b.x) = 7")
    (True, False)
    """
    left, _, right = _sides(text)
    owners = [
        {name.rpartition(".")[0] for name in qualified(side)} - {""}
        for side in (left, right)
    ]
    return bool(owners[0] and owners[1] and owners[0] != owners[1])


def searchable_columns(parts: Sequence[Condition]) -> tuple[str, ...]:
    """Columns for the keys of an index: those with ``=`` first, then one of a range."""
    equal = [item.column for item in parts if item.kind is ConditionKind.EQUALITY]
    ranged = [item.column for item in parts if item.kind is ConditionKind.RANGE]
    return tuple(dict.fromkeys((*equal, *ranged[:1])))[:MAX_COLUMNS]


def is_within_row(part: Condition) -> bool:
    """Whether a condition compares columns of one table with each other.

    >>> [is_within_row(c) for c in conditions("((a < (b + 2)) AND (a < (b.c + 2)))")]
    [True, False]
    """
    owners = [
        {name.rpartition(".")[0] for name in qualified(side)} for side in part.sides
    ]
    return len(owners) == 2 and owners[0] == owners[1] and len(owners[0]) == 1


def columns(text: str) -> tuple[str, ...]:
    """All column-like words of a condition, without strings, types and functions.

    >>> columns("((o.kind = 1) AND (abs((twin - kind)) = 'x'::text))")
    ('kind', 'twin')
    """
    return tuple(dict.fromkeys(_bare(name) for name in qualified(text)))


def qualified(text: str) -> Iterator[str]:
    """Columns of a condition with the names of their tables, as they are printed."""
    bare = re.sub(rf"::{_TYPE}", "", _STRING.sub("''", text[:MAX_CHARS]))
    bare = _SUBPLAN.sub("", bare)
    for word in _WORD.finditer(bare):
        is_call = bare[word.end() : word.end() + 1] == "("
        if not is_call and word[0] not in _KEYWORDS:
            yield word[0]


def functions(text: str) -> tuple[str, ...]:
    """Names of the functions that a condition or an output calls."""
    bare = _STRING.sub("''", text[:MAX_CHARS])
    names = (found["name"] for found in _FUNCTION.finditer(bare))
    return tuple(dict.fromkeys(name for name in names if name not in _KEYWORDS))


def constant_calls(text: str) -> tuple[str, ...]:
    """Functions that give what a column is compared with, whatever the row.

    Of those that are immutable the value stands in the plan; a few of PostgreSQL's own
    are stable, and no index is spared for their sake.

    >>> constant_calls("((id = next_key()) AND (lower(a) = 'x') AND (at > now()))")
    ('next_key',)
    """
    found = [
        name
        for part in conditions(text)
        if part.column
        for side in part.sides
        if not columns(side)
        for name in functions(side)
    ]
    return tuple(name for name in dict.fromkeys(found) if name not in _STABLE)


def _bare(name: str) -> str:
    found = _COLUMN.fullmatch(name)
    return found["column"] if found else name


def _split(text: str, separator: str) -> list[str]:
    """Split where neither parentheses nor a string are open."""
    depth, start, at, quoted = 0, 0, 0, False
    parts = []
    while at < len(text):
        char = text[at]
        if char == "'":
            quoted = not quoted
        elif not quoted:
            depth += (char in "([") - (char in ")]")
            if depth == 0 and text.startswith(separator, at):
                parts.append(text[start:at])
                at += len(separator)
                start = at
                continue
        at += 1
    return [*parts, text[start:]]


def _stripped(text: str) -> str:
    """Without one pair of parentheses that holds all of it."""
    text = text.strip()
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth, quoted = 0, False
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif not quoted:
            depth += (char == "(") - (char == ")")
            if depth == 0 and at < len(text) - 1:
                return text
    return text[1:-1].strip()


def _condition(text: str) -> Condition:
    is_null = _IS_NULL.fullmatch(text)
    if is_null and (column := _column(is_null["left"])):
        return Condition(kind=ConditionKind.EQUALITY, column=column)
    left, operator, right = (_COLLATE.sub("", part) for part in _sides(text))
    if operator in _PATTERNS:
        return _pattern(left, operator, right)
    if operator in ("@>", "<@", "?", "?|", "?&", "@@", "&&"):
        return Condition(
            kind=ConditionKind.CONTAINS, column=_column(left), expression=left
        )
    if operator in _NEGATIONS:
        return Condition(
            kind=ConditionKind.NEGATED, column=_column(left), expression=left
        )
    if operator not in _COMPARES:
        return Condition(kind=ConditionKind.OTHER, expression=text)
    if _is_constant(left):
        left, right = right, left
    compared = _comparison(left, operator, right)
    return replace(compared, sides=(left, right), is_equality=operator == "=")


def _comparison(left: str, operator: str, right: str) -> Condition:
    if not _column(left) or not _is_bound(left, right):
        left, right = right, left
    column = _column(left)
    is_moment = _is_moment_as_text(left, right)
    # Where both are cast, the one that is known to be of another type decides.
    is_beside_cast = "::" in left and _is_cast_column(right)
    if column and _is_bound(left, right) and not is_moment and not is_beside_cast:
        kind = ConditionKind.EQUALITY if operator == "=" else ConditionKind.RANGE
        return Condition(kind=kind, column=column)
    for side, other in ((left, right), (right, left)):
        if _is_cast_column(side) or _is_moment_as_text(side, other):
            return Condition(kind=ConditionKind.CAST, expression=side)
    computed = right if _is_constant(left) or not columns(left) else left
    return Condition(kind=ConditionKind.EXPRESSION, expression=computed)


def _is_bound(column: str, value: str) -> bool:
    """Whether a value is known before the table is read: a constant, or outer columns.

    In a nested loop columns of the outer side bear the name of their table.
    """
    if _is_constant(value) or not columns(value):
        return True
    own = column.rpartition(".")[0]
    owners = {name.rpartition(".")[0] for name in qualified(value)}
    return own not in owners and "" not in owners


def _is_other_type(inner: str, kind: str) -> bool:
    """Whether a cast keeps an index from use; of varchar to text it does not.

    What type a column has is not in the plan: a key that is cast to text is taken for
    a number.
    """
    if kind in _AS_TEXT:
        return _bare(inner).strip('"').lower().endswith("id")
    return kind in _NUMBERS


def _is_cast_column(text: str) -> bool:
    """Whether a side is a column in casts, one of which keeps an index from use."""
    inner, kinds = _without_casts(text)
    # A varchar is read as text by one cast, which only relabels it; two convert.
    is_converted = len(kinds) > 1 and _AS_TEXT.issuperset(kinds)
    return bool(_COLUMN.fullmatch(inner)) and (
        is_converted or any(_is_other_type(inner, kind) for kind in kinds)
    )


def _is_moment_as_text(text: str, value: str) -> bool:
    """Whether a column is compared as text with what looks like a date.

    A date's or timestamp's index does not serve that; few texts are dates.
    """
    inner, kinds = _without_casts(text)
    is_text = bool(kinds) and all(kind in _AS_TEXT for kind in kinds)
    return is_text and bool(_COLUMN.fullmatch(inner) and _MOMENT.fullmatch(value))


def _without_casts(text: str) -> tuple[str, list[str]]:
    """What stands within casts, and to which types it is cast, the innermost last.

    >>> _without_casts("((a)::text)::numeric")
    ('a', ['numeric', 'text'])
    """
    kinds: list[str] = []
    text = _stripped(text)
    while len(kinds) < MAX_COLUMNS and ")::" in text:
        end = text.rindex(")::") + 1
        cast, inner = _CAST.fullmatch(text, end), _stripped(text[:end])
        if cast is None or inner == text[:end]:
            break
        kinds.append(cast["type"])
        text = inner
    return text, kinds


def _column(text: str) -> str:
    """The bare column that a side consists of; empty where it is none."""
    text = _stripped(text)
    inner, kinds = _without_casts(text)
    if len(kinds) == 1 and kinds[0] in _AS_TEXT and not _is_other_type(inner, kinds[0]):
        text = inner
    found = _COLUMN.fullmatch(text)
    return found["column"] if found and text not in _KEYWORDS else ""


def _sides(text: str) -> tuple[str, str, str]:
    """What stands left of the outermost operator, it, and what stands right."""
    depth, quoted = 0, False
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif not quoted:
            depth += (char in "([") - (char in ")]")
            if char == " " and depth == 0 and (found := _OPERATOR.match(text, at)):
                return text[:at].strip(), found["operator"], text[found.end() :].strip()
    return text, "", ""


def _is_constant(text: str) -> bool:
    return bool(_CONSTANT.fullmatch(_stripped(text)) or _CONSTANT.fullmatch(text))


def _pattern(left: str, operator: str, right: str) -> Condition:
    literal = right.lstrip("(").removeprefix("'")
    is_prefix = operator == "~~" and not literal.startswith(("%", "_"))
    is_prefix = is_prefix or (operator == "~" and literal.startswith("^"))
    if _is_cast_column(left) or _is_moment_as_text(left, right):
        return Condition(kind=ConditionKind.CAST, expression=left)
    column = _column(left)
    if not column:
        return Condition(kind=ConditionKind.EXPRESSION, expression=left)
    kind = ConditionKind.PREFIX if is_prefix else ConditionKind.PATTERN
    return Condition(kind=kind, column=column)
