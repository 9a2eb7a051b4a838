"""Indexes that are built to be measured: marked by name, and gone afterwards."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from contextlib import suppress

import psycopg
from psycopg import pq, sql

from analyzer.domain.index import RelationName
from analyzer.errors import NotAllowedHere
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load, marked

NAME = re.compile(r"pgproof_proof_[0-9a-f]{12}")
CANCEL_TIMEOUT_S = 5.0
_LOCK_KEY = 0x70677076  # "pgpv"


def new_name() -> str:
    """A name that tells an index of ours from all others."""
    return f"pgproof_proof_{secrets.token_hex(6)}"


def claim_clone(connection: Connection) -> None:
    """Be the only one who measures in this database, until the session ends.

    Raises:
        NotAllowedHere: somebody else measures there.
    """
    row = connection.execute(
        marked("SELECT pg_catalog.pg_try_advisory_lock(%s)"), (_LOCK_KEY,)
    ).fetchone()
    if row is None or not row[0]:
        raise NotAllowedHere(
            "another measurement is running in this database",
            detail="rule one at a time: two would measure each other.",
            hint="Wait until it is done.",
        )


def stop_running(connection: Connection) -> None:
    """Cancel what a session still runs, as after Ctrl-C, and close it then.

    An idle session stays open. A cancelled one is of no more use: its answer was never
    read. The server rolls its transaction back.
    """
    if connection.info.transaction_status is not pq.TransactionStatus.ACTIVE:
        return
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=CANCEL_TIMEOUT_S)
    connection.close()


def left_over(connection: Connection) -> tuple[RelationName, ...]:
    """Indexes of ours that a killed process has left behind."""
    rows = connection.execute(load("proof_indexes"), {}).fetchall()
    return tuple(
        RelationName(str(schema), str(name))
        for schema, name in rows
        if NAME.fullmatch(str(name))
    )


def drop_indexes(connection: Connection, names: Sequence[RelationName]) -> None:
    """Drop indexes, at once and for good unless the transaction is rolled back."""
    for name in names:
        connection.execute(
            sql.SQL("DROP INDEX IF EXISTS {}").format(
                sql.Identifier(name.schema, name.name)
            )
        )


def lasting_effect(
    connection: Connection, relation: RelationName, *, inserts: bool
) -> str:
    """What writing to a table would do that ROLLBACK does not undo; "" for nothing."""
    row = connection.execute(
        load("write_side_effects"), {"schema": relation.schema, "name": relation.name}
    ).fetchone()
    if row is None:
        return ""
    draws_from_sequence, has_triggers = row
    if inserts and draws_from_sequence:
        return "a sequence would move on, which no rollback undoes"
    return "its triggers may do what no rollback undoes" if has_triggers else ""


def index_size_bytes(connection: Connection, name: RelationName) -> int:
    """The size of an index that exists."""
    row = connection.execute(
        load("relation_size"), {"schema": name.schema, "name": name.name}
    ).fetchone()
    return int(row[0]) if row else 0


def analyze_relation(connection: Connection, name: RelationName) -> None:
    """Gather statistics, which an index on an expression needs."""
    connection.execute(
        sql.SQL("ANALYZE {}").format(sql.Identifier(name.schema, name.name))
    )
