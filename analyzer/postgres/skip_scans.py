"""Keep the planner of a shadow from skip scans, which its watched server lacks.

PostgreSQL 18 searches an index on ``(tenant, id)`` for ``id = 7`` alone, once for each
tenant, where an older server reads the whole index or the table; and no setting turns
that off. The price of it follows from the number of different values of each leading
key, and where that is unknown the planner assumes that nothing is skipped. So the
leading keys are made expressions of their own, which have no such number.

An INSERT finds the index for its ON CONFLICT only by plain keys. Where it does not,
:func:`with_plain_keys` shows them for one transaction.
"""

from __future__ import annotations

from typing import LiteralString

from psycopg import sql

from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load
from analyzer.postgres.shadow_database import LAST_SYSTEM_OID, SWITCH_SCHEMA

NO_ARBITER = "SQLSTATE 42P10."
"""As the detail of PlanningFailed: no unique index has the columns of ON CONFLICT."""

_CAST = "CREATE CAST (text AS pg_node_tree) WITHOUT FUNCTION"
_NO_CAST = "DROP CAST (text AS pg_node_tree)"

_PLAIN_KEYS: LiteralString = """
CREATE FUNCTION {schema}.plain_keys() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE pg_catalog.pg_index AS i
       SET indkey = array_to_string(
               (i.indkey::int2[])[i.indnatts - k.lead_count : i.indnatts - 1]
                   || (i.indkey::int2[])[k.lead_count : i.indnatts - 1],
               ' ')::int2vector,
           indexprs = NULL
      FROM (SELECT attrelid, count(*)::int AS lead_count
              FROM pg_catalog.pg_attribute
             WHERE attname LIKE '........pgproof.%........'
             GROUP BY attrelid) AS k
     WHERE k.attrelid = i.indexrelid
       AND i.indisunique
       AND i.indkey[0] = 0
$$
"""
_RIGHTS: tuple[LiteralString, ...] = (
    "REVOKE ALL ON FUNCTION {schema}.plain_keys() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION {schema}.plain_keys() TO {role}",
)


def skip_scans_off(
    connection: Connection, *, newer_than: int = LAST_SYSTEM_OID
) -> None:
    """Take skip scans away from the B-trees of a shadow.

    Args:
        connection: of the superuser, in the shadow's database, whose search path is
            ``pg_catalog``; statistics of the tables are loaded.
        newer_than: only indexes of a higher oid, those made since then.
    """
    with connection.transaction():
        # Nobody else may see the cast: what reads such trees trusts them.
        connection.execute(_CAST)
        connection.execute(load("skip_scans_off"), {"newer_than": newer_than})
        connection.execute(_NO_CAST)


def prepare_plain_keys(connection: Connection, owner: str) -> None:
    """Let the role that plans call :func:`with_plain_keys`.

    Args:
        connection: of the superuser, in the shadow's database.
        owner: the role.
    """
    parts = {
        "schema": sql.Identifier(SWITCH_SCHEMA),
        "role": sql.Identifier(owner),
    }
    for query in (_PLAIN_KEYS, *_RIGHTS):
        connection.execute(sql.SQL(query).format(**parts))


def with_plain_keys(connection: Connection) -> None:
    """Give unique indexes their plain keys back, until the transaction ends."""
    function = sql.Identifier(SWITCH_SCHEMA, "plain_keys")
    connection.execute(sql.SQL("SELECT {function}()").format(function=function))
