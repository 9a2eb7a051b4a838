"""All rules of messages, found by the first word."""

from __future__ import annotations

from analyzer.logs.event_rule import RuleTable
from analyzer.logs.event_rules_errors import NAMES, VALUES
from analyzer.logs.event_rules_errors import STATEMENTS as FAULTY_STATEMENTS
from analyzer.logs.event_rules_families import FAMILIES
from analyzer.logs.event_rules_pgbouncer import PGBOUNCER
from analyzer.logs.event_rules_rare import RARE
from analyzer.logs.event_rules_server import (
    CHECKPOINTS_AND_WAL,
    CONNECTIONS,
    SERVER,
    STANDBYS,
)
from analyzer.logs.event_rules_work import (
    CONSTRAINTS,
    LOCKS,
    MAINTENANCE,
    STATEMENTS,
)

ALL_RULES = (
    *(*STATEMENTS, *LOCKS, *CONNECTIONS, *CHECKPOINTS_AND_WAL),
    *(*MAINTENANCE, *SERVER, *STANDBYS, *CONSTRAINTS),
    *(*NAMES, *VALUES, *FAULTY_STATEMENTS, *FAMILIES),
    *RARE,
    *PGBOUNCER,
)
TABLE = RuleTable(ALL_RULES)
