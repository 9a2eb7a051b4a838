"""Make the objects of a snapshot in a shadow; what cannot be made is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.domain.catalog import Catalog, RelationKind
from analyzer.domain.index import RelationName
from analyzer.domain.workload import NotSeen
from analyzer.planner.catalog_ddl import catalog_ddl
from analyzer.planner.shadow_script import is_silent, is_wanted, subject
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.postgres.connect import Connection
from analyzer.postgres.script import FailedStatement, run_script
from analyzer.postgres.shadow_database import create_collation, create_extension
from analyzer.statements.split import split_statements

SCRIPT_DEADLINE_S = 300.0

ALLOWED_EXTENSIONS = frozenset(
    {
        "bloom",
        "btree_gin",
        "btree_gist",
        "citext",
        "cube",
        "dict_int",
        "dict_xsyn",
        "earthdistance",
        "fuzzystrmatch",
        "hstore",
        "intarray",
        "isn",
        "lo",
        "ltree",
        "pg_trgm",
        "seg",
        "tablefunc",
        "tsm_system_rows",
        "tsm_system_time",
        "unaccent",
        "vector",
    }
)
"""Extensions that add types, operators and functions, and reach nothing outside."""

_NO_MATTER = frozenset(
    {
        "amcheck",
        "auto_explain",
        "hypopg",
        "pageinspect",
        "pg_buffercache",
        "pg_freespacemap",
        "pg_prewarm",
        "pg_repack",
        "pg_stat_statements",
        "pg_visibility",
        "pgrowlocks",
        "pgstattuple",
        "plpgsql",
    }
)
_MISSING_COLLATION = re.compile(
    r'collation "(?:(?P<schema>[^".]+)\.)?(?P<name>[^"]+)" for encoding'
)
_EXAMPLES = 8


def make_extensions(
    admin: Connection, snapshot: PlannerSnapshot, owner: str
) -> Iterator[NotSeen]:
    """Create the extensions that are allowed; yields those that could not be made."""
    for item in snapshot.extensions:
        if item.name in _NO_MATTER:
            continue
        why: str | None = "pgproof does not have it"
        if item.name in ALLOWED_EXTENSIONS:
            why = create_extension(admin, item.name, item.schema, owner)
        if why is not None:
            yield NotSeen(what=f"objects that need the extension {item.name}", why=why)


def make_schema(
    owner: Connection, admin: Connection, snapshot: PlannerSnapshot
) -> Iterator[NotSeen]:
    """Run the DDL as the owner; yields the objects that could not be made."""
    foreign = _ForeignTables(snapshot.catalog)
    statements = [
        foreign.as_table(text) for text in split_statements(snapshot.schema_sql)
    ]
    wanted = [statement for statement in statements if is_wanted(statement)]
    left_out = [s for s in statements if not is_wanted(s) and not is_silent(s)]
    collations: set[str] = set()

    def recover(failure: FailedStatement) -> bool:
        return _make_collation(admin, failure, collations)

    failed = run_script(owner, wanted, deadline_s=SCRIPT_DEADLINE_S, recover=recover)
    for failure in failed:
        is_made = subject(failure.statement).replace('"', "") in {
            f"collation {name}" for name in collations
        }
        if failure.sqlstate != _DUPLICATE_SCHEMA and not is_made:
            yield NotSeen(what=subject(failure.statement), why=failure.message)
    if left_out:
        names = ", ".join(subject(statement) for statement in left_out[:_EXAMPLES])
        is_all = len(left_out) <= _EXAMPLES
        yield NotSeen(
            what=names if is_all else f"{len(left_out)} objects, among them {names}",
            why="a shadow does not make objects of this kind",
        )
    if foreign.made:
        yield NotSeen(
            what=f"what {', '.join(foreign.made[:_EXAMPLES])} cost to read remotely",
            why="foreign tables are planned as tables of the same size, since a shadow "
            "has no foreign servers",
        )
    if collations:
        yield NotSeen(
            what=f"how the collations {', '.join(sorted(collations))} sort",
            why="this system does not have them; C.UTF-8 is used, so estimates of "
            "ranges of texts may be off",
        )


class _ForeignTables:
    """Puts ordinary tables of the same columns in the place of foreign ones."""

    def __init__(self, catalog: Catalog) -> None:
        self._by_text = {
            ".".join((relation.name.schema, relation.name.name)): relation.name
            for relation in catalog.relations
            if relation.kind is RelationKind.FOREIGN
        }
        self._catalog = catalog
        self.made: list[str] = []

    def as_table(self, statement: str) -> str:
        match = _FOREIGN_TABLE.match(statement)
        if match is None:
            return statement
        parts = (
            text[1:-1].replace('""', '"') if text.startswith('"') else text
            for text in match.groups()
        )
        name = self._by_text.get(".".join(parts))
        if name is None:
            return statement
        self.made.append(str(name))
        return catalog_ddl(self._catalog, (name,), schemas=False).strip().rstrip(";")


_DUPLICATE_SCHEMA = "42P06"
_IDENTIFIER = r'("(?:[^"]|"")+"|[\w$]+)'
_FOREIGN_TABLE = re.compile(
    rf"\s*CREATE FOREIGN TABLE {_IDENTIFIER}\.{_IDENTIFIER}\s*\("
)


def _make_collation(
    admin: Connection, failure: FailedStatement, made: set[str]
) -> bool:
    match = _MISSING_COLLATION.search(failure.message)
    if match is None:
        return False
    name = RelationName(match["schema"] or "pg_catalog", match["name"])
    if str(name) in made or not create_collation(admin, name.schema, name.name):
        return False
    made.add(str(name))
    return True
