"""Messages that are rare and matter: crashes, lost standbys, damage, full disks.

The texts are those of PostgreSQL's sources, 13 to 18. Classes that the collector of
pganalyze does not have are in ``domain.log_classes``. All other rules come first.
"""

from __future__ import annotations

from analyzer.logs.event_rule import Rule

_LSN = r"[0-9A-F]+/[0-9A-F]+"
_NAME = r"\"[^\"]*\""
_NO_SPACE = r"No space left on device"

RARE_CONNECTIONS = (
    Rule(
        "connection_rejected",
        rf"authentication failed for user {_NAME}: (?:host rejected|invalid "
        r"authentication method)",
    ),
    Rule(
        "connection_rejected",
        r"provided user name \([^)]*\) and authenticated user name \([^)]*\) do not "
        r"match",
    ),
    Rule(
        "connection_rejected",
        rf"no match in usermap {_NAME} for user {_NAME} authenticated as {_NAME}",
    ),
    Rule("connection_rejected", rf"LDAP login failed for user {_NAME} on server .+"),
    Rule(
        "connection_rejected",
        r"(?:connection requires a valid client certificate"
        r"|certificate (?:validation \([\w=-]+\)|authentication) failed for user "
        rf"{_NAME}(?:: \w+ mismatch)?|empty password returned by client"
        rf"|cannot connect to invalid database {_NAME})",
    ),
    Rule(
        "connection_client_failed_to_connect",
        r"(?:received unencrypted data after (?:SSL|GSSAPI encryption) request"
        r"|failed to send SSL negotiation response: .+"
        r"|expected (?:password|SASL|GSS|SSPI) response, got message type \d+"
        r"|invalid password packet size)",
    ),
    Rule(
        "could_not_accept_ssl_connection",
        r"(?:could not initialize SSL connection: .+"
        r"|received direct SSL connection request .+)",
    ),
    Rule("connection_lost", r"unexpected EOF on standby connection"),
    Rule(
        "connection_terminated",
        r"(?:terminating connection (?:due to immediate shutdown command|because of "
        r"unexpected SIGQUIT signal)|canceling the wait for synchronous replication "
        r"and terminating connection due to administrator command)",
    ),
    Rule(
        "statement_canceled_user",
        r"canceling wait for synchronous replication due to user request",
    ),
)

RARE_SERVER = (
    Rule(
        "server_shutdown",
        r"(?:abnormal database system shutdown|issuing SIG\w+ to recalcitrant children"
        r"|shutting down (?:due to startup process failure|because .+)"
        r"|performing immediate shutdown because data directory lock file is invalid)",
    ),
    Rule("server_crashed", r"aborting startup due to startup process failure"),
    Rule(
        "server_start_recovering",
        r"starting (?:archive recovery|backup recovery|point-in-time recovery)\b.*",
    ),
    Rule(
        "server_out_of_memory",
        r"(?:out of shared memory|could not fork .+: Cannot allocate memory"
        r"|could not map anonymous shared memory: .+"
        rf"|could not resize shared memory segment {_NAME} to \d+ bytes: {_NO_SPACE})",
    ),
    Rule(
        "server_reload",
        r"(?:\".+\"|pg_hba\.conf|pg_ident\.conf|SSL configuration) was not reloaded",
        words=('"', "pg_hba", "pg_ident", "SSL"),
    ),
    Rule(
        "server_invalid_checksum",
        r"(?:ignoring checksum failure in block (?P<block>\d+) of relation .+"
        r"|checksum verification failed in file .+, block \d+: calculated \w+ but "
        r"expected \w+)",
    ),
    Rule(
        "server_invalid_checksum",
        r"\d+ (?:invalid pages?|checksum failures?|zeroed pages?) .+",
        # At most io_combine_limit pages are read at once.
        words=tuple(map(str, range(2, 129))),
    ),
    Rule(
        "server_process_exited",
        r"terminating (?:background worker|logical replication \w*worker) .*due to "
        r"administrator command",
    ),
    Rule(
        "disk_full",
        r"could not (?:extend|write|create|close|fsync|copy|open|rename) .*: "
        rf"{_NO_SPACE}",
    ),
    Rule(
        "data_corrupted",
        r"(?:index \"[^\"]*\" contains (?:corrupted|unexpected zero) page at block \d+"
        r"|could not read blocks? \d+(?:\.\.\d+)? in file \"[^\"]*\": read only .+"
        r"|(?:missing|unexpected) chunk number \d+.* for toast value .+"
        r"|compressed (?:pglz|lz4) data is corrupt"
        r"|found (?:xmin|xmax|update xid|multixact|raw xmax) .+ from before .+"
        r"|could not access status of transaction \d+"
        r"|uncommitted xmin \d+ from before xid cutoff .+"
        r"|failed to re-find parent (?:key|of a page) in index .+"
        r"|right sibling's left-link doesn't match: .+"
        r"|could not locate a valid checkpoint record.*)",
    ),
)

