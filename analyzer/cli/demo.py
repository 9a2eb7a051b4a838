"""pgproof demo: a shop database with faults, a load, a scan, and the web page."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack
from types import FrameType

import click

from analyzer.cli.output import FORMATS, render
from analyzer.cli.progress import ProgressPrinter
from analyzer.config import read_settings
from analyzer.pipeline.demo import DemoOptions, DemoOutcome, running_demo


@click.command()
@click.option("--once", is_flag=True, help="Print the result and stop everything.")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="table")
@click.option(
    "--seconds",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1, 600),
    help="How long the load runs.",
)
@click.option(
    "--scale",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.01, 10),
    help="Share of the full data set.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Port of the web page.  [default: 8448, or a free one if that is taken]",
)
def demo(once: bool, fmt: str, seconds: float, scale: float, port: int | None) -> int:
    """Show pgproof at work on a shop database made for the purpose.

    Starts the service, a PostgreSQL 18 with about a million rows and planted faults,
    and a concurrent load; scans; prints the recommendations. Everything lives in a
    temporary folder, and everything stops with Ctrl-C.
    """
    settings = read_settings(os.environ)
    options = DemoOptions(
        seconds=seconds,
        scale=scale,
        host=settings.host,
        port=port or settings.port,
        must_have_port=port is not None,
    )
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as stack:
        with ProgressPrinter() as progress:
            outcome = stack.enter_context(running_demo(options, progress))
        click.echo(render(outcome.result, fmt))
        if not once:
            _say_where(outcome)
            _wait(outcome)
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Wherever we are, everything started so far is stopped on the way out.
    raise KeyboardInterrupt


def _wait(outcome: DemoOutcome) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    outcome.service.run(stop)
    click.echo("stopping", err=True)


def _say_where(outcome: DemoOutcome) -> None:
    account = outcome.account
    click.echo(f"Web page:  {outcome.web_url}")
    if account is not None:
        click.echo(f"Log in:    {account.name}   password: {account.password}")
    click.echo(f"The shop:  {outcome.shop_dsn}")
    click.echo("Ctrl-C stops all of it and leaves nothing behind.")
