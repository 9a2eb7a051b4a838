"""pgproof snapshot: schema, statistics and settings of a database in one file."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.cli.where import resolve_target
from analyzer.pipeline.snapshot import write_snapshot


@click.command()
@click.argument("target", metavar="DSN|TARGET")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to write.",
)
def snapshot(target: str, output: Path) -> int:
    """Write what planning needs to one file, so that a scan needs no server.

    The file holds statistics, and these hold values: it is as confidential as the data.
    """
    address, _ = resolve_target(target)
    written = write_snapshot(address, output)
    size = f"{written.size_bytes / 1024:,.0f} kB"
    click.echo(f"{output}: {size}, format {written.version}")
    click.echo("It holds values from the statistics: as confidential as the data.")
    for item in written.not_seen:
        click.echo(f"not seen: {item.what}: {item.why} {item.hint}".rstrip())
    return 0