RARE_WAL = (
    Rule(
        "wal_archive_command_failed",
        r"(?:archive command exited with unrecognized status \d+"
        r"|\"?archive_mode\"? enabled, yet archiving is not configured)",
        words=("archive", "archive_mode", '"'),
    ),
    Rule(
        "wal_segment_removed",
        r"requested WAL segment (?P<segment>\w+) has already been removed",
    ),
    Rule(
        "replication_slot_invalidated",
        r"(?:invalidating obsolete replication slot \"[^\"]*\""
        r"|terminating process \d+ to release replication slot \"[^\"]*\""
        r"|can no longer (?:get changes from|access) replication slot \"[^\"]*\")",
    ),
    Rule(
        "txid_wraparound_warning",
        r"(?:bypassing nonessential maintenance of table \"(?P<relation_name>[^\"]+)\" "
        r"as a failsafe.*|oldest (?:xmin|multixact) is far in the past"
        r"|cutoff for (?:removing and )?freezing (?:tuples|multixacts) is far in the "
        r"past)",
    ),
    Rule("txid_wraparound_error", r"multixact \"members\" limit exceeded"),
)

RARE_STANDBYS = (
    Rule(
        "standby_streaming_interrupted",
        r"could not (?:connect to the primary server: .+|send data to WAL stream: .+"
        r"|start WAL streaming: .+|send end-of-streaming message to primary: .+)",
    ),
    Rule(
        "standby_streaming_interrupted",
        r"terminating wal(?:receiver|sender process) due to (?:replication )?timeout",
    ),
    Rule(
        "standby_stopped_streaming",
        r"(?:WAL receiver process shutdown requested"
        r"|terminating walsender process .*due to administrator command)",
    ),
    Rule(
        "standby_invalid_timeline",
        r"(?:highest timeline \d+ of the primary is behind recovery timeline \d+"
        r"|primary server contains no more WAL on requested timeline \d+"
        r"|new timeline \d+ (?:is not a child of|forked off current) database system "
        rf"timeline .+|requested starting point {_LSN} (?:on timeline \d+ is not in"
        r"|is ahead of) .+|unexpected timeline ID \d+ .+)",
    ),
    Rule(
        "standby_promoted",
        r"(?:received promote request|promote trigger file found: .+"
        r"|selected new timeline ID: (?P<timeline>\d+)|archive recovery complete)",
    ),
    Rule(
        "standby_recovery_waiting",
        r"recovery (?:still|finished) waiting after (?P<after_ms>[\d.]+) ms: "
        r"(?P<reason>.+)",
    ),
    Rule(
        "logical_replication_worker",
        r"logical replication (?:(?:parallel )?apply |table synchronization |tablesync "
        r")?worker for subscription .+? (?:has (?:started|finished)|will (?:restart|"
        r"stop|not start)\b.*|took too long to start; canceled)",
    ),
)

RARE_LOCKS = (
    Rule(
        "lock_timeout",
        r"process \d+ could not obtain (?P<lock_mode>\w+) on (?P<lock_type>\w+)"
        r"(?: .+)?",
        detail=(
            r"\AProcess(?:es)? holding the lock: (?P<lock_holders>[\d, ]+)[.,] "
            r"Wait queue: (?P<lock_waiters>[\d, ]*)\.?",
        ),
    ),
)

