"""CREATE TABLE and CREATE INDEX to a Catalog, where there is no server to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pglast import parser

from analyzer.domain.catalog import (
    Attribute,
    Catalog,
    ForeignKey,
    Relation,
    RelationKind,
)
from analyzer.domain.index import Index, IndexDefinition, IndexKey, RelationName
from analyzer.errors import QuerySyntaxError
from analyzer.statements.identifiers import quote_identifier
from analyzer.statements.lexer import syntax_error, tokens
from analyzer.statements.parse import Node, ParsedQuery, has_field, parse_one
from analyzer.statements.redact import strip_comments
from analyzer.statements.source import SourceText
from analyzer.statements.type_names import SERIAL_TYPES, printed_type

_ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null"}
_LOOSE = ("CONSTR_ATTR_DEFERRABLE", "CONSTR_ATTR_DEFERRED", "CONSTR_ATTR_NOT_ENFORCED")
_MAY_FAIL = ("deferrable", "skip_validation", "fk_with_period")
_PAGE_BYTES = 8192
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Table:
    """A relation while its statements are being read."""

    name: RelationName
    kind: RelationKind = RelationKind.TABLE
    attributes: dict[str, Attribute] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    unique_keys: list[tuple[str, ...]] = field(default_factory=list)
    partition_of: RelationName | None = None
    has_children: bool = False
    has_row_security: bool = False


def catalog_from_ddl(
    text: str,
    row_counts: Mapping[str, float] | None = None,
    *,
    server_version_num: int = 180000,
) -> Catalog:
    """The catalog a script of CREATE TABLE, CREATE INDEX and ALTER TABLE makes.

    Args:
        text: the script. Statements of other kinds are passed over.
        row_counts: ``reltuples`` by name without schema; −1 (never analyzed) else.
            Pages and sizes are made from it with 100 bytes a row.
        server_version_num: version the catalog claims, for example 180000.

    Raises:
        QuerySyntaxError: a statement does not parse.
    """
    reader = _Reader()
    try:
        pieces = parser.split(text, with_parser=False) if text.strip() else ()
    except parser.ParseError as error:
        raise syntax_error(error, text) from None
    for piece in pieces:
        if strip_comments(piece):
            reader.read(parse_one(piece))
    counts = row_counts or {}
    return Catalog(
        server_id="ddl",
        server_version_num=server_version_num,
        database="ddl",
        read_at=_NEVER,
        relations=tuple(
            _finished(t, counts, reader.tables) for t in reader.tables.values()
        ),
        settings={"TimeZone": "UTC"},
    )


class _Reader:
    def __init__(self) -> None:
        self.tables: dict[RelationName, _Table] = {}

    def read(self, parsed: ParsedQuery) -> None:
        fields = parsed.fields
        if parsed.node_type == "CreateStmt":
            self._create(fields)
        elif parsed.node_type == "IndexStmt":
            self._index(parsed)
        elif parsed.node_type == "AlterTableStmt":
            self._alter(fields)

    def _create(self, fields: Node) -> None:
        table = _Table(_qualified(fields["relation"]))
        if "partspec" in fields:
            table.kind = RelationKind.PARTITIONED
        self.tables[table.name] = table
        for parent in fields.get("inhRelations", []):
            above = self.tables[_qualified(parent["RangeVar"])]
            table.attributes.update(above.attributes)
            if "partbound" in fields:
                table.partition_of = above.name
            else:
                above.has_children = True
        for element in fields.get("tableElts", []):
            if "ColumnDef" in element:
                self._column(table, element["ColumnDef"])
            elif "Constraint" in element:
                self._constraint(table, element["Constraint"], ())

    def _column(self, table: _Table, fields: Node) -> None:
        name = fields["colname"]
        written = fields["typeName"]["names"][-1]["String"]["sval"]
        table.attributes[name] = Attribute(
            name=name,
            number=len(table.attributes) + 1,
            type_name=printed_type(fields["typeName"]),
            not_null=written in SERIAL_TYPES,
        )
        items = [item["Constraint"] for item in fields.get("constraints", [])]
        # Words that follow a constraint of a column are nodes of their own.
        loose = any(item["contype"] in _LOOSE for item in items)
        for item in items:
            self._constraint(table, {**item, "deferrable": loose}, (name,))

    def _constraint(self, table: _Table, fields: Node, own: tuple[str, ...]) -> None:
        kind = fields["contype"]
        if kind in ("CONSTR_NOTNULL", "CONSTR_IDENTITY"):
            _set_not_null(table, own or _names(fields.get("keys", [])))
        elif kind in ("CONSTR_PRIMARY", "CONSTR_UNIQUE"):
            self._key(table, fields, own or _names(fields.get("keys", [])))
        elif kind == "CONSTR_FOREIGN":
            self._foreign_key(table, fields, own or _names(fields.get("fk_attrs", [])))

    def _key(self, table: _Table, fields: Node, names: tuple[str, ...]) -> None:
        is_primary = fields["contype"] == "CONSTR_PRIMARY"
        if is_primary:
            _set_not_null(table, names)
        if not fields.get("deferrable"):
            table.unique_keys.append(names)
        parts = (table.name.name, *(() if is_primary else names))
        suffix = "pkey" if is_primary else "key"
        definition = IndexDefinition(
            relation=table.name,
            keys=tuple(IndexKey(attribute=name) for name in names),
            unique=True,
            nulls_not_distinct=fields.get("nulls_not_distinct", False),
        )
        index = _index(definition, fields.get("conname") or "_".join((*parts, suffix)))
        kind = "primary key" if is_primary else "unique"
        table.indexes.append(replace(index, constraint_kind=kind))

    def _foreign_key(self, table: _Table, fields: Node, own: tuple[str, ...]) -> None:
        referenced = _qualified(fields["pktable"])
        other = _names(fields.get("pk_attrs", []))
        if not other and referenced in self.tables:
            keys = self.tables[referenced].unique_keys
            other = keys[0] if keys else ()
        default = f"{table.name.name}_{'_'.join(own)}_fkey"
        table.foreign_keys.append(
            ForeignKey(
                name=fields.get("conname") or default,
                attributes=own,
                referenced=referenced,
                referenced_attributes=other,
                on_delete=_ACTIONS.get(fields.get("fk_del_action", "a"), "set default"),
                on_update=_ACTIONS.get(fields.get("fk_upd_action", "a"), "set default"),
                is_dependable=not any(map(fields.get, _MAY_FAIL)),
            )
        )

    def _alter(self, fields: Node) -> None:
        table = self.tables.get(_qualified(fields["relation"]))
        if table is None:
            return
        for item in fields.get("cmds", []):
            command = item["AlterTableCmd"]
            if command["subtype"] == "AT_AddConstraint":
                self._constraint(table, command["def"]["Constraint"], ())
            elif command["subtype"] == "AT_SetNotNull":
                _set_not_null(table, (command["name"],))
            elif command["subtype"] == "AT_EnableRowSecurity":
                table.has_row_security = True

    def _index(self, parsed: ParsedQuery) -> None:
        fields = parsed.fields
        table = self.tables.get(_qualified(fields["relation"]))
        if table is None:
            return
        definition = _definition(parsed, table.name)
        names = "_".join(key.attribute or "expr" for key in definition.keys)
        default = f"{table.name.name}_{names}_idx"
        table.indexes.append(_index(definition, fields.get("idxname") or default))
        if (
            definition.unique
            and not definition.predicate
            and all(definition.attributes)
        ):
            table.unique_keys.append(definition.attributes)


def index_from_ddl(text: str) -> tuple[IndexDefinition, str]:
    """The index that one CREATE INDEX asks for, and the name it gives, if any.

    The relation has a schema only where the text gives one. Storage parameters, a
    tablespace and ONLY would be lost in a definition, so they are refused.

    Raises:
        QuerySyntaxError: it does not parse, or is another statement or says more than
            a definition holds; ``position`` counts characters from 1.
        UserError: no statement, several statements, or a text over the limits.

    >>> index_from_ddl("CREATE INDEX i ON shop.orders (lower(note) DESC)")[0].keys
    (IndexKey(attribute='', expression='lower(note)', opclass='', collation='', \
descending=True, nulls_first=None),)
    """
    parsed = parse_one(text)
    if parsed.node_type != "IndexStmt":
        raise _unfit("It is another statement than CREATE INDEX.", 1)
    for field_name, word, what in _LOST_OF_INDEX:
        if has_field(parsed.fields, field_name):
            raise _unfit(f"{what} cannot be asked about.", _position(parsed, word))
    relation = parsed.fields["relation"]
    if not relation.get("inh", False):
        raise _unfit("ONLY cannot be asked about.", _position(parsed, "only"))
    name = RelationName(relation.get("schemaname", ""), relation["relname"])
    return _definition(parsed, name), parsed.fields.get("idxname", "")


_LOST_OF_INDEX = (
    ("options", "with", "A storage parameter"),
    ("opclassopts", "(", "A parameter of an operator class"),
    ("tableSpace", "tablespace", "A tablespace"),
)


def _position(parsed: ParsedQuery, word: str) -> int:
    """Where a word of the grammar stands, counted from 1; the start if nowhere."""
    for token in tokens(parsed.text):
        if parsed.text[token.start : token.end].lower() == word:
            return token.start + 1
    return 1


def _unfit(why: str, position: int) -> QuerySyntaxError:
    return QuerySyntaxError(
        "This is not an index that can be asked about.",
        detail=f"At character {position}: {why}",
        hint="Give one statement: CREATE INDEX ON table (columns).",
        position=position,
    )


def _definition(parsed: ParsedQuery, relation: RelationName) -> IndexDefinition:
    fields, source = parsed.fields, SourceText(parsed.text)
    included = fields.get("indexIncludingParams", [])
    return IndexDefinition(
        relation=relation,
        keys=tuple(_key(i["IndexElem"], source) for i in fields["indexParams"]),
        method=fields.get("accessMethod", "btree"),
        include=tuple(item["IndexElem"]["name"] for item in included),
        predicate=_predicate(source, fields.get("whereClause")),
        unique=fields.get("unique", False),
        nulls_not_distinct=fields.get("nulls_not_distinct", False),
    )


def _index(definition: IndexDefinition, name: str) -> Index:
    full = RelationName(definition.relation.schema, name)
    return Index(
        name=full,
        definition=definition,
        size_bytes=0,
        ddl=_create_index(definition, name),
    )


def _create_index(definition: IndexDefinition, name: str) -> str:
    keys = ", ".join(
        (quote_identifier(key.attribute) if key.attribute else key.expression)
        + (f" {key.opclass}" if key.opclass else "")
        + (" DESC" if key.descending else "")
        for key in definition.keys
    )
    unique = "UNIQUE " if definition.unique else ""
    where = f" WHERE {definition.predicate}" if definition.predicate else ""
    table = ".".join(map(quote_identifier, (definition.relation.schema or "public",)))
    return (
        f"CREATE {unique}INDEX {quote_identifier(name)} ON "
        f"{table}.{quote_identifier(definition.relation.name)} "
        f"USING {definition.method} ({keys}){where}"
    )


def _key(fields: Node, source: SourceText) -> IndexKey:
    nulls = fields.get("nulls_ordering", "SORTBY_NULLS_DEFAULT")
    order = {"SORTBY_NULLS_FIRST": True, "SORTBY_NULLS_LAST": False}
    return IndexKey(
        attribute=fields.get("name", ""),
        expression=_text(source, fields.get("expr")),
        opclass=_quoted(fields.get("opclass", [])),
        collation=_quoted(fields.get("collation", [])),
        descending=fields.get("ordering") == "SORTBY_DESC",
        nulls_first=order.get(nulls),
    )


def _text(source: SourceText, node: Node | None) -> str:
    if not node:
        return ""
    is_call = "FuncCall" in node
    span = source.call(node) if is_call else source.condition(node)
    return source.text(span) if span else ""


def _predicate(source: SourceText, node: Node | None) -> str:
    span = source.condition(node) if node else None
    return source.text(span) if span else ""


def _qualified(fields: Node) -> RelationName:
    return RelationName(fields.get("schemaname", "public"), fields["relname"])


def _names(nodes: list[Node]) -> tuple[str, ...]:
    return tuple(str(node["String"].get("sval", "")) for node in nodes)


def _quoted(nodes: list[Node]) -> str:
    return ".".join(quote_identifier(name) for name in _names(nodes))


def _set_not_null(table: _Table, names: tuple[str, ...]) -> None:
    for name in names:
        table.attributes[name] = replace(table.attributes[name], not_null=True)


def _finished(
    table: _Table, counts: Mapping[str, float], tables: Mapping[RelationName, _Table]
) -> Relation:
    hidden = {name for name, other in tables.items() if other.has_row_security}
    rows = float(counts.get(table.name.name, -1))
    pages = int(max(rows, 0) * 100 // _PAGE_BYTES) + (rows > 0)
    return Relation(
        name=table.name,
        kind=table.kind,
        reltuples=rows,
        relpages=pages,
        size_bytes=pages * _PAGE_BYTES,
        attributes=tuple(table.attributes.values()),
        indexes=tuple(table.indexes),
        foreign_keys=tuple(
            replace(key, is_dependable=False)
            if table.has_children or key.referenced in hidden
            else key
            for key in table.foreign_keys
        ),
        unique_keys=() if table.has_children else tuple(table.unique_keys),
        partition_of=table.partition_of,
        has_children=table.has_children,
    )
