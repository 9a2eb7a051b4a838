"""The table of messages: kind and pattern.

Kinds are named after what happened; the list of kinds follows the event classes of
pganalyze's collector, so that both can be compared. Patterns are matched at the start
of the English message, in the order of the table; for messages in other languages the
SQLSTATE decides where it is known.
"""

from __future__ import annotations

import re

_TABLE: tuple[tuple[str, str], ...] = (
    # Statements that failed or were logged without a duration.
    ("lock_waiting", r"process \d+ still waiting for "),
    ("lock_acquired", r"process \d+ acquired "),
    ("lock_deadlock_detected", r"process \d+ detected deadlock while waiting"),
    ("lock_deadlock_detected", r"deadlock detected"),
    ("lock_deadlock_avoided", r"process \d+ avoided deadlock for "),
    ("lock_timeout", r"canceling statement due to lock timeout"),
    ("lock_timeout", r"could not obtain lock on "),
    ("lock_timeout", r"process \d+ failed to acquire "),
    ("statement_canceled_timeout", r"canceling statement due to statement timeout"),
    ("statement_canceled_user", r"canceling statement due to user request"),
    (
        "standby_statement_canceled",
        r"canceling statement due to conflict with recovery",
    ),
    ("autovacuum_cancel", r"canceling autovacuum task"),
    ("statement_auto_explain", r"duration: [\d.]+ ms  plan:"),
    ("statement_duration", r"duration: [\d.]+ ms"),
    ("statement_log", r"(?:statement: |execute [^:]*: |fastpath function call: )"),
    # The server as a whole.
    ("server_temp_file_created", r"temporary file: path "),
    ("server_out_of_memory", r"out of memory"),
    ("server_out_of_memory", r".* terminated by signal 9: Killed"),
    ("server_crashed", r"server process \(PID \d+\) was terminated by signal "),
    (
        "server_crashed",
        r"(?:server process \(PID \d+\) exited|startup process .*exited) ",
    ),
    ("server_crashed", r"terminating any other active server processes"),
    ("server_crashed", r"terminating connection because of crash of another"),
    ("server_crashed", r"all server processes terminated; reinitializing"),
    ("server_crashed", r"could not open file .*No space left"),
    ("wal_archive_command_failed", r"archiver process "),
    ("server_process_exited", r".*\(PID \d+\) (?:exited with exit|was terminated by)"),
    ("server_start_recovering", r"database system (?:was|shutdown was) interrupted"),
    ("server_start_recovering", r"database system was not properly shut down"),
    ("server_start", r"redirecting log output to logging collector"),
    ("server_start", r"ending log output to "),
    ("server_start", r"starting PostgreSQL "),
    ("server_start", r"listening on "),
    ("server_start", r"database system was shut down"),
    ("server_start", r"MultiXact member wraparound protections"),
    ("server_start", r"database system is ready to accept"),
    ("server_start", r"entering standby mode"),
    ("server_shutdown", r"received (?:smart|fast|immediate) shutdown request"),
    ("server_shutdown", r"aborting any active transactions"),
    ("server_shutdown", r"(?:shutting down|the database system is shutting down)"),
    ("server_shutdown", r"database system is shut down"),
    ("server_shutdown", r"terminating connection due to administrator command"),
    ("server_invalid_checksum", r"page verification failed"),
    ("server_invalid_checksum", r"invalid page in block"),
    ("server_reload", r"received SIGHUP, reloading configuration"),
    (
        "server_reload",
        r"parameter \".*\" (?:changed to|cannot be changed|removed from)",
    ),
    ("server_reload", r"configuration file .* contains errors"),
    ("server_stats_collector_timeout", r"using stale statistics instead of current"),
    ("server_stats_collector_timeout", r"pgstat wait timeout"),
    # Connections.
    ("connection_received", r"connection received: "),
    ("connection_authorized", r"(?:replication )?connection authorized: "),
    ("connection_authenticated", r"connection authenticated: "),
    ("connection_authorized", r"connection ready: "),
    ("connection_disconnected", r"disconnection: session time: "),
    ("connection_rejected", r"(?:pg_hba.conf rejects|no pg_hba.conf entry) "),
    ("connection_rejected", r".*authentication failed for user "),
    (
        "connection_rejected",
        r"(?:role|database) \".*\" (?:does not exist|is not permitted)",
    ),
    ("connection_rejected", r"database \".*\" is not currently accepting connections"),
    ("connection_rejected", r"permission denied for database "),
    ("connection_rejected", r"the database system is (?:starting up|in recovery mode)"),
    ("connection_rejected", r"no PostgreSQL user name specified in startup packet"),
    ("connection_client_failed_to_connect", r"incomplete startup packet"),
    ("connection_client_failed_to_connect", r"invalid length of startup packet"),
    ("connection_client_failed_to_connect", r"canceling authentication due to timeout"),
    ("connection_lost_open_tx", r"unexpected EOF on client connection with an open"),
    ("connection_lost", r"unexpected EOF on client connection"),
    ("connection_lost", r"could not (?:send data to|receive data from) client"),
    ("connection_lost", r"connection to client lost"),
    ("connection_lost", r"terminating connection because protocol synchronization"),
    ("connection_terminated", r"terminating connection due to "),
    ("out_of_connections", r"remaining connection slots are reserved"),
    ("out_of_connections", r"sorry, too many clients already"),
    ("too_many_connections_role", r"too many connections for role "),
    ("too_many_connections_database", r"too many connections for database "),
    ("could_not_accept_ssl_connection", r"could not accept SSL connection"),
    ("protocol_error_unsupported_version", r"unsupported frontend protocol"),
    ("protocol_error_incomplete_message", r"incomplete message from client"),
    # Checkpoints and WAL.
    ("checkpoint_starting", r"checkpoint starting: "),
    ("checkpoint_complete", r"checkpoint complete: "),
    ("checkpoint_too_frequent", r"checkpoints are occurring too frequently"),
    ("restartpoint_starting", r"restartpoint starting: "),
    ("restartpoint_complete", r"restartpoint complete: "),
    ("restartpoint_at", r"recovery restart point at "),
    ("wal_invalid_record_length", r"invalid record length at "),
    ("wal_redo", r"redo (?:starts|done|is not required|in progress)"),
    ("wal_redo", r"last completed transaction was at log time"),
    ("wal_archive_command_failed", r"archiv(?:e|ing) (?:command|write-ahead).*fail"),
    ("wal_archive_command_failed", r"archive command was terminated"),
    (
        "wal_base_backup_complete",
        r"pg_(?:stop_backup|backup_stop)|base backup complete",
    ),
    # Vacuum.
    ("txid_wraparound_warning", r"database .* must be vacuumed within "),
    ("txid_wraparound_error", r"database is not accepting commands"),
    ("autovacuum_launcher_started", r"autovacuum launcher started"),
    ("autovacuum_launcher_shutting_down", r"autovacuum launcher shutting down"),
    ("autovacuum_launcher_shutting_down", r"terminating autovacuum process"),
    ("autovacuum_completed", r"automatic (?:aggressive )?vacuum "),
    ("autoanalyze_completed", r"automatic analyze "),
    ("skipping_vacuum_lock_not_available", r"skipping vacuum of .*lock not available"),
    (
        "skipping_analyze_lock_not_available",
        r"skipping analyze of .*lock not available",
    ),
    ("skipping_maintenance_permission_denied", r"permission denied to .*, skipping it"),
    ("skipping_maintenance_permission_denied", r"skipping \".*\" --- only .* can "),
    # Standbys.
    ("standby_restored_wal_from_archive", r"restored log file "),
    ("standby_started_streaming", r"start(?:ed|ing) streaming WAL "),
    ("standby_started_streaming", r"restarted WAL streaming "),
    ("standby_streaming_interrupted", r"could not receive data from WAL stream"),
    ("standby_streaming_interrupted", r"replication terminated by primary server"),
    ("standby_stopped_streaming", r"terminating walreceiver process"),
    ("standby_consistent_recovery_state", r"consistent recovery state reached"),
    ("standby_invalid_timeline", r"according to history file"),
    ("standby_invalid_timeline", r"requested timeline .* not "),
    # Constraints.
    ("unique_constraint_violation", r"duplicate key value violates unique"),
    ("unique_constraint_violation", r"could not create unique index"),
    ("foreign_key_constraint_violation", r".*violates foreign key constraint"),
    ("foreign_key_constraint_violation", r".*violates RESTRICT setting of foreign key"),
    ("not_null_constraint_violation", r"null value in column .*violates not-null"),
    ("not_null_constraint_violation", r"column .* contains null values"),
    ("not_null_constraint_violation", r"domain .* does not allow null values"),
    ("check_constraint_violation", r".*violates check constraint"),
    ("check_constraint_violation", r"check constraint .* is violated by some row"),
    (
        "check_constraint_violation",
        r".*contains values that violate the new constraint",
    ),
    ("check_constraint_violation", r"no partition of relation .* found for row"),
    ("check_constraint_violation", r"partition constraint .* is violated"),
    ("check_constraint_violation", r".*violates partition constraint"),
    ("exclusion_constraint_violation", r"conflicting key value violates exclusion"),
    ("exclusion_constraint_violation", r"could not create exclusion constraint"),
    ("row_level_security_violation", r".*row-level security policy"),
    ("with_check_option_violation", r"new row violates check option"),
    # Faulty statements.
    ("sql_json_error", r".*of jsonpath (?:input|item)"),
    ("sql_json_error", r"jsonpath |invalid JSON_TABLE|duplicate JSON |.*SQL/JSON "),
    ("syntax_error", r"syntax error (?:at|in)|trailing junk after "),
    ("invalid_input_syntax", r"invalid input (?:syntax|value) for "),
    ("value_too_long_for_type", r"value too long for type "),
    ("invalid_value", r"invalid value "),
    ("malformed_array_literal", r"malformed array literal"),
    ("subquery_missing_alias", r"subquery in FROM must have an alias"),
    ("subquery_missing_alias", r"VALUES in FROM must have an alias"),
    ("insert_target_column_mismatch", r"INSERT has more "),
    ("any_all_requires_array", r"op ANY/ALL \(array\) requires"),
    ("column_missing_from_group_by", r".*must appear in the GROUP BY clause"),
    ("relation_does_not_exist", r"relation \".*\" does not exist"),
    ("relation_does_not_exist", r"missing FROM-clause entry|invalid reference to FROM"),
    ("column_does_not_exist", r"column .* (?:of relation .* )?does not exist"),
    ("operator_does_not_exist", r"operator (?:does not exist|is not unique)"),
    ("column_reference_ambiguous", r"column reference .* is ambiguous"),
    ("permission_denied", r"permission denied |must be (?:super|owner|able)"),
    ("transaction_is_aborted", r"current transaction is aborted"),
    (
        "on_conflict_no_constraint_match",
        r"there is no unique or exclusion constraint mat",
    ),
    (
        "on_conflict_row_affected_twice",
        r"(?:ON CONFLICT DO UPDATE|MERGE) command cannot",
    ),
    ("column_cannot_be_cast", r"(?:column .* )?cannot (?:be )?cast "),
    ("column_cannot_be_cast", r"column .* cannot be cast "),
    ("division_by_zero", r"division by zero"),
    ("cannot_drop", r"cannot drop "),
    (
        "cannot_modify_view",
        r"cannot (?:insert into|update|delete from|merge into) .*view",
    ),
    ("integer_out_of_range", r"(?:bigint|integer|smallint) out of range"),
    ("integer_out_of_range", r"value .* is out of range for type "),
    ("value_out_of_range", r".*(?:out of range|field overflow)"),
    ("invalid_regexp", r"invalid regular expression"),
    ("param_missing", r"there is no parameter \$|bind message supplies "),
    (
        "function_does_not_exist",
        r"(?:function|procedure) .* (?:does not exist|is not uni)",
    ),
    ("no_such_savepoint", r"(?:no such savepoint|savepoint .* does not exist)"),
    ("unterminated_quoted_string", r"unterminated (?:dollar-)?quoted string"),
    ("unterminated_quoted_identifier", r"unterminated quoted identifier"),
    ("invalid_byte_sequence", r"invalid byte sequence for encoding"),
    ("could_not_serialize_repeatable_read", r"could not serialize access due to conc"),
    ("could_not_serialize_serializable", r"could not serialize access due to read/wr"),
    ("inconsistent_range_bounds", r"range lower bound must be less"),
    ("partition_error", r".*partition"),
    ("object_already_exists", r".* already exists"),
    ("wrong_object_type", r"\".*\" is (?:not )?an? "),
    ("object_does_not_exist", r".* does not exist"),
)
_COMPILED = tuple((kind, re.compile(pattern, re.DOTALL)) for kind, pattern in _TABLE)
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
_ERRORS = frozenset({"ERROR", "FATAL", "PANIC"})
_MAX_MATCHED_CHARS = 2000


def kind_of(message: str, severity: str, sqlstate: str = "") -> str:
    """The kind of a message; ``error`` or ``other`` if the table does not have it.

    >>> kind_of('relation "x" does not exist', "ERROR")
    'relation_does_not_exist'
    >>> kind_of('Relation »x« existiert nicht', "ERROR", "42P01")
    'relation_does_not_exist'
    """
    head = message[:_MAX_MATCHED_CHARS]
    for kind, pattern in _COMPILED:
        if pattern.match(head):
            return kind
    if sqlstate in _BY_SQLSTATE:
        return _BY_SQLSTATE[sqlstate]
    return "error" if severity in _ERRORS else "other"
