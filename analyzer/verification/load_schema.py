"""Load a schema that somebody wrote into a trial database, as a role without rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.domain.equivalence import CheckedSchema
from analyzer.domain.workload import NotSeen, some_of
from analyzer.postgres.connect import Connection
from analyzer.postgres.guard_names import TRUSTED_EXTENSIONS
from analyzer.postgres.queries import load
from analyzer.postgres.script import run_script
from analyzer.postgres.trial_cluster import create_extensions
from analyzer.statements.ddl_kind import DdlKind, ddl_kind
from analyzer.statements.hidden_actions import (
    ROW_SECURITY,
    HiddenAction,
    hidden_action,
)
from analyzer.statements.split import split_statements
from analyzer.verification.schema_facts import FOLDER

DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSchema:
    """What of a schema's script did not make it, and what would act on its tables."""

    not_seen: tuple[NotSeen, ...]
    hidden: tuple[HiddenAction, ...]


def load_schema(
    owner: Connection, admin: Connection, schema: CheckedSchema, role: str
) -> LoadedSchema:
    """Run the DDL; what could not be made is listed, the rest goes on.

    Triggers, rules, policies and privileges are left out: they do not change what a
    query returns for given rows to its owner. Of other readers, row-level security
    hides rows, so that foreign keys to such a table promise them nothing.

    Args:
        owner: of the role that owns the database.
        admin: of the superuser, in the same database, for extensions by name.
        schema: the DDL and what it needs.
        role: that owns the database.

    Raises:
        QuerySyntaxError: the DDL cannot be cut into statements.
    """
    statements = [
        (text, ddl_kind(text)) for text in split_statements(_without_psql(schema.ddl))
    ]
    wanted = [text for text, kind in statements if kind is DdlKind.WANTED]
    named = [text for text, kind in statements if kind is DdlKind.EXTENSION]
    extensions = [*schema.extensions, *_extensions(named)]
    left_out = [text for text, kind in statements if kind is not DdlKind.WANTED]
    hidden = tuple(filter(None, map(hidden_action, left_out)))
    not_seen = (
        *_make_extensions(admin, extensions, role),
        *_failures(owner, wanted),
        *_left_out([text for text, kind in statements if kind is DdlKind.OTHER]),
        *_without_promises(owner, hidden),
        *_without_unproven(owner),
    )
    return LoadedSchema(not_seen=not_seen, hidden=hidden)


def _without_promises(
    owner: Connection, hidden: Sequence[HiddenAction]
) -> Iterator[NotSeen]:
    """Drop the foreign keys to tables of which a reader may not see every row."""
    names = sorted({one.relation for one in hidden if one.what == ROW_SECURITY})
    if not names:
        return
    query = load("references_to", folder=FOLDER).encode()
    dropped = owner.execute(query, {"names": names}).fetchall()
    for (statement,) in dropped:
        owner.execute(str(statement).encode())
    if dropped:
        what = f"foreign keys to {', '.join(names)}"
        yield NotSeen(what=what, why="row-level security may hide what they point to")


def _without_unproven(owner: Connection) -> Iterator[NotSeen]:
    """Give up constraints that rows may break, so that no proof rests on them.

    Rows from before may break one that is NOT VALID, though in a new table none could
    (PostgreSQL manual, ALTER TABLE); rows of an open transaction one that is
    DEFERRABLE, so that the planner does not rely on a unique one of them either
    (pg_index.indimmediate). What a foreign key links, most rows still fulfil: it stays
    in the catalog, not enforced.
    """
    query = load("unproven_constraints", folder=FOLDER).encode()
    names = []
    for name, statement in owner.execute(query).fetchall():
        if statement:
            owner.execute(str(statement).encode())
        names.append(str(name))
    if names:
        yield NotSeen(
            what=f"constraints that are NOT VALID or DEFERRABLE: {some_of(names)}",
            why="rows from before, or of an open transaction, may break them",
        )


def _without_psql(ddl: str) -> str:
    r"""The text without commands of psql, such as pg_dump's \restrict."""
    if "\\" not in ddl:
        return ddl
    lines = ddl.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("\\"))


def _extensions(statements: list[str]) -> list[tuple[str, str]]:
    words = [text.replace('"', "").split() for text in statements]
    skipped = {"create", "extension", "if", "not", "exists"}
    names = [next((w for w in ws if w.lower() not in skipped), "") for ws in words]
    return [(name, "public") for name in names]


def _make_extensions(
    admin: Connection, extensions: list[tuple[str, str]], role: str
) -> Iterator[NotSeen]:
    trusted = [item for item in extensions if item[0] in TRUSTED_EXTENSIONS]
    failed = create_extensions(admin, trusted, role)
    unknown = {n: "pgproof does not have it" for n, _ in extensions}
    unknown = {n: why for n, why in unknown.items() if n not in TRUSTED_EXTENSIONS}
    unknown.pop("plpgsql", None)
    for name, why in {**unknown, **failed}.items():
        yield NotSeen(what=f"objects that need the extension {name}", why=why)


def _failures(owner: Connection, statements: list[str]) -> Iterator[NotSeen]:
    for failure in run_script(owner, statements, deadline_s=DEADLINE_S):
        if failure.sqlstate != _DUPLICATE_SCHEMA:
            yield NotSeen(what=_head(failure.statement), why=failure.message)


_DUPLICATE_SCHEMA = "42P06"


def _left_out(statements: list[str]) -> Iterator[NotSeen]:
    for text in statements:
        yield NotSeen(what=_head(text), why="statements of this kind are not run here")


def _head(statement: str) -> str:
    return " ".join(statement.split())[:80]
