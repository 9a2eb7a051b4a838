"""pgproof rewrite: the same question asked more cheaply, and why it is the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from analyzer.cli.output import write
from analyzer.cli.progress import ProgressPrinter
from analyzer.cli.statement_file import given_text
from analyzer.cli.where import resolve_target
from analyzer.domain.rewriting import Rewriting
from analyzer.pipeline.rewrite import RewriteRequest, rewrite_statement
from analyzer.report.rewrite_as_json import rewriting_as_json
from analyzer.report.rewrite_as_text import (
    rewriting_as_html,
    rewriting_as_markdown,
    rewriting_as_text,
)

FORMATS = ("text", "json", "markdown", "html")
NULL = r"\N"
_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", required=False, type=_FILE, metavar="[FILE|-]")
@click.option("--command", "-c", metavar="SQL", help="The statement, instead of FILE.")
@click.option("--target", "-t", metavar="DSN|NAME", help="The database.")
@click.option("--snapshot", type=_FILE, help="Plan from this file, without a server.")
@click.option("--schema", type=_FILE, help="Know the tables from this file of DDL.")
@click.option(
    "--param",
    multiple=True,
    metavar="VALUE",
    help=r"Value of $1, then of $2 …; \N is NULL.",
)
@click.option(
    "--approximate", is_flag=True, help="Offer answers that are not exact, too."
)
@click.option(
    "--measure", is_flag=True, help="Run the best on generated data, too (minutes)."
)
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="text")
@click.option("--output", "-o", type=_FILE, help="Write to a file.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def rewrite(**options: object) -> int:
    """Find cheaper texts of a statement that return the same rows.

    Each is shown with what changed, the rules that made it, the facts they stand on
    and their proofs, and planner costs before and after in a shadow of the database,
    which is not touched. A rule whose condition is not proved names the constraint
    that would prove it. With --schema alone the sizes of tables are assumed.
    """
    output = options["output"]
    with ProgressPrinter(quiet=bool(options["quiet"])) as progress:
        found = rewrite_statement(_request(options), progress)
    write(
        _render(found, str(options["fmt"])),
        output if isinstance(output, Path) else None,
    )
    return 0


def _request(options: dict[str, object]) -> RewriteRequest:
    text = given_text(
        options["command"],
        options["file"],
        noun="rewrite",
        hint="Give -c SQL, a FILE with one statement, or - to read it.",
    )
    target, given = options["target"], options["param"]
    values = given if isinstance(given, tuple) else ()
    return RewriteRequest(
        query=text,
        address=resolve_target(str(target))[0] if target else None,
        snapshot_path=_path(options["snapshot"]),
        schema_path=_path(options["schema"]),
        parameters=tuple(None if v == NULL else str(v) for v in values),
        approximate=bool(options["approximate"]),
        measure=bool(options["measure"]),
    )


def _path(value: object) -> Path | None:
    return value if isinstance(value, Path) else None


def _render(found: Rewriting, fmt: str) -> str:
    if fmt == "json":
        return json.dumps(rewriting_as_json(found), indent=2, ensure_ascii=False)
    if fmt == "markdown":
        return rewriting_as_markdown(found)
    if fmt == "html":
        return rewriting_as_html(found)
    return rewriting_as_text(found, shutil.get_terminal_size((120, 40)).columns)
