"""What of a recommendation can be measured: indexes made or left out, a new text."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.domain.recommendation import Action, CreateIndex, DropIndex, RewriteQuery
from analyzer.indexing.definition import ddl


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurable:
    """A change that a bench can make and undo.

    Attributes:
        indexes: one CREATE INDEX statement each.
        drop: names of existing indexes to do without.
        original: the query that ``rewritten`` stands for afterwards; empty for none.
        rewritten: the new text.
    """

    indexes: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    original: str = ""
    rewritten: str | None = None


def measurable(action: Action) -> Measurable | None:
    """The change that an action makes, none where it cannot be measured.

    An index is built by one statement, on a partitioned table too: what the DDL of the
    action does beyond it spares the writers of a live table. A text that needs an index
    is measured with it.
    """
    match action:
        case CreateIndex():
            return Measurable(indexes=(ddl(action.definition, name=action.name),))
        case DropIndex():
            return Measurable(drop=(str(action.index),))
        case RewriteQuery():
            needed = action.needs_index
            return Measurable(
                indexes=(ddl(needed),) if needed else (),
                original=action.original,
                rewritten=action.query,
            )
    return None
