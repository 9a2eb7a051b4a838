"""Which statements of a schema's script say what its queries return."""

from __future__ import annotations

import json
from enum import StrEnum

from pglast import parser

from analyzer.statements.parse import Node


class DdlKind(StrEnum):
    """What a statement of a script is to a database that queries are tried in."""

    WANTED = "makes a relation, a type, a function or a constraint"
    EXTENSION = "creates an extension"
    SILENT = "changes no result"
    OTHER = "anything else"


_WANTED = frozenset(
    {
        "AlterDomainStmt",
        "AlterEnumStmt",
        "AlterSeqStmt",
        "CompositeTypeStmt",
        "CreateCastStmt",
        "CreateConversionStmt",
        "CreateDomainStmt",
        "CreateEnumStmt",
        "CreateFunctionStmt",
        "CreateRangeStmt",
        "CreateSchemaStmt",
        "CreateSeqStmt",
        "CreateStmt",
        "DefineStmt",
        "IndexStmt",
        "RenameStmt",
        "ViewStmt",
    }
)
_SILENT = frozenset(
    {
        "AlterDefaultPrivilegesStmt",
        "AlterExtensionStmt",
        "AlterObjectDependsStmt",
        "AlterOwnerStmt",
        "AlterFunctionStmt",
        "AlterPolicyStmt",
        "AlterStatsStmt",
        "CommentStmt",
        "CreateEventTrigStmt",
        "CreatePolicyStmt",
        "CreatePublicationStmt",
        "CreateStatsStmt",
        "CreateSubscriptionStmt",
        "CreateTrigStmt",
        "GrantRoleStmt",
        "GrantStmt",
        "InsertStmt",
        "SecLabelStmt",
        "SelectStmt",
        "TransactionStmt",
        "VariableSetStmt",
    }
)
_ALTERS = frozenset(
    {
        "AT_AddColumn",
        "AT_AddConstraint",
        "AT_AddIdentity",
        "AT_AddInherit",
        "AT_AlterColumnType",
        "AT_AttachPartition",
        "AT_ColumnDefault",
        "AT_DropColumn",
        "AT_DropConstraint",
        "AT_DropNotNull",
        "AT_SetNotNull",
        "AT_ValidateConstraint",
    }
)


def ddl_kind(statement: str) -> DdlKind:
    """What one statement of a script is.

    >>> ddl_kind("CREATE TABLE t (a int)").name, ddl_kind("GRANT ALL ON t TO u").name
    ('WANTED', 'SILENT')
    >>> ddl_kind("ALTER TABLE t OWNER TO u").name, ddl_kind("COPY t FROM '/x'").name
    ('SILENT', 'OTHER')
    """
    try:
        document: Node = json.loads(parser.parse_sql_json(statement))
    except (parser.ParseError, RecursionError):
        return DdlKind.OTHER
    kinds = [(kind, f) for s in document["stmts"] for kind, f in s["stmt"].items()]
    if len(kinds) != 1:
        return DdlKind.SILENT if not kinds else DdlKind.OTHER
    kind, fields = kinds[0]
    if kind == "CreateExtensionStmt":
        return DdlKind.EXTENSION
    if kind == "AlterTableStmt":
        return _alter_table(fields)
    if kind == "VariableSetStmt" and fields.get("name") == "search_path":
        return DdlKind.WANTED
    if kind == "CreateStmt" and fields.get("tablespacename"):
        return DdlKind.OTHER
    if kind in _WANTED:
        return DdlKind.WANTED
    return DdlKind.SILENT if kind in _SILENT else DdlKind.OTHER


def _alter_table(fields: Node) -> DdlKind:
    commands = {item["AlterTableCmd"]["subtype"] for item in fields["cmds"]}
    return DdlKind.WANTED if commands <= _ALTERS else DdlKind.SILENT
