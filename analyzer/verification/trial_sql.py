"""The SQL that tries queries on many small databases, one after the other.

All rows wait in staging tables with the number of their database. A function goes
through the numbers: it inserts the rows of one into the real tables, under all their
constraints, runs each query, and rolls the rows back by a subtransaction. This is
exact where a form with the tables as CTEs is not, and as fast: the plans are made once.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.domain.index import RelationName
from analyzer.postgres.attempt import OutputColumn
from analyzer.statements.identifiers import quote_identifier, quote_relation
from analyzer.statements.sorted_output import SortedOutput
from analyzer.verification.schema_facts import Table

SCHEMA = "pgproof_trial"
NUMBER = "pgproof_number"
PARAMETERS = f"{SCHEMA}.parameters"
UNDONE = "PGPRF"
"""SQLSTATE by which the rows of one database are rolled back."""

RUN = f"SELECT * FROM {SCHEMA}.run($1::int, $2::int, $3::boolean)"
"""Calls what :func:`run_function` makes."""

_NUMERIC, _FLOAT4, _FLOAT8 = 1700, 700, 701


def literal(text: str) -> str:
    """A string literal, for ``standard_conforming_strings``.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def stage_name(table: Table) -> str:
    """The staging table of a table."""
    return f"{SCHEMA}.t{table.oid}"


def table_name(table: Table) -> str:
    """The table, with its schema."""
    return quote_relation(RelationName(table.schema, table.name))


def _columns(table: Table, prefix: str = "") -> str:
    return ", ".join(prefix + quote_identifier(c.name) for c in table.stored)


_LENIENT = "WITH (ON_ERROR ignore, LOG_VERBOSITY silent)"


def create_stages(tables: Sequence[Table], parameter_types: Sequence[str]) -> str:
    """Make the staging tables; their columns have the types of the real ones."""
    lines = [f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}"]
    for table in tables:
        columns = "".join(
            f", {quote_identifier(c.name)} {c.type_name}" for c in table.stored
        )
        lines.append(
            f"CREATE UNLOGGED TABLE {stage_name(table)} ({NUMBER} int{columns})"
        )
        lines.append(f"CREATE INDEX ON {stage_name(table)} ({NUMBER})")
    parameters = "".join(f", p{i} {t}" for i, t in enumerate(parameter_types, 1))
    lines.append(f"CREATE UNLOGGED TABLE {PARAMETERS} ({NUMBER} int{parameters})")
    lines.append(f"CREATE INDEX ON {PARAMETERS} ({NUMBER})")
    return ";\n".join(lines)


COPY_PARAMETERS = f"COPY {PARAMETERS} FROM STDIN {_LENIENT}"
"""The COPY that fills the parameters; where one does not fit, all are NULL."""


def copy_statement(table: Table) -> str:
    """The COPY that fills a staging table; a value that does not fit costs its row."""
    names = "".join(f", {quote_identifier(c.name)}" for c in table.stored)
    return f"COPY {stage_name(table)} ({NUMBER}{names}) FROM STDIN {_LENIENT}"


def staged_rows(stage: str) -> str:
    """The query for the rows of one database in a staging table."""
    return f"SELECT s.* FROM {stage} AS s WHERE {NUMBER} = $1::int ORDER BY ctid"


def lines_of(number: int, parameter_count: int) -> str:
    """The query for the texts that a query's function gives, each with its run."""
    values = ", ".join(f"${i}" for i in range(1, parameter_count + 1))
    return f"SELECT line FROM unnest({SCHEMA}.q{number}({values})) AS line"


