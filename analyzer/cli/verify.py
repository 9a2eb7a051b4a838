"""pgproof verify: is it true that this index, or this rewrite, pays?"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import click

from analyzer.cli.output import write
from analyzer.cli.progress import ProgressPrinter
from analyzer.cli.where import is_dsn, place_of, registered_target, resolve_target
from analyzer.config import read_settings
from analyzer.domain.measurement import Measurement, ProofVerdict
from analyzer.domain.target import Address
from analyzer.domain.workload import ParameterSet
from analyzer.errors import NotAllowedHere, UserError
from analyzer.pipeline.generated_database import DEFAULT_ROWS, SEED, GeneratedOptions
from analyzer.pipeline.service import open_store
from analyzer.pipeline.verify import GivenStatement, VerifyRequest, verify
from analyzer.pipeline.verify_stored import StoredProof, save_proof, stored_proof
from analyzer.report.measurement_as_json import measurement_as_json
from analyzer.report.measurement_as_lines import (
    measurement_as_markdown,
    measurement_as_text,
)
from analyzer.sources.workload_files import FileStatement, read_workload
from analyzer.verification.measure import MeasureOptions

FORMATS = ("text", "json", "markdown")
_FILE = click.Path(path_type=Path)


@click.command(name="verify")
@click.argument("recommendation", required=False, metavar="[RECOMMENDATION]")
@click.option("--index", multiple=True, metavar="DDL", help="CREATE INDEX … to prove.")
@click.option("--drop", multiple=True, metavar="NAME", help="Index to do without.")
@click.option(
    "--rewrite", nargs=2, type=_FILE, metavar="A.sql B.sql", help="B in place of A."
)
@click.option("--workload", "-w", type=_FILE, help="File or folder of statements.")
@click.option("--clone", metavar="DSN", help="A copy nobody uses; indexes are built.")
@click.option("--generated", is_flag=True, help="On rows made from statistics.")
@click.option(
    "--rows",
    default=DEFAULT_ROWS,
    show_default=True,
    type=click.IntRange(1000, 100_000_000),
    help="At most so many generated rows in all tables.",
)
@click.option("--snapshot", type=_FILE, help="Statistics from this file.")
@click.option("--target", "-t", metavar="DSN|NAME", help="Statistics from there.")
@click.option(
    "--rolled-back",
    is_flag=True,
    help="On the target, in transactions rolled back: writers wait meanwhile.",
)
@click.option("--no-cold", is_flag=True, help="Only with pages in memory.")
@click.option(
    "--run-limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, 3600),
    metavar="S",
    help="Seconds after which a run is given up.",
)
@click.option("--seed", default=SEED, help="Of the rows and of the intervals.")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="text")
@click.option("--output", "-o", type=_FILE, help="Write to a file.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def verify_command(**options: object) -> int:
    """Measure whether an index, a dropped index or a rewrite really pays.

    Statements run before and after in turns, several times, until what they say is
    clear; writing ones are rolled back. RECOMMENDATION is the number of a stored one,
    whose page then shows the result. Exit code 0 is "confirmed", 1 is not.
    """
    output = options["output"]
    path = output if isinstance(output, Path) else None
    with ProgressPrinter(quiet=bool(options["quiet"])) as progress:
        stored = _stored(options)
        request = _request(options, stored)
        found = verify(request, progress)
    if stored is not None:
        with open_store(place_of(read_settings(os.environ))) as store:
            save_proof(store, stored.recommendation_id, found)
    write(_render(found, str(options["fmt"])), path)
    return 0 if found.verdict is ProofVerdict.CONFIRMED else 1


def _stored(options: dict[str, object]) -> StoredProof | None:
    text = options["recommendation"]
    if text is None:
        return None
    if options["index"] or options["drop"] or options["rewrite"]:
        raise UserError(
            "a recommendation says itself what to verify",
            hint="Leave --index, --drop and --rewrite out, or the recommendation.",
        )
    if not str(text).isdecimal():
        raise UserError(
            f'"{text}" is not the number of a recommendation',
            hint="Its page has it in its address: /recommendations/NUMBER.",
        )
    with open_store(place_of(read_settings(os.environ))) as store:
        return stored_proof(store, int(str(text)))


def _request(options: dict[str, object], stored: StoredProof | None) -> VerifyRequest:
    statements = _statements(options) or (stored.statements if stored else ())
    source = _source(options, stored)
    clone = options["clone"]
    generated = None
    if options["generated"] or (options["snapshot"] and not clone):
        generated = GeneratedOptions(
            rows=int(str(options["rows"])), seed=int(str(options["seed"]))
        )
    return VerifyRequest(
        indexes=stored.indexes if stored else _many(options["index"]),
        drop=stored.drop if stored else _many(options["drop"]),
        statements=statements,
        clone=_clone(str(clone)) if clone else None,
        rolled_back=_rolled_back(options) if options["rolled_back"] else None,
        generated=generated,
        snapshot_path=_path(options["snapshot"]),
        source=source,
        options=MeasureOptions(
            run_limit_ms=int(str(options["run_limit"])) * 1000,
            cold=not options["no_cold"],
            seed=int(str(options["seed"])),
        ),
    )


def _statements(options: dict[str, object]) -> tuple[GivenStatement, ...]:
    found: list[GivenStatement] = []
    rewrite = options["rewrite"]
    if isinstance(rewrite, tuple) and rewrite:
        before, after = (_one(Path(str(item))) for item in rewrite)
        found.append(
            GivenStatement(name=before.name, query=before.query, rewritten=after.query)
        )
    workload = _path(options["workload"])
    if workload is not None:
        found += [_given(item) for item in read_workload(workload)]
    return tuple(found)


def _one(path: Path) -> GivenStatement:
    found = read_workload(path)
    if len(found) != 1:
        raise UserError(
            f'"{path}" holds {len(found)} statements', hint="Give one in each file."
        )
    return _given(found[0])


def _given(item: FileStatement) -> GivenStatement:
    return GivenStatement(
        name=item.name,
        query=item.query,
        weight=item.weight,
        parameter_sets=tuple(
            ParameterSet(values=values, label=f"given {n}", source="workload file")
            for n, values in enumerate(item.parameters, start=1)
        ),
    )


def _source(options: dict[str, object], stored: StoredProof | None) -> Address | None:
    target = options["target"]
    if options["rolled_back"]:
        return None
    if target:
        return resolve_target(str(target))[0]
    if stored and not options["snapshot"] and not options["clone"]:
        return registered_target(stored.target_name).address
    return None


def _clone(text: str) -> Address:
    """Whoever gives a DSN as clone says that it is one; a target must be marked so."""
    address, permissions = resolve_target(text)
    if not is_dsn(text) and not permissions.is_clone:
        raise NotAllowedHere(
            f'the target "{text}" is not registered as a clone',
            detail="rule permission: indexes are only built on a clone.",
            hint="Register it with --clone, or give the DSN of a clone.",
        )
    return address


def _rolled_back(options: dict[str, object]) -> Address:
    target = str(options["target"] or "")
    if not target or not is_dsn(target):
        raise NotAllowedHere(
            "building on a watched server needs its owner's own DSN",
            detail="rule permission: writers of the table wait for each build.",
            hint="Give --target DSN with --rolled-back, or use --generated.",
        )
    return resolve_target(target)[0]


def _path(value: object) -> Path | None:
    return value if isinstance(value, Path) else None


def _many(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()


def _render(found: Measurement, fmt: str) -> str:
    if fmt == "json":
        return json.dumps(measurement_as_json(found), indent=2, ensure_ascii=False)
    if fmt == "markdown":
        return measurement_as_markdown(found)
    return measurement_as_text(found, shutil.get_terminal_size((120, 40)).columns)
