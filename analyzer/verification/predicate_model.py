"""Expressions of SQL as formulas of z3: three-valued logic, integers with their ranges.

An expression is a pair of a formula for "it is NULL" and one for its value. Arithmetic
that could leave its type's range adds a formula for "it fails". A text is a number that
stands for it, so texts can be equal or not, and nothing else. What is not modelled
raises :class:`NotInSubset`; nothing is approximated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from analyzer.statements.data_hints import constant_text
from analyzer.statements.parse import Node
from analyzer.statements.predicate_pair import NotInSubset, allowed

RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_WIDTH = {"smallint": 0, "integer": 1, "bigint": 2}
TEXTS = frozenset({"text", "character varying"})
_NULL = "null"
_UNKNOWN = "unknown"


ColumnKey = tuple[int, str]
"""The place of a relation in FROM, counted from 0, and the name of a column."""


@dataclass(frozen=True, slots=True)
class Value:
    """An expression: its type, whether it is NULL, and its value if it is not."""

    kind: str
    is_null: Any
    value: Any


class Model:
    """Encodes expressions over the columns of some relations.

    Args:
        columns: type and NOT NULL of each column, by the place of its relation and
            its name.
    """

    def __init__(self, columns: Mapping[ColumnKey, tuple[str, bool]]) -> None:
        self._columns = columns
        self._aliases: Sequence[str] = ()
        self._texts: dict[str, int] = {}
        self.variables: dict[ColumnKey, Value] = {}
        self.bounds: list[Any] = []
        self.failures: list[Any] = []

    def reads(self, aliases: Sequence[str]) -> None:
        """From now on expressions are of a query with these aliases, in this order."""
        self._aliases = aliases

    def text_of(self, number: int) -> str | None:
        """The constant that a number stands for, if it is one of the queries'."""
        return next((t for t, n in self._texts.items() if n == number), None)

    def is_true(self, node: Node) -> Any:
        """The formula for "the condition is true": not false, and not NULL."""
        value = self.encode(node)
        self._must(value, "boolean")
        return z3.And(z3.Not(value.is_null), value.value)

    def encode(self, node: Node) -> Value:
        """One expression.

        Raises:
            NotInSubset: something in it is not modelled.
        """
        ((kind, fields),) = node.items()
        encoder = _ENCODERS.get(kind)
        if encoder is None:
            raise NotInSubset(kind)
        return encoder(self, fields)

    def _must(self, value: Value, *kinds: str) -> None:
        if value.kind not in kinds:
            raise NotInSubset(f"type {value.kind}")

    def column(self, fields: Node) -> Value:
        """A column, by its name alone or with the alias of its relation."""
        allowed(fields, "fields")
        names = [str(item["String"]["sval"]) for item in fields["fields"]]
        if len(names) > 2:
            raise NotInSubset("column")
        keys = [
            (place, name)
            for place, name in self._columns
            if name == names[-1]
            and (len(names) == 1 or self._aliases[place] == names[0])
        ]
        if len(keys) != 1:
            raise NotInSubset("column")
        return self.variable(keys[0])

    def variable(self, key: ColumnKey) -> Value:
        """The variable of a column."""
        if key in self.variables:
            return self.variables[key]
        kind, not_null = self._columns[key]
        name = f"{key[0]}.{key[1]}"
        is_null = z3.BoolVal(False) if not_null else z3.Bool(f"{name} is null")
        if kind == "boolean":
            value = Value(kind, is_null, z3.Bool(name))
        elif kind in RANGES or kind in TEXTS:
            number = z3.Int(name)
            low, high = RANGES.get(kind, (0, 2**31))
            self.bounds.append(z3.And(number >= low, number <= high))
            value = Value("text" if kind in TEXTS else kind, is_null, number)
        else:
            raise NotInSubset(f"type {kind}")
        self.variables[key] = value
        return value

    def constant(self, fields: Node) -> Value:
        """An integer, a truth value, NULL, or a string whose type is still open."""
        allowed(fields, "ival", "fval", "sval", "boolval", "isnull")
        if fields.get("isnull"):
            return Value(_NULL, z3.BoolVal(True), None)
        if "boolval" in fields:
            truth = bool(fields["boolval"].get("boolval", False))
            return Value("boolean", z3.BoolVal(False), z3.BoolVal(truth))
        text = constant_text(fields)
        if "sval" in fields and text is not None:
            return Value(_UNKNOWN, z3.BoolVal(False), text)
        if text is None or not text.isdecimal():
            raise NotInSubset("constant")
        number = int(text)
        kind = next((k for k in ("integer", "bigint") if number <= RANGES[k][1]), "")
        if not kind:
            raise NotInSubset("constant")
        return Value(kind, z3.BoolVal(False), z3.IntVal(number))

    def _as(self, value: Value, kind: str) -> Value:
        """A literal whose type the other side decides."""
        if value.kind == _NULL:
            empty = z3.BoolVal(False) if kind == "boolean" else z3.IntVal(0)
            return Value(kind, value.is_null, empty)
        if value.kind != _UNKNOWN:
            return value
        text = str(value.value)
        if kind == "text":
            number = self._texts.setdefault(text, len(self._texts))
            return Value(kind, value.is_null, z3.IntVal(number))
        raise NotInSubset("string constant")

    def matched(self, values: Sequence[Value]) -> list[Value]:
        """Values as one type, as PostgreSQL would resolve it."""
        known = [v.kind for v in values if v.kind not in (_NULL, _UNKNOWN)]
        if not known:
            raise NotInSubset("constants alone")
        if all(kind in _WIDTH for kind in known):
            kind = max(known, key=_WIDTH.__getitem__)
        elif len(set(known)) == 1:
            kind = known[0]
        else:
            raise NotInSubset("mixed types")
        matched = [self._as(value, kind) for value in values]
        return [Value(kind, item.is_null, item.value) for item in matched]

    def compare(self, operator: str, left: Value, right: Value) -> Value:
        """A comparison, NULL if a side is."""
        one, other = self.matched([left, right])
        if operator not in ("=", "<>") and one.kind not in _WIDTH:
            raise NotInSubset(f"order of {one.kind}")
        truth = _COMPARISONS[operator](one.value, other.value)
        return Value("boolean", z3.Or(one.is_null, other.is_null), truth)

    def expression(self, fields: Node) -> Value:
        """An A_Expr, by its kind."""
        allowed(fields, "kind", "name", "lexpr", "rexpr")
        names = fields["name"]
        operator = str(names[-1]["String"].get("sval", ""))
        if len(names) != 1:
            raise NotInSubset("operator")
        kind = fields.get("kind", "AEXPR_OP")
        if kind not in _KINDS or "lexpr" not in fields:
            raise NotInSubset(kind)
        return _KINDS[kind](self, operator, fields)

    def operation(self, operator: str, fields: Node) -> Value:
        """A comparison, or arithmetic that fails outside its type's range."""
        left, right = self.encode(fields["lexpr"]), self.encode(fields["rexpr"])
        if operator in _COMPARISONS:
            return self.compare(operator, left, right)
        if operator not in _ARITHMETIC:
            raise NotInSubset(operator)
        one, other = self.matched([left, right])
        self._must(one, *_WIDTH)
        result = _ARITHMETIC[operator](one.value, other.value)
        is_null = z3.Or(one.is_null, other.is_null)
        low, high = RANGES[one.kind]
        self.failures.append(
            z3.And(z3.Not(is_null), z3.Or(result < low, result > high))
        )
        return Value(one.kind, is_null, result)

    def distinct(self, _operator: str, fields: Node) -> Value:
        """IS DISTINCT FROM, which is never NULL."""
        left, right = self.encode(fields["lexpr"]), self.encode(fields["rexpr"])
        one, other = self.matched([left, right])
        return Value("boolean", z3.BoolVal(False), z3.Not(_same(one, other)))

    def not_distinct(self, operator: str, fields: Node) -> Value:
        """IS NOT DISTINCT FROM."""
        return self.negated(self.distinct(operator, fields))

    def negated(self, value: Value) -> Value:
        """NOT, which leaves NULL as it is."""
        self._must(value, "boolean")
        return Value("boolean", value.is_null, z3.Not(value.value))

    def in_list(self, operator: str, fields: Node) -> Value:
        """IN or NOT IN a list of expressions."""
        left = self.encode(fields["lexpr"])
        items = fields["rexpr"]["List"]["items"]
        parts = [self.compare("=", left, self.encode(item)) for item in items]
        found = _any(parts)
        return found if operator == "=" else self.negated(found)

    def between(self, operator: str, fields: Node) -> Value:
        """BETWEEN or NOT BETWEEN; the symmetric forms are of another kind."""
        left = self.encode(fields["lexpr"])
        low, high = map(self.encode, fields["rexpr"]["List"]["items"])
        inside = _all([self.compare(">=", left, low), self.compare("<=", left, high)])
        return inside if operator == "BETWEEN" else self.negated(inside)

    def boolean(self, fields: Node) -> Value:
        """AND, OR and NOT."""
        allowed(fields, "boolop", "args")
        parts = [self.encode(item) for item in fields["args"]]
        parts = [self._as(part, "boolean") for part in parts]
        for part in parts:
            self._must(part, "boolean")
        kind = fields.get("boolop", "AND_EXPR")
        if kind == "NOT_EXPR":
            return self.negated(parts[0])
        if kind not in ("AND_EXPR", "OR_EXPR"):
            raise NotInSubset(kind)
        return _all(parts) if kind == "AND_EXPR" else _any(parts)

    def null_test(self, fields: Node) -> Value:
        """IS NULL and IS NOT NULL."""
        allowed(fields, "arg", "nulltesttype")
        value = self.encode(fields["arg"])
        kind = fields.get("nulltesttype", "IS_NULL")
        if kind not in ("IS_NULL", "IS_NOT_NULL"):
            raise NotInSubset(kind)
        truth = value.is_null if kind == "IS_NULL" else z3.Not(value.is_null)
        return Value("boolean", z3.BoolVal(False), truth)

    def boolean_test(self, fields: Node) -> Value:
        """IS TRUE and its kin."""
        allowed(fields, "arg", "booltesttype")
        value = self.encode(fields["arg"])
        self._must(value, "boolean")
        test = _BOOLEAN_TESTS.get(fields.get("booltesttype", "IS_TRUE"))
        if test is None:
            raise NotInSubset("boolean test")
        return Value("boolean", z3.BoolVal(False), test(value))

    def coalesce(self, fields: Node) -> Value:
        """The first argument that is not NULL."""
        allowed(fields, "args")
        values = self.matched([self.encode(item) for item in fields["args"]])
        result = values[-1]
        for value in reversed(values[:-1]):
            result = _either(z3.Not(value.is_null), value, result)
        return result

    def case(self, fields: Node) -> Value:
        """CASE WHEN; the form that compares one argument is not modelled."""
        allowed(fields, "args", "defresult")
        conditions, values = [], []
        for item in fields["args"]:
            when = item["CaseWhen"]
            allowed(when, "expr", "result")
            conditions.append(self.is_true(when["expr"]))
            values.append(self.encode(when["result"]))
        other = Value(_NULL, z3.BoolVal(True), None)
        if "defresult" in fields:
            other = self.encode(fields["defresult"])
        *values, result = self.matched([*values, other])
        for condition, value in zip(
            reversed(conditions), reversed(values), strict=True
        ):
            result = _either(condition, value, result)
        return result


