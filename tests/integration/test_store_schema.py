from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.errors import ConfigError, SchemaTooOld, StoreError, StoreUnreachable
from analyzer.postgres.connect import on_database, session
from analyzer.store import migrations
from analyzer.store.database import Store
from analyzer.store.migrate import ensure_database, migrate
from analyzer.store.version import check_schema, head_revision

pytestmark = pytest.mark.integration

SCHEMA = Path(migrations.__file__).parents[1] / "schema.sql"
CATALOG = """
SELECT 'column', table_name, column_name, ordinal_position::text, data_type,
       is_nullable, coalesce(column_default, ''), coalesce(collation_name, ''),
       is_identity
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, contype::text,
       pg_get_constraintdef(oid), '', '', '', ''
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
  AND conrelid::regclass::text <> 'alembic_version'
UNION ALL
SELECT 'index', tablename, indexname, indexdef, '', '', '', '', ''
FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL
SELECT 'function', oid::regprocedure::text, prosrc, '', '', '', '', '', ''
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend
                  WHERE objid = pg_proc.oid AND deptype = 'e')
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid), '', '', '', '',
       '', ''
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'partition key', partrelid::regclass::text, pg_get_partkeydef(partrelid),
       '', '', '', '', '', ''
FROM pg_partitioned_table
ORDER BY 1, 2, 3, 4
"""


def test_schema_sql_is_the_sum_of_the_migrations(
    database: Address, store_template: Address
) -> None:
    with session(database, read_only=False) as connection:
        connection.execute("DROP EXTENSION pg_stat_statements")
        connection.execute(SCHEMA.read_bytes())
        by_file = connection.execute(CATALOG).fetchall()
    with session(store_template) as connection:
        by_migrations = connection.execute(CATALOG).fetchall()
    assert len(by_file) > 200
    assert by_file == by_migrations


def test_migrations_are_numbered_in_one_line() -> None:
    names = sorted(path.stem for path in migrations.FOLDER.glob("[0-9]*.sql"))
    revisions = sorted(
        path.stem for path in (migrations.FOLDER / "versions").glob("[0-9]*.py")
    )
    assert names == revisions
    assert [name[:4] for name in names] == [
        f"{number:04}" for number in range(1, len(names) + 1)
    ]


def test_many_processes_may_migrate_at_once(database: Address) -> None:
    with ThreadPoolExecutor(3) as pool:
        reached = list(pool.map(migrate, [database] * 3))
    assert reached == [head_revision()] * 3
    with Store.open(database) as store:
        check_schema(store)


def test_a_newer_store_is_left_alone(store: Store, store_address: Address) -> None:
    with store.connection() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooOld, match="newer version"):
        check_schema(store)
    with pytest.raises(SchemaTooOld, match="newer version"):
        migrate(store_address)


def test_a_failed_migration_leaves_nothing(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute("CREATE TABLE audit (mine int)")
    with pytest.raises(StoreError) as caught:
        migrate(database)
    assert "audit" in (caught.value.detail or "")
    with session(database) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert tables == [("audit",)]


def test_migrating_nowhere(superuser: Address) -> None:
    with pytest.raises(StoreUnreachable):
        migrate(on_database(superuser, "not_there"))


def test_the_database_is_made_once(superuser: Address) -> None:
    address = on_database(superuser, "made_by_test")
    assert ensure_database(address)
    assert not ensure_database(address)
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE made_by_test")
    with pytest.raises(ConfigError):
        ensure_database(on_database(superuser, 'a"; DROP DATABASE postgres; --'))
