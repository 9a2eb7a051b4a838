"""The GRANT by which a role may read, in the words of a server's version."""

from __future__ import annotations

_READER_ROLE_SINCE = 140_000


def reading_grant(
    server_version_num: int, role: str = "the role", *, catalog: bool = False
) -> str:
    """What a superuser says so that a role may read, without a semicolon.

    The role pg_read_all_data came with PostgreSQL 14.

    Args:
        server_version_num: like ``130023``.
        role: as it is written in SQL.
        catalog: whether it is statistics of the catalog, not tables, that are closed.

    >>> reading_grant(170010)
    'GRANT pg_read_all_data TO the role'
    >>> reading_grant(130023, "app", catalog=True)
    'GRANT SELECT ON pg_catalog.pg_statistic TO app'
    """
    if server_version_num >= _READER_ROLE_SINCE:
        return f"GRANT pg_read_all_data TO {role}"
    what = "pg_catalog.pg_statistic" if catalog else "ALL TABLES IN SCHEMA …"
    return f"GRANT SELECT ON {what} TO {role}"
