"""Rank recommendations; two for one thing become one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analyzer.advisors.index import foreign_key_index
from analyzer.domain.recommendation import (
    AffectedStatement,
    Basis,
    CreateIndex,
    DropIndex,
    Evidence,
    Recommendation,
    RewriteQuery,
    RunMaintenance,
)
from analyzer.indexing.definition import covers
from analyzer.statements.identifiers import quote_identifier

_STRENGTH = {Basis.ASSUMED: 0, Basis.ESTIMATED: 1, Basis.MEASURED: 2}

# Of several reasons to drop one index the first needs the least trust in counters.
_SAFEST_FIRST = ("duplicate_index", "redundant_index", "unused_index")

_Wins = Callable[[Recommendation, Recommendation], bool]


def combine(found: Sequence[Recommendation]) -> tuple[Recommendation, ...]:
    """Merge recommendations for one thing and rank the rest by impact.

    The strongest basis wins, then the wider index or the safer reason; what loses
    becomes evidence of what wins.
    """
    kept: list[Recommendation] = []
    for rec in sorted(found, key=_weakest_first, reverse=True):
        for position, other in enumerate(kept):
            if _same_thing(other, rec):
                kept[position] = _absorb(*_winner_first(other, rec))
                break
        else:
            kept.append(rec)
    return tuple(sorted(kept, key=_rank))


def _weakest_first(rec: Recommendation) -> tuple[int, float, str]:
    return (_STRENGTH[rec.basis], rec.impact_ratio, rec.identity)


def _rank(rec: Recommendation) -> tuple[float, float, str, str]:
    """By impact; where that cannot be told, by the time of what it touches."""
    touched = sum(item.exec_time_ratio for item in rec.affects)
    return (-rec.impact_ratio, -touched, rec.advisor, rec.identity)


def _same_thing(one: Recommendation, other: Recommendation) -> bool:
    match one.action, other.action:
        case CreateIndex(), CreateIndex():
            return _covers(one, other) or _covers(other, one)
        case DropIndex() as left, DropIndex() as right:
            return left.index == right.index
        case RunMaintenance() as left, RunMaintenance() as right:
            return left.ddl == right.ddl
        case RewriteQuery() as left, RewriteQuery() as right:
            return (left.original, left.query) == (right.original, right.query)
    return False


def _covers(wide: Recommendation, narrow: Recommendation) -> bool:
    """Whether one index does what the other is for.

    A foreign key's look-up compares its columns by ``=``, so rows without a value may
    be missing from the index (ri_triggers.c).
    """
    if not isinstance(wide.action, CreateIndex):
        return False
    if not isinstance(narrow.action, CreateIndex):
        return False
    index, wanted = wide.action.definition, narrow.action.definition
    if narrow.advisor == foreign_key_index.ADVISOR.slug and index.predicate in {
        f"{quote_identifier(key.attribute)} IS NOT NULL" for key in wanted.keys
    }:
        index = replace(index, predicate="")
    return covers(index, wanted)


def _winner_first(
    one: Recommendation, other: Recommendation
) -> tuple[Recommendation, Recommendation]:
    """An index must cover the other to win; otherwise the stronger basis does."""
    match one.action, other.action:
        case CreateIndex(), CreateIndex():
            if not (_covers(one, other) and _covers(other, one)):
                return (one, other) if _covers(one, other) else (other, one)
    ranked = sorted(
        (one, other),
        key=lambda rec: (-_STRENGTH[rec.basis], _safety(rec), -rec.impact_ratio),
    )
    return ranked[0], ranked[1]


def _safety(rec: Recommendation) -> int:
    known = rec.advisor in _SAFEST_FIRST
    return _SAFEST_FIRST.index(rec.advisor) if known else -1


def _absorb(winner: Recommendation, loser: Recommendation) -> Recommendation:
    """The winner with the other's claim, statements and caveats."""
    affects = {item.fingerprint: item for item in (*loser.affects, *winner.affects)}
    disjoint = len(affects) == len(loser.affects) + len(winner.affects)
    impacts = (winner.impact_ratio, loser.impact_ratio)
    return replace(
        winner,
        evidence=(
            *winner.evidence,
            Evidence(claim=f"{loser.advisor}: {loser.title}", quantity=loser.before),
        ),
        affects=tuple(sorted(affects.values(), key=_largest_first)),
        caveats=tuple(dict.fromkeys((*winner.caveats, *loser.caveats))),
        impact_ratio=sum(impacts) if disjoint else max(impacts),
    )


def _largest_first(item: AffectedStatement) -> tuple[float, str]:
    return (-item.exec_time_ratio, item.fingerprint)
