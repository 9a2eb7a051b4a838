"""The public table of event classes, and the kinds of secrets a log line can hold.

Names and numbers are those of pganalyze's collector (``LogClassification`` in its
protocol), so that both tools' answers can be compared; names are in lower case here.
What has no class there has a name of our own and no number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_TABLE: Mapping[str, Mapping[int, str]] = {
    "server": {
        1: "server_crashed",
        2: "server_start",
        3: "server_start_recovering",
        4: "server_shutdown",
        5: "server_out_of_memory",
        6: "server_invalid_checksum",
        7: "server_temp_file_created",
        8: "server_misc",
        9: "server_reload",
        10: "server_process_exited",
        11: "server_stats_collector_timeout",
    },
    "connection": {
        20: "connection_received",
        21: "connection_authorized",
        22: "connection_rejected",
        23: "connection_disconnected",
        24: "connection_client_failed_to_connect",
        25: "connection_lost",
        26: "connection_lost_open_tx",
        27: "connection_terminated",
        28: "out_of_connections",
        29: "too_many_connections_role",
        30: "could_not_accept_ssl_connection",
        31: "protocol_error_unsupported_version",
        32: "protocol_error_incomplete_message",
        33: "too_many_connections_database",
        34: "connection_authenticated",
    },
    "checkpoint": {
        40: "checkpoint_starting",
        41: "checkpoint_complete",
        42: "checkpoint_too_frequent",
        43: "restartpoint_starting",
        44: "restartpoint_complete",
        45: "restartpoint_at",
    },
    "wal": {
        50: "wal_invalid_record_length",
        51: "wal_redo",
        52: "wal_archive_command_failed",
        53: "wal_base_backup_complete",
    },
    "autovacuum": {
        60: "autovacuum_cancel",
        61: "txid_wraparound_warning",
        62: "txid_wraparound_error",
        63: "autovacuum_launcher_started",
        64: "autovacuum_launcher_shutting_down",
        65: "autovacuum_completed",
        66: "autoanalyze_completed",
        67: "skipping_vacuum_lock_not_available",
        68: "skipping_analyze_lock_not_available",
        69: "skipping_maintenance_permission_denied",
    },
    "lock": {
        70: "lock_acquired",
        71: "lock_waiting",
        72: "lock_timeout",
        73: "lock_deadlock_detected",
        74: "lock_deadlock_avoided",
    },
    "statement": {
        80: "statement_duration",
        81: "statement_canceled_timeout",
        82: "statement_canceled_user",
        83: "statement_log",
        84: "statement_auto_explain",
    },
    "standby": {
        90: "standby_restored_wal_from_archive",
        91: "standby_started_streaming",
        92: "standby_streaming_interrupted",
        93: "standby_stopped_streaming",
        94: "standby_consistent_recovery_state",
        95: "standby_statement_canceled",
        96: "standby_invalid_timeline",
    },
    "constraint": {
        100: "unique_constraint_violation",
        101: "foreign_key_constraint_violation",
        102: "not_null_constraint_violation",
        103: "check_constraint_violation",
        104: "exclusion_constraint_violation",
    },
    "application": {
        110: "syntax_error",
        111: "invalid_input_syntax",
        112: "value_too_long_for_type",
        113: "invalid_value",
        114: "malformed_array_literal",
        115: "subquery_missing_alias",
        116: "insert_target_column_mismatch",
        117: "any_all_requires_array",
        118: "column_missing_from_group_by",
        119: "relation_does_not_exist",
        120: "column_does_not_exist",
        121: "operator_does_not_exist",
        122: "column_reference_ambiguous",
        123: "permission_denied",
        124: "transaction_is_aborted",
        125: "on_conflict_no_constraint_match",
        126: "on_conflict_row_affected_twice",
        127: "column_cannot_be_cast",
        128: "division_by_zero",
        129: "cannot_drop",
        130: "integer_out_of_range",
        131: "invalid_regexp",
        132: "param_missing",
        133: "function_does_not_exist",
        134: "no_such_savepoint",
        135: "unterminated_quoted_string",
        136: "unterminated_quoted_identifier",
        137: "invalid_byte_sequence",
        138: "could_not_serialize_repeatable_read",
        139: "could_not_serialize_serializable",
        140: "inconsistent_range_bounds",
        141: "value_out_of_range",
        142: "object_does_not_exist",
        143: "row_level_security_violation",
        144: "with_check_option_violation",
        145: "cannot_modify_view",
        146: "sql_json_error",
        147: "partition_error",
        148: "object_already_exists",
        149: "wrong_object_type",
    },
    "collector": {1000: "pga_collector_identify"},
}

CLASS_IDS: Mapping[str, int] = {
    name: number for group in _TABLE.values() for number, name in group.items()
}
OWN_GROUPS: Mapping[str, str] = {
    "data_corrupted": "server",
    "disk_full": "server",
    "logical_replication_worker": "standby",
    "read_only_transaction": "application",
    "replication_slot_invalidated": "wal",
    "standby_promoted": "standby",
    "standby_recovery_waiting": "standby",
    "wal_segment_removed": "wal",
}
"""Classes that are not in the table, by the group they belong to."""

CLASS_GROUPS: Mapping[str, str] = {
    **{name: group for group, classes in _TABLE.items() for name in classes.values()},
    **OWN_GROUPS,
}


class SecretKind(StrEnum):
    """What a part of a log line may tell that not everybody should read."""

    CREDENTIAL = "credential"
    PARSING_ERROR = "parsing_error"
    STATEMENT_TEXT = "statement_text"
    STATEMENT_PARAMETER = "statement_parameter"
    TABLE_DATA = "table_data"
    OPS = "ops"
    UNIDENTIFIED = "unidentified"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRange:
    """Bytes ``start`` to ``end`` (excluded) of a text in UTF-8, and why they matter."""

    start: int
    end: int
    kind: SecretKind
