"""Messages of the server itself: its life, connections, checkpoints, WAL, standbys.

The texts are those of PostgreSQL's sources, all versions from 9.5 on; the classes
follow pganalyze's collector.
"""

from __future__ import annotations

from analyzer.logs.event_rule import Rule

_AT = r"(?:\d+-\d+-\d+ \d+:\d+:\d+(?:\.\d+)?(?:[+-][\d:]+| \w+)?)"
_LSN = r"[0-9A-F]+/[0-9A-F]+"
_FAILED_PROCESS = (r"\AFailed process was running: (?P<statement_text>(?s:.*))",)
_SIGNAL = r"(?:: [\w ]+)?"
# A backend is a "server process" up to 17, of its own kind from 18 on.
_PROCESS = (
    r"(?P<process_type>server process|client backend|autovacuum worker|walsender"
    r"|slot ?sync worker(?: process)?|io worker(?: process)?"
    r"|(?:startup|checkpointer|background writer|WAL writer|WAL receiver|WAL summarizer"
    r"|autovacuum launcher|system logger) process)"
)
_PROCESS_WORDS = (
    "server", "client", "autovacuum", "walsender", "slot", "slotsync", "io", "startup",
    "checkpointer", "background", "WAL", "system",
)  # fmt: skip

CONNECTIONS = (
    Rule(
        "connection_received",
        r"connection received: host=(?P<host>[^ ]+)(?: port=\w+)?",
    ),
    Rule("connection_received", r"connection received: "),
    Rule(
        "connection_authorized",
        r"(?:connection|replication connection) authorized: user=[^ ]+"
        r"(?: database=[^ ]+)?(?: application_name=.*?)?"
        r"(?: SSL enabled \(protocol=(?P<ssl_protocol>[\w.]+), cipher=[\w-]+"
        r"(?:, bits=\d+)?(?:, compression=\w+)?\))?"
        r"(?: GSS \([^()]*\))?(?=\s*\Z)",
    ),
    Rule(
        "connection_authorized",
        r"(?:connection|replication connection) authorized: user=\w+(?: database=\w+)?",
    ),
    Rule(
        "connection_authorized", r"(?:connection|replication connection) authorized: "
    ),
    Rule("connection_authorized", r"connection ready: [\w .=,]+"),
    Rule(
        "connection_authenticated",
        r"connection authenticated: (?:user|identity)=\"[^\"]*\" method=[\w-]+"
        r"(?: \([^()]*:\d+\))?",
    ),
    Rule(
        "connection_disconnected",
        r"disconnection: session time: (?P<session_time>\d+:\d+:\d+\.\d+) user=.*? "
        r"database=.*? host=[^ ]+(?: port=\w+)?(?=\s*\Z)",
    ),
    Rule("connection_disconnected", r"disconnection: "),
    Rule(
        "connection_rejected",
        r"(?:pg_hba.conf rejects|no pg_hba.conf entry for) "
        r"(?:(?:replication )?connection )?(?:for )?(?:host \"[^\"]+\"|\[local\]), "
        r"user \"[^\"]*\"(?:, database \"[^\"]*\")?"
        r"(?:, (?:SSL (?:on|off)|no encryption|SSL encryption|GSS encryption))?",
    ),
    Rule(
        "connection_rejected",
        r"(?:password|Ident|LDAP|PAM|Peer|GSSAPI|SSPI|certificate|RADIUS|BSD|SCRAM|OAuth"
        r"|OAuth bearer|MD5|\"trust\") authentication failed for user \"[^\"]*\"",
        detail=(
            r"\A(?:(?:Role|User|Password of user|Password does not match for user)"
            r" \"[^\"]*\" ?(?:does not have a valid SCRAM secret|does not exist"
            r"|has no password assigned|has an expired password"
            r"|has a password that cannot be used with MD5 authentication"
            r"|has an empty password|has a wrong password)?\.?\s*)?"
            r"(?:Connection matched (?:(?:file \"[^\"]*\"|pg_hba.conf) line \d+)"
            r"(?:: \"(?P<ops>.*)\")?)?",
        ),
    ),
    Rule(
        "connection_rejected",
        r"could not connect to Ident server at address \"[^\"]+\", port \d+: [\w ]+",
    ),
    Rule("connection_rejected", r"role \"[^\"]*\" is not permitted to log in"),
    Rule(
        "connection_rejected",
        r"database \"[^\"]*\" is not currently accepting connections",
    ),
    Rule(
        "connection_rejected",
        r"the database system is (?:starting up|in recovery mode|not yet accepting "
        r"connections|not accepting connections)",
    ),
    Rule(
        "connection_client_failed_to_connect",
        r"(?:incomplete startup packet|invalid length of startup packet"
        r"|no PostgreSQL user name specified in startup packet|invalid startup packet "
        r"layout: expected terminator as last byte"
        r"|canceling authentication due to timeout)",
    ),
    Rule(
        "connection_lost_open_tx",
        r"unexpected EOF on client connection with an open transaction",
    ),
    Rule(
        "connection_lost",
        r"(?:unexpected EOF on client connection|connection to client lost"
        r"|terminating connection because protocol synchronization was lost)",
    ),
    Rule(
        "connection_lost",
        r"could not (?:receive data from|send data to) client: [\w ]+",
    ),
    Rule(
        "connection_terminated",
        r"terminating connection due to (?:administrator command|idle-session timeout"
        r"|idle-in-transaction timeout|transaction timeout|unexpected postmaster exit"
        r"|conflict with recovery)",
    ),
    Rule(
        "out_of_connections",
        r"(?:remaining connection slots are reserved for [\w \"-]+"
        r"|sorry, too many clients already"
        r"|number of requested standby connections exceeds max_wal_senders.*)",
    ),
    Rule("too_many_connections_role", r"too many connections for role \"[^\"]*\""),
    Rule(
        "too_many_connections_database", r"too many connections for database \"[^\"]*\""
    ),
    Rule("could_not_accept_ssl_connection", r"could not accept SSL connection: [\w ]+"),
    Rule(
        "protocol_error_unsupported_version",
        r"unsupported frontend protocol \d+\.\d+: server supports \d+\.\d+ to \d+\.\d+",
    ),
    Rule("protocol_error_incomplete_message", r"incomplete message from client"),
)

