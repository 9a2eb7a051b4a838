"""Which statements of a snapshot a shadow runs; the scripts are foreign input.

They run without any privilege beyond the shadow's own database, so this list is not
what protects the host. It keeps out what planning does not need: less can go wrong.
"""

from __future__ import annotations

import re

_WORDS = re.compile(r"\s+")
_HEAD_CHARS = 300

_WANTED = re.compile(
    r"""
    CREATE\ (?:
        SCHEMA | TYPE | DOMAIN | FUNCTION | AGGREGATE | OPERATOR | COLLATION | CAST
      | CONVERSION | TEXT\ SEARCH | (?:UNLOGGED\ )?(?:TABLE | SEQUENCE) | STATISTICS
      | (?:OR\ REPLACE\ )?VIEW | MATERIALIZED\ VIEW | (?:UNIQUE\ )?INDEX
    )\b
  | ALTER\ (?:TABLE | INDEX | TYPE | DOMAIN | STATISTICS | SEQUENCE | OPERATOR
      | TEXT\ SEARCH | MATERIALIZED\ VIEW )\b
    """,
    re.VERBOSE,
)
_NAME = r'(?:"(?:[^"]|"")+"|[\w$.])+'
_UNWANTED = re.compile(
    rf"ALTER [A-Z ]+?(?:ONLY )?{_NAME} "
    r"(?:ENABLE |DISABLE |FORCE |NO FORCE |OWNER TO |REPLICA IDENTITY |CLUSTER ON"
    # Options of columns tell ANALYZE what to do, and its results are here already.
    rf"|ALTER COLUMN {_NAME} SET (?:\(|STATISTICS|STORAGE|COMPRESSION))"
)
_RUNS_A_QUERY = re.compile(
    rf"CREATE (?:UNLOGGED )?TABLE {_NAME} (?:\([^)]*\) )?AS\b|CREATE MATERIALIZED VIEW"
)
_NO_DATA = re.compile(r"WITH NO DATA\s*;?\s*$")
_SILENT = re.compile(
    r"(?:SET|SELECT|COMMENT|GRANT|REVOKE|SECURITY LABEL|CREATE TRIGGER|CREATE POLICY"
    r"|CREATE EXTENSION|CREATE EVENT TRIGGER|CREATE PUBLICATION|CREATE SUBSCRIPTION"
    r"|CREATE CONSTRAINT TRIGGER|CREATE PROCEDURE|ALTER DEFAULT PRIVILEGES"
    r"|ALTER EXTENSION|ALTER FUNCTION|ALTER TRIGGER|CREATE ACCESS METHOD)\b"
)
_STATISTICS = re.compile(
    r"SELECT \* FROM pg_catalog\.pg_restore_(?:relation|attribute)_stats\("
)
_SUBJECT = re.compile(rf"(?:CREATE|ALTER) ((?:[A-Z]+ )+)({_NAME})")


def is_wanted(statement: str) -> bool:
    """Whether a DDL statement makes something that plans depend on.

    >>> is_wanted("CREATE TABLE t (a int)"), is_wanted("CREATE RULE r AS ON SELECT")
    (True, False)
    >>> is_wanted("CREATE UNLOGGED SEQUENCE s")
    True
    >>> is_wanted("ALTER TABLE ONLY public.t ALTER COLUMN a SET (n_distinct=5)")
    False
    """
    head = _head(statement)
    if not _WANTED.match(head) or _UNWANTED.match(head):
        return False
    return not _RUNS_A_QUERY.match(head) or bool(_NO_DATA.search(statement))


def is_silent(statement: str) -> bool:
    """Whether leaving a statement out changes no plan, so that it need not be told.

    >>> is_silent("GRANT SELECT ON t TO u"), is_silent("CREATE FOREIGN TABLE t ()")
    (True, False)
    """
    head = _head(statement)
    return bool(_SILENT.match(head)) or bool(_UNWANTED.match(head))


def is_statistics(statement: str) -> bool:
    """Whether a statement restores statistics, as pg_dump 18 writes it.

    >>> is_statistics("SELECT * FROM pg_catalog.pg_restore_relation_stats('x', 1)")
    True
    """
    return bool(_STATISTICS.match(statement))


def subject(statement: str) -> str:
    """What a statement makes, in a few words.

    >>> subject('CREATE UNIQUE INDEX i ON public.t USING btree (a)')
    'unique index i'
    """
    match = _SUBJECT.match(_head(statement))
    if match is None:
        return _head(statement)[:60]
    kind = match[1].strip().lower().removesuffix(" only")
    return f"{kind} {match[2]}"


def statement_name(statement: str) -> str:
    """The beginning of a statement, up to the name of what it makes.

    >>> statement_name("CREATE RULE r AS ON DELETE TO t WHERE a = 'x' DO NOTHING")
    'CREATE RULE r'
    """
    match = _SUBJECT.match(_head(statement))
    return match[0] if match else " ".join(_head(statement).split(" ")[:2])


def _head(statement: str) -> str:
    return _WORDS.sub(" ", statement[:_HEAD_CHARS]).strip()
