"""Answer with an estimate or a sample, where the caller says that will do.

Rule: the number of all rows is known roughly to the server, and a few random rows need
    no sort of all rows.
Evidence: planner costs of both texts.
Semantics: changed: an estimate as of the last ANALYZE, or a sample of whole pages with
    perhaps fewer rows than asked for.
Silent when: the caller did not ask for approximate answers (``--approximate``), or rows
    are filtered, joined or grouped.
Source: PostgreSQL wiki, "Count estimate"; PostgreSQL manual, TABLESAMPLE; rewrites.md
    O1 and R1.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.catalog import RelationKind
from analyzer.domain.recommendation import Semantics
from analyzer.rewriting.block import Block, output_name
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import CORE, is_plain
from analyzer.rewriting.trees import changed, expression, has_only
from analyzer.statements.identifiers import (
    quote_identifier,
    quote_literal,
    quote_relation,
)
from analyzer.statements.parse import Node, parse_one
from analyzer.statements.sides import constant_of, function_name

_OVERSAMPLED = 10
_SORTED = (*CORE, "sortClause", "limitCount", "limitOption")


def find(given: Subject) -> Iterator[Found]:
    """One for a count of a whole table, and one for random rows of it."""
    block = given.blocks.top
    if not given.setting.approximate or block is None or len(block.sources) != 1:
        return
    relation = block.sources[0].relation
    if relation is None or relation.kind is not RelationKind.TABLE:
        return
    yield from _count(block)
    yield from _random_rows(block)


def _count(block: Block) -> Iterator[Found]:
    fields = block.fields
    targets = fields.get("targetList", [])
    relation = block.sources[0].relation
    if len(targets) != 1 or not has_only(fields, ("targetList", "fromClause")):
        return
    call = targets[0]["ResTarget"].get("val", {}).get("FuncCall", {})
    known = {"funcname", "agg_star", "funcformat", "location"}
    if not call.get("agg_star") or not set(call) <= known or relation is None:
        return
    name = quote_literal(quote_relation(relation.name))
    text = (
        f"SELECT reltuples::bigint AS {quote_identifier(output_name(targets[0]))} "
        f"FROM pg_catalog.pg_class WHERE oid = {name}::regclass"
    )
    yield Found(
        what="the number of rows as the statistics have it",
        pairs=((block.node, parse_one(text).tree),),
        semantics=Semantics.CHANGED,
        caveats=("An estimate as of the last VACUUM or ANALYZE; −1 before the first.",),
    )


def _random_rows(block: Block) -> Iterator[Found]:
    fields, source = block.fields, block.sources[0]
    relation = source.relation
    keys = fields.get("sortClause", [])
    if len(keys) != 1 or not is_plain(block, _SORTED):
        return
    call = keys[0]["SortBy"].get("node", {}).get("FuncCall", {})
    count = constant_of(fields.get("limitCount", {}).get("A_Const", {"isnull": True}))
    rows = relation.reltuples if relation else 0
    if function_name(call) != "random" or call.get("args") or "whereClause" in fields:
        return
    if count is None or not count.isdigit() or rows < int(count) * _OVERSAMPLED:
        return
    percent = max(min(100.0 * int(count) * _OVERSAMPLED / rows, 100.0), 0.01)
    sample: Node = {
        "RangeTableSample": {
            "relation": source.node,
            "method": [{"String": {"sval": "system"}}],
            "args": [expression(f"{percent:.2f}")],
        }
    }
    yield Found(
        what="random pages of the table instead of a sort of all rows",
        pairs=((block.node, {"SelectStmt": changed(fields, fromClause=[sample])}),),
        semantics=Semantics.CHANGED,
        caveats=(
            "Rows of one page come together, and there may be fewer than asked for.",
        ),
    )


RULE = Rule(slug="approximate", doc=__doc__, find=find)
