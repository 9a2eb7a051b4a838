"""A database to watch: registered, and as a rule scanned every night."""

from __future__ import annotations

from analyzer.domain.target import Target
from analyzer.store.database import Store
from analyzer.store.schedules import set_schedule
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import add_target


def register_target(
    store: Store, box: SecretBox, target: Target, *, nightly: bool = True
) -> int:
    """Register a target, with a nightly scan if wished; returns its id.

    Raises:
        UserError: a target of that name exists, or the name is empty.
    """
    target_id = add_target(store, box, target)
    if nightly:
        set_schedule(store, target_id)
    return target_id
