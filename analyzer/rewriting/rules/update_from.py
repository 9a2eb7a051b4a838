"""Join once what an UPDATE looks up for each row.

Rule: ``SET x = (SELECT … WHERE s.k = t.k)`` runs the subquery for every row. UPDATE …
    FROM with a LEFT JOIN works it out once.
Evidence: planner costs of both texts for all parameter sets.
Semantics: the same values in the same rows: the target is joined with itself on its
    key, the looked-up side has one row at most for each, and no partner gives NULL.
Silent when: the target has no key that is NOT NULL, the UPDATE has FROM already or
    returns rows, or the subquery is no lookup by a key and no plain aggregate.
Source: PostgreSQL manual, "UPDATE"; rewrites.md section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block
from analyzer.rewriting.proofs import key_of
from analyzer.rewriting.protocol import Found, Rule, Subject, subject
from analyzer.rewriting.rules import correlated_aggregate, scalar_on_key
from analyzer.rewriting.selects import (
    aliases_below,
    fresh_alias,
    knows,
    qualified,
    where,
)
from analyzer.rewriting.trees import (
    column,
    conjuncts,
    operation,
    select,
    target,
    with_columns,
)
from analyzer.statements.parse import Node, walk
from analyzer.statements.print_tree import printed

_KNOWN = {"relation", "targetList", "whereClause"}


def find(given: Subject) -> Iterator[Found]:
    """One for an UPDATE that sets a column by a correlated subquery.

    The lookups are those the rules for SELECT find, on a SELECT that reads the same.
    """
    fields = given.tree.get("UpdateStmt", {})
    block = given.blocks.top
    if (
        not fields
        or block is None
        or not set(fields) <= _KNOWN
        or not knows_all(fields)
    ):
        return
    target_source = block.sources[0]
    key = key_of(target_source)
    if not key:
        return
    targets = _targets(given, block)
    if targets is not None:
        yield from _joined(given, block, key, targets)


def _targets(given: Subject, block: Block) -> list[Node | None] | None:
    """What is set, with own columns under the table's name; none for the lookup.

    None where there is no lookup or several, or a name is not certain.
    """
    found: list[Node | None] = []
    for item in block.fields["targetList"]:
        fields = item["ResTarget"]
        if "indirection" in fields or "MultiAssignRef" in fields.get("val", {}):
            return None
        links = [f for kind, f in walk(fields["val"]) if kind == "SubLink"]
        if len(links) == 1 and links[0].get("subLinkType") == "EXPR_SUBLINK":
            found.append(None)
            continue
        value = qualified(fields["val"], block, given.blocks)
        if value is None:
            return None
        found.append({"ResTarget": {**fields, "val": value}})
    return found if found.count(None) == 1 else None


def knows_all(fields: Node) -> bool:
    """Whether the parts of an UPDATE are all of known kinds."""
    return knows([fields["targetList"], fields.get("whereClause")])


def _joined(
    given: Subject, block: Block, key: tuple[str, ...], targets: list[Node | None]
) -> Iterator[Found]:
    fields, source = given.tree["UpdateStmt"], block.sources[0]
    conditions = qualified(conjuncts(fields.get("whereClause")), block, given.blocks)
    if conditions is None:
        return
    place = targets.index(None)
    value = fields["targetList"][place]["ResTarget"]["val"]
    reading = select(
        [target(value, "new_value")],
        [{"RangeVar": fields["relation"]}],
        whereClause=fields.get("whereClause"),
    )
    text = printed({"SelectStmt": reading})
    other = subject(text, given.setting)
    alias = fresh_alias([given.tree, other.tree], "old")
    table: dict[tuple[str, ...], Node] = {
        (source.alias, name): column(alias, name) for name in source.columns or ()
    }
    for rule in (correlated_aggregate, scalar_on_key):
        for found in rule.find(other):
            reading = found.pairs[0][1]["SelectStmt"]
            new = _update(given, reading, (alias, table), (key, conditions, targets))
            if new is not None:
                yield Found(
                    what=f"UPDATE … FROM: {found.what}",
                    pairs=((given.tree, {"UpdateStmt": new}),),
                    conditions=found.conditions,
                )


def _update(
    given: Subject,
    reading: Node,
    renamed: tuple[str, dict[tuple[str, ...], Node]],
    kept: tuple[tuple[str, ...], list[Node], list[Node | None]],
) -> Node | None:
    """The UPDATE with the joined sources of a SELECT over the same table."""
    (alias, table), (key, rest, targets) = renamed, kept
    fields = given.tree["UpdateStmt"]
    name = fields["relation"].get("alias", {}).get("aliasname")
    own = name or fields["relation"]["relname"]
    joined = reading["fromClause"][0]
    if "JoinExpr" not in joined or "RangeVar" not in joined["JoinExpr"]["larg"]:
        return None
    if own in aliases_below(joined["JoinExpr"]["rarg"]):
        return None
    relation = {**fields["relation"], "alias": {"aliasname": alias}}
    clause = with_columns(joined, table)
    clause["JoinExpr"]["larg"] = {"RangeVar": relation}
    ties = [operation("=", column(own, part), column(alias, part)) for part in key]
    item = fields["targetList"][targets.index(None)]["ResTarget"]
    value = with_columns(reading["targetList"][0]["ResTarget"]["val"], table)
    return {
        **fields,
        "targetList": [
            other or {"ResTarget": {**item, "val": value}} for other in targets
        ],
        "fromClause": [clause],
        "whereClause": where([*ties, *rest]),
    }


RULE = Rule(slug="update_from", doc=__doc__, find=find, needs_values=True)
