"""Tell a grouped or windowed subquery which rows the join wants, with LATERAL.

Rule: a join with a subquery that groups or numbers rows works the subquery out for the
    whole table first. Where the join is on its group or partition key, the condition
    may stand inside, for each row of the other side; with few such rows an index does
    the rest. Of numbered rows only the first are read that the query asks for.
Evidence: planner costs of both texts for all parameter sets: with many rows on the
    other side it is a loss, and then it is not offered.
Semantics: the same rows: a condition on the group or partition key picks whole groups,
    and the join condition stays where it is.
Silent when: the subquery limits, samples or has DISTINCT ON, the joined column is no
    bare group key or not in every PARTITION BY, names could be mistaken, or two
    subqueries would have to see each other.
Source: PostgreSQL manual, "LATERAL Subqueries"; rewrites.md B1l, N2 and N3.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition
from analyzer.rewriting.block import Block, Source, Use
from analyzer.rewriting.proofs import not_volatile, unique
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.rules.top_per_group import (
    TIES,
    number_bound,
    numbered,
    sort_columns,
)
from analyzer.rewriting.selects import (
    aliases_below,
    equated,
    grouped_by,
    has_star,
    knows,
    sources_of,
    where,
)
from analyzer.rewriting.trees import (
    changed,
    column,
    conjuncts,
    has_only,
    operation,
)
from analyzer.statements.parse import Node, walk
from analyzer.statements.scope import names_of

_INNER = ("targetList", "fromClause", "whereClause", "groupClause", "havingClause")


def find(given: Subject) -> Iterator[Found]:
    """One for each joined subquery and each key it is joined on."""
    for block in given.blocks.selects:
        for source in block.sources:
            for item in _filters(block, source):
                found = equated(item, block, given.blocks)
                for inner, outer in (found, found[::-1]) if found else ():
                    if inner[0] is source:
                        yield from _pushed(given, block, inner, outer)


def _filters(block: Block, source: Source) -> Iterator[Node]:
    """Conditions that keep rows of a source from the result, or from a join with it.

    ON of a LEFT JOIN keeps none of its left side away.
    """
    yield from conjuncts(block.fields.get("whereClause"))
    stack = list(block.fields.get("fromClause", []))
    while stack:
        fields = stack.pop().get("JoinExpr")
        if fields is None:
            continue
        kind = fields.get("jointype", "JOIN_INNER")
        is_left = kind == "JOIN_LEFT" and _holds(fields["rarg"], source)
        if kind == "JOIN_INNER" or is_left:
            yield from conjuncts(fields.get("quals"))
        stack += [fields["larg"], fields["rarg"]]


def _holds(item: Node, source: Source) -> bool:
    """Whether a source stands in an item of FROM."""
    fields = item.get("JoinExpr")
    if fields is None:
        return item is source.node
    return _holds(fields["larg"], source) or _holds(fields["rarg"], source)


def _pushed(given: Subject, block: Block, inner: Use, outer: Use) -> Iterator[Found]:
    source, name = inner
    query = source.subquery
    core = given.blocks.of(query) if query is not None else None
    if core is None or query is None or source.node["RangeSubselect"].get("lateral"):
        return
    key = _key(given, core, name)
    if key is None or outer[0].alias in aliases_below(query):
        return
    condition = operation("=", key, column(outer[0].alias, outer[1]))
    body = changed(
        query, whereClause=where([*conjuncts(query.get("whereClause")), condition])
    )
    first = _first_rows(given, block, source, core)
    if first is not None:
        body = {**body, **first[0], "limitOption": "LIMIT_OPTION_COUNT"}
    new = {
        "RangeSubselect": {
            **source.node["RangeSubselect"],
            "lateral": True,
            "subquery": {"SelectStmt": body},
        }
    }
    clause = _placed(block, source, outer[0], new)
    if clause is None or _would_be_late(given, block, source, outer[0]):
        return
    yield Found(
        what=f"the join on {source.alias}.{name} inside the subquery, with LATERAL",
        pairs=((block.node, {"SelectStmt": changed(block.fields, fromClause=clause)}),),
        conditions=(not_volatile(given.setting, query), *(first[1] if first else ())),
        semantics=Semantics.UNCHANGED_IF
        if first is not None and not first[1]
        else Semantics.UNCHANGED,
        caveats=(TIES,) if first is not None and not first[1] else (),
        indexes=_index(given, core, key),
    )


def _first_rows(
    given: Subject, block: Block, source: Source, core: Block
) -> tuple[Node, tuple[Condition, ...]] | None:
    """ORDER BY and LIMIT for rows numbered within the key, of which few are wanted.

    With them what shows that the order leaves no ties, if anything does.
    """
    name, window = numbered(given, core) or ("", {})
    count = number_bound(given, block, _filters(block, source), (source, name))
    if not name or count is None:
        return None
    part = given.blocks.column(window["partitionClause"][0], core)
    order = sort_columns(given, core, window["orderClause"])
    if part is None or not order:
        return None
    total = unique(core.sources[0], [part[1], *order])
    clauses = {"sortClause": window["orderClause"], "limitCount": count}
    return clauses, (total,) if total.holds else ()


def _key(given: Subject, core: Block, name: str) -> Node | None:
    """The column a condition on the subquery's output may be moved to."""
    fields = core.fields
    uses = given.blocks.uses(fields, core)
    if uses is None or not sources_of(uses) <= set(core.sources):
        # A name of the query around could become one of the row it looks at.
        return None
    if not has_only(fields, _INNER) or not knows(fields) or not core.is_understood:
        return None
    outputs = given.blocks.outputs(core) or []
    value = next((node for output, node in outputs if output == name), None)
    use = given.blocks.column(value, core)
    if use is None or value is None:
        return None
    groups = grouped_by(core, given.blocks)
    windows = [f["over"] for _kind, f in walk(fields) if "over" in f]
    if not groups and not windows:
        return None
    if groups and use not in groups:
        return None
    for window in windows:
        parts = [
            given.blocks.column(item, core)
            for item in window.get("partitionClause", [])
        ]
        if use not in parts:
            return None
    return column(use[0].alias, use[1])


