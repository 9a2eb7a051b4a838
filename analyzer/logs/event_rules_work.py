"""Messages about statements: durations, locks, vacuum, constraints.

The texts are those of PostgreSQL's sources; the classes follow pganalyze's collector.
"""

from __future__ import annotations

from analyzer.domain.log_classes import SecretKind
from analyzer.logs.event_rule import Rule

_PARAMETERS = (
    r"(?:\A(?i:parameters): |, )\$\d+ = "
    r"(?:(?P<statement_parameter>NULL)|'(?P<statement_parameter_2>(?:[^']|'')*+)')"
)
_LOCK_DETAIL = (
    r"\AProcess(?:es)? holding the lock: (?P<lock_holders>[\d, ]+)\. "
    r"Wait queue: (?P<lock_waiters>[\d, ]*)\.?",
)
_ROW = (r"\AFailing row contains \((?P<table_data>(?s:.+))\)\.?",)
_NAME = r"\"[^\"]*\""

STATEMENTS = (
    Rule(
        "statement_auto_explain",
        r"duration: [\d.]+ ms\s+ plan:\s+",
        rest=SecretKind.STATEMENT_TEXT,
    ),
    Rule(
        "statement_duration",
        r"duration: [\d.]+ ms(?:  (?:statement"
        r"|(?:parse|bind|execute fetch from|execute) [^:]+):\s+)?",
        detail=(_PARAMETERS,),
        rest=SecretKind.STATEMENT_TEXT,
    ),
    Rule(
        "statement_log",
        r"(?:statement|(?:execute|execute fetch from) [^:]+): "
        r"(?P<statement_text>(?s:.*))",
        detail=(_PARAMETERS, r"\Aprepare: (?P<statement_text>(?s:.+))"),
        words=("statement", "execute"),
    ),
    Rule("statement_log", r"fastpath function call: .*"),
    Rule(
        "statement_canceled_timeout",
        r"canceling statement due to statement timeout",
    ),
    Rule("statement_canceled_user", r"canceling statement due to user request"),
)

LOCKS = (
    *(
        Rule(
            kind,
            rf"process \d+ {words} (?P<lock_mode>\w+) on (?P<lock_type>\w+)"
            r"(?: .+?)? after (?P<after_ms>[\d.]+) ms",
            detail=_LOCK_DETAIL,
        )
        for kind, words in (
            ("lock_acquired", "acquired"),
            ("lock_waiting", "still waiting for"),
            ("lock_deadlock_avoided", "avoided deadlock for"),
            ("lock_deadlock_detected", "detected deadlock while waiting for"),
            ("lock_timeout", "failed to acquire"),
        )
    ),
    Rule(
        "lock_deadlock_detected",
        r"deadlock detected",
        detail=(
            r"(?m)^Process (?P<related>\d+)(?: waits for \w+ on [^;]+?; blocked by "
            r"process \d+\.\s*|: (?P<statement_text>.+(?:\n(?!Process \d+: ).*)*))",
        ),
    ),
    Rule("lock_timeout", r"canceling statement due to lock timeout"),
    Rule("lock_timeout", r"could not obtain lock on (?:relation|row in relation) .+"),
)

MAINTENANCE = (
    Rule("autovacuum_cancel", r"canceling autovacuum task"),
    Rule(
        "skipping_vacuum_lock_not_available",
        rf"skipping vacuum of (?P<relation_name>{_NAME}) --- lock not available",
    ),
    Rule("skipping_vacuum_lock_not_available", r"skipping vacuum of .*not available"),
    Rule(
        "skipping_analyze_lock_not_available",
        rf"skipping analyze of (?P<relation_name>{_NAME}) --- lock not available",
    ),
    Rule("skipping_analyze_lock_not_available", r"skipping analyze of .*not available"),
    Rule(
        "skipping_maintenance_permission_denied",
        r"permission denied to (?:analyze|vacuum|cluster|reindex|repack"
        rf"|execute (?:CLUSTER|REPACK) on) (?P<relation_name>{_NAME}), skipping it",
    ),
    Rule(
        "skipping_maintenance_permission_denied",
        rf"skipping (?P<relation_name>{_NAME}) --- only .+ can (?:vacuum|analyze) .+",
    ),
    Rule(
        "txid_wraparound_warning",
        r"database (?:with OID (?P<database_oid>\d+)|(?P<database_name>\".+?\")) "
        r"must be vacuumed (?:within (?P<remaining_xids>\d+) transactions"
        r"|before \d+ more MultiXactIds? (?:is|are) used)",
    ),
    Rule(
        "txid_wraparound_error",
        r"database is not accepting commands (?:to avoid wraparound data loss"
        r"|that (?:assign|generate) new [\w ]+?) ?(?:to avoid wraparound data loss )?"
        r"in database (?:with OID (?P<database_oid>\d+)|(?P<database_name>\".+?\"))",
    ),
    Rule("autovacuum_launcher_started", r"autovacuum launcher started"),
    Rule(
        "autovacuum_launcher_shutting_down",
        r"(?:autovacuum launcher shutting down"
        r"|terminating autovacuum process due to administrator command)",
    ),
    Rule(
        "pga_collector_identify",
        r"pganalyze-collector-identify: (?P<unidentified>.*)",
    ),
)

