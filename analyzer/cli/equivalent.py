"""pgproof equivalent: do two queries return the same, and by what is it known."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from analyzer.cli.output import write
from analyzer.cli.progress import ProgressPrinter
from analyzer.cli.statement_file import STANDARD_INPUT, read_text
from analyzer.cli.where import resolve_target
from analyzer.domain.equivalence import CheckedSchema, CheckOptions, Compare, Outcome
from analyzer.errors import SourceError, UserError
from analyzer.pipeline.equivalence import (
    check_batch,
    check_pair,
    schema_of_snapshot,
    schema_of_target,
    schema_of_text,
)
from analyzer.report.verdict_as_json import Json, verdict_as_json
from analyzer.report.verdict_as_text import verdict_as_text

EXIT_CODES = {Outcome.EQUIVALENT: 0, Outcome.REFUTED: 1}
NOT_DECIDED = 3

_FILE = click.Path(path_type=Path)

_EPILOG = """\b
Exit codes:
  0  equivalent: proved, or no difference on the generated databases; how many
     deliberate mistakes these find is told
  1  refuted: the output has INSERT statements that show the difference
  2  the request cannot be understood
  3  could not decide
  5  a file cannot be read
A batch ends with 0 when every line got a verdict.
"""


@click.command(epilog=_EPILOG)
@click.argument("before", required=False, type=_FILE, metavar="[A.sql]")
@click.argument("after", required=False, type=_FILE, metavar="[B.sql]")
@click.option("--schema", type=_FILE, help="The schema: DDL in a file.")
@click.option("--target", "-t", metavar="DSN|NAME", help="The schema of a database.")
@click.option("--snapshot", type=_FILE, help="The schema in a snapshot file.")
@click.option("--batch", type=_FILE, help="Pairs in a file of JSON lines, or -.")
@click.option(
    "--databases",
    type=click.IntRange(1, 1_000_000),
    default=1_000,
    show_default=True,
    help="How many to generate.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the rows.")
@click.option(
    "--compare",
    type=click.Choice([kind.value for kind in Compare]),
    default=Compare.AUTO.value,
    show_default=True,
    help="auto: names and types count, and order if A has an ORDER BY.",
)
@click.option(
    "--budget",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest time for one pair.",
)
@click.option("--format", "fmt", type=click.Choice(("text", "json")), default="text")
@click.option("--output", "-o", type=_FILE, help="Write to a file.")
def equivalent(**options: object) -> int:
    """Say whether two queries are equivalent, and by what that is known.

    A.sql and B.sql hold one SELECT each; $1, $2 … stand for any value. They are tried
    on generated databases that fulfil the schema's constraints, and proved where a
    proof is at hand. Two of INSERT, UPDATE and DELETE are compared by what they report,
    return and leave in the tables. Nothing is ever run on the target: its schema is
    rebuilt in a PostgreSQL of our own, where foreign SQL runs as a role without rights.

    Each line of a batch is {"id", "schema", "q1", "q2", "compare"}, and becomes one of
    {"id", "verdict", "level", "databases", "counterexample", "reason"}.
    """
    check_options = CheckOptions(
        databases=int(str(options["databases"])),
        seed=int(str(options["seed"])),
        compare=Compare(str(options["compare"])),
        budget_s=float(str(options["budget"])),
    )
    path = options["output"] if isinstance(options["output"], Path) else None
    batch = options["batch"]
    if isinstance(batch, Path):
        _refuse(options, ("before", "after", "schema", "target", "snapshot"))
        return _batch(batch, check_options, path)
    return _single(options, check_options, path)


def _single(
    options: dict[str, object], check_options: CheckOptions, path: Path | None
) -> int:
    before, after = options["before"], options["after"]
    if not isinstance(before, Path) or not isinstance(after, Path):
        raise UserError(
            "two files are needed, each with one query",
            hint="pgproof equivalent A.sql B.sql --schema FILE.sql",
        )
    texts = read_text(before), read_text(after)
    verdict = check_pair(_schema(options), *texts, check_options)
    if options["fmt"] == "json":
        text = json.dumps(verdict_as_json(verdict), indent=2, ensure_ascii=False)
    else:
        text = verdict_as_text(verdict)
    write(text, path)
    return EXIT_CODES.get(verdict.outcome, NOT_DECIDED)


def _schema(options: dict[str, object]) -> CheckedSchema:
    given = [name for name in ("schema", "target", "snapshot") if options[name]]
    if len(given) != 1:
        raise UserError(
            "one schema is needed" if not given else "one schema is enough",
            hint="Give --schema FILE.sql, --target DSN, or --snapshot FILE.",
        )
    source = options[given[0]]
    if given[0] == "target":
        return schema_of_target(resolve_target(str(source))[0])
    file = Path(str(source))
    return (
        schema_of_text(read_text(file))
        if given[0] == "schema"
        else (schema_of_snapshot(file))
    )


def _batch(batch: Path, check_options: CheckOptions, path: Path | None) -> int:
    # Answers on a terminal are progress enough; a bar would write between them.
    is_quiet = not sys.stderr.isatty() or (path is None and sys.stdout.isatty())
    with ProgressPrinter(quiet=is_quiet) as progress:
        answers = _told(check_batch(_lines(batch), check_options), batch, progress)
        if path is not None:
            lines = [json.dumps(answer, ensure_ascii=False) for answer in answers]
            write("\n".join(lines), path)
            return 0
        for answer in answers:
            click.echo(json.dumps(answer, ensure_ascii=False))
    return 0


def _told(
    answers: Iterator[Json], batch: Path, progress: ProgressPrinter
) -> Iterator[Json]:
    """The answers, with their number and verdicts shown as they come."""
    total = _count(batch)
    seen: Counter[str] = Counter()
    for number, answer in enumerate(answers, 1):
        seen[str(answer["verdict"])] += 1
        shown = ", ".join(f"{many} {name}" for name, many in sorted(seen.items()))
        progress(f"{number} pairs: {shown}", number / total if total else 0.0)
        yield answer


def _count(path: Path) -> int:
    """How many lines a file has with something in them; 0 where it must be read once.

    A file that is no file may be a pipe, whose lines come only once.
    """
    if str(path) == STANDARD_INPUT or not path.is_file():
        return 0
    return sum(1 for line in _lines(path) if line.strip())


def _refuse(options: dict[str, object], names: tuple[str, ...]) -> None:
    given = [name for name in names if options[name]]
    if given:
        raise UserError(
            "a batch has its queries and schemas in its lines",
            detail=f"Given as well: {', '.join(given)}.",
        )


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file as they come, so that a batch may be endless."""
    try:
        if str(path) == STANDARD_INPUT:
            yield from (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
            return
        with path.open("rb") as file:
            yield from (line.decode("utf-8", "replace") for line in file)
    except OSError as error:
        raise SourceError(f'cannot read "{path}"', detail=error.strerror) from error