def _either(condition: Any, value: Value, other: Value) -> Value:
    return Value(
        value.kind,
        z3.If(condition, value.is_null, other.is_null),
        z3.If(condition, value.value, other.value),
    )


def _all(parts: Sequence[Value]) -> Value:
    """AND: false if any is false, else NULL if any is NULL, else true."""
    is_false = z3.Or(*[z3.And(z3.Not(p.is_null), z3.Not(p.value)) for p in parts])
    is_null = z3.And(z3.Not(is_false), z3.Or(*[p.is_null for p in parts]))
    return Value("boolean", is_null, z3.Not(is_false))


def _any(parts: Sequence[Value]) -> Value:
    """OR: true if any is true, else NULL if any is NULL, else false."""
    is_true = z3.Or(*[z3.And(z3.Not(p.is_null), p.value) for p in parts])
    is_null = z3.And(z3.Not(is_true), z3.Or(*[p.is_null for p in parts]))
    return Value("boolean", is_null, is_true)


def _same(one: Value, other: Value) -> Any:
    """IS NOT DISTINCT FROM."""
    return z3.Or(
        z3.And(one.is_null, other.is_null),
        z3.And(z3.Not(one.is_null), z3.Not(other.is_null), one.value == other.value),
    )


same = _same

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}
_KINDS: dict[str, Callable[[Model, str, Node], Value]] = {
    "AEXPR_OP": Model.operation,
    "AEXPR_DISTINCT": Model.distinct,
    "AEXPR_NOT_DISTINCT": Model.not_distinct,
    "AEXPR_IN": Model.in_list,
    "AEXPR_BETWEEN": Model.between,
    "AEXPR_NOT_BETWEEN": Model.between,
}
_BOOLEAN_TESTS: dict[str, Callable[[Value], Any]] = {
    "IS_TRUE": lambda v: z3.And(z3.Not(v.is_null), v.value),
    "IS_NOT_TRUE": lambda v: z3.Or(v.is_null, z3.Not(v.value)),
    "IS_FALSE": lambda v: z3.And(z3.Not(v.is_null), z3.Not(v.value)),
    "IS_NOT_FALSE": lambda v: z3.Or(v.is_null, v.value),
    "IS_UNKNOWN": lambda v: v.is_null,
    "IS_NOT_UNKNOWN": lambda v: z3.Not(v.is_null),
}
_ENCODERS: dict[str, Callable[[Model, Node], Value]] = {
    "ColumnRef": Model.column,
    "A_Const": Model.constant,
    "A_Expr": Model.expression,
    "BoolExpr": Model.boolean,
    "NullTest": Model.null_test,
    "BooleanTest": Model.boolean_test,
    "CoalesceExpr": Model.coalesce,
    "CaseExpr": Model.case,
}
