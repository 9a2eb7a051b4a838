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
    "pg_get_constraintdef",
    "pg_get_expr",
    "pg_get_indexdef",
    "pg_get_partkeydef",
    "pg_get_serial_sequence",
    "pg_get_userbyid",
    "pg_table_is_visible",
    "pg_type_is_visible",
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
        "fmgr_internal_validator",
        "fmgr_sql_validator",  # parses a function's text, and so runs checks in it
        "#=",  # of hstore: makes a row, and so runs the checks of its domains
        "loread",
        # Of pgcrypto: numbers of 65,535 bits, which no interrupt stops.
        "pgp_pub_decrypt",
        "pgp_pub_decrypt_bytea",
        "pgp_pub_encrypt",
        "pgp_pub_encrypt_bytea",
        "lowrite",
        "populate_record",  # of hstore, as #=
        "record_in",
        "satisfies_hash_partition",
        "set_config",
        "setseed",
        "setval",
        # GEOS looks for no interrupt in it: a line that crosses itself some thousand
        # times keeps a backend busy, and neither cancel nor terminate stops it.
        "st_makevalid",
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


LARGE_OR_LONG = frozenset(
    {"array_fill", "repeat", "lpad", "rpad", "xmlexists", "xpath", "xpath_exists"}
)
"""Immutable functions that make much of a small constant: expressions that
are kept with a table are judged by their texts where these are in them."""

JSON_MAKERS = frozenset(
    {
        *("to_json", "to_jsonb", "row_to_json", "array_to_json"),
        *("json_build_array", "json_build_object"),
        *("jsonb_build_array", "jsonb_build_object"),
        *("json_agg", "json_agg_strict", "jsonb_agg", "jsonb_agg_strict"),
        *("json_object_agg", "json_object_agg_strict", "json_object_agg_unique"),
        *("jsonb_object_agg", "jsonb_object_agg_strict", "jsonb_object_agg_unique"),
        *("json_object_agg_unique_strict", "jsonb_object_agg_unique_strict"),
        "st_asgeojson",  # of PostGIS, which has a copy of what looks for casts
    }
)
"""Functions that call casts to json which the database has made for types of its own.

Source: the callers of json_categorize_type() in PostgreSQL's json.c and jsonb.c;
``test_guard_json_casts.py`` tries all that take values of any type.
"""

TRUSTED_EXTENSIONS = frozenset(
    {
        *("btree_gin", "btree_gist", "citext", "cube", "earthdistance", "hstore"),
        *("fuzzystrmatch", "intarray", "isn", "ltree", "pg_trgm", "pgcrypto", "seg"),
        *("postgis", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp"),
        "vector",
    }
)
"""Their functions in C and SQL compute from their arguments; they write nothing."""

READABLE_CATALOGS = {
    "pg_catalog": frozenset(
        {
            *(
                "pg_am",
                "pg_attrdef",
                "pg_attribute",
                "pg_cast",
                "pg_class",
                "pg_depend",
            ),
            *("pg_collation", "pg_constraint", "pg_description", "pg_enum", "pg_index"),
            *("pg_extension", "pg_indexes", "pg_inherits", "pg_language", "pg_opclass"),
            *(
                "pg_depend",
                "pg_namespace",
                "pg_operator",
                "pg_opfamily",
                "pg_partitioned_table",
            ),
            *("pg_range", "pg_sequence", "pg_tables", "pg_tablespace", "pg_trigger"),
            *("pg_type", "pg_stat_all_indexes", "pg_stat_all_tables"),
            *("pg_stat_user_indexes", "pg_stat_user_tables", "pg_statio_all_indexes"),
            *("pg_statio_all_tables", "pg_statio_user_indexes"),
            "pg_statio_user_tables",
        }
    ),
    "information_schema": frozenset(
        {
            *("check_constraints", "columns", "constraint_column_usage", "schemata"),
            *("key_column_usage", "referential_constraints", "sequences", "tables"),
            *("table_constraints", "triggers", "views"),
        }
    ),
}
"""System relations by schema that tell what objects there are, and how often tables and
indexes are used: everybody may read them. None has values of rows, texts of functions,
statements of sessions, roles, settings or addresses."""
_FIRST_OWN_OID = 16_384
"""Below it is what initdb made (FirstNormalObjectId in PostgreSQL's transam.h)."""


def is_readable_catalog(schema: str, name: str, oid: int) -> bool:
    """Whether a system relation may be read; a superuser may have added others.

    >>> is_readable_catalog("pg_catalog", "pg_class", 1259)
    True
    >>> is_readable_catalog("pg_catalog", "pg_authid", 1260)
    False
    """
    return oid < _FIRST_OWN_OID and name in READABLE_CATALOGS.get(schema, frozenset())
