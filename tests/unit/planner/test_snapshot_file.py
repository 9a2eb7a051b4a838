from __future__ import annotations

import gzip
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzer.domain.catalog import (
    Attribute,
    Catalog,
    ForeignKey,
    Relation,
    RelationActivity,
    RelationKind,
)
from analyzer.domain.index import Index, IndexDefinition, IndexKey, RelationName
from analyzer.domain.workload import NotSeen
from analyzer.errors import SnapshotMismatch, SourceError
from analyzer.planner import snapshot_file
from analyzer.planner.snapshot_file import (
    ExtendedStatistics,
    ExtensionUse,
    Locale,
    PlannerSnapshot,
    load,
    save,
)

NOW = datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=UTC)
NAME = RelationName("we ird", 'T"ä\u202e')


def snapshot() -> PlannerSnapshot:
    definition = IndexDefinition(
        relation=NAME, keys=(IndexKey(attribute="a", nulls_first=True),), include=("b",)
    )
    relation = Relation(
        name=NAME,
        kind=RelationKind.PARTITIONED,
        reltuples=-1,
        relpages=3,
        size_bytes=24576,
        attributes=(
            Attribute(
                name="a", number=1, type_name="text", n_distinct=-0.5,
                most_common_freqs=(0.25, 0.125),
            ),
        ),
        indexes=(
            Index(
                name=NAME, definition=definition, size_bytes=1, ddl="CREATE INDEX",
                last_idx_scan_at=NOW,
            ),
        ),
        foreign_keys=(
            ForeignKey(
                name="f", attributes=("a",), referenced=NAME,
                referenced_attributes=("a",),
            ),
        ),
        unique_keys=(("a", "b"),),
        activity=RelationActivity(seq_scan=1, last_analyzed_at=NOW),
        partition_of=NAME,
        distinct_combinations=((("a", "b"), 7.0),),
    )  # fmt: skip
    catalog = Catalog(
        server_id="7",
        server_version_num=150020,
        database="d",
        read_at=NOW,
        relations=(relation,),
        settings={"work_mem": "4MB"},
        extensions={"citext": "1.6"},
    )
    return PlannerSnapshot(
        taken_at=NOW,
        server_version="15.20",
        catalog=catalog,
        schema_sql="CREATE TABLE t ();\n",
        statistics_sql="SELECT 1;",
        locale=Locale(lc_collate="en_US.UTF-8"),
        btree_heights={NAME: 2},
        planner_settings={"jit": "off"},
        extensions=(ExtensionUse(name="citext", version="1.6", schema="public"),),
        extended_statistics=(
            ExtendedStatistics(
                name=NAME, relation=NAME, n_distinct=((("a", "b"), 7.0),)
            ),
        ),
        from_catalog=(NAME,),
        not_seen=(NotSeen(what="x", why="y", hint="z"),),
    )


def test_a_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "s.pgproof"
    save(snapshot(), path)
    assert load(path) == snapshot()
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "s.pgproof"
    save(snapshot(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_snapshot_gives_the_same_file(tmp_path: Path) -> None:
    save(snapshot(), tmp_path / "a")
    save(snapshot(), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        save(snapshot(), tmp_path / "no" / "such" / "folder")


def changed(path: Path, **changes: object) -> None:
    document = json.loads(gzip.decompress(path.read_bytes()))
    path.write_bytes(gzip.compress(json.dumps({**document, **changes}).encode()))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a snapshot",
        gzip.compress(b"{", mtime=0),
        gzip.compress(b"[]", mtime=0),
        gzip.compress(b"[" * 100_000, mtime=0),
        gzip.compress(b'{"format": "something else"}', mtime=0),
        gzip.compress(b"x" * 10_000, mtime=0)[:50],
        gzip.compress(b"\xff\xfe\xfa", mtime=0),
    ],
)
def test_what_is_no_snapshot_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        load(path)
    assert caught.value.detail


def test_a_cut_or_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    save(snapshot(), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError):
        load(path)
    for changes in (
        {"catalog": None},
        {"catalog": 5},
        {"schema_sql": 5},
        {"taken_at": "yesterday"},
        {"btree_heights": [[{"schema": "a", "name": "b"}, "high"]]},
        {"extensions": {"a": 1}},
    ):
        save(snapshot(), path)
        changed(path, **changes)
        with pytest.raises(SourceError):
            load(path)


def test_a_newer_format_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s"
    save(snapshot(), path)
    changed(path, version=2)
    with pytest.raises(SnapshotMismatch) as caught:
        load(path)
    assert "newer" in caught.value.message


def test_an_unknown_field_is_ignored_and_a_missing_one_has_its_default(
    tmp_path: Path,
) -> None:
    path = tmp_path / "s"
    save(snapshot(), path)
    changed(path, future=1)
    assert load(path) == snapshot()
    document = json.loads(gzip.decompress(path.read_bytes()))
    del document["from_catalog"]
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    assert load(path) == replace(snapshot(), from_catalog=())


def test_a_bomb_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_file, "MAX_CONTENT_BYTES", 2_000_000)
    path = tmp_path / "s"
    path.write_bytes(gzip.compress(b" " * 5_000_000, mtime=0))
    with pytest.raises(SourceError) as caught:
        load(path)
    assert "unpacks" in (caught.value.detail or "")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        load(tmp_path / "none")
