"""Shapes of queries that want the rows with an extreme value of each group."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.domain.rewriting import Condition
from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.literals import operator_name
from analyzer.rewriting.proofs import not_null, unique
from analyzer.rewriting.protocol import Subject
from analyzer.rewriting.selects import (
    conditions,
    equality,
    equated,
    grouped_by,
    has_star,
    is_plain,
    used_elsewhere,
)
from analyzer.rewriting.trees import has_only
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name

_INNER = ("targetList", "fromClause", "whereClause")
_FUNCTIONS = ("max", "min")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """A table of which the rows with an extreme value of each group are wanted.

    ``rest`` are the other conditions of the block, ``needed`` what must hold besides.
    """

    source: Source
    group: str
    value: str
    function: str
    rest: list[Node]
    needed: tuple[Condition, ...] = ()


def extreme_of(given: Subject, block: Block) -> Extreme | None:
    """What a block wants, if it is the rows with an extreme value of each group."""
    return (
        _correlated(given, block)
        or _listed(given, block)
        or _unsurpassed(given, block)
        or _joined(given, block)
    )


def _correlated(given: Subject, block: Block) -> Extreme | None:
    """``FROM t WHERE t.x = (SELECT max(x) FROM t AS u WHERE u.g = t.g)``."""
    if len(block.sources) != 1 or block.fields["fromClause"] != [block.sources[0].node]:
        return None
    source, items = block.sources[0], conditions(block)
    if has_star(block):
        return None
    for number, item in enumerate(items):
        for one, other in _sides(item):
            use = given.blocks.column(one, block)
            core = _scalar(given, other)
            if use is None or core is None:
                continue
            extreme = _call(given, core)
            group = _tie(given, core, block)
            if extreme is None or group is None or extreme[1] != use[1]:
                continue
            if not _same_table(source, core.sources[0]):
                continue
            rest = [*items[:number], *items[number + 1 :]]
            return Extreme(
                source=source,
                group=group,
                value=use[1],
                function=extreme[0],
                rest=rest,
            )
    return None


def _alone(block: Block) -> bool:
    """Whether a block reads one table and shows no ``*`` of what is added to it."""
    return (
        len(block.sources) == 1
        and block.fields["fromClause"] == [block.sources[0].node]
        and not has_star(block)
    )


def _listed(given: Subject, block: Block) -> Extreme | None:
    """``FROM t WHERE (g, x) IN (SELECT g, max(x) FROM t GROUP BY g)``.

    Of a key, ``x IN (SELECT max(x) … GROUP BY g)`` says the same.
    """
    items = conditions(block)
    for number, item in enumerate(items if _alone(block) else ()):
        link = item.get("SubLink", {})
        query = link.get("subselect", {}).get("SelectStmt")
        core = given.blocks.of(query) if query is not None else None
        if link.get("subLinkType") != "ANY_SUBLINK" or "operName" in link:
            continue
        extreme = _grouped(given, core) if core is not None else None
        if core is None or extreme is None:
            continue
        function, group, value = extreme
        tested = link["testexpr"]
        row = tested["RowExpr"]["args"] if "RowExpr" in tested else [tested]
        source = block.sources[0]
        uses = [given.blocks.column(node, block) for node in row]
        wanted = [(source, group), (source, value)][-len(core.fields["targetList"]) :]
        if uses != wanted or not _same_table(source, core.sources[0]):
            continue
        key = unique(source, [value])
        if len(wanted) == 1 and not key.holds:
            continue
        return Extreme(
            source=source,
            group=group,
            value=value,
            function=function,
            rest=[*items[:number], *items[number + 1 :]],
            needed=(key,) if len(wanted) == 1 else (),
        )
    return None


def _unsurpassed(given: Subject, block: Block) -> Extreme | None:
    """``FROM t WHERE NOT EXISTS (SELECT FROM t AS u WHERE u.g = t.g AND u.x > t.x)``.

    A NULL is surpassed by nothing, so the value must not be one.
    """
    items = conditions(block)
    for number, item in enumerate(items if _alone(block) else ()):
        core = _negated(given, item)
        if core is None or len(core.sources) != 1:
            continue
        pair = _surpassing(given, core, block)
        if pair is None or not _same_table(block.sources[0], core.sources[0]):
            continue
        function, group, value = pair
        needed = not_null(block, given.blocks, block.sources[0], value)
        return Extreme(
            source=block.sources[0],
            group=group,
            value=value,
            function=function,
            rest=[*items[:number], *items[number + 1 :]],
            needed=(needed,),
        )
    return None


def _negated(given: Subject, item: Node) -> Block | None:
    """The subquery of NOT EXISTS."""
    fields = item.get("BoolExpr", {})
    if fields.get("boolop") != "NOT_EXPR":
        return None
    link = fields["args"][0].get("SubLink", {})
    query = link.get("subselect", {}).get("SelectStmt")
    core = given.blocks.of(query) if query is not None else None
    is_fit = link.get("subLinkType") == "EXISTS_SUBLINK" and core is not None
    return core if is_fit and core and is_plain(core) else None


def _surpassing(
    given: Subject, core: Block, around: Block
) -> tuple[str, str, str] | None:
    """Function, group and value of ``u.g = t.g AND u.x > t.x``."""
    items = conditions(core)
    if len(items) != 2 or core.fields["fromClause"] != [core.sources[0].node]:
        return None
    found = {}
    for item in items:
        operator = operator_name(item)
        fields = item.get("A_Expr", {})
        left, right = fields.get("lexpr"), fields.get("rexpr")
        if given.blocks.column(left, core) is None:
            left, right, operator = right, left, _MIRRORED.get(operator, operator)
        inner = given.blocks.column(left, core)
        outer = given.blocks.outer_column(right, core)
        if inner is None or outer is None or outer[0] is not around.sources[0]:
            return None
        if inner[1] != outer[1]:
            return None
        found[operator] = inner[1]
    sign = next((s for s in found if s in _SURPASSED), "")
    return (
        (_SURPASSED[sign], found["="], found[sign]) if sign and "=" in found else None
    )


_MIRRORED = {">": "<", "<": ">"}
_SURPASSED = {">": "max", "<": "min"}


def _sides(item: Node) -> list[tuple[Node, Node]]:
    sides = equality(item)
    return [sides, sides[::-1]] if sides is not None else []


def _scalar(given: Subject, node: Node) -> Block | None:
    fields = node.get("SubLink", {})
    if fields.get("subLinkType") != "EXPR_SUBLINK":
        return None
    query = fields["subselect"].get("SelectStmt")
    core = given.blocks.of(query) if query is not None else None
    return core if core is not None and has_only(core.fields, _INNER) else None


def _call(given: Subject, core: Block) -> tuple[str, str] | None:
    """Function and column of a select list that ends in ``max(x)``."""
    if len(core.sources) != 1 or core.fields["fromClause"] != [core.sources[0].node]:
        return None
    if not core.is_understood or not core.fields.get("targetList"):
        return None
    value = core.fields["targetList"][-1]["ResTarget"].get("val", {})
    call = value.get("FuncCall", {})
    plain = {"funcname", "args", "funcformat", "location"}
    if function_name(call) not in _FUNCTIONS or not set(call) <= plain:
        return None
    use = given.blocks.column(call["args"][0], core) if call.get("args") else None
    return (function_name(call), use[1]) if use is not None else None


def _tie(given: Subject, core: Block, around: Block) -> str | None:
    """The column by which a correlated subquery has the rows of the same group."""
    items = conditions(core)
    if len(core.fields["targetList"]) != 1 or len(items) != 1:
        return None
    for one, other in _sides(items[0]):
        inner = given.blocks.column(one, core)
        outer = given.blocks.outer_column(other, core)
        if inner is None or outer is None or outer[0] is not around.sources[0]:
            continue
        return inner[1] if inner[1] == outer[1] else None
    return None


def _same_table(one: Source, other: Source) -> bool:
    known = ("schemaname", "relname", "inh", "relpersistence", "alias")
    if one.relation is None or one.relation is not other.relation:
        return False
    named = [source.node.get("RangeVar", {}) for source in (one, other)]
    plain = all(has_only(fields, known) for fields in named)
    return plain and all(fields.get("inh") for fields in named)


def _joined(given: Subject, block: Block) -> Extreme | None:
    """``FROM t JOIN (SELECT g, max(x) AS m FROM t GROUP BY g) s ON …``."""
    if len(block.sources) != 2 or has_star(block):
        return None
    for source, grouped in (block.sources, block.sources[::-1]):
        core = given.blocks.of(grouped.subquery) if grouped.subquery else None
        if core is None or not (source.joined and grouped.joined):
            continue
        extreme = _grouped(given, core)
        if extreme is None or not _same_table(source, core.sources[0]):
            continue
        function, group, value = extreme
        names = [name for name, _ in given.blocks.outputs(core) or []]
        if len(names) != 2 or names[0] == names[1]:
            continue
        rest, ties = _split(given, block, grouped)
        wanted = {(names[0], group), (names[1], value)}
        if {pair for pair, _ in ties} != wanted or len(ties) != 2:
            continue
        inside = [node for _, node in ties] + [grouped.node]
        if used_elsewhere(block, given.blocks, grouped, inside) is not False:
            continue
        return Extreme(
            source=source, group=group, value=value, function=function, rest=rest
        )
    return None


def _grouped(given: Subject, core: Block) -> tuple[str, str, str] | None:
    """Function, group and value of ``SELECT g, max(x) FROM t GROUP BY g``."""
    fields = core.fields
    if not has_only(fields, ("targetList", "fromClause", "groupClause")):
        return None
    targets, keys = fields.get("targetList", []), grouped_by(core, given.blocks)
    group = keys[0] if len(keys) == 1 else None
    extreme = _call(given, core)
    if extreme is None or group is None or len(targets) > 2:
        return None
    shown = given.blocks.column(targets[0]["ResTarget"].get("val"), core)
    if len(targets) == 2 and shown != group:
        return None
    return extreme[0], group[1], extreme[1]


def _split(
    given: Subject, block: Block, grouped: Source
) -> tuple[list[Node], list[tuple[tuple[str, str], Node]]]:
    """Conditions of a block: others, and equalities with the grouped side."""
    rest: list[Node] = []
    ties: list[tuple[tuple[str, str], Node]] = []
    for item in conditions(block):
        uses = equated(item, block, given.blocks)
        if uses is None:
            rest.append(item)
            continue
        inner, outer = uses if uses[0][0] is grouped else uses[::-1]
        if inner[0] is grouped:
            ties.append(((inner[1], outer[1]), item))
        else:
            rest.append(item)
    return rest, ties
