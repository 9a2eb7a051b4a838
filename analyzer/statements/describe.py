"""Everything a text alone tells about its statement."""

from __future__ import annotations

import re
from collections.abc import Iterable

from analyzer.domain.index import RelationName
from analyzer.domain.statement import Statement, StatementKind
from analyzer.errors import AnalyzerError
from analyzer.statements.classify import classify
from analyzer.statements.fingerprint import fingerprint
from analyzer.statements.lexer import tokens
from analyzer.statements.normalize import normalize
from analyzer.statements.parse import MAX_QUERY_BYTES, Node, ParsedQuery, parse_one
from analyzer.statements.tags import tags

_PARAMETER = re.compile(r"\$(\d{1,5})(?!\w)")
_CUT = " …"


def describe(query: str) -> Statement:
    """The statement a text stands for. Never raises.

    A text that is over the limits of :func:`parse_one`, that does not parse, or that
    holds no or several statements has the kind UNPARSED, still with a fingerprint, and
    its text is cut at ``MAX_QUERY_BYTES`` characters.
    """
    normalized, parsed = _text_and_tree(query)
    return Statement(
        fingerprint=fingerprint(query),
        normalized_query=normalized,
        kind=StatementKind.UNPARSED if parsed is None else classify(parsed).kind,
        relations=() if parsed is None else relations_of(parsed),
        parameter_count=parameter_count(normalized),
        tags=tags(query),
    )


def text_and_kind(query: str) -> tuple[str, StatementKind]:
    """The normalized text and the kind alone, as :func:`describe` tells them."""
    normalized, parsed = _text_and_tree(query)
    kind = StatementKind.UNPARSED if parsed is None else classify(parsed).kind
    return normalized, kind


def _text_and_tree(query: str) -> tuple[str, ParsedQuery | None]:
    """The normalized text, and the tree of a text that is one statement."""
    normalized = normalize(query)
    try:
        return normalized, parse_one(query)
    except AnalyzerError:
        if len(normalized) > MAX_QUERY_BYTES:
            normalized = normalized[: MAX_QUERY_BYTES - len(_CUT)] + _CUT
        return normalized, None


def parameter_count(query: str) -> int:
    """The highest ``$n`` in a query, 0 if there is none. Never raises.

    >>> parameter_count("SELECT $2::int, '$7'")
    2
    """
    try:
        texts = [query[t.start : t.end] for t in tokens(query) if t.kind == "PARAM"]
        return max((int(text[1:]) for text in texts), default=0)
    except (AnalyzerError, ValueError):
        return max((int(n) for n in _PARAMETER.findall(query)), default=0)


def relations_of(parsed: ParsedQuery) -> tuple[RelationName, ...]:
    """The relations a statement names, in order, each once, without its CTEs."""
    if "with" not in parsed.text.lower():
        return _named_relations(parsed.tree)
    found: dict[RelationName, None] = {}
    stack: list[tuple[object, frozenset[str]]] = [(parsed.tree, frozenset())]
    while stack:
        node, ctes = stack.pop()
        if isinstance(node, list):
            stack.extend((item, ctes) for item in reversed(node))
        elif isinstance(node, dict):
            if "relname" in node:
                name = RelationName(node.get("schemaname", ""), node["relname"])
                if name.schema or name.name not in ctes:
                    found[name] = None
            stack.extend(reversed(_children(node, ctes)))
    return tuple(found)


def _named_relations(tree: Node) -> tuple[RelationName, ...]:
    """The relations of a statement without CTEs."""
    found: dict[RelationName, None] = {}
    stack: list[Node | list[object]] = [tree]
    while stack:
        node = stack.pop()
        values: Iterable[object] = node
        if isinstance(node, dict):
            values = node.values()
            if "relname" in node:
                name = RelationName(node.get("schemaname", ""), node["relname"])
                found[name] = None
        inner = [value for value in values if isinstance(value, dict | list)]
        stack.extend(reversed(inner))
    return tuple(found)


def _children(node: Node, ctes: frozenset[str]) -> list[tuple[object, frozenset[str]]]:
    """The parts of a node, each with the names of the CTEs it can see."""
    clause = node.get("withClause")
    children: list[tuple[object, frozenset[str]]] = []
    if isinstance(clause, dict):
        items = [item["CommonTableExpr"] for item in clause.get("ctes", [])]
        names = [str(item["ctename"]) for item in items]
        recursive = clause.get("recursive", False)
        for number, item in enumerate(items):
            seen = names if recursive else names[:number]
            children.append((item.get("ctequery"), ctes | frozenset(seen)))
        ctes |= frozenset(names)
    children.extend((v, ctes) for k, v in node.items() if k != "withClause")
    return children
