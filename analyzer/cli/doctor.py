"""pgproof doctor: what can be seen on a server, what not, and what would change it."""

from __future__ import annotations

import json

import click

from analyzer.cli.where import resolve_target
from analyzer.pipeline.doctor import examine
from analyzer.report import doctor as report


@click.command()
@click.argument("target", metavar="DSN|TARGET")
@click.option("--format", "fmt", type=click.Choice(["table", "json"]), default="table")
def doctor(target: str, fmt: str) -> int:
    """Say what can be seen on a server, and the GRANT or setting that is missing."""
    address, _ = resolve_target(target)
    found = examine(address)
    if fmt == "json":
        click.echo(json.dumps(report.as_json(found), indent=2, ensure_ascii=False))
    else:
        click.echo(report.as_text(found))
    return 0