CHECKPOINTS_AND_WAL = (
    Rule("checkpoint_starting", r"checkpoint starting: (?P<reason>[a-z- ]+)"),
    Rule("restartpoint_starting", r"restartpoint starting: (?P<reason>[a-z- ]+)"),
    *(
        Rule(
            f"{name}_complete",
            rf"{name} complete: wrote (?P<bufs_written>\d+) buffers "
            r"\((?P<bufs_written_pct>[\d.]+)%\)"
            r"(?:,? wrote (?P<slru_buffers>\d+) SLRU buffers)?; "
            r"(?P<segs_added>\d+) (?:transaction log|WAL) file\(s\) added, "
            r"(?P<segs_removed>\d+) removed, (?P<segs_recycled>\d+) recycled; "
            r"write=(?P<write_secs>[\d.]+) s, sync=(?P<sync_secs>[\d.]+) s, "
            r"total=(?P<total_secs>[\d.]+) s; sync files=(?P<sync_rels>\d+), "
            r"longest=(?P<longest_secs>[\d.]+) s, average=(?P<average_secs>[\d.]+) s"
            r"(?:; distance=(?P<distance_kb>\d+) kB, estimate=(?P<estimate_kb>\d+) kB)?"
            rf"(?:; lsn=(?P<lsn>{_LSN}), redo lsn=(?P<redo_lsn>{_LSN}))?",
        )
        for name in ("checkpoint", "restartpoint")
    ),
    Rule(
        "checkpoint_too_frequent",
        r"checkpoints are occurring too frequently "
        r"\((?P<elapsed_secs>\d+) seconds? apart\)",
    ),
    Rule(
        "restartpoint_at",
        rf"recovery restart point at {_LSN}",
        detail=(rf"\A(?i:last completed transaction was at log time )(?:{_AT})\.?",),
    ),
    Rule(
        "wal_invalid_record_length",
        rf"invalid record length at {_LSN}"
        r"(?:: (?:wanted|expected at least) \d+, got \d+)?",
    ),
    Rule(
        "wal_redo",
        rf"redo (?:(?:starts|done) at {_LSN}|is not required|in progress, .*)"
        r"(?: system usage: .*)?",
    ),
    Rule(
        "wal_redo",
        rf"last completed transaction was at log time (?P<last_transaction>{_AT})",
    ),
    Rule(
        "wal_archive_command_failed",
        r"archive command (?:failed with exit code (?P<exit_code>\d+)"
        rf"|was terminated by (?:signal|exception) (?P<signal>\w+){_SIGNAL})",
        detail=(r"\AThe failed archive command was: (?P<ops>(?s:.+))",),
    ),
    Rule(
        "wal_archive_command_failed",
        r"archiver process \(PID \d+\) (?:exited with exit code \d+"
        r"|was terminated by (?:signal|exception) .+)",
    ),
    Rule(
        "wal_archive_command_failed",
        r"archiving write-ahead log file \"[^\"]+\" failed too many times",
    ),
    Rule(
        "wal_base_backup_complete",
        r"(?:pg_stop_backup complete, |base backup complete, )?"
        r"all required WAL segments have been archived",
        words=("pg_stop_backup", "base", "all"),
    ),
)

