"""What a statement does, as far as safety and advice care."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.domain.statement import StatementKind
from analyzer.statements.parse import ParsedQuery, has_field, walk

_KINDS = {
    "SelectStmt": StatementKind.SELECT,
    "InsertStmt": StatementKind.INSERT,
    "UpdateStmt": StatementKind.UPDATE,
    "DeleteStmt": StatementKind.DELETE,
    "MergeStmt": StatementKind.MERGE,
}
_WRITING = frozenset(_KINDS) - {"SelectStmt"}
_KEYWORDS = ("for", "into", "with")
"""Of row locks, of SELECT INTO, and of CTEs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What the text of a statement says about its effects.

    ``is_read_only`` is only about the statement itself: a function it calls may still
    write, which no text can tell.
    """

    kind: StatementKind
    has_row_locks: bool = False
    creates_relation: bool = False
    writes_in_cte: bool = False

    @property
    def is_read_only(self) -> bool:
        """Whether the statement neither writes, nor locks rows, nor creates."""
        return self.kind is StatementKind.SELECT and not (
            self.has_row_locks or self.creates_relation or self.writes_in_cte
        )


def classify(parsed: ParsedQuery) -> Classification:
    """Kind of a parsed statement, with row locks, SELECT INTO and writing CTEs."""
    kind = _KINDS.get(parsed.node_type, StatementKind.UTILITY)
    locks = writes = False
    # No tree has these nodes without their keywords, which are never written otherwise.
    text = parsed.text.lower()
    is_plain = not any(word in text for word in _KEYWORDS)
    if is_plain and parsed.node_type in _KINDS:
        return Classification(kind=kind)
    for node_type, fields in walk(parsed.tree):
        locks = locks or node_type == "LockingClause"
        writes = writes or (node_type in _WRITING and fields is not parsed.fields)
    return Classification(
        kind=kind,
        has_row_locks=locks,
        creates_relation=has_field(parsed.tree, "intoClause"),
        writes_in_cte=writes,
    )
