"""Jump from value to value instead of reading all rows to find a few values.

Rule: DISTINCT of a column with few values reads every row. A recursive query asks an
    index for the next value each time.
Evidence: planner costs, and the number of values by the statistics: the planner guesses
    the length of a recursion, so it is offered only for few values.
Semantics: the same values; a NULL, which an index search does not find, is added.
Silent when: the values are many or unknown, of a type whose equal values can look
    different, or rows are filtered.
Source: PostgreSQL wiki, "Loose indexscan"; rewrites.md H8 and H9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Use, output_name
from analyzer.rewriting.groups import is_sparse, loose_query
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import grouped_by, is_plain
from analyzer.rewriting.trees import has_only, text_node
from analyzer.statements.identifiers import quote_identifier, quote_relation
from analyzer.statements.parse import Node, parse_one
from analyzer.statements.sides import function_name


def find(given: Subject) -> Iterator[Found]:
    """One for each DISTINCT, GROUP BY or count(DISTINCT …) of one column of a table."""
    for block in given.blocks.selects:
        targets = block.fields.get("targetList", [])
        if len(targets) == 1 and len(block.sources) == 1:
            yield from _values(given, block, targets[0])
            yield from _count(given, block, targets[0])


def _values(given: Subject, block: Block, item: Node) -> Iterator[Found]:
    fields = block.fields
    use = given.blocks.column(item["ResTarget"].get("val"), block)
    allowed = ("targetList", "fromClause", "distinctClause", "groupClause")
    is_distinct = fields.get("distinctClause") == [{}] and "groupClause" not in fields
    is_grouped = "distinctClause" not in fields and (
        grouped_by(block, given.blocks) == [use]
    )
    if not (is_distinct or is_grouped) or not is_plain(block, (*allowed, "sortClause")):
        return
    sort = _sort(given, block, use, item)
    relation = _sparse(use)
    if use is None or relation is None or sort is None:
        return
    attribute = relation.attribute(use[1])
    name = quote_identifier(output_name(item))
    text = loose_query(relation, use[1]).replace(
        f"SELECT steps.{quote_identifier(use[1])} FROM",
        f"SELECT steps.{quote_identifier(use[1])} AS {name} FROM",
    )
    if attribute is not None and not attribute.not_null:
        text = (
            f"SELECT found.{name} FROM ({text}) AS found UNION ALL "
            f"SELECT NULL WHERE EXISTS (SELECT 1 FROM {quote_relation(relation.name)} "
            f"AS t WHERE t.{quote_identifier(use[1])} IS NULL)"
        )
    yield _found(block, use, relation, text, sort)


def _sort(
    given: Subject, block: Block, use: Use | None, item: Node
) -> list[Node] | None:
    """ORDER BY of the column itself, by its output's name; none for any other."""
    items = block.fields.get("sortClause", [])
    if not items:
        return []
    node = items[0]["SortBy"].get("node")
    is_own = use is not None and output_name(item) == use[1]
    if len(items) > 1 or not is_own or given.blocks.column(node, block) != use:
        return None
    if "useOp" in items[0]["SortBy"]:
        return None
    bare = {"ColumnRef": {"fields": [text_node(output_name(item))]}}
    return [{"SortBy": {**items[0]["SortBy"], "node": bare}}]


def _count(given: Subject, block: Block, item: Node) -> Iterator[Found]:
    call = item["ResTarget"].get("val", {}).get("FuncCall", {})
    known = {"funcname", "args", "agg_distinct", "funcformat", "location"}
    is_count = function_name(call) == "count" and call.get("agg_distinct")
    plain = has_only(block.fields, ("targetList", "fromClause"))
    if not is_count or not plain or not set(call) <= known:
        return
    use = given.blocks.column(call["args"][0], block)
    relation = _sparse(use)
    if use is None or relation is None:
        return
    name = quote_identifier(output_name(item))
    query = loose_query(relation, use[1])
    yield _found(
        block, use, relation, f"SELECT count(*) AS {name} FROM ({query}) AS found"
    )


def _sparse(use: Use | None) -> Relation | None:
    relation = use[0].relation if use else None
    if use is None or relation is None or not use[0].node["RangeVar"].get("inh"):
        return None
    return relation if is_sparse(relation, use[1]) else None


def _found(
    block: Block, use: Use, relation: Relation, text: str, sort: Sequence[Node] = ()
) -> Found:
    new = parse_one(text).fields
    if sort:
        new = {**new, "sortClause": list(sort)}
    index = IndexDefinition(relation=relation.name, keys=(IndexKey(attribute=use[1]),))
    return Found(
        what=f"the values of {use[0].alias}.{use[1]} by jumping along an index",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(
            Condition(
                fact=Fact.VALUES,
                claim=f"{use[0].alias}.{use[1]} has few values",
                proof="the statistics count them",
            ),
        ),
        caveats=(
            "The gain ends when the values become many; the planner would not notice.",
        ),
        indexes=(index,),
    )


RULE = Rule(slug="loose_scan", doc=__doc__, find=find)
