"""What makes a refused statement possible, by the rule that refused it."""

from __future__ import annotations

_CLONE = "Register a clone, where code of the database itself may run."
_TABLES = "Ask about the tables that the statement is slow on; a clone allows no more."
_PLAN_ONLY = "ask for the plan without running it, which is made in a shadow."
HINTS = {
    "changes data": "Ask for its plan without running it, or submit a SELECT.",
    "creates relation": "Submit the SELECT without INTO.",
    "default calls user function": _CLONE,
    "denied function": "Leave the call out: it reaches beyond the statement's tables.",
    "denied operator": "Leave it out, or write its result as a constant.",
    "foreign table": "Ask on the server that the foreign table is on.",
    "function text": "Leave the call out: what its text in SQL does cannot be judged.",
    "locks rows": "Submit the query without FOR UPDATE or FOR SHARE.",
    "memory": "Use constant lengths of at most 10,000 characters, and do not use a"
    " value twice in each of many subqueries.",
    "node": "Submit one SELECT, INSERT, UPDATE, DELETE or MERGE without this part.",
    "not a table or view": _TABLES,
    "rewrite rule": "Submit the statement that the rule makes of it.",
    "row security": "Its policies are code: submit the query with their conditions.",
    "sampling method": "Use TABLESAMPLE SYSTEM or BERNOULLI.",
    "statement": "Submit one SELECT, INSERT, UPDATE, DELETE or MERGE.",
    "system catalog": _TABLES,
    "table access method": _TABLES,
    "stored expression": "An index, check, statistics or partition key of it calls a"
    " function of the database, which planning may run. " + _CLONE,
    "too many relations": "Split the query, or mark its CTEs MATERIALIZED.",
    "unknown function": "Check its name, its schema and the search_path of the role.",
    "user cast": _CLONE,
    "user function": _CLONE,
    "user operator": _CLONE,
    "replaced built-in": "Restore what PostgreSQL's own initdb makes. If the vendor of"
    " the server ships it so, register a clone, where such code may run, or "
    + _PLAN_ONLY,
    "user cast to json": "Leave out the functions that make json, or " + _PLAN_ONLY,
    "user operator class": "Drop it, or " + _PLAN_ONLY,
    "user type": _CLONE,
    "view": "Submit the query of the view.",
    "volatile check": "Write the value as text, without a cast to the domain.",
    "volatile function": "Ask for the plan without running it, or leave the call out.",
}
