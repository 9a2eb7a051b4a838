"""Run the wheel's pg_dump on a watched server, for the schema and the statistics."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.domain.index import RelationName
from analyzer.domain.target import Address
from analyzer.embedded.binaries import bin_dir
from analyzer.errors import MissingPrivilege, SourceError, TargetError, TimedOut
from analyzer.postgres.connect import host_fields
from analyzer.postgres.errors_map import clean

DUMP_TIMEOUT_S = 300
LOCK_WAIT_MS = 2_000
MAX_DUMP_BYTES = 512 * 1024 * 1024
_RESTRICT_KEY = "pgproof"

_COMMON = (
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-security-labels",
    "--no-publications",
    "--no-subscriptions",
    "--no-policies",
    "--no-tablespaces",
    "--no-toast-compression",
    "--encoding=UTF8",
    f"--lock-wait-timeout={LOCK_WAIT_MS}",
    f"--restrict-key={_RESTRICT_KEY}",
    "--no-password",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """What pg_dump wrote."""

    schema_sql: str
    statistics_sql: str


def dump(address: Address, *, excluded: Sequence[RelationName] = ()) -> Dump:
    """The schema and the planner statistics of a database, as scripts.

    Args:
        address: where; the password goes by the child's environment only.
        excluded: relations to leave out, since the role may not lock them.

    Raises:
        MissingPrivilege: the role may not read something.
        TimedOut: a lock was not to be had, or the dump took too long.
        TargetError: pg_dump failed otherwise.
        SourceError: the dump is too large.
    """
    without = [f"--exclude-table={_pattern(relation)}" for relation in excluded]
    return Dump(
        schema_sql=_run(address, ["--schema-only", *without]),
        statistics_sql=_run(address, ["--statistics-only", *without]),
    )


def _run(address: Address, options: Sequence[str]) -> str:
    command = [str(bin_dir() / "pg_dump"), *_COMMON, *options]
    try:
        done = subprocess.run(
            command,
            env=_environment(address),
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=DUMP_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise TimedOut(
            "the schema could not be dumped in time",
            detail=f"pg_dump was stopped after {DUMP_TIMEOUT_S} s.",
        ) from None
    if done.returncode != 0:
        raise _failed(done.stderr.decode(errors="replace"))
    if len(done.stdout) > MAX_DUMP_BYTES:
        raise SourceError(f"the schema is larger than {MAX_DUMP_BYTES:,} bytes")
    return _without_psql_commands(done.stdout.decode(errors="replace"))


def _environment(address: Address) -> dict[str, str]:
    # Nothing else of ours is handed on: no PG* variable, no service or password file.
    # A database given by variable is a name; as an argument it could be a whole DSN.
    return {
        "PATH": os.defpath,
        "LC_ALL": "C",
        **{f"PG{name.upper()}": value for name, value in host_fields(address).items()},
        "PGPORT": str(address.port),
        "PGUSER": address.user,
        "PGDATABASE": address.database,
        "PGPASSWORD": address.password,
        "PGSSLMODE": address.sslmode,
        "PGPASSFILE": os.devnull,
        "PGSERVICEFILE": os.devnull,
        "PGGSSENCMODE": "disable",
        "PGCONNECT_TIMEOUT": "5",
        "PGAPPNAME": "pgproof",
        "PGOPTIONS": "-c default_transaction_read_only=on",
    }


def _failed(stderr: str) -> TargetError:
    message = clean(stderr.replace("pg_dump:", "").strip())
    lowered = stderr.lower()
    if "permission denied" in lowered:
        return MissingPrivilege("the schema cannot be dumped", detail=message)
    if "lock" in lowered and "timeout" in lowered:
        return TimedOut(
            "the schema could not be dumped, since a table is locked",
            detail=message,
            hint="Run it again when the lock is gone.",
        )
    return TargetError("the schema cannot be dumped", detail=message)


def _without_psql_commands(script: str) -> str:
    r"""The script without the lines that only psql understands.

    >>> _without_psql_commands("\\restrict pgproof\nSELECT 1;\n\\unrestrict pgproof\n")
    'SELECT 1;\n'
    """
    commands = {f"\\restrict {_RESTRICT_KEY}", f"\\unrestrict {_RESTRICT_KEY}"}
    lines = script.splitlines(keepends=True)
    return "".join(line for line in lines if line.rstrip("\r\n") not in commands)


def _pattern(relation: RelationName) -> str:
    r"""A pattern of pg_dump that matches one relation and nothing else.

    >>> _pattern(RelationName("public", 'a.*"b'))
    '"public"."a.*""b"'
    """
    parts = (relation.schema, relation.name)
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
