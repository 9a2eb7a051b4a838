"""The two sides of a comparison: an attribute, perhaps wrapped, and what it meets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analyzer.statements.facts import Side, SideKind, Wrapping
from analyzer.statements.identifiers import quote_identifier
from analyzer.statements.parse import Node, has_field, walk
from analyzer.statements.scope import Column, names_of
from analyzer.statements.source import SourceText, Span

Resolve = Callable[[list[str]], Column | None]

_NO_INDEX = frozenset({"ParamRef", "SubLink"})
_SPECIAL = {
    "CoalesceExpr": "coalesce",
    "CaseExpr": "case",
    "MinMaxExpr": "greatest or least",
    "CollateClause": "collate",
    "A_Indirection": "subscript",
}


class SideReader:
    """Reads single sides of conditions, given the text and a way to resolve names."""

    def __init__(self, source: SourceText, resolve: Resolve) -> None:
        self._source = source
        self._resolve = resolve

    def locate(
        self, node: Node | None, span: Span
    ) -> tuple[Column, Wrapping | None] | None:
        """The one attribute a side is about, and what wraps it.

        None where the side has no attribute, several of them, one that cannot be
        resolved, or a subquery.
        """
        if not node:
            return None
        column = bare_column(node, self._resolve)
        if column is not None:
            return column, None
        found = [fields for kind, fields in walk(node) if kind == "ColumnRef"]
        if len(found) != 1 or "SubLink" in dict(walk(node)):
            return None
        column = self._resolve(names_of(found[0]))
        if column is None:
            return None
        return column, self._wrapping(node, found[0], column, span)

    def other(self, node: Node | None, span: Span, column: Column) -> Side:
        """What the attribute is compared with."""
        text = self._source.text(span)
        if not node:
            return Side(kind=SideKind.NOTHING, text=text)
        inner, cast = without_casts(node)
        if "A_Const" in inner:
            value = constant_of(inner["A_Const"])
            return Side(
                kind=SideKind.CONSTANT, text=text, value=value, cast=cast, node=node
            )
        if "ParamRef" in inner:
            number = int(inner["ParamRef"].get("number", 0))
            return Side(
                kind=SideKind.PARAMETER,
                text=text,
                parameter=number,
                cast=cast,
                node=node,
            )
        return self._composed(node, text, column)

    def _composed(self, node: Node, text: str, column: Column) -> Side:
        kinds = {kind for kind, _ in walk(node)}
        if "SubLink" in kinds:
            return Side(kind=SideKind.SUBQUERY, text=text, node=node)
        if "ColumnRef" not in kinds:
            return Side(kind=SideKind.EXPRESSION, text=text, node=node)
        bare = bare_column(node, self._resolve)
        if bare is None or bare.use == column.use:
            return Side(kind=SideKind.MIXED, text=text, node=node)
        return Side(
            kind=SideKind.ATTRIBUTE,
            text=text,
            use=bare.use,
            attribute=bare.attribute,
            node=node,
        )

    def _wrapping(
        self, node: Node, reference: Node, column: Column, span: Span
    ) -> Wrapping:
        function, position = outermost(node, reference)
        target = node.get("TypeCast", {}).get("typeName", {})
        return Wrapping(
            function=function,
            text=self._source.text(span),
            index_expression=self._index_expression(node, [(reference, column)], span),
            type_name=type_name(target) if target else "",
            argument_position=position,
            node=node,
        )

    def expression(self, node: Node | None, span: Span) -> tuple[int, str] | None:
        """The use an expression is over, and its text as CREATE INDEX wants it.

        None for a bare attribute, for one over several uses or none, and where it holds
        a parameter, a subquery or a window function.
        """
        if not node or bare_column(node, self._resolve) is not None:
            return None
        references = [fields for kind, fields in walk(node) if kind == "ColumnRef"]
        found = [(item, self._resolve(names_of(item))) for item in references]
        known = [(item, column) for item, column in found if column is not None]
        uses = {column.use for _, column in known}
        if len(known) < len(found) or len(uses) != 1:
            return None
        text = self._index_expression(node, known, span)
        return (uses.pop(), text) if text else None

    def _index_expression(
        self, node: Node, references: Sequence[tuple[Node, Column]], span: Span
    ) -> str:
        """The text of an expression with plain names; empty if it cannot be had."""
        if any(kind in _NO_INDEX for kind, _ in walk(node)) or has_field(node, "over"):
            return ""
        text, end = "", span[1]
        places = [(self._source.reference(item), column) for item, column in references]
        for place, column in sorted(places, key=lambda item: item[0] or (-1, -1))[::-1]:
            if place is None:
                return ""
            rest = self._source.query[place[1] : end]
            text, end = quote_identifier(column.attribute) + rest + text, place[0]
        text = self._source.query[span[0] : end] + text
        is_plain_call = "FuncCall" in node and text.endswith(")")
        return text if is_plain_call and not text.startswith("(") else f"({text})"


def bare_column(node: Node | None, resolve: Resolve) -> Column | None:
    """The attribute a node means, if it is nothing but a column reference."""
    if not node or "ColumnRef" not in node:
        return None
    return resolve(names_of(node["ColumnRef"]))


def without_casts(node: Node) -> tuple[Node, str]:
    """What stands inside casts, and the type of the outermost cast (or nothing)."""
    cast = ""
    while "TypeCast" in node:
        fields = node["TypeCast"]
        cast = cast or type_name(fields.get("typeName", {}))
        node = fields["arg"]
    return node, cast


def type_name(fields: Node) -> str:
    """The name of a type as the tree has it, without pg_catalog, arrays with ``[]``.

    >>> type_name({"names": [{"String": {"sval": "pg_catalog"}},
    ...                      {"String": {"sval": "int4"}}]})
    'int4'
    """
    names = [part["String"].get("sval", "") for part in fields.get("names", [])]
    plain = [name for name in names if name != "pg_catalog"]
    return ".".join(plain) + "[]" * len(fields.get("arrayBounds", []))


def constant_of(fields: Node) -> str | None:
    """The value of an ``A_Const`` as text, none for NULL."""
    if fields.get("isnull"):
        return None
    if "sval" in fields:
        return str(fields["sval"].get("sval", ""))
    if "boolval" in fields:
        return "true" if fields["boolval"].get("boolval") else "false"
    if "ival" in fields:
        return str(fields["ival"].get("ival", 0))
    if "fval" in fields:
        return str(fields["fval"].get("fval", "0"))
    return str(fields.get("bsval", {}).get("bsval", ""))


def function_name(fields: Node) -> str:
    """The name of a ``FuncCall`` without pg_catalog, as the tree has it."""
    names = [part["String"].get("sval", "") for part in fields.get("funcname", [])]
    return ".".join(name for name in names if name != "pg_catalog")


def outermost(node: Node, reference: Node) -> tuple[str, int]:
    """The name of the outermost wrapping, and which argument the attribute is."""
    ((kind, fields),) = node.items()
    if kind == "FuncCall":
        return function_name(fields), _position(fields.get("args", []), reference)
    if kind == "TypeCast":
        return "cast", _position([fields["arg"]], reference)
    if kind == "A_Expr":
        sides = [fields.get("lexpr", {}), fields.get("rexpr", {})]
        name = str(fields["name"][-1]["String"].get("sval", ""))
        return name, _position(sides, reference)
    arguments = fields.get("args", [])
    position = _position(arguments, reference) if isinstance(arguments, list) else -1
    return _SPECIAL.get(kind, kind.lower()), position


def _position(arguments: list[Node], reference: Node) -> int:
    places = (
        number
        for number, item in enumerate(arguments)
        if isinstance(item, dict) and item.get("ColumnRef") is reference
    )
    return next(places, -1)
