"""The SQL that evaluates an expression on staged rows."""

from __future__ import annotations

from analyzer.statements.identifiers import quote_identifier
from analyzer.verification.schema_facts import Table
from analyzer.verification.trial_sql import NUMBER, SCHEMA, literal, stage_name


def images(table: Table, alias: str, expression: str, *, is_ordered: bool) -> str:
    """The query for what an expression makes of the staged rows ``$1`` to ``$2``.

    It returns a row's number, the rank of its image, the image as text, and its type.
    The rank of a type without an order is that of its text.

    Args:
        table: of the rows.
        alias: by which the expression names it.
        expression: printed from its tree.
        is_ordered: whether its type has an order.
    """
    by = "image" if is_ordered else 'image::text COLLATE "C"'
    return (
        f"SELECT i.{NUMBER}, dense_rank() OVER (ORDER BY {by}), image::text,"
        f" pg_typeof(image)::text FROM (SELECT {NUMBER}, ({expression}) AS image"
        f" FROM {stage_name(table)} AS {quote_identifier(alias)}"
        f" WHERE {NUMBER} BETWEEN $1::int AND $2::int"
        f" AND {NUMBER} <> ALL ($3::int[]) OFFSET 0) AS i"
    )


def failing_rows(table: Table, alias: str, expression: str) -> tuple[str, str]:
    """A function that finds the staged rows for which an expression fails, and a call.

    The call takes the first and the last number, and returns the numbers of the rows.
    """
    statement = (
        "#variable_conflict use_column\nDECLARE ignored text;\nBEGIN\n"
        "FOR place IN first .. last LOOP\nBEGIN\n"
        f"SELECT ({expression})::text INTO ignored FROM {stage_name(table)}"
        f" AS {quote_identifier(alias)} WHERE {NUMBER} = place;\n"
        "EXCEPTION WHEN OTHERS THEN RETURN NEXT place;\nEND;\nEND LOOP;\nEND"
    )
    function = (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.failing(first int, last int)"
        f" RETURNS SETOF int LANGUAGE plpgsql AS {literal(statement)}"
    )
    return function, f"SELECT number FROM {SCHEMA}.failing($1::int, $2::int) AS number"
