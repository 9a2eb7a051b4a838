"""pgproof targets: register the databases that are watched."""

from __future__ import annotations

import json
import os

import click
from rich.console import Console
from rich.table import Table

from analyzer.cli.where import here, is_dsn, place_of
from analyzer.config import read_settings
from analyzer.domain.target import Permissions, Target
from analyzer.errors import UserError
from analyzer.pipeline.doctor import examine
from analyzer.pipeline.register import register_target
from analyzer.pipeline.service import open_store
from analyzer.postgres.connect import parse_dsn
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import TargetRecord, list_targets, remove_target


@click.group()
def targets() -> None:
    """Register the databases that are watched."""


@targets.command()
@click.argument("name")
@click.argument("dsn")
@click.option(
    "--explain-analyze", is_flag=True, help="Allow guarded SELECTs to run for real."
)
@click.option("--clone", is_flag=True, help="It is a copy that nobody uses.")
@click.option("--hypopg", is_flag=True, help="Plan on the target by HypoPG.")
@click.option("--logs", multiple=True, help="Log files of the server; wildcards work.")
@click.option("--no-nightly", is_flag=True, help="No scan every night.")
@click.option("--no-check", is_flag=True, help="Do not connect first.")
def add(name: str, dsn: str, **options: object) -> int:
    """Register the database at DSN as NAME; its password is kept encrypted."""
    if is_dsn(name):
        raise UserError("a name has neither :// nor = in it")
    logs = options["logs"]
    target = Target(
        name=name,
        address=parse_dsn(dsn),
        permissions=Permissions(
            explain_analyze=bool(options["explain_analyze"]),
            hypopg=bool(options["hypopg"]),
            is_clone=bool(options["clone"]),
        ),
        log_paths=tuple(logs) if isinstance(logs, tuple) else (),
    )
    if not options["no_check"]:
        examine(target.address)
    settings = read_settings(os.environ)
    with open_store(place_of(settings)) as store:
        box = SecretBox(settings.ensure_secret_key())
        register_target(store, box, target, nightly=not options["no_nightly"])
    click.echo(f'registered "{name}": {target.address}')
    return 0


@targets.command("list")
@click.option("--format", "fmt", type=click.Choice(["table", "json"]), default="table")
def list_(fmt: str) -> int:
    """List the registered databases; never their passwords."""
    with open_store(here()) as store:
        records = list_targets(store)
    if fmt == "json":
        click.echo(json.dumps([_as_json(record) for record in records], indent=2))
    elif not records:
        click.echo("No target yet. Register one: pgproof targets add NAME DSN")
    else:
        Console().print(_table(records))
    return 0


@targets.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> int:
    """Forget a target and everything stored about it."""
    with open_store(here()) as store:
        found = [record for record in list_targets(store) if record.name == name]
        if not found:
            raise UserError(f'there is no target named "{name}"')
        if not yes:
            click.confirm(f'Forget "{name}" and all its history?', abort=True)
        remove_target(store, found[0].target_id)
    click.echo(f'removed "{name}"')
    return 0


def _as_json(record: TargetRecord) -> dict[str, object]:
    last = record.last_scan_at
    return {
        "name": record.name,
        "host": record.host,
        "port": record.port,
        "database": record.database,
        "user": record.user,
        "explain_analyze": record.explain_analyze,
        "hypopg": record.hypopg,
        "is_clone": record.is_clone,
        "last_scan_at": last.isoformat() if last else None,
    }


def _table(records: tuple[TargetRecord, ...]) -> Table:
    table = Table("name", "database", "allowed", "last scan")
    for record in records:
        allowed = [
            word
            for word, given in (
                ("EXPLAIN ANALYZE", record.explain_analyze),
                ("HypoPG", record.hypopg),
                ("clone", record.is_clone),
            )
            if given
        ]
        where = f"{record.user}@{record.host}:{record.port}/{record.database}"
        scanned_at = record.last_scan_at
        last = f"{scanned_at:%Y-%m-%d %H:%M}" if scanned_at else "never"
        table.add_row(record.name, where, ", ".join(allowed) or "plan only", last)
    return table
