"""pgproof snapshot: schema, statistics and settings of a database in one file."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.cli.where import resolve_target
from analyzer.pipeline.snapshot import WrittenSnapshot, write_snapshot
from analyzer.report.plain import size


@click.command()
@click.argument("target", metavar="DSN|TARGET")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to write.",
)
@click.option(
    "--redact",
    is_flag=True,
    help="Replace text values; order, length and frequency are kept.",
)
@click.option(
    "--workload",
    is_flag=True,
    help="Put in what pg_stat_statements has counted, texts without constants.",
)
def snapshot(target: str, output: Path, *, redact: bool, workload: bool) -> int:
    """Write what planning needs to one file, so that a scan needs no server.

    The file holds statistics, and these hold values: it is as confidential as the data,
    unless --redact replaces them. Numbers, dates and the schema stay as they are.
    """
    address, _ = resolve_target(target)
    written = write_snapshot(address, output, redact=redact, workload=workload)
    click.echo(f"{output}: {size(written.size_bytes)}, format {written.version}")
    click.echo(_content(written))
    click.echo(_confidentiality(written))
    for item in written.not_seen:
        click.echo(f"not seen: {item.what}: {item.why} {item.hint}".rstrip())
    return 0


def _content(written: WrittenSnapshot) -> str:
    workload = ""
    if written.statement_count is not None:
        workload = f", {written.statement_count:,} statements with counters"
    return (
        f"PostgreSQL {written.server_version}: {written.relation_count:,} relations, "
        f"{written.index_count:,} indexes{workload}"
    )


def _confidentiality(written: WrittenSnapshot) -> str:
    if written.redacted:
        return (
            "Its text values are replaced. It holds numbers, dates, names of objects, "
            "and the schema with its literals: still confidential."
        )
    return "It holds values from the statistics: as confidential as the data."
