"""What a schema does of its own accord when a statement reads or writes a relation."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pglast import parser

from analyzer.statements.parse import Node

TRIGGER = "a trigger"
RULE = "a rule"
ROW_SECURITY = "row-level security"


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenAction:
    """What acts, and the name of the relation it acts on, without its schema."""

    what: str
    relation: str


def hidden_action(statement: str) -> HiddenAction | None:
    """What one statement of a script makes act on a relation; none if nothing.

    >>> hidden_action("ALTER TABLE s.t ENABLE ROW LEVEL SECURITY")
    HiddenAction(what='row-level security', relation='t')
    >>> hidden_action("CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING").what
    'a rule'
    >>> hidden_action("CREATE TABLE t (a int)")
    """
    try:
        document: Node = json.loads(parser.parse_sql_json(statement))
    except (parser.ParseError, RecursionError):
        return None
    for item in document["stmts"]:
        for kind, fields in item["stmt"].items():
            what = _ACTING.get(kind, "")
            if kind == "AlterTableStmt" and _subtypes(fields) & _ROW_SECURITY:
                what = ROW_SECURITY
            if what:
                relation = str(fields["relation"]["relname"])
                return HiddenAction(what=what, relation=relation)
    return None


_ACTING = {"CreateTrigStmt": TRIGGER, "RuleStmt": RULE}
_ROW_SECURITY = {"AT_EnableRowSecurity", "AT_ForceRowSecurity"}


def _subtypes(fields: Node) -> set[str]:
    return {str(item["AlterTableCmd"]["subtype"]) for item in fields["cmds"]}
