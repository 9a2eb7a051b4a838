"""Messages of PgBouncer, as ``pgbouncer`` hands them over; kinds of our own."""

from __future__ import annotations

from analyzer.logs.event_rule import Rule

_STATS = (
    r"(?P<xacts_per_s>\d+) xacts/s, (?P<queries_per_s>\d+) queries/s,"
    r"(?: \d+ (?:client|server) parses/s,| \d+ binds/s,)*"
    r" in (?P<in_bytes_per_s>\d+) B/s, out (?P<out_bytes_per_s>\d+) B/s, "
    r"xact (?P<xact_us>\d+) us, query (?P<query_us>\d+) us"
    r"(?:, wait (?P<wait_us>\d+) us)?"
)
_OLD_STATS = (
    r"(?P<queries_per_s>\d+) req/s, in (?P<in_bytes_per_s>\d+) b/s, "
    r"out (?P<out_bytes_per_s>\d+) b/s, ?query (?P<query_us>\d+) us"
)

PGBOUNCER = (
    Rule("pgbouncer_stats", rf"pgbouncer [Ss]tats: {_STATS}"),
    Rule("pgbouncer_stats", rf"pgbouncer [Ss]tats: {_OLD_STATS}"),
    Rule(
        "pgbouncer_login",
        r"pgbouncer client login attempt: db=[^ ]* user=.*? tls=[^ ]+"
        r"(?: replication=\w+)?",
    ),
    Rule(
        "pgbouncer_pool_wait",
        r"pgbouncer client closing because: "
        r"(?P<reason>\"?(?:query_wait_timeout|no more connections allowed"
        r"(?: \(max_client_conn\))?|client_login_timeout|server_login_retry"
        r"|pgbouncer cannot connect to server|server login has been failing[^(]*))"
        r"(?: \(age=(?P<age_s>\d+)s\))?",
    ),
    Rule(
        "pgbouncer_pool_wait",
        r"pgbouncer (?P<reason>no more connections allowed(?: \(max_client_conn\))?)",
    ),
    Rule(
        "pgbouncer_client_close",
        r"pgbouncer client closing because: (?P<reason>.+?)"
        r"(?: \(age=(?P<age_s>\d+)s\))?(?=\s*\Z)",
    ),
    Rule(
        "pgbouncer_server_close",
        r"pgbouncer server closing because: (?P<reason>.+?)"
        r"(?: \(age=(?P<age_s>\d+)s\))?(?=\s*\Z)",
    ),
    Rule("pgbouncer_server_connect", r"pgbouncer server new connection to server.*"),
    Rule("pgbouncer_error", r"pgbouncer client pooler error: (?P<reason>.+)"),
    Rule("pgbouncer_error", r"pgbouncer server (?P<reason>server login failed: .+)"),
    Rule(
        "pgbouncer_error",
        r"pgbouncer (?P<reason>(?:DNS lookup|accept\(\)|sbuf_connect) failed: .+)",
    ),
    Rule("pgbouncer_other", r"pgbouncer (?:client |server )?.+"),
)
