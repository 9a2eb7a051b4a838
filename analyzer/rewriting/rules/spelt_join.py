"""Say a join with USING, or a NATURAL one, with ON.

Rule: USING merges two columns into one that belongs to neither table, so no other rule
    knows whose it is. With ON each column has its table again.
Evidence: planner costs of what another rule makes of it; alone it changes no plan.
Semantics: the same rows and names: a merged column is that of the side whose rows are
    all kept, both have one type, and ``*`` is spelt out in the order it has.
Silent when: the join is a FULL one, the two columns differ in type and the merged one
    is named, or a source or a column's source is not known for certain.
Source: PostgreSQL manual, "Joined Tables"; SQL standard, named columns join.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from analyzer.rewriting.block import Block, Use, with_parents
from analyzer.rewriting.literals import declared_type
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.render import Pair
from analyzer.rewriting.selects import has_star, knows
from analyzer.rewriting.trees import (
    changed,
    column,
    conjunction,
    exchanged,
    operation,
    target,
)
from analyzer.statements.parse import Node
from analyzer.statements.scope import names_of

_KEPT_SIDE = {"JOIN_INNER": 0, "JOIN_LEFT": 0, "JOIN_RIGHT": 1}
_OF_JOIN = frozenset({"jointype", "larg", "rarg", "quals", "usingClause", "isNatural"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spelt:
    """A part of FROM without merged columns.

    ``shown`` is what ``*`` gives of it, in order; ``merged`` has a name for each pair
    of columns that were one, ``mixed`` those whose two columns differ in type.
    """

    node: Node
    shown: tuple[Use, ...]
    merged: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()

    def named(self, name: str) -> Use | None:
        """The one column that a bare name means here."""
        found = [use for use in self.shown if use[1] == name]
        return found[0] if len(found) == 1 else None


def find(given: Subject) -> Iterator[Found]:
    """One for each SELECT whose FROM has such a join."""
    for block in given.blocks:
        clause = block.fields.get("fromClause", [])
        if "SelectStmt" not in block.node or not _has_merged(clause):
            continue
        parts = [_spelt(item, block, given) for item in clause]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts) and knows(block.fields):
            yield from _with_on(given, block, known)


def _has_merged(clause: Sequence[Node]) -> bool:
    """Whether a join at this level merges columns."""
    stack = list(clause)
    while stack:
        fields = stack.pop().get("JoinExpr")
        if fields is not None:
            if "usingClause" in fields or fields.get("isNatural"):
                return True
            stack += [fields["larg"], fields["rarg"]]
    return False


def _spelt(item: Node, block: Block, given: Subject) -> _Spelt | None:
    fields = item.get("JoinExpr")
    if fields is None:
        source = next((one for one in block.sources if one.node is item), None)
        if source is None or not source.alias or source.columns is None:
            return None
        return _Spelt(node=item, shown=tuple((source, n) for n in source.columns))
    left, right = (_spelt(fields[side], block, given) for side in ("larg", "rarg"))
    kind = fields.get("jointype", "JOIN_INNER")
    if left is None or right is None or not set(fields) <= {*_OF_JOIN, "rtindex"}:
        return None
    new = {**fields, "larg": left.node, "rarg": right.node}
    names = _merged_names(fields, left, right)
    merged, mixed = left.merged | right.merged, left.mixed | right.mixed
    if not names:
        shown = left.shown + right.shown
        whole = _Spelt(node={"JoinExpr": new}, shown=shown, merged=merged, mixed=mixed)
        return None if fields.get("isNatural") else whole
    pairs = _pairs(names, left, right)
    if kind not in _KEPT_SIDE or pairs is None or mixed & set(names):
        return None
    kept = tuple(pair[_KEPT_SIDE[kind]] for pair in pairs)
    quals = [operation("=", _column(one), _column(two)) for one, two in pairs]
    new = {key: new[key] for key in new if key not in ("usingClause", "isNatural")}
    rest = (use for use in (*left.shown, *right.shown) if use[1] not in names)
    return _Spelt(
        node={"JoinExpr": {**new, "quals": conjunction(quals)}},
        shown=(*kept, *rest),
        merged=merged | set(names),
        mixed=mixed | {one[1] for one, two in pairs if not _is_one(given, one, two)},
    )


def _pairs(
    names: tuple[str, ...], left: _Spelt, right: _Spelt
) -> list[tuple[Use, Use]] | None:
    pairs = []
    for name in names:
        one, two = left.named(name), right.named(name)
        if one is None or two is None:
            return None
        pairs.append((one, two))
    return pairs


def _merged_names(fields: Node, left: _Spelt, right: _Spelt) -> tuple[str, ...]:
    if fields.get("isNatural"):
        other = {name for _, name in right.shown}
        return tuple(dict.fromkeys(n for _, n in left.shown if n in other))
    return tuple(part["String"]["sval"] for part in fields.get("usingClause", []))


def _is_one(given: Subject, one: Use, other: Use) -> bool:
    """Whether merging two columns changes the type of neither."""
    kinds = {declared_type(given.blocks.declared(use)) for use in (one, other)}
    return len(kinds) == 1 and "" not in kinds


def _column(use: Use) -> Node:
    return column(use[0].alias, use[1])


def _with_on(given: Subject, block: Block, parts: list[_Spelt]) -> Iterator[Found]:
    uses = [use for part in parts for use in part.shown]
    mixed = {name for part in parts for name in part.mixed}
    merged = {name for part in parts for name in part.merged}
    aliases = [source.alias for source in block.sources]
    moved = _references(given, block, merged, uses)
    if moved is None or len(set(aliases)) < len(aliases):
        return
    if any(names_of(old)[0] in mixed for old, _ in moved) or (
        mixed and has_star(block)
    ):
        return
    targets = _spelt_stars(block.fields.get("targetList", []), uses)
    new = changed(
        block.fields, fromClause=[part.node for part in parts], targetList=targets
    )
    yield Found(
        what="USING as ON",
        pairs=((block.node, {"SelectStmt": exchanged(new, moved)}),),
    )


def _spelt_stars(targets: list[Node], uses: list[Use]) -> list[Node]:
    found: list[Node] = []
    for item in targets:
        value = item["ResTarget"].get("val", {})
        if "ColumnRef" in value and names_of(value["ColumnRef"]) == ["*"]:
            found += [target(_column(use)) for use in uses]
        else:
            found.append(item)
    return found


def _references(
    given: Subject, block: Block, merged: set[str], uses: list[Use]
) -> list[Pair] | None:
    """Bare names of merged columns under a table's name, as pairs to exchange.

    None where one is not for certain the merged column. A bare name in ORDER BY or
    DISTINCT ON that is an output's means that output.
    """
    outputs = {
        item["ResTarget"].get("name") or _bare_name(item["ResTarget"].get("val", {}))
        for item in block.fields.get("targetList", [])
    }
    kept = {
        id(node["ColumnRef"])
        for clause in ("sortClause", "distinctClause")
        for item in block.fields.get(clause, [])
        for node in [item.get("SortBy", {}).get("node", item)]
        if _bare_name(node) in outputs - {""}
    }
    pairs: list[Pair] = []
    for fields, inner in given.blocks.references(dict(block.fields), block):
        names = names_of(fields)
        if len(names) != 1 or names[0] not in merged or id(fields) in kept:
            continue
        below: list[Block] = list(
            takewhile(lambda one: one is not block, with_parents(inner))
        )
        if any(_owns(one, names[0]) for one in below):
            if any(not one.is_understood for one in below):
                return None
            continue
        found = [use for use in uses if use[1] == names[0]]
        hidden = {s.alias for one in below for s in one.sources}
        if len(found) != 1 or found[0][0].alias in hidden:
            return None
        pairs.append((fields, _column(found[0])["ColumnRef"]))
    return pairs


def _owns(block: Block, name: str) -> bool:
    """Whether a bare name may mean a column of this block."""
    return any(s.columns is None or name in s.columns for s in block.sources)


def _bare_name(node: Node) -> str:
    names = names_of(node["ColumnRef"]) if "ColumnRef" in node else []
    return names[0] if len(names) == 1 else ""


RULE = Rule(slug="spelt_join", doc=__doc__, find=find, leaves_out=True)
"""It adds no work, and what another rule then leaves out counts."""
