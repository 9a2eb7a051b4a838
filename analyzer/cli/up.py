"""pgproof up: the service, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
from dataclasses import replace

import click

from analyzer.cli.where import place_of
from analyzer.config import read_settings
from analyzer.pipeline.service import ensure_account, service_options
from analyzer.pipeline.service_log import configure_logging
from analyzer.pipeline.supervise import Service, serve
from analyzer.store.database import Store


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the pages.  [default: 8448]"
)
def up(host: str | None, port: int | None) -> int:
    """Run the service: store, worker, beat and web pages.

    What dies is started again. Ctrl-C or SIGTERM stops all of it. Everything it keeps
    lies below PGPROOF_HOME.
    """
    settings = read_settings(os.environ)
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    configure_logging("up", settings.log_level, settings.log_format)

    def ready(service: Service) -> None:
        with Store.open(service.database_url) as store:
            account = ensure_account(store)
        click.echo(f"pgproof is ready: {settings.web_url}")
        if account is not None:
            click.echo(f"First account: {account.name}   password: {account.password}")
        click.echo("Register a database: pgproof targets add NAME DSN")

    serve(service_options(place_of(settings)), ready)
    return 0