def query_function(
    number: int,
    query: SortedOutput,
    columns: Sequence[OutputColumn],
    parameter_types: Sequence[str],
) -> str:
    """A function that runs a query and gives its rows as sorted texts.

    With sort keys, rows that tie form a run, and each text begins with the number of
    its run: two lists are equal if and only if the texts are.

    Args:
        number: of the query; part of the function's name.
        query: checked by the guard, printed from its tree.
        columns: what it returns, without added sort keys.
        parameter_types: of ``$1`` …, which name the function's own parameters.
    """
    visible = [_canonical(f"c{i}", c) for i, c in enumerate(columns, 1)]
    line = f"ROW({', '.join(visible)})::text"
    total = max([len(columns), *(key + 1 for key in query.keys)])
    names = ", ".join(f"c{i}" for i in range(1, total + 1))
    source = f"(\n{query.text}\n) AS q" + (f"({names})" if total else "")
    if query.keys:
        body = _runs(line, source, [f"c{key + 1}" for key in query.keys])
    else:
        # All rows tie: they are the first run.
        body = f"SELECT 1 AS run, {line} AS line FROM {source}"
    arguments = ", ".join(parameter_types)
    statement = (
        "#variable_conflict use_column\n"
        "DECLARE pgproof_lines text[];\nBEGIN\n"
        "SELECT array_agg(pgproof_rows.run || ' ' || pgproof_rows.line ORDER BY"
        ' pgproof_rows.run, pgproof_rows.line COLLATE "C") INTO pgproof_lines\n'
        f"FROM ({body}) AS pgproof_rows;\n"
        "RETURN pgproof_lines;\nEND"
    )
    return (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.q{number}({arguments})"
        f" RETURNS text[] LANGUAGE plpgsql AS {literal(statement)}"
    )


def writing_function(
    number: int,
    text: str,
    columns: Sequence[OutputColumn],
    parameter_types: Sequence[str],
    tables: Sequence[Table],
) -> str:
    """A function that runs a write and gives what it left: rows returned, and tables.

    The first text has the number of rows that the statement reports.

    Args:
        number: of the statement; part of the function's name.
        text: one INSERT, UPDATE, DELETE or MERGE, checked by the guard.
        columns: of its RETURNING; none if it has none.
        parameter_types: of ``$1`` ….
        tables: whose rows are looked at afterwards.
    """
    left = "\n".join(_table_lines(table) for table in tables)
    run = f"{text};\nGET DIAGNOSTICS pgproof_count = ROW_COUNT;\n"
    if columns:
        names = ", ".join(f"c{i}" for i in range(1, len(columns) + 1))
        visible = [_canonical(f"c{i}", c) for i, c in enumerate(columns, 1)]
        line = f"'0 returned: ' || ROW({', '.join(visible)})::text"
        run = (
            f"WITH pgproof_given({names}) AS (\n{text}\n) SELECT count(*),"
            f" coalesce(array_agg({line} ORDER BY {line} COLLATE \"C\"), '{{}}')"
            " INTO pgproof_count, pgproof_lines FROM pgproof_given;\n"
        )
    statement = (
        "#variable_conflict use_column\n"
        "DECLARE pgproof_lines text[] := '{}'; pgproof_count bigint;\nBEGIN\n"
        f"{run}pgproof_lines := ('0 rows: ' || pgproof_count) || pgproof_lines;\n"
        f"{left}\nRETURN pgproof_lines;\nEND"
    )
    return (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.q{number}({', '.join(parameter_types)})"
        f" RETURNS text[] LANGUAGE plpgsql AS {literal(statement)}"
    )


def _table_lines(table: Table) -> str:
    values = ", ".join(
        _CANONICAL.get(c.base_type, "{}").format(quote_identifier(c.name))
        for c in table.columns
    )
    line = f"{literal(f'0 {table.name}: ')} || ROW({values})::text"
    return (
        f"pgproof_lines := pgproof_lines || (SELECT coalesce(array_agg({line} ORDER BY"
        f" {line} COLLATE \"C\"), '{{}}') FROM {table_name(table)});"
    )


_CANONICAL = {
    "numeric": "trim_scale({})",
    "real": "({} + 0)",
    "double precision": "({} + 0)",
}


def _canonical(name: str, column: OutputColumn) -> str:
    """One text for values that are equal: 1.0 and 1.00, 0 and -0."""
    if column.type_oid == _NUMERIC:
        return f"trim_scale({name})"
    if column.type_oid in (_FLOAT4, _FLOAT8):
        return f"({name} + 0)"
    return name


def _runs(line: str, source: str, keys: Sequence[str]) -> str:
    before = ", ".join(f"lag(q.{key}) OVER (ORDER BY q.place)" for key in keys)
    here = ", ".join(f"q.{key}" for key in keys)
    return (
        "SELECT sum(n.is_new::int) OVER (ORDER BY n.place) AS run, n.line FROM"
        f" (SELECT q.place, {line} AS line,"
        f" q.place = 1 OR ROW({here}) IS DISTINCT FROM ROW({before}) AS is_new"
        f" FROM (SELECT row_number() OVER () AS place, * FROM {source}) AS q) AS n"
    )