SERVER = (
    Rule(
        "server_out_of_memory",
        r"(?P<process_type>server process|client backend) "
        r"\(PID (?P<process_pid>\d+)\) was "
        rf"terminated by signal (?P<signal>9)\b{_SIGNAL}",
        detail=_FAILED_PROCESS,
        words=_PROCESS_WORDS,
    ),
    Rule(
        "server_crashed",
        rf"{_PROCESS} \(PID (?P<process_pid>\d+)\) was terminated by "
        rf"(?:signal|exception) (?P<signal>\w+){_SIGNAL}",
        detail=_FAILED_PROCESS,
        words=_PROCESS_WORDS,
    ),
    Rule(
        "server_crashed",
        rf"{_PROCESS} \(PID (?P<process_pid>\d+)\) exited with exit code "
        r"(?P<exit_code>\d+)",
        detail=_FAILED_PROCESS,
        words=_PROCESS_WORDS,
    ),
    Rule(
        "server_crashed",
        r"(?:terminating any other active server processes"
        r"|terminating connection because of crash of another server process"
        r"|all server processes terminated; reinitializing)",
        detail=(
            r"\AThe postmaster has commanded this server process to roll back the "
            r"current transaction and exit, because another server process exited "
            r"abnormally and possibly corrupted shared memory\.",
        ),
    ),
    Rule(
        "server_out_of_memory",
        r"out of memory",
        detail=(
            r"\AFailed on request of size \d+(?: in memory context \"[^\"]*\")?\.",
        ),
    ),
    Rule(
        "server_process_exited",
        r"(?:worker process|background worker): (?P<process_type>.+?) "
        r"\(PID (?P<process_pid>\d+)\) (?:exited with exit code (?P<exit_code>\d+)"
        rf"|was terminated by signal (?P<signal>\d+){_SIGNAL})",
        detail=_FAILED_PROCESS,
    ),
    Rule(
        "server_process_exited",
        r"background worker \"(?P<process_type>[^\"]+)\" "
        r"\(PID (?P<process_pid>\d+)\) (?:exited with exit code (?P<exit_code>\d+)"
        rf"|was terminated by signal (?P<signal>\d+){_SIGNAL})",
        detail=_FAILED_PROCESS,
    ),
    Rule(
        "server_start",
        r"(?:database system is ready to accept (?:read[ -]only )?connections"
        r"|MultiXact member wraparound protections are now enabled"
        r"|entering standby mode"
        r"|redirecting log output to logging collector process"
        r"|ending log output to stderr)",
    ),
    Rule("server_start", r"starting PostgreSQL [\w.]+[\w ().,+~:/-]*"),
    Rule(
        "server_start",
        r"listening on (?:IPv[46] address \"[^\"]*\", port \d+|Unix socket \"[^\"]*\")",
    ),
    Rule("server_start", rf"database system was shut down(?: in recovery)? at {_AT}"),
    Rule(
        "server_start_recovering",
        r"database system was not properly shut down; automatic recovery in progress",
    ),
    Rule(
        "server_start_recovering",
        r"database system (?:shutdown )?was interrupted"
        rf"(?:; last known up at| while in recovery at(?: log time)?) {_AT}",
    ),
    Rule(
        "server_shutdown",
        r"(?:received (?:fast|smart|immediate) shutdown request"
        r"|aborting any active transactions|shutting down"
        r"|the database system is shutting down|database system is shut down)",
    ),
    Rule(
        "server_temp_file_created",
        r"temporary file: path \"(?P<file>.+?)\", size (?P<size>\d+)",
    ),
    Rule("server_reload", r"received SIGHUP, reloading configuration files"),
    Rule(
        "server_reload",
        r"parameter \"[^\"]+\" (?:changed to \"[^\"]*\""
        r"|cannot be changed without restarting the server"
        r"|removed from configuration file, reset to default)",
    ),
    Rule(
        "server_reload",
        r"configuration file \"[^\"]+\" contains errors"
        r"(?:; (?:unaffected changes were applied|no changes were applied))?",
    ),
    Rule(
        "server_invalid_checksum",
        r"page verification failed, calculated checksum \d+ but expected \d+",
    ),
    Rule(
        "server_invalid_checksum",
        r"invalid page in block (?P<block>\d+) of relation \"?(?P<file>[\w/]+)\"?",
    ),
    Rule(
        "server_misc",
        r"could not open usermap file \"(?P<ops>.+)\": (?P<ops_2>.+)",
    ),
    Rule(
        "server_misc",
        r"could not link file \"(?P<ops>.+)\" to \"(?P<ops_2>.+)\": (?P<ops_3>.+)",
    ),
    Rule(
        "server_misc",
        r"unexpected pageaddr \w+/\w+ in (?:log|WAL) segment \w+"
        rf"(?:, LSN {_LSN})?, offset \d+",
    ),
    Rule(
        "server_stats_collector_timeout",
        r"(?:using stale statistics instead of current ones because stats collector "
        r"is not responding|pgstat wait timeout)",
    ),
)