CONSTRAINTS = (
    Rule(
        "unique_constraint_violation",
        rf"duplicate key value violates unique constraint {_NAME}",
        detail=(r"\AKey \(.+\)=\((?P<table_data>(?s:.+))\) already exists\.",),
    ),
    Rule(
        "unique_constraint_violation",
        rf"could not create unique index {_NAME}",
        detail=(r"\AKey \(.+\)=\((?P<table_data>(?s:.+))\) is duplicated\.",),
    ),
    Rule(
        "foreign_key_constraint_violation",
        r"(?:insert or update on table|update or delete on table) \".+?\" violates "
        r"(?:RESTRICT setting of )?foreign key constraint \".+?\""
        r"(?: on table \".+?\")?",
        detail=(
            r"\AKey \(.+\)=\((?P<table_data>(?s:.+))\) is (?:not present in|still "
            r"referenced from|referenced from) table \".+\"\.?",
        ),
    ),
    Rule(
        "not_null_constraint_violation",
        r"null value in column \".+?\"(?: of relation \".+?\")? "
        r"violates not-null constraint",
        detail=_ROW,
    ),
    Rule(
        "not_null_constraint_violation",
        rf"column {_NAME} of (?:relation|table) {_NAME} contains null values",
    ),
    Rule("not_null_constraint_violation", r"domain .+ does not allow null values"),
    Rule(
        "check_constraint_violation",
        r"new row for relation \".+?\" violates "
        r"(?:check constraint \".+?\"|partition constraint)",
        detail=_ROW,
    ),
    Rule(
        "check_constraint_violation",
        r"check constraint \".+?\" (?:of relation \".+?\" )?is violated by some row",
    ),
    Rule(
        "check_constraint_violation",
        r"column \".+?\" of table \".+?\" contains values that violate the new "
        r"constraint",
    ),
    Rule(
        "check_constraint_violation",
        r"value for domain .+? violates check constraint \".+?\"",
    ),
    Rule(
        "check_constraint_violation",
        rf"(?:no partition of relation {_NAME} found for row|partition constraint of "
        rf"relation {_NAME} is violated by some row|updated partition constraint for "
        rf"default partition {_NAME} would be violated by some row)",
        detail=(
            r"\APartition key of the failing row contains (?P<table_data>(?s:.+))\.",
        ),
        words=("no", "partition", "updated"),
    ),
    Rule(
        "exclusion_constraint_violation",
        r"conflicting key value violates exclusion constraint \".+?\"",
        detail=(
            r"\AKey \([^)]+\)=\((?P<table_data>(?s:.+))\) conflicts with existing key "
            r"\([^)]+\)=\((?P<table_data_2>(?s:.+))\)\.",
        ),
    ),
    Rule(
        "exclusion_constraint_violation",
        rf"could not create exclusion constraint {_NAME}",
        detail=(
            r"\AKey \([^)]+\)=\((?P<table_data>(?s:.+))\) conflicts with key "
            r"\([^)]+\)=\((?P<table_data_2>(?s:.+))\)\.",
        ),
    ),
    Rule(
        "row_level_security_violation",
        rf"(?:(?:new|target) row violates row-level security policy(?: {_NAME})?"
        rf"(?: \(USING expression\))? for table {_NAME}"
        rf"|query would be affected by row-level security policy for table {_NAME})",
        words=("new", "target", "query"),
    ),
    Rule(
        "with_check_option_violation",
        rf"new row violates check option for view {_NAME}",
        detail=_ROW,
    ),
)
