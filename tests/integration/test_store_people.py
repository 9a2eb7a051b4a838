from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from analyzer.domain.target import Permissions
from analyzer.errors import ConfigError, StoreError, UserError
from analyzer.store import audit, users
from analyzer.store.database import Store
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import (
    add_target,
    find_target,
    get_target,
    list_targets,
    remove_target,
    target_with_password,
    update_target,
)
from analyzer.store.users import Role
from tests.support.scan_results import item, recommendation, result
from tests.support.stores import BOX, some_target

pytestmark = pytest.mark.integration


def test_a_target_comes_back_without_and_with_its_password(store: Store) -> None:
    wanted = replace(
        some_target(),
        permissions=Permissions(is_clone=True),
        log_paths=("/var/log/postgresql/*.log",),
    )
    target_id = add_target(store, BOX, wanted)
    record = get_target(store, target_id)
    assert record is not None and record.has_password and record.is_clone
    assert record == find_target(store, "shop")
    assert "s3cret" not in repr(record)
    full = target_with_password(store, BOX, target_id)
    assert full == replace(wanted, target_id=target_id)
    assert "s3cret" not in repr(full)


def test_the_password_is_nowhere_in_the_store(store: Store) -> None:
    add_target(store, BOX, some_target())
    with store.connection() as connection:
        rows = connection.execute("SELECT target::text, password FROM target")
        (text, token) = rows.fetchone() or ("", b"")
    assert "s3cret" not in text and b"s3cret" not in bytes(token)


def test_another_key_is_told_and_not_a_crash(store: Store) -> None:
    target_id = add_target(store, BOX, some_target())
    with pytest.raises(ConfigError, match="cannot be decrypted"):
        target_with_password(store, SecretBox("another key"), target_id)


def test_targets_change_and_keep_their_password_if_asked(store: Store) -> None:
    target_id = add_target(store, BOX, some_target())
    moved = replace(
        some_target("moved"),
        target_id=target_id,
        address=replace(some_target().address, host="other", password=""),
    )
    assert update_target(store, BOX, moved, keep_password=True)
    found = target_with_password(store, BOX, target_id)
    assert (found.name, found.address.host) == ("moved", "other")
    assert found.address.password == "s3cret"
    assert update_target(store, BOX, moved)
    record = get_target(store, target_id)
    assert record is not None and not record.has_password


def test_names_of_targets_are_unique(store: Store) -> None:
    first = add_target(store, BOX, some_target())
    with pytest.raises(UserError, match="already a target"):
        add_target(store, BOX, some_target())
    add_target(store, BOX, some_target("other"))
    with pytest.raises(UserError, match="already a target"):
        update_target(store, BOX, replace(some_target("other"), target_id=first))
    with pytest.raises(UserError, match="needs a name"):
        add_target(store, BOX, some_target("  "))
    assert [record.name for record in list_targets(store)] == ["other", "shop"]


def test_a_removed_target_takes_all_with_it(store: Store, target_id: int) -> None:
    from analyzer.store.save import save_scan

    save_scan(store, target_id, result([item(1)], [recommendation(1)]))
    audit.append(store, "ann", "target.remove", "shop")
    assert remove_target(store, target_id)
    assert not remove_target(store, target_id)
    assert get_target(store, target_id) is None
    with pytest.raises(UserError):
        target_with_password(store, BOX, target_id)
    with store.connection() as connection:
        for table in ("scan", "statement_delta", "recommendation_event"):
            query = f"SELECT count(*) FROM {table}".encode()
            assert connection.execute(query).fetchone() == (0,)
    assert len(audit.list_audit(store)) == 1


def test_users(store: Store) -> None:
    ann = users.add_user(store, "Ann", "hash", Role.DBA)
    with pytest.raises(UserError, match="already a user"):
        users.add_user(store, " ann", "hash", Role.VIEWER)
    with pytest.raises(UserError, match="needs a name"):
        users.add_user(store, "", "hash", Role.VIEWER)
    found = users.find_user(store, "ANN")
    assert found is not None and found.user_id == ann
    assert "hash=" not in repr(found)
    assert found.role is Role.DBA
    users.record_login(store, ann, succeeded=False)
    users.record_login(store, ann, succeeded=False)
    found = users.get_user(store, ann)
    assert found is not None and found.failed_logins == 2
    users.record_login(store, ann, succeeded=True)
    found = users.get_user(store, ann)
    assert found is not None and found.failed_logins == 0
    assert found.last_login_at is not None
    assert users.find_user(store, "bob") is None


def test_a_change_of_a_user_ends_the_sessions(store: Store) -> None:
    ann = users.add_user(store, "ann", "hash", Role.VIEWER)
    versions = [1]
    for changes in ({"password_hash": "new"}, {"role": Role.DBA}, {"disabled": True}):
        if changes == {"disabled": True}:
            users.add_user(store, "bob", "hash", Role.DBA)
        assert users.set_user(store, ann, **changes)  # type: ignore[arg-type]
        found = users.get_user(store, ann)
        assert found is not None
        versions.append(found.session_version)
    assert all(later > earlier for earlier, later in pairwise(versions))
    assert not users.set_user(store, 99, password_hash="x")


def test_the_last_dba_stays(store: Store) -> None:
    ann = users.add_user(store, "ann", "hash", Role.DBA)
    for changes in ({"role": Role.VIEWER}, {"disabled": True}):
        with pytest.raises(UserError, match="last DBA"):
            users.set_user(store, ann, **changes)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="last DBA"):
        users.remove_user(store, ann)
    users.add_user(store, "bob", "hash", Role.DBA)
    assert users.remove_user(store, ann)
    assert [user.name for user in users.list_users(store)] == ["bob"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE audit SET user_name = 'x'", "DELETE FROM audit", "TRUNCATE audit"],
)
def test_the_audit_trail_can_only_be_added_to(store: Store, change: str) -> None:
    audit.append(store, "ann", "target.add", "shop", {"host": "db"})
    with pytest.raises(StoreError), store.connection() as connection:
        connection.execute(change.encode())
    (entry,) = audit.list_audit(store)
    assert (entry.user_name, entry.detail) == ("ann", {"host": "db"})
