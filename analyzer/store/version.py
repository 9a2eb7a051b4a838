"""Which schema the store has, and whether this version can work with it."""

from __future__ import annotations

from analyzer.errors import SchemaTooOld
from analyzer.store.database import Store
from analyzer.store.migrations import FOLDER


def head_revision() -> str:
    """The revision this version works with: the number of the last migration."""
    return max(path.name.partition("_")[0] for path in FOLDER.glob("[0-9]*.sql"))


def check_schema(store: Store) -> None:
    """Make sure that the store has the schema this version works with.

    Raises:
        StoreUnreachable: the store cannot be reached.
        SchemaTooOld: it was written by an older or a newer pgproof; the hint says
            what to do.
    """
    found: str | None = None
    if store.value("schema_exists"):
        found = store.value("schema_version")
    refuse_newer(found)
    if found != head_revision():
        raise SchemaTooOld(
            "the store's schema is older than this version of pgproof",
            detail=f"It is at {found or 'nothing'}, {head_revision()} is needed.",
            hint="Start pgproof up, which brings it up to date.",
        )


def refuse_newer(found: str | None) -> None:
    """Refuse a schema this version does not know.

    Raises:
        SchemaTooOld: it was written by a newer pgproof.
    """
    if found is not None and found > head_revision():
        raise SchemaTooOld(
            "the store was written by a newer version of pgproof",
            detail=f"Its schema is {found}, this version knows {head_revision()}.",
            hint="Install that version again, or set PGPROOF_DATABASE_URL to another "
            "database.",
        )
