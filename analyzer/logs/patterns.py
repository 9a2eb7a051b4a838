"""The class of a message, by its text or, in other languages, by its SQLSTATE."""

from __future__ import annotations

import re

from analyzer.logs.event_table import TABLE
from analyzer.logs.event_vacuum import read_maintenance

_BY_SQLSTATE = {
    "40P01": "lock_deadlock_detected",
    "55P03": "lock_timeout",
    "57014": "statement_canceled",
    "53200": "server_out_of_memory",
    "53300": "out_of_connections",
    "28P01": "connection_rejected",
    "28000": "connection_rejected",
    "23505": "unique_constraint_violation",
    "23503": "foreign_key_constraint_violation",
    "23502": "not_null_constraint_violation",
    "23514": "check_constraint_violation",
    "23P01": "exclusion_constraint_violation",
    "42601": "syntax_error",
    "22P02": "invalid_input_syntax",
    "22001": "value_too_long_for_type",
    "42803": "column_missing_from_group_by",
    "42P01": "relation_does_not_exist",
    "42703": "column_does_not_exist",
    "42702": "column_reference_ambiguous",
    "42883": "function_does_not_exist",
    "42501": "permission_denied",
    "25P02": "transaction_is_aborted",
    "22012": "division_by_zero",
    "22003": "value_out_of_range",
    "40001": "could_not_serialize",
    "44000": "with_check_option_violation",
}
_ENGLISH = re.compile(
    r"\b(?:the|is|not|must|cannot|be|has|have|of|could|does|are|too|than|with|already"
    r"|from|invalid|unexpected|while|allowed|should)\b"
)
"""Words that messages of no other language have; whatever names they quote."""

_QUOTED = re.compile(r"\"[^\"]*\"")
_ERRORS = frozenset({"ERROR", "FATAL", "PANIC"})
_MAX_MATCHED_CHARS = 2000


def kind_of(message: str, severity: str, sqlstate: str = "") -> str:
    """The kind of a message; ``error`` or ``other`` if the table does not have it.

    >>> kind_of('relation "x" does not exist', "ERROR")
    'relation_does_not_exist'
    >>> kind_of('Relation »x« existiert nicht', "ERROR", "42P01")
    'relation_does_not_exist'
    """
    found = TABLE.find(message[:_MAX_MATCHED_CHARS])
    if found is not None:
        return found[0].kind
    if message.startswith("automatic "):
        maintenance = read_maintenance(message)
        if maintenance is not None:
            return maintenance[0]
    # An English text is judged by what it says, also where a log has no code of it.
    if sqlstate in _BY_SQLSTATE and not _ENGLISH.search(_QUOTED.sub("", message)):
        return _BY_SQLSTATE[sqlstate]
    return "error" if severity in _ERRORS else "other"
