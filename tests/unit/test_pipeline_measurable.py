"""A recommendation's change as one that a bench can make and undo."""

from __future__ import annotations

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.recommendation import (
    ChangeApplication,
    CreateIndex,
    DropIndex,
    RewriteQuery,
)
from analyzer.pipeline.measurable import Measurable, measurable

TABLE = RelationName("public", "reading")
INDEX = IndexDefinition(relation=TABLE, keys=(IndexKey(attribute="at"),))


def test_an_index_of_a_partitioned_table_is_built_by_one_statement() -> None:
    live = (
        "CREATE INDEX i ON ONLY public.reading (at);\n"
        "CREATE INDEX CONCURRENTLY p ON public.reading_1 (at);\n"
        "ALTER INDEX public.i ATTACH PARTITION public.p"
    )
    action = CreateIndex(ddl=live, definition=INDEX, name="i", size_bytes=8192)
    assert measurable(action) == Measurable(
        indexes=("CREATE INDEX i ON public.reading (at)",)
    )


def test_an_index_is_left_out_by_its_name() -> None:
    name = RelationName("public", "reading_at")
    action = DropIndex(ddl="DROP INDEX reading_at", index=name, size_bytes=8192)
    assert measurable(action) == Measurable(drop=("public.reading_at",))


def test_a_new_text_is_measured_with_the_index_it_needs() -> None:
    action = RewriteQuery(original="SELECT 1", query="SELECT 2", needs_index=INDEX)
    assert measurable(action) == Measurable(
        indexes=("CREATE INDEX ON public.reading (at)",),
        original="SELECT 1",
        rewritten="SELECT 2",
    )


def test_a_change_of_the_application_cannot_be_measured() -> None:
    assert measurable(ChangeApplication(instruction="Ask once.")) is None
