"""Small named proofs: what a rule stands on, shown from the catalog or the query."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.blocks import Blocks
from analyzer.rewriting.functions import volatile_calls
from analyzer.rewriting.protocol import Setting
from analyzer.rewriting.trees import conjuncts
from analyzer.statements.identifiers import quote_identifier, quote_relation
from analyzer.statements.parse import Node

_COMPARISONS = frozenset({"=", "<", ">", "<=", ">=", "<>", "!=", "~~", "@>", "<@"})
_STRICT_KINDS = frozenset(
    {
        *("AEXPR_OP", "AEXPR_IN", "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_BETWEEN"),
        *("AEXPR_OP_ANY", "AEXPR_OP_ALL"),
    }
)


def not_null(
    block: Block,
    blocks: Blocks,
    source: Source,
    column: str,
    leaving: Sequence[Node] = (),
) -> Condition:
    """A column is never NULL in the rows that pass WHERE.

    Conditions that the rewrite takes out of WHERE prove nothing.
    """
    name = f"{source.alias}.{column}"
    relation = source.relation
    proof, ddl = "", ""
    if relation is not None:
        attribute = relation.attribute(column)
        if attribute and attribute.not_null and not source.nullable:
            proof = f"{relation.name}.{column} is declared NOT NULL"
        elif not source.nullable:
            ddl = (
                f"ALTER TABLE {quote_relation(relation.name)} "
                f"ALTER COLUMN {quote_identifier(column)} SET NOT NULL;"
            )
    if not proof and rejects_null(block, blocks, source, column, leaving):
        proof = f"a condition of the query leaves no NULL in {name}"
    return Condition(
        fact=Fact.NOT_NULL,
        claim=f"{name} is never NULL",
        proof=proof,
        ddl="" if proof else ddl,
        relation=relation.name if relation else None,
        columns=(column,),
    )


def rejects_null(
    block: Block,
    blocks: Blocks,
    source: Source,
    column: str,
    leaving: Sequence[Node] = (),
) -> bool:
    """Whether WHERE drops every row in which a column is NULL.

    The comparison operators of the built-in types are strict: NULL in gives NULL.
    """
    return any(
        _rejects(item, (source, column), block, blocks)
        for item in conjuncts(block.fields.get("whereClause"))
        if not any(item is node for node in leaving)
    )


def _rejects(node: Node, use: tuple[Source, str], block: Block, blocks: Blocks) -> bool:
    if "NullTest" in node:
        fields = node["NullTest"]
        is_right = fields.get("nulltesttype") == "IS_NOT_NULL"
        return is_right and blocks.column(fields.get("arg"), block) == use
    fields = node.get("A_Expr", {})
    if fields.get("kind") not in _STRICT_KINDS or operator_of(node) not in _COMPARISONS:
        return False
    sides = [fields.get("lexpr")]
    if fields["kind"] == "AEXPR_OP":
        sides.append(fields.get("rexpr"))
    return any(blocks.column(side, block) == use for side in sides)


def operator_of(node: Node) -> str:
    """The operator of an ``A_Expr``, as written; BETWEEN and IN by what they mean."""
    fields = node.get("A_Expr", {})
    kind = fields.get("kind")
    if kind == "AEXPR_BETWEEN":
        return ">="
    names = [part["String"].get("sval", "") for part in fields.get("name", [])]
    return names[-1] if len(names) == 1 else ""


def unique(source: Source, columns: Collection[str]) -> Condition:
    """No two rows of a source have the same values in these columns, nor NULL."""
    relation = source.relation
    shown = ", ".join(columns)
    claim = f"{source.alias} has one row at most for each ({shown})"
    if relation is None:
        return Condition(fact=Fact.UNIQUE, claim=claim)
    for key in relation.unique_keys:
        declared = (relation.attribute(name) for name in key)
        if key and set(key) <= set(columns) and all(a and a.not_null for a in declared):
            return Condition(
                fact=Fact.UNIQUE,
                claim=claim,
                proof=f"({', '.join(key)}) of {relation.name} is a key and NOT NULL",
                relation=relation.name,
                columns=key,
            )
    names = ", ".join(map(quote_identifier, columns))
    return Condition(
        fact=Fact.UNIQUE,
        claim=claim,
        ddl=f"ALTER TABLE {quote_relation(relation.name)} ADD UNIQUE ({names});"
        if columns and not relation.has_children
        else "",
        relation=relation.name,
        columns=tuple(columns),
    )


def one_row(source: Source, columns: Collection[str]) -> Condition:
    """A source has at most one row for given (not NULL) values of these columns.

    A unique key does it even where it may be NULL: ``=`` finds no NULL.
    """
    relation = source.relation
    shown = ", ".join(columns)
    claim = f"{source.alias} has at most one row for given values of ({shown})"
    proof, found = "", tuple(columns)
    for key in relation.unique_keys if relation else ():
        if key and set(key) <= set(columns):
            proof, found = f"({', '.join(key)}) of {relation.name} is unique", key  # type: ignore[union-attr]
            break
    ddl = ""
    if relation and not proof and columns and not relation.has_children:
        names = ", ".join(map(quote_identifier, columns))
        ddl = f"ALTER TABLE {quote_relation(relation.name)} ADD UNIQUE ({names});"
    return Condition(
        fact=Fact.ONE_ROW,
        claim=claim,
        proof=proof,
        ddl=ddl,
        relation=relation.name if relation else None,
        columns=found,
    )


def key_of(source: Source) -> tuple[str, ...]:
    """The shortest key of a source whose columns are all NOT NULL."""
    if source.relation is None or source.nullable:
        return ()
    found = [
        key for key in source.relation.unique_keys if key and unique(source, key).holds
    ]
    return min(found, key=lambda key: (len(key), key), default=())


def foreign_key(
    child: Source, columns: tuple[str, ...], parent: Source, referenced: tuple[str, ...]
) -> Condition:
    """Every row of the child with these columns not NULL has its row in the parent."""
    claim = (
        f"every {child.alias}.({', '.join(columns)}) that is not NULL is found in "
        f"{parent.alias}.({', '.join(referenced)})"
    )
    one, two = child.relation, parent.relation
    if one is None or two is None:
        return Condition(fact=Fact.FOREIGN_KEY, claim=claim)
    wanted = set(zip(columns, referenced, strict=True))
    declared = [
        key
        for key in one.foreign_keys
        if key.referenced == two.name
        and set(zip(key.attributes, key.referenced_attributes, strict=False)) == wanted
    ]
    proof = next((key for key in declared if key.is_dependable), None)
    if proof is not None:
        return Condition(
            fact=Fact.FOREIGN_KEY,
            claim=claim,
            proof=f"foreign key {proof.name or 'of ' + str(one.name)} is validated",
            relation=one.name,
            columns=columns,
            referenced=two.name,
            referenced_columns=referenced,
        )
    names = ", ".join(map(quote_identifier, columns))
    others = ", ".join(map(quote_identifier, referenced))
    # Where there is one that is not to be relied on, another like it is not either.
    ddl = (
        f"ALTER TABLE {quote_relation(one.name)} ADD FOREIGN KEY ({names}) "
        f"REFERENCES {quote_relation(two.name)} ({others});"
    )
    return Condition(
        fact=Fact.FOREIGN_KEY,
        claim=claim,
        ddl="" if declared or one.has_children else ddl,
        relation=one.name,
        columns=columns,
    )


def not_volatile(setting: Setting, *nodes: object) -> Condition:
    """Nothing that is moved or run another number of times is volatile."""
    found = sorted(volatile_calls(nodes, setting.functions))
    if found:
        return Condition(
            fact=Fact.NOT_VOLATILE,
            claim=f"{', '.join(found)} gives the same for the same arguments",
        )
    return Condition(
        fact=Fact.NOT_VOLATILE,
        claim="nothing in the part that moves is volatile",
        proof="it calls only functions known to be stable or immutable",
    )