def run_function(
    tables: Sequence[Table],
    queries: Sequence[int],
    parameter_count: int,
    *,
    is_list: bool,
    is_writing: bool = False,
) -> str:
    """A function that tries queries on the databases from one number to another.

    It returns for each number and query the count of rows and hashes of their texts,
    with and without their order, or the SQLSTATE and message. Query -1 stands for rows
    that the tables refuse.
    """
    inserts = "\n".join(_insert(table) for table in tables)
    values = ", ".join(f"given.p{i}" for i in range(1, parameter_count + 1))
    attempt = _attempt_to_write if is_writing else _attempt
    attempts = "\n".join(attempt(n, values, is_list=is_list) for n in queries)
    statement = f"""#variable_conflict use_variable
DECLARE
    lines text[];
    given {PARAMETERS}%ROWTYPE;
BEGIN
    FOR this_number IN from_number .. to_number LOOP
        number := this_number;
        BEGIN
            BEGIN
                {inserts}
                SELECT * INTO given FROM {PARAMETERS} AS s WHERE s.{NUMBER} = number;
            EXCEPTION WHEN OTHERS THEN
                query := -1; row_count := NULL; hash := NULL; bag_hash := NULL;
                state := SQLSTATE; message := SQLERRM;
                RETURN NEXT;
                RAISE EXCEPTION SQLSTATE '{UNDONE}';
            END;
            {attempts}
            RAISE EXCEPTION SQLSTATE '{UNDONE}';
        EXCEPTION WHEN SQLSTATE '{UNDONE}' THEN
            NULL;
        END;
    END LOOP;
END"""
    return (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.run(from_number int, to_number int,"
        " is_reversed boolean, OUT number int, OUT query int, OUT row_count int,"
        " OUT hash text, OUT bag_hash text, OUT state text, OUT message text)"
        f" RETURNS SETOF record LANGUAGE plpgsql AS {literal(statement)}"
    )


def _insert(table: Table) -> str:
    columns = _columns(table)
    if not columns:
        return ""
    stage = stage_name(table)
    head = f"INSERT INTO {table_name(table)} ({columns}) OVERRIDING SYSTEM VALUE"
    rows = f"SELECT {_columns(table, 's.')} FROM {stage} AS s WHERE s.{NUMBER} = number"
    return (
        f"IF is_reversed THEN {head} {rows} ORDER BY s.ctid DESC;"
        f" ELSE {head} {rows} ORDER BY s.ctid; END IF;"
    )


_BAG = (
    "(SELECT md5(string_agg(b.line, E'\\x01' ORDER BY b.line)) FROM (SELECT substr(l,"
    " strpos(l, ' ')) COLLATE \"C\" AS line FROM unnest(lines) AS l) AS b)"
)


def _attempt(number: int, values: str, *, is_list: bool) -> str:
    bag = _BAG if is_list else "hash"
    return f"""BEGIN
                query := {number}; state := NULL; message := NULL;
                lines := {SCHEMA}.q{number}({values});
                row_count := coalesce(cardinality(lines), 0);
                hash := md5(lines::text);
                bag_hash := {bag};
                RETURN NEXT;
            EXCEPTION WHEN OTHERS THEN
                row_count := NULL; hash := NULL; bag_hash := NULL;
                state := SQLSTATE; message := SQLERRM;
                RETURN NEXT;
            END;"""


def _attempt_to_write(number: int, values: str, *, is_list: bool) -> str:
    """As :func:`_attempt`, with what is written undone; order is of no concern."""
    del is_list
    return f"""BEGIN
                query := {number}; state := NULL; message := NULL;
                lines := {SCHEMA}.q{number}({values});
                row_count := substring(lines[1] FROM '[0-9]+$')::int;
                hash := md5(lines::text);
                bag_hash := hash;
                RAISE EXCEPTION SQLSTATE '{UNDONE}';
            EXCEPTION WHEN SQLSTATE '{UNDONE}' THEN
                RETURN NEXT;
            WHEN OTHERS THEN
                row_count := NULL; hash := NULL; bag_hash := NULL;
                state := SQLSTATE; message := SQLERRM;
                RETURN NEXT;
            END;"""
