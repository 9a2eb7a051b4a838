"""Which target a page is about: the one in the address, else the first."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import NotFound

from analyzer.store import targets
from analyzer.store.targets import TargetRecord
from web import current
from web.params import integer


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChoice:
    """All targets, and the chosen one; none where there is no target at all."""

    chosen: TargetRecord | None
    targets: tuple[TargetRecord, ...]


def target_choice(*, default_first: bool = True) -> TargetChoice:
    """The targets, and the one named by ``?target=ID``.

    Args:
        default_first: choose the first by name where the address names none.

    Raises:
        UserError: the id is not a number.
        NotFound: there is no such target.
    """
    found = targets.list_targets(current.store())
    wanted = integer("target", request.args.get("target"))
    if wanted is None:
        first = found[0] if found and default_first else None
        return TargetChoice(chosen=first, targets=found)
    for target in found:
        if target.target_id == wanted:
            return TargetChoice(chosen=target, targets=found)
    raise NotFound


def target_or_404(target_id: int) -> TargetRecord:
    """The target of that id.

    Raises:
        NotFound: there is none.
    """
    target = targets.get_target(current.store(), target_id)
    if target is None:
        raise NotFound
    return target