STANDBYS = (
    Rule(
        "standby_restored_wal_from_archive",
        r"restored log file \"[^\"]+\" from archive",
    ),
    Rule(
        "standby_started_streaming",
        r"(?:started streaming WAL from primary|restarted WAL streaming) "
        rf"at {_LSN} on timeline \d+",
    ),
    Rule(
        "standby_streaming_interrupted",
        r"could not receive data from WAL stream: (?P<ops>[\w: ]+)",
    ),
    Rule(
        "standby_streaming_interrupted",
        r"replication terminated by primary server",
        detail=(rf"\AEnd of WAL reached on timeline \d+ at {_LSN}\.",),
    ),
    Rule(
        "standby_stopped_streaming",
        r"terminating walreceiver process due to administrator command",
    ),
    Rule(
        "standby_consistent_recovery_state",
        rf"consistent recovery state reached(?: at {_LSN})?",
    ),
    Rule(
        "standby_statement_canceled",
        r"canceling statement due to conflict with recovery",
        detail=(
            r"\AUser (?:query might have needed to see row versions that must be "
            r"removed|was holding shared buffer pin for too long|was holding a "
            r"relation lock for too long|was or might have been using tablespace that "
            r"must be dropped|transaction caused buffer deadlock with recovery|was "
            r"connected to a database that must be dropped|was using a logical "
            r"replication slot that must be invalidated)\.",
        ),
    ),
    Rule(
        "standby_invalid_timeline",
        r"according to history file, WAL location .+? belongs to timeline \d+, "
        r"but previous recovered WAL file came from timeline \d+",
    ),
    Rule("standby_invalid_timeline", r"requested timeline \d+ .+"),
)
