"""pgproof explain: plans of one statement, what-if plans, and what is wrong in them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import click

from analyzer.cli.output import write
from analyzer.cli.progress import ProgressPrinter
from analyzer.cli.statement_file import STANDARD_INPUT, given_text, read_text
from analyzer.cli.where import is_dsn, resolve_target
from analyzer.domain.explanation import Explanation
from analyzer.domain.target import Permissions
from analyzer.errors import QuerySyntaxError, Refusal, UserError
from analyzer.pipeline.explain import ExplainRequest, explain_statement
from analyzer.pipeline.explain_plan import explain_plan
from analyzer.plans.read_any import is_plan
from analyzer.report.explain_as_html import explanation_as_html
from analyzer.report.explain_as_json import explanation_as_json, refusal_as_json
from analyzer.report.explain_as_markdown import explanation_as_markdown
from analyzer.report.explain_as_text import explanation_as_text

_STATEMENT = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:SELECT|WITH|VALUES|TABLE|INSERT|UPDATE|DELETE"
    r"|MERGE|EXPLAIN|EXECUTE)\b",
    re.IGNORECASE | re.DOTALL,
)
_LOG = re.compile(
    r"\b(?:LOG|ERROR|FATAL|STATEMENT|HINT|DETAIL|WARNING):  \S"
    r"|,(?:LOG|ERROR|FATAL|WARNING),[0-9A-Z]{5},|\"error_severity\":"
)

FORMATS = ("text", "json", "markdown", "html")
NULL = r"\N"

_FILE = click.Path(path_type=Path)
_NEEDS_STATEMENT = (
    "index",
    "hide",
    "settings",
    "scale",
    "param",
    "analyze",
    "target",
    "snapshot",
)


@click.command()
@click.argument("file", required=False, type=_FILE, metavar="[FILE|-]")
@click.option("--command", "-c", metavar="SQL", help="The statement, instead of FILE.")
@click.option("--target", "-t", metavar="DSN|NAME", help="The database.")
@click.option("--snapshot", type=_FILE, help="Plan from this file, without a server.")
@click.option("--index", multiple=True, metavar="DDL", help="Suppose CREATE INDEX …")
@click.option("--hide", multiple=True, metavar="NAME", help="Suppose no such index.")
@click.option(
    "--set", "settings", multiple=True, metavar="K=V", help="Suppose a planner setting."
)
@click.option(
    "--scale",
    multiple=True,
    metavar="TABLE=N",
    help="Suppose N times the rows, with all sizes.",
)
@click.option(
    "--param",
    multiple=True,
    metavar="VALUE",
    help=r"Value of $1, then of $2 …; \N is NULL.",
)
@click.option(
    "--compare", type=_FILE, metavar="PLAN", help="Say what differs in this plan."
)
@click.option("--analyze", is_flag=True, help="Run it too: one SELECT, guarded.")
@click.option("--clone", is_flag=True, help="The database is a copy nobody uses.")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="text")
@click.option("--output", "-o", type=_FILE, help="Write to a file.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def explain(**options: object) -> int:
    """Show the plan of a statement, what a what-if would change, and why.

    FILE holds the statement, or a plan (EXPLAIN in text, JSON, YAML or XML), which is
    then explained without any database. What-if plans are made in a shadow of the
    database, which is not touched. Numbers of the planner are costs, never time.
    """
    output = options["output"]
    path = output if isinstance(output, Path) else None
    try:
        text = _text(options)
        with ProgressPrinter(quiet=bool(options["quiet"])) as progress:
            if options["command"] is None and is_plan(text):
                explanation = _plan_alone(text, options)
            elif options["compare"]:
                raise UserError(
                    "two plans can be compared, not a statement and a plan",
                    hint="Give both as files: pgproof explain BEFORE --compare AFTER.",
                )
            else:
                explanation = _explained(text, options, progress)
    except Refusal as error:
        if options["fmt"] == "json":
            write(json.dumps(refusal_as_json(error), ensure_ascii=False), path)
        raise
    write(_render(explanation, str(options["fmt"])), path)
    return 0


def _explained(
    text: str, options: dict[str, object], progress: ProgressPrinter
) -> Explanation:
    try:
        return explain_statement(_request(text, options), progress)
    except QuerySyntaxError as error:
        if options["command"] is not None or _STATEMENT.match(text):
            raise
        raise UserError(
            "this is neither a plan nor a statement",
            detail=f"As a statement: {error}",
            hint=_hint_for(text),
        ) from None


def _hint_for(text: str) -> str:
    """What else the text may be, and what to do with it.

    >>> _hint_for("2026-01-01 10:00:00 UTC [1] LOG:  checkpoint starting: time")
    'It looks like a log of PostgreSQL: pgproof logs FILE reads it.'
    """
    if _LOG.search(text):
        return "It looks like a log of PostgreSQL: pgproof logs FILE reads it."
    return (
        "Give one SQL statement, or the whole output of EXPLAIN in text, JSON, YAML or "
        "XML."
    )


def _text(options: dict[str, object]) -> str:
    """The statement or plan, from where the user has it."""
    return given_text(
        options["command"],
        options["file"],
        noun="explain",
        hint="Give -c SQL, a FILE with a statement or a plan, or - to read it.",
    )


def _plan_alone(text: str, options: dict[str, object]) -> Explanation:
    useless = (
        "index",
        "hide",
        "settings",
        "scale",
        "param",
        "analyze",
        "target",
        "snapshot",
    )
    for name in useless:
        if options[name]:
            raise UserError(
                "a plan cannot be made again",
                detail=f"--{name.removesuffix('tings')} needs the statement itself.",
                hint="Give the statement that the plan was made for.",
            )
    source = "standard input" if str(options["file"]) == STANDARD_INPUT else "a file"
    other = options["compare"]
    second = read_text(other) if isinstance(other, Path) else None
    return explain_plan(text, source, second)


def _request(text: str, options: dict[str, object]) -> ExplainRequest:
    target, snapshot = options["target"], options["snapshot"]
    address, permissions = None, Permissions()
    if target:
        address, permissions = resolve_target(str(target))
        if is_dsn(str(target)):
            # Whoever has the DSN and asks for a run is the owner who allows it.
            permissions = Permissions(
                explain_analyze=bool(options["analyze"]),
                is_clone=bool(options["clone"]),
            )
        elif options["clone"]:
            raise UserError(
                "a registered target says itself whether it is a clone",
                hint="Register it with --clone, or give its DSN.",
            )
    return ExplainRequest(
        query=text,
        address=address,
        permissions=permissions,
        snapshot_path=snapshot if isinstance(snapshot, Path) else None,
        parameters=tuple(None if v == NULL else v for v in _many(options["param"])),
        indexes=_many(options["index"]),
        hide=_many(options["hide"]),
        settings=dict(_setting(item) for item in _many(options["settings"])),
        scale=_many(options["scale"]),
        run=bool(options["analyze"]),
    )


def _many(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()


def _setting(text: str) -> tuple[str, str]:
    """A setting's name and value.

    >>> _setting("work_mem = 64MB")
    ('work_mem', '64MB')
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UserError(
            f'"{text}" is not a setting', hint="Write for example --set work_mem=64MB."
        )
    return name.strip().lower(), value.strip()


def _render(explanation: Explanation, fmt: str) -> str:
    if fmt == "json":
        document = explanation_as_json(explanation)
        return json.dumps(document, indent=2, ensure_ascii=False)
    if fmt == "html":
        return explanation_as_html(explanation)
    if fmt == "markdown":
        return explanation_as_markdown(explanation)
    return explanation_as_text(explanation, shutil.get_terminal_size((120, 40)).columns)
