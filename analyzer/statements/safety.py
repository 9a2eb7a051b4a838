"""What a submitted text says that safety depends on: a walk with an allow-list.

The tree decides nothing alone: names in it must still be looked up in the catalog of
the server that is to plan or run the statement (``analyzer.postgres.guard``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analyzer.statements import call_arguments, json_paths
from analyzer.statements.classify import classify
from analyzer.statements.growing_calls import Size
from analyzer.statements.growth import NO_GROWTH, Growth, growth
from analyzer.statements.node_types import (
    ALLOWED_NODES,
    ALLOWED_STRUCTURES,
    CALLS_BEFORE,
    WRITING_NODES,
)
from analyzer.statements.parse import Node, ParsedQuery, parse_one
from analyzer.statements.row_values import row_relations
from analyzer.statements.server_text import server_text

Name = tuple[str, str]
"""Schema, empty where the text gives none, and name."""

_SIZED = frozenset({"repeat", "lpad", "rpad", "bpchar", "bit"})
_FILLED = frozenset({"bpchar", "char", "bit"})
"""Types whose values are as long as the type says."""
_IMPLICIT_OPERATORS = ("=", "<>", "<", "<=", ">", ">=")
_OPERATORS_OF_KIND = {
    "AEXPR_BETWEEN": (">=", "<="),
    "AEXPR_NOT_BETWEEN": ("<", ">"),
    "AEXPR_BETWEEN_SYM": (">=", "<="),
    "AEXPR_NOT_BETWEEN_SYM": ("<", ">"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyFacts:
    """What the guard needs to know of one statement.

    Attributes:
        text: the statement printed from its tree: no comments, no tricks of lexing.
        kind: as in ``StatementKind``.
        writes: it inserts, updates, deletes or merges, perhaps within a CTE.
        locks_rows: it has FOR UPDATE or its kin.
        violations: rule and what broke it; refused everywhere.
        functions: called by name, including casts written as calls.
        operators: named ones, and those that clauses use without naming.
        types: named in casts and column lists.
        fields: names behind a dot, which may call a function of one row argument.
        parts: names behind a value and a dot, which may call any function of one
            argument, or cast: ``('x'::text).upper`` is ``upper('x')``, and so is
            ``f.upper`` where ``f`` is a function in FROM.
        relations: named, and how often at most; also names that are of a CTE somewhere.
        rows: relations whose row, as a whole, may be a value: ``SELECT t FROM t``.
        ctes: names of CTEs, which are relations elsewhere if there are such relations.
        expanded_count: relations after CTEs are inlined.
        parameter_count: the highest ``$n``.
        keywords: that are calls of functions for servers older than a major version.
        makes_json: it has a constructor or query function of SQL/JSON.
        growth: of expressions and values.
    """

    text: str
    kind: str
    writes: bool = False
    locks_rows: bool = False
    violations: tuple[Name, ...] = ()
    functions: tuple[Name, ...] = ()
    operators: tuple[Name, ...] = ()
    types: tuple[Name, ...] = ()
    fields: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    relations: tuple[tuple[str, str, int], ...] = ()
    rows: tuple[Name, ...] = ()
    ctes: tuple[str, ...] = ()
    expanded_count: int = 0
    parameter_count: int = 0
    keywords: tuple[tuple[str, int], ...] = ()
    makes_json: bool = False
    growth: Growth = NO_GROWTH


def safety_facts(query: str) -> SafetyFacts:
    """Collect the facts of exactly one statement.

    Raises:
        QuerySyntaxError, UserError: as :func:`analyzer.statements.parse.parse_one`.
    """
    parsed = parse_one(query)
    seen = _Seen(parsed)
    seen.walk()
    kinds = classify(parsed)
    return SafetyFacts(
        text=server_text(parsed),
        kind=kinds.kind.value,
        writes=seen.writes,
        locks_rows=kinds.has_row_locks,
        violations=tuple(sorted(seen.violations)),
        functions=tuple(sorted(seen.functions)),
        operators=tuple(sorted(seen.operators)),
        types=tuple(sorted(seen.types)),
        fields=tuple(sorted(seen.fields)),
        parts=tuple(sorted(seen.parts)),
        relations=tuple(sorted((*name, n) for name, n in seen.relations.items())),
        rows=row_relations(parsed.tree),
        ctes=tuple(sorted(seen.ctes)),
        expanded_count=sum(seen.expanded.values()),
        parameter_count=seen.parameter_count,
        keywords=tuple(sorted(seen.keywords)),
        makes_json=seen.makes_json,
        growth=growth(parsed.tree),
    )


def expanded_relation_count(query: str) -> int:
    """Relations that exactly one statement has once its CTEs are inlined.

    Raises:
        QuerySyntaxError, UserError: as :func:`analyzer.statements.parse.parse_one`.
    """
    seen = _Seen(parse_one(query))
    seen.count_relations()
    return sum(seen.expanded.values())


def growth_of(query: str) -> Growth:
    """What exactly one statement makes of its own constants, and of columns.

    Parameters count as nothing: their values are what applications send.

    Raises:
        QuerySyntaxError, UserError: as :func:`analyzer.statements.parse.parse_one`.
    """
    return growth(parse_one(query).tree, Size(copies=1, size_bytes=1))


def to_json(facts: SafetyFacts) -> str:
    """The facts as text, to cross a process border without pickle."""
    return json.dumps(asdict(facts))


def from_json(text: str) -> SafetyFacts:
    """The facts of :func:`to_json`."""
    fields: dict[str, Any] = json.loads(text)
    grown = Growth(**fields.pop("growth"))
    kept = {name: _tupled(value) for name, value in fields.items()}
    return SafetyFacts(**kept, growth=grown)


def _tupled(value: object) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


class _Seen:
    """Collects names while the tree is walked without recursion."""

    def __init__(self, parsed: ParsedQuery) -> None:
        self._tree = parsed.tree
        self.writes = False
        self.violations: set[Name] = set()
        self.functions: set[Name] = set()
        self.operators: set[Name] = {("", name) for name in _IMPLICIT_OPERATORS}
        self.types: set[Name] = set()
        self.fields: set[str] = set()
        self.parts: set[str] = set()
        self._columns: set[Name] = set()
        self._functions_in_from: set[str] = set()
        self.ctes: set[str] = set()
        self.relations: Counter[Name] = Counter()
        self.expanded: Counter[Name] = Counter()
        self.parameter_count = 0
        self.keywords: set[tuple[str, int]] = set()
        self.makes_json = False

    def walk(self) -> None:
        for key, fields in _nodes(self._tree):
            if key not in (ALLOWED_NODES if key[:1].isupper() else ALLOWED_STRUCTURES):
                self.violations.add(("node", key))
            self.makes_json |= key.startswith("Json")
            self.keywords |= CALLS_BEFORE.get(key, frozenset())
            reader = _READERS.get(key)
            if reader is not None:
                reader(self, fields)
        self.count_relations()
        called = self._functions_in_from
        self.parts |= {name for source, name in self._columns if source in called}

    def writing(self, _fields: Node) -> None:
        self.writes = True

    def into(self, _fields: Node) -> None:
        self.violations.add(("creates relation", "SELECT INTO"))

    def parameter(self, fields: Node) -> None:
        self.parameter_count = max(self.parameter_count, fields.get("number", 0))

    def call(self, fields: Node) -> None:
        name = self._name(fields.get("funcname", []))
        self.functions.add(name)
        arguments = fields.get("args", [])
        if name[1] in _SIZED and not call_arguments.is_short(arguments):
            self.violations.add(("memory", name[1]))
        if not call_arguments.is_coarse(name[1], arguments):
            self.violations.add(("memory", name[1]))
        if name[1] == "format" and not call_arguments.is_narrow(arguments):
            self.violations.add(("memory", name[1]))
        if name[1] == "current_setting" and not call_arguments.is_harmless_setting(
            arguments
        ):
            self.violations.add(("denied function", "pg_catalog.current_setting"))
        if name[1] == "jsonpath":
            self.path({"pathspec": arguments[0] if arguments else {}})

    def expression(self, fields: Node) -> None:
        kind = fields.get("kind", "")
        implied = _OPERATORS_OF_KIND.get(kind)
        if implied:
            self.operators |= {("", name) for name in implied}
        else:
            self.operators.add(self._name(fields.get("name", [])))

    def sublink(self, fields: Node) -> None:
        if fields.get("operName"):
            self.operators.add(self._name(fields["operName"]))

    def sort(self, fields: Node) -> None:
        if fields.get("useOp"):
            self.operators.add(self._name(fields["useOp"]))

    def constant(self, fields: Node) -> None:
        text = fields.get("sval", {}).get("sval", "")
        if json_paths.times(text) > json_paths.MAX_TIMES:
            self.violations.add(("memory", "a JSON path that finds a value many times"))

    def cast(self, fields: Node) -> None:
        names = _strings(fields.get("typeName", {}).get("names", []))
        if names[-1:] == ["jsonpath"]:
            self.path({"pathspec": fields.get("arg", {})})

    def path(self, fields: Node) -> None:
        if not json_paths.is_known(fields.get("pathspec", {})):
            self.violations.add(("memory", "a JSON path that is computed"))

    def type_name(self, fields: Node) -> None:
        if fields.get("pct_type"):
            self.violations.add(("type", "%TYPE"))
        name = self._name(fields.get("names", []))
        self.types.add(name)
        if name[1] in _FILLED and not call_arguments.are_short(
            fields.get("typmods", [])
        ):
            self.violations.add(("memory", name[1]))

    def sample(self, fields: Node) -> None:
        # The method is a function that only TABLESAMPLE may call; two are built in.
        name = self._name(fields.get("method", []))
        if name[0] not in ("", "pg_catalog") or name[1] not in ("bernoulli", "system"):
            self.violations.add(("sampling method", name[1]))

    def column(self, fields: Node) -> None:
        parts = _strings(fields.get("fields", []))
        if len(fields.get("fields", [])) > 1 and parts:
            self.fields.add(parts[-1])
        if len(parts) > 1:
            self._columns.add((parts[-2], parts[-1]))

    def indirection(self, fields: Node) -> None:
        self.parts |= set(_strings(fields.get("indirection", [])))

    def range_function(self, fields: Node) -> None:
        alias = fields.get("alias", {}).get("aliasname")
        called = [node for key, node in _nodes(fields) if key == "FuncCall"]
        names = [self._name(node.get("funcname", []))[1] for node in called]
        self._functions_in_from |= {str(alias)} if alias else set(names)

    def range_variable(self, fields: Node) -> None:
        if fields.get("catalogname"):
            self.violations.add(("relation", "a relation of another database"))

    def _name(self, parts: list[Any]) -> Name:
        names = _strings(parts)
        if len(names) not in (1, 2) or len(names) != len(parts):
            self.violations.add(("name", ".".join(names) or "without a name"))
            return ("", "")
        return ("", names[0]) if len(names) == 1 else (names[0], names[1])

    def count_relations(self) -> None:
        """Relations named, and how many there are once CTEs are inlined."""
        bodies: dict[str, list[tuple[Node, bool]]] = {}
        for key, fields in _nodes(self._tree):
            if key == "CommonTableExpr":
                inlined = fields.get("ctematerialized") == "CTEMaterializeNever"
                name = str(fields.get("ctename", ""))
                bodies.setdefault(name, []).append(
                    (fields.get("ctequery", {}), inlined)
                )
        weights = _weights(bodies)
        inlined_bodies = [b for found in bodies.values() for b, inl in found if inl]
        skipped = {id(body) for body in inlined_bodies}
        self.ctes = set(bodies)
        most = max(weights.values(), default=1)
        for named, n in _range_variables(self._tree, frozenset()).items():
            self.relations[named] = n * most
        for named, n in _range_variables(self._tree, frozenset(skipped)).items():
            weight = 1 if named[0] else weights.get(named[1], 1)
            self.expanded[named] += n * weight


_READERS = {
    **dict.fromkeys(WRITING_NODES, _Seen.writing),
    "intoClause": _Seen.into,
    "ParamRef": _Seen.parameter,
    "FuncCall": _Seen.call,
    "func": _Seen.call,
    "A_Expr": _Seen.expression,
    "SubLink": _Seen.sublink,
    "SortBy": _Seen.sort,
    "A_Const": _Seen.constant,
    "TypeName": _Seen.type_name,
    "typeName": _Seen.type_name,
    "RangeTableSample": _Seen.sample,
    "RangeFunction": _Seen.range_function,
    "ColumnRef": _Seen.column,
    "A_Indirection": _Seen.indirection,
    "JsonFuncExpr": _Seen.path,
    "TypeCast": _Seen.cast,
    "RangeVar": _Seen.range_variable,
    "relation": _Seen.range_variable,
}


def _nodes(tree: object) -> Iterator[tuple[str, Node]]:
    """Each object of the tree with its key: a node type, or a field of a fixed type.

    A field whose value is a node (``{"whereClause": {"A_Expr": …}}``) is no structure
    of its own; its node comes next.
    """
    stack = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if isinstance(value, dict) and not _is_wrapper(key, value):
                    yield key, value
                stack.append(value)


def _is_wrapper(key: str, value: Node) -> bool:
    return key[:1].islower() and len(value) == 1 and next(iter(value))[:1].isupper()


def _range_variables(tree: object, skipped: frozenset[int]) -> Counter[Name]:
    found: Counter[Name] = Counter()
    stack = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict) and id(current) not in skipped:
            if "relname" in current:
                name = (str(current.get("schemaname", "")), str(current["relname"]))
                found[name] += 1
            stack.extend(current.values())
    return found


def _weights(bodies: Mapping[str, list[tuple[Node, bool]]]) -> dict[str, int]:
    """How many relations one reference to a CTE stands for; 1 if it is materialized.

    A name can only refer to CTEs before it, or to itself when recursive, so as many
    rounds as there are names are enough; the cap ends what does not settle.
    """
    references = {
        name: [_range_variables(body, frozenset()) for body, inl in found if inl]
        for name, found in bodies.items()
    }
    weights = dict.fromkeys(bodies, 1)
    for _round in range(min(len(bodies), 40)):
        for name, counters in references.items():
            sums = [
                sum(n * (weights.get(k[1], 1) if not k[0] else 1) for k, n in c.items())
                for c in counters
            ]
            weights[name] = min(max([1, *sums]), 1_000_000)
    return weights


def _strings(parts: list[Any]) -> list[str]:
    return [str(p["String"].get("sval", "")) for p in parts if "String" in p]
