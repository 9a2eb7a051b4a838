"""What each thing the doctor looked at means, and what changes it."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.domain.doctor import Check, CheckStatus
from analyzer.postgres.capabilities import NEWEST_TESTED_VERSION_NUM
from analyzer.postgres.doctor_facts import DoctorFacts
from analyzer.statements.identifiers import quote_identifier

OK, LIMITED, MISSING = CheckStatus.OK, CheckStatus.LIMITED, CheckStatus.MISSING
_RELOAD = "SELECT pg_reload_conf();"


def checks(facts: DoctorFacts) -> tuple[Check, ...]:
    """All checks, the most needed first."""
    return tuple(check(facts) for check in _CHECKS)


def _connection(facts: DoctorFacts) -> Check:
    found = facts.capabilities
    return Check(
        name="connection",
        status=OK,
        finding=f'PostgreSQL {found.server_version}, database "{found.database}", '
        f'as role "{found.role}"',
    )


def _version(facts: DoctorFacts) -> Check:
    found = facts.capabilities
    if found.server_version_num > NEWEST_TESTED_VERSION_NUM:
        return Check(
            name="version",
            status=LIMITED,
            finding=f"{found.server_version} is newer than the newest version tested",
            meaning="What is new in this version is not seen, and before a run "
            "PostgreSQL's own functions are not compared with what they should be.",
            hint="Update pgproof. Where there is no newer one, tools/built-ins writes "
            "the register from servers of each version, that one among them.",
        )
    return Check(name="version", status=OK, finding="supported")


def _role(facts: DoctorFacts) -> Check:
    found = facts.capabilities
    if not found.is_superuser:
        return Check(name="role", status=OK, finding="not a superuser")
    return Check(
        name="role",
        status=LIMITED,
        finding="the role is a superuser",
        meaning="It could change everything; pgproof needs to read only. A statement "
        "that is run becomes pg_read_all_data, which code of the database can undo.",
        hint="CREATE ROLE pgproof LOGIN PASSWORD '…' CONNECTION LIMIT 5; "
        + _read_grants(facts, "pgproof"),
    )


def _login_triggers(facts: DoctorFacts) -> Check:
    name, found = "login triggers", facts.login_triggers
    if not found:
        return Check(name=name, status=OK, finding="no code runs at login")
    if facts.settings.get("event_triggers") == "off":
        return Check(name=name, status=OK, finding="off for this role")
    role = quote_identifier(facts.capabilities.role)
    return Check(
        name=name,
        status=LIMITED,
        finding=f'the event trigger "{found[0]}" runs at each login',
        meaning="It is code of the database, and runs with the rights of this role "
        "before pgproof can check anything.",
        hint=f"As a superuser: ALTER ROLE {role} SET event_triggers = off;",
    )


def _read_grants(facts: DoctorFacts, role: str) -> str:
    if facts.capabilities.server_version_num >= 140_000:
        return f"GRANT pg_monitor, pg_read_all_data TO {role};"
    return (
        f"GRANT pg_monitor TO {role}; "
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"
    )


def _workload(facts: DoctorFacts) -> Check:
    found = facts.capabilities
    name, version = "pg_stat_statements", found.server_version_num
    off = _setting_off(facts)
    if not found.pg_stat_statements_answers:
        missing = next(
            (m for m in found.missing if "pg_stat_statements" in m.what), None
        )
        return Check(
            name=name,
            status=MISSING,
            finding=missing.why if missing else "the view cannot be read",
            meaning="Without it only statements of log files are seen.",
            hint=missing.hint if missing else "",
        )
    if off:
        return Check(
            name=name,
            status=MISSING,
            finding=f"{off} is off, so nothing is counted",
            meaning="Statements are not seen.",
            hint=f"ALTER SYSTEM SET {off} = "
            f"{'top' if off.endswith('track') else 'auto'}; {_RELOAD}",
        )
    track = facts.settings.get("pg_stat_statements.track", "top")
    extension = found.extensions[name].version
    finding = f"version {extension}, track = {track}"
    if version >= 140_000 and extension in ("1.6", "1.7", "1.8"):
        return Check(
            name=name,
            status=LIMITED,
            finding=f"{finding}; the server has a newer one",
            meaning="Resets and evictions of counters are not seen.",
            hint="ALTER EXTENSION pg_stat_statements UPDATE;",
        )
    return Check(name=name, status=OK, finding=finding)


def _setting_off(facts: DoctorFacts) -> str:
    if facts.settings.get("pg_stat_statements.track") == "none":
        return "pg_stat_statements.track"
    if facts.settings.get("compute_query_id") == "off":
        return "compute_query_id"
    return ""


def _texts(facts: DoctorFacts) -> Check:
    found = facts.capabilities
    if found.reads_all_stats:
        return Check(
            name="query texts", status=OK, finding="those of all roles are readable"
        )
    return Check(
        name="query texts",
        status=MISSING,
        finding="only statements of the role itself are shown",
        meaning="Statements of other roles come without their text.",
        hint=f"GRANT pg_monitor TO {quote_identifier(found.role)};",
    )


def _statistics(facts: DoctorFacts) -> Check:
    found = facts.capabilities
    hidden, stale = found.unreadable_relation_count, facts.never_analyzed_count
    if hidden:
        return Check(
            name="statistics",
            status=LIMITED,
            finding=f"those of {hidden} relations are hidden from this role",
            meaning="Plans of statements on them cannot be predicted.",
            hint=_read_grants(facts, quote_identifier(found.role)),
        )
    if stale:
        return Check(
            name="statistics",
            status=LIMITED,
            finding=f"{stale} relations were never analyzed",
            meaning="What the planner thinks of them is a guess.",
            hint="ANALYZE;",
        )
    return Check(
        name="statistics", status=OK, finding="those of all relations readable"
    )


def _io_timing(facts: DoctorFacts) -> Check:
    if facts.settings.get("track_io_timing") == "on":
        return Check(name="track_io_timing", status=OK, finding="on")
    return Check(
        name="track_io_timing",
        status=LIMITED,
        finding="off",
        meaning="Time spent reading blocks cannot be told from other time.",
        hint=f"ALTER SYSTEM SET track_io_timing = on; {_RELOAD}",
    )


def _durations(facts: DoctorFacts) -> Check:
    name, settings = "log_min_duration_statement", facts.settings
    limit, sample = settings.get(name, "-1"), settings.get("log_min_duration_sample")
    if limit == "-1" and sample in (None, "-1"):
        return Check(
            name=name,
            status=LIMITED,
            finding="no durations are logged",
            meaning="No percentiles, real parameter values or statements in a loop.",
            hint=f"ALTER SYSTEM SET {name} = '100ms'; {_RELOAD}",
        )
    if settings.get("log_parameter_max_length") == "0":
        return Check(
            name=name,
            status=LIMITED,
            finding="durations are logged without parameter values",
            meaning="Plans are made with values drawn from statistics.",
            hint=f"ALTER SYSTEM SET log_parameter_max_length = -1; {_RELOAD}",
        )
    return Check(name=name, status=OK, finding=f"{limit} ms")


def _prefix(facts: DoctorFacts) -> Check:
    prefix = facts.settings.get("log_line_prefix", "")
    destinations = facts.settings.get("log_destination", "stderr")
    if "csvlog" in destinations or "jsonlog" in destinations:
        return Check(
            name="log_line_prefix",
            status=OK,
            finding=f"not needed, since the log is written as {destinations}",
        )
    lacks = [
        meaning
        for escapes, meaning in (
            (("%p", "%c"), "which session a line belongs to (%p)"),
            (("%m", "%n"), "when, in milliseconds (%m)"),
            (("%d",), "which database (%d)"),
        )
        if not any(escape in prefix for escape in escapes)
    ]
    if not lacks:
        return Check(name="log_line_prefix", status=OK, finding=f"'{prefix}'")
    return Check(
        name="log_line_prefix",
        status=LIMITED,
        finding=f"'{prefix}'",
        meaning=f"A line does not tell {'; '.join(lacks)}.",
        hint=f"ALTER SYSTEM SET log_line_prefix = '%m [%p] %q%u@%d '; {_RELOAD}",
    )


def _lock_waits(facts: DoctorFacts) -> Check:
    if facts.settings.get("log_lock_waits") == "on":
        return Check(name="log_lock_waits", status=OK, finding="on")
    return Check(
        name="log_lock_waits",
        status=LIMITED,
        finding="off",
        meaning="Who waited for whom is not seen.",
        hint=f"ALTER SYSTEM SET log_lock_waits = on; {_RELOAD}",
    )


def _auto_explain(facts: DoctorFacts) -> Check:
    settings = facts.settings
    loaded = settings.get("shared_preload_libraries", "") + settings.get(
        "session_preload_libraries", ""
    )
    if "shared_preload_libraries" not in settings and "auto_explain" not in loaded:
        return Check(
            name="auto_explain",
            status=LIMITED,
            finding="which libraries are loaded is hidden from this role",
            meaning="Whether plans of slow runs are logged is not known.",
            hint=f"GRANT pg_monitor TO {quote_identifier(facts.capabilities.role)};",
        )
    if "auto_explain" in loaded:
        return Check(name="auto_explain", status=OK, finding="loaded")
    return Check(
        name="auto_explain",
        status=LIMITED,
        finding="not loaded",
        meaning="Plans of slow runs are not in the log; they are predicted instead.",
        hint="ALTER SYSTEM SET session_preload_libraries = auto_explain; "
        "ALTER SYSTEM SET auto_explain.log_format = json; "
        "ALTER SYSTEM SET auto_explain.log_min_duration = '1s'; " + _RELOAD,
    )


def _hypopg(facts: DoctorFacts) -> Check:
    found = facts.capabilities
    if found.has_hypopg:
        version = found.extensions["hypopg"].version
        return Check(name="hypopg", status=OK, finding=f"version {version}")
    can = "hypopg" in found.available_extensions
    return Check(
        name="hypopg",
        status=OK,
        finding="not installed, and not needed",
        meaning="New indexes are tried in the shadow, a copy without rows.",
        hint="To try them on the server itself: CREATE EXTENSION hypopg;"
        if can
        else "",
    )


def _replica(facts: DoctorFacts) -> Check:
    if not facts.capabilities.is_replica:
        return Check(name="replica", status=OK, finding="this is a primary")
    return Check(
        name="replica",
        status=LIMITED,
        finding="this is a standby",
        meaning="It counts its own statements and index scans, not the primary's.",
        hint="Watch the primary too, before dropping an index.",
    )


def _temp_files(facts: DoctorFacts) -> Check:
    found = facts.capabilities
    if found.is_superuser or facts.settings.get("temp_file_limit", "-1") != "-1":
        return Check(
            name="temp_file_limit", status=OK, finding="temporary files are limited"
        )
    return Check(
        name="temp_file_limit",
        status=LIMITED,
        finding="temporary files of this role are not limited",
        meaning="A statement run by EXPLAIN ANALYZE could fill the disk until its "
        "time limit.",
        hint=f"ALTER ROLE {quote_identifier(found.role)} SET temp_file_limit = '1GB';",
    )


_CHECKS: tuple[Callable[[DoctorFacts], Check], ...] = (
    _connection,
    _version,
    _workload,
    _texts,
    _statistics,
    _io_timing,
    _durations,
    _prefix,
    _lock_waits,
    _auto_explain,
    _role,
    _login_triggers,
    _temp_files,
    _hypopg,
    _replica,
)
