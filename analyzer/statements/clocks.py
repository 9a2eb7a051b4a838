"""Which clocks a query reads: what it returns changes with time as they go."""

from __future__ import annotations

from analyzer.statements.data_hints import constant_text
from analyzer.statements.parse import parse_one, walk

_OF_TRANSACTION = frozenset({"now", "transaction_timestamp"})
_OF_STATEMENT = frozenset({"statement_timestamp"})
_WORDS = frozenset({"now", "today", "tomorrow", "yesterday"})
"""Texts that mean a moment where they become a date: the one of parsing."""


def clocks(query: str) -> frozenset[str]:
    """The clocks that a query reads, and text constants that may read one.

    Two queries that read different ones may agree today, and only today.

    >>> sorted(clocks("SELECT now(), CURRENT_DATE, 'Today'::date"))
    ['today', 'transaction']
    >>> clocks("SELECT 'snow' || a FROM t")
    frozenset()
    """
    found: set[str] = set()
    for kind, fields in walk(parse_one(query).tree):
        if kind == "SQLValueFunction":
            found.add("transaction")
        elif kind == "A_Const":
            text = constant_text(fields)
            found |= _WORDS & set((text or "").lower().split())
        elif kind == "FuncCall":
            name = str(fields["funcname"][-1]["String"].get("sval", ""))
            if name in _OF_TRANSACTION:
                found.add("transaction")
            if name in _OF_STATEMENT:
                found.add("statement")
    return frozenset(found)