RARE_FAULTS = (
    Rule(
        "invalid_input_syntax",
        r"(?:invalid input value for enum [^:]+: \"(?P<table_data>(?s:.*))\""
        r"|malformed (?:record|range|multirange) literal: \"(?P<table_data_2>(?s:.*))\""
        r"|invalid cidr value: \"(?P<table_data_3>(?s:.*))\""
        r"|invalid hexadecimal (?:data|digit)\b.*)",
    ),
    Rule(
        "invalid_input_syntax",
        r"\"(?P<table_data>.+)\" is not a valid (?:binary|hexadecimal) digit",
    ),
    Rule(
        "invalid_byte_sequence",
        rf"(?:character with byte sequence (?P<table_data>.+) in encoding {_NAME} has "
        rf"no equivalent in encoding {_NAME}|unsupported Unicode escape sequence)",
    ),
    Rule(
        "value_too_long_for_type",
        r"(?:bit string too long for type bit varying\(\d+\)"
        r"|bit string length \d+ does not match type bit\(\d+\))",
    ),
    Rule("value_out_of_range", r"\"char\" out of range"),
    Rule(
        "invalid_value",
        r"(?:parameter \"[^\"]*\" requires an? [\w ]+ value"
        r"|time zone \"(?P<table_data>[^\"]*)\" not recognized"
        r"|-?[\d.]+(?: ?\w+)? is outside the valid range for parameter \"[^\"]*\" .+)",
        words=("parameter", "time", "-", *map(str, range(10))),
    ),
    Rule(
        "object_does_not_exist",
        r"(?:unrecognized configuration parameter \"[^\"]*\""
        r"|(?:group|window|template database|table access method|unnamed prepared "
        r"statement|prepared transaction|default value|(?:source|destination) encoding"
        r"|local user|user)\b.* does not exist"
        r"|user mapping not found for .+)",
    ),
    Rule(
        "object_already_exists",
        r"(?:access method|check constraint|attribute|transform|lock file)\b.* already "
        r"exists",
    ),
    Rule(
        "relation_does_not_exist",
        r"(?:relation with OID \d+ does not exist"
        r"|relation \"[^\"]*\" in [A-Z ]+ clause not found in FROM clause"
        r"|logical replication target relation \"[^ ]+\" does not exist"
        r"|could not open relation with OID \d+)",
    ),
    Rule(
        "column_does_not_exist",
        r"(?:column \"[^\"]*\" (?:not found in data type .+|specified in USING clause "
        r"does not exist in (?:left|right) table)"
        r"|attribute (?:\"[^\"]*\"|\d+)(?: of relation .+)? does not exist"
        r"|record \"[^\"]*\" has no field \"[^\"]*\")",
    ),
    Rule("operator_does_not_exist", r"operator is not unique: .+"),
    Rule(
        "function_does_not_exist",
        r"(?:(?:function|procedure|aggregate|routine) name \"[^\"]*\" is not unique"
        r"|could not find a (?:function|procedure|aggregate|routine) named \"[^\"]*\")",
    ),
    Rule(
        "cannot_drop",
        r"(?:cannot drop (?:.+ because .+ requires it"
        r"|desired object\(s\) because other objects depend on them"
        r"|.+ because (?:it is|they are) required by the database system"
        r"|the currently open database)"
        r"|role \"[^\"]*\" cannot be dropped because some objects depend on it)",
    ),
    Rule(
        "column_cannot_be_cast",
        r"default for column \"[^\"]*\" cannot be cast automatically to type .+",
    ),
    Rule(
        "permission_denied",
        r"must (?:be superuser\b.*|have (?:CREATEROLE privilege|admin option on role "
        r"\"[^\"]*\"|privileges .+))",
    ),
    Rule(
        "syntax_error",
        r"(?:unterminated (?:/\* comment|bit string literal|hexadecimal string literal)"
        r"|zero-length delimited identifier"
        r"|trailing junk after (?:numeric literal|parameter)"
        r"|invalid Unicode escape(?: value| sequence)?)"
        r" at or near \"(?P<parsing_error>(?s:.+))\"",
        words=("unterminated", "zero-length", "trailing", "invalid"),
    ),
    Rule(
        "syntax_error",
        r"(?:each \w+ query must have the same number of columns"
        r"|VALUES lists must all be the same length"
        r"|cannot insert multiple commands into a prepared statement"
        r"|subquery (?:must return (?:only one|a) column|has too (?:many|few) columns)"
        r"|conflicting or redundant options"
        r"|SELECT \* with no tables specified is not valid"
        r"|a column definition list is required for functions returning \"record\")",
        words=(
            "each",
            "VALUES",
            "cannot",
            "subquery",
            "conflicting",
            "SELECT",
            "a",
        ),
    ),
    Rule(
        "read_only_transaction",
        r"cannot execute (?P<command>[A-Z ]+) (?:in a read-only transaction"
        r"|during recovery)",
    ),
)

RARE = (
    *(*RARE_CONNECTIONS, *RARE_SERVER, *RARE_WAL, *RARE_STANDBYS),
    *(*RARE_LOCKS, *RARE_FAULTS),
)
