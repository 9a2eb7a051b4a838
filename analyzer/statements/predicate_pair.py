"""Two queries that read the same tables and differ in conditions and outputs only.

Everything here is an allow-list: a node, or a field of a node, that is not known to the
letter makes the query no member of the subset. (An encoder that overlooked ``negate``
or ``distinct`` proved wrong pairs: rewrites.md 5.2.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from analyzer.statements.parse import Node, parse_one

_PLACES = frozenset({"location", "list_start", "list_end"}) | {
    "rexpr_list_start",
    "rexpr_list_end",
}


class NotInSubset(Exception):
    """The query has something whose meaning is not modelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatQuery:
    """SELECT outputs FROM relations WHERE all conditions, inner joins only.

    Attributes:
        relations: alias, schema and name, in the order of the text.
        conditions: of WHERE and of ON, all of which must be true.
        outputs: expressions; none where it is ``SELECT *``.
    """

    relations: tuple[tuple[str, str, str], ...]
    conditions: tuple[Node, ...] = field(repr=False)
    outputs: tuple[Node, ...] | None = field(repr=False)

    @property
    def tables(self) -> tuple[tuple[str, str], ...]:
        """Schema and name of each relation, whatever its alias."""
        return tuple((schema, name) for _, schema, name in self.relations)

    @property
    def aliases(self) -> tuple[str, ...]:
        """The alias of each relation."""
        return tuple(alias for alias, _, _ in self.relations)


def flat_query(query: str) -> FlatQuery:
    """Take a query apart.

    Raises:
        NotInSubset: it is not of this form.
        QuerySyntaxError, Refusal: it is not one statement.

    >>> flat_query("SELECT * FROM t WHERE a = 1").relations
    (('t', '', 't'),)
    """
    (kind, select), *_rest = parse_one(query).tree.items()
    allowed(select, "targetList", "fromClause", "whereClause", "limitOption", "op")
    is_plain = (
        kind == "SelectStmt"
        and select.get("op", "SETOP_NONE") == "SETOP_NONE"
        and select.get("limitOption", "LIMIT_OPTION_DEFAULT") == "LIMIT_OPTION_DEFAULT"
    )
    if not is_plain or not select.get("fromClause"):
        raise NotInSubset("SELECT")
    relations: list[tuple[str, str, str]] = []
    conditions: list[Node] = []
    for item in select["fromClause"]:
        _from(item, relations, conditions)
    if len({alias for alias, _, _ in relations}) != len(relations):
        raise NotInSubset("alias")
    if "whereClause" in select:
        conditions.append(select["whereClause"])
    return FlatQuery(
        relations=tuple(relations),
        conditions=tuple(conditions),
        outputs=_outputs(select["targetList"]),
    )


def read_alike(before: str, after: str) -> bool:
    """Whether both are of this form and read the same relations in the same order.

    >>> read_alike("SELECT a FROM t WHERE a > 1", "SELECT a FROM t WHERE a >= 2")
    True
    """
    try:
        return flat_query(before).tables == flat_query(after).tables
    except NotInSubset:
        return False


def without_places(node: Any) -> Any:
    """A node without the places of its parts in the text."""
    if isinstance(node, dict):
        return {k: without_places(v) for k, v in node.items() if k not in _PLACES}
    return [without_places(item) for item in node] if isinstance(node, list) else node


def allowed(fields: Node, *names: str) -> None:
    """Check that a node has no field but these.

    Raises:
        NotInSubset: it has another one.
    """
    unknown = set(fields) - set(names) - _PLACES
    if unknown:
        raise NotInSubset(sorted(unknown)[0])


def _from(
    item: Node, relations: list[tuple[str, str, str]], conditions: list[Node]
) -> None:
    ((kind, fields),) = item.items()
    if kind == "RangeVar":
        allowed(fields, "schemaname", "relname", "inh", "relpersistence", "alias")
        alias = fields.get("alias", {})
        allowed(alias, "aliasname")
        if not fields.get("inh"):
            raise NotInSubset("ONLY")
        name = str(fields["relname"])
        schema = str(fields.get("schemaname", ""))
        relations.append((str(alias.get("aliasname", name)), schema, name))
    elif kind == "JoinExpr":
        allowed(fields, "jointype", "larg", "rarg", "quals")
        if fields.get("jointype", "JOIN_INNER") != "JOIN_INNER":
            raise NotInSubset("outer join")
        _from(fields["larg"], relations, conditions)
        _from(fields["rarg"], relations, conditions)
        if "quals" in fields:
            conditions.append(fields["quals"])
    else:
        raise NotInSubset(kind)


def _outputs(targets: list[Any]) -> tuple[Node, ...] | None:
    outputs: list[Node] = []
    for target in targets:
        fields = target["ResTarget"]
        allowed(fields, "name", "val")
        if _is_star(fields["val"]):
            if len(targets) > 1:
                raise NotInSubset("* among others")
            return None
        outputs.append(fields["val"])
    return tuple(outputs)


def _is_star(value: Node) -> bool:
    fields = value.get("ColumnRef", {}).get("fields", [])
    if any("A_Star" in item for item in fields):
        if len(fields) > 1:
            raise NotInSubset("alias.*")
        return True
    return False
