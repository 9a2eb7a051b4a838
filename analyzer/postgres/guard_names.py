"""Built-in functions that a guarded statement may not call, and those it may.

PostgreSQL marks volatility, not danger: some stable functions run a text as SQL or read
what only administrators should see. Source: pg_proc of versions 13 to 18, read through;
safety.md 2.2 lists what each did when it was tried.
"""

from __future__ import annotations

HARMLESS_VOLATILE = frozenset(
    {
        "clock_timestamp",
        "gen_random_uuid",
        "random",
        "random_normal",
        "timeofday",
        "uuidv4",
        "uuidv7",
        "pg_column_size",
        "pg_relation_size",
        "pg_total_relation_size",
        "pg_table_size",
        "pg_indexes_size",
        "gen_random_bytes",
        "gen_salt",
        "uuid_generate_v1",
        "uuid_generate_v1mc",
        "uuid_generate_v4",
    }
)
"""Volatile, but they only read, and nothing that is not the caller's own."""

_ALLOWED_PG = HARMLESS_VOLATILE | {
    "pg_typeof",
    "pg_column_compression",
    "pg_size_pretty",
    "pg_size_bytes",
    "pg_client_encoding",
    "pg_get_serial_sequence",
}
_DENIED_PREFIXES = (
    "pg_",
    "lo_",
    "dblink",
    "query_to_",
    "table_to_",
    "schema_to_",
    "database_to_",
    "cursor_to_",
    "binary_upgrade_",
    "json_populate_",
    "jsonb_populate_",
)
_DENIED = frozenset(
    {
        "array_fill",  # any amount of memory from one small call
        "currtid",
        "currtid2",
        "domain_in",  # runs the checks of a domain
        "fmgr_c_validator",  # loads a library
        "#=",  # of hstore: makes a row, and so runs the checks of its domains
        "loread",
        "lowrite",
        "populate_record",  # of hstore, as #=
        "record_in",
        "satisfies_hash_partition",
        "set_config",
        "setseed",
        "setval",
        "ts_rewrite",  # one of its forms runs a text as SQL
        "ts_stat",  # runs a text as SQL
        "txid_current",  # takes a transaction id
        # libxml looks for no interrupt: a path with counts within counts keeps a
        # backend busy without end, and neither cancel nor terminate stops it.
        "xmlexists",
        "xpath",
        "xpath_exists",
        "xpath_table",
    }
)


def is_denied(name: str) -> bool:
    """Whether a built-in function may never be called by a guarded statement.

    >>> is_denied("pg_read_file"), is_denied("pg_typeof"), is_denied("lower")
    (True, False, False)
    """
    if name in _ALLOWED_PG:
        return False
    return name in _DENIED or name.startswith(_DENIED_PREFIXES)


TRUSTED_EXTENSIONS = frozenset(
    {
        *("btree_gin", "btree_gist", "citext", "cube", "earthdistance", "hstore"),
        *("fuzzystrmatch", "intarray", "isn", "ltree", "pg_trgm", "pgcrypto", "seg"),
        *("postgis", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp"),
        "vector",
    }
)
"""Their functions in C and SQL compute from their arguments; they write nothing."""
