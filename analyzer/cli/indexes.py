"""pgproof indexes: one set of indexes for a whole workload, within limits."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import click

from analyzer.cli.output import write
from analyzer.cli.progress import ProgressPrinter
from analyzer.cli.where import is_dsn, resolve_target
from analyzer.domain.index_advice import IndexAdvice, Objective
from analyzer.domain.target import Address, Permissions
from analyzer.indexing.programme import SetLimits
from analyzer.pipeline.index_advice import (
    DEFAULT_TIME_LIMIT_S,
    IndexesRequest,
    advise_indexes,
)
from analyzer.report.indexes_as_html import index_advice_as_html
from analyzer.report.indexes_as_json import index_advice_as_json
from analyzer.report.indexes_as_lines import (
    index_advice_as_markdown,
    index_advice_as_text,
)

FORMATS = ("table", "json", "markdown", "html")
_FILE = click.Path(path_type=Path)
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kMGT]?i?B?)\s*", re.IGNORECASE)
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "t": 10**12}


class Size(click.ParamType[int]):
    """A size in bytes: ``500MB`` is 500 million, ``500MiB`` 1024 * 1024 times 500."""

    name = "SIZE"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Bytes."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(str(value))
        if match is None:
            self.fail(f"{value!r} is not a size such as 1GB or 500MiB", param, ctx)
        letter = match[2].lower().rstrip("b").rstrip("i")
        factor = _UNITS[letter]
        if "i" in match[2].lower():
            factor = 1024 ** ("kmgt".index(letter) + 1) if letter else 1
        return int(float(match[1]) * factor)


@click.command()
@click.option("--target", "-t", metavar="DSN|NAME", help="The database.")
@click.option("--snapshot", type=_FILE, help="Plan from this file, without a server.")
@click.option(
    "--workload",
    "-w",
    type=_FILE,
    help="File or folder of statements; else what pg_stat_statements has counted.",
)
@click.option("--budget", type=Size(), help="Of all new indexes, as 1GB or 500MiB.")
@click.option("--max-indexes", type=click.IntRange(0), metavar="N", help="At most.")
@click.option(
    "--write-overhead",
    type=click.FloatRange(0),
    metavar="RATIO",
    help="At most so many bytes into new indexes for each byte into a table.",
)
@click.option(
    "--objective",
    type=click.Choice([item.value for item in Objective]),
    help="Predicted time (the default once it is calibrated) or planner cost.",
)
@click.option(
    "--analyze",
    is_flag=True,
    help="Run each SELECT once on the target (on a clone twice), guarded, to calibrate "
    "times.",
)
@click.option("--clone", is_flag=True, help="The DSN is of a copy nobody is served by.")
@click.option(
    "--time-limit",
    type=click.FloatRange(1),
    default=DEFAULT_TIME_LIMIT_S,
    show_default=True,
    metavar="S",
    help="Seconds after which the best set so far is the answer.",
)
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="table")
@click.option("--output", "-o", type=_FILE, help="Write to a file.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def indexes(**options: object) -> int:
    """Choose one set of indexes for a whole workload.

    Every plan is made in a shadow of the database, which is not touched. Sizes are
    those the indexes will really have, writes are priced, indexes that are no longer
    needed are named, and so is each query that may get slower.
    """
    output = options["output"]
    with ProgressPrinter(quiet=bool(options["quiet"])) as progress:
        advice = advise_indexes(_request(options), progress)
    path = output if isinstance(output, Path) else None
    write(_render(advice, str(options["fmt"])), path)
    return 0


def _request(options: dict[str, object]) -> IndexesRequest:
    address, permissions = _place(options)
    budget, most = options["budget"], options["max_indexes"]
    overhead, objective = options["write_overhead"], options["objective"]
    return IndexesRequest(
        address=address,
        permissions=permissions,
        snapshot_path=_path(options["snapshot"]),
        workload_path=_path(options["workload"]),
        limits=SetLimits(
            budget_bytes=budget if isinstance(budget, int) else None,
            max_indexes=most if isinstance(most, int) else None,
            write_overhead_ratio=overhead if isinstance(overhead, float) else None,
        ),
        objective=Objective(str(objective)) if objective else None,
        time_limit_s=float(str(options["time_limit"])),
        run=bool(options["analyze"]),
    )


def _place(options: dict[str, object]) -> tuple[Address | None, Permissions]:
    target = options["target"]
    if not target:
        return None, Permissions()
    address, permissions = resolve_target(str(target))
    if is_dsn(str(target)):
        # Whoever has the DSN and asks for a run is the owner who allows it.
        permissions = replace(
            permissions,
            explain_analyze=bool(options["analyze"]),
            is_clone=bool(options["clone"]),
        )
    return address, permissions


def _path(value: object) -> Path | None:
    return value if isinstance(value, Path) else None


def _render(advice: IndexAdvice, fmt: str) -> str:
    if fmt == "json":
        return json.dumps(index_advice_as_json(advice), indent=2, ensure_ascii=False)
    if fmt == "markdown":
        return index_advice_as_markdown(advice)
    if fmt == "html":
        return index_advice_as_html(advice)
    return index_advice_as_text(advice, shutil.get_terminal_size((120, 40)).columns)