def _placed(
    block: Block, source: Source, outer: Source, new: Node
) -> list[Node] | None:
    """FROM with the subquery as LATERAL, behind the source it now looks at."""
    items = block.fields["fromClause"]
    order = {item: number for number, item in enumerate(block.sources)}
    if order[outer] < order[source]:
        done = [_exchanged(item, source.node, new) for item in items]
        return None if any(item is None for item in done) else [i for i in done if i]
    if has_star(block):
        return None
    if source.node in items and any(item is outer.node for item in items):
        return [*(item for item in items if item is not source.node), new]
    for number, item in enumerate(items):
        fields = item.get("JoinExpr", {})
        is_inner = fields.get("jointype", "JOIN_INNER") == "JOIN_INNER"
        if fields and is_inner and fields["larg"] is source.node:
            turned = {"JoinExpr": {**fields, "larg": fields["rarg"], "rarg": new}}
            return [*items[:number], turned, *items[number + 1 :]]
    return None


def _would_be_late(given: Subject, block: Block, source: Source, outer: Source) -> bool:
    """Whether a source that has to move back is looked at by one that stays."""
    order = [item for item in block.sources if item in (source, outer)]
    if order == [outer, source]:
        return False
    for other in block.sources:
        if other is source:
            continue
        for fields, inner in given.blocks.references(other.node, block):
            owner = inner.owner(names_of(fields))
            if owner is None or (owner[0] is block and owner[1][0] is source):
                return True
    return False


def _exchanged(item: Node, old: Node, new: Node) -> Node | None:
    """A FROM item with one source exchanged; none below a RIGHT or FULL join."""
    if item is old:
        return new
    fields = item.get("JoinExpr")
    if fields is None:
        return item
    left = _exchanged(fields["larg"], old, new)
    right = _exchanged(fields["rarg"], old, new)
    if left is None or right is None:
        return None
    if left is fields["larg"] and right is fields["rarg"]:
        return item
    if fields.get("jointype", "JOIN_INNER") not in ("JOIN_INNER", "JOIN_LEFT"):
        return None
    return {"JoinExpr": {**fields, "larg": left, "rarg": right}}


def _index(given: Subject, core: Block, key: Node) -> tuple[IndexDefinition, ...]:
    use = given.blocks.column(key, core)
    relation = use[0].relation if use else None
    if use is None or relation is None:
        return ()
    keys = (IndexKey(attribute=use[1]),)
    return (IndexDefinition(relation=relation.name, keys=keys),)


RULE = Rule(slug="lateral_subquery", doc=__doc__, find=find, needs_values=True)
