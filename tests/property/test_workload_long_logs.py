"""A log of more executions than may be in memory tells what it tells in memory."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.execution import OWN_APPLICATION, Execution, LogContents
from analyzer.domain.execution_columns import columns_of
from analyzer.domain.log_report import LogFilter
from analyzer.domain.statement import Fingerprint
from analyzer.report.logs_as_json import log_report as as_document
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.workload import findings_offsets, findings_runs
from analyzer.workload.log_filter import filtered
from analyzer.workload.log_summary import log_report

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
TEXTS = (
    "BEGIN",
    "COMMIT",
    "SELECT * FROM items WHERE id = {}",
    "SELECT * FROM orders WHERE day = {}",
    "SELECT * FROM pages ORDER BY id LIMIT 10 OFFSET {}",
    "INSERT INTO items (id) VALUES ({})",
    "UPDATE orders SET day = {}",
)
Step = tuple[int, int, int, int, int, int, bool]
# What one session does: statements in turn, so many in all, then a pause.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(range(len(TEXTS))),
        st.sampled_from((1, 1, 1, 2, 3)),
        st.sampled_from((*range(1, 10), 15, 30)),
        st.sampled_from((0, 1, 20, 300, 70_000)),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=40,
)


def executions(
    steps: list[Step],
) -> list[Execution]:
    found = []
    at = {session: NOON for session in range(3)}
    for step, (session, text, turns, count, pause_ms, local, grows) in enumerate(steps):
        for number in range(count):
            which = (text + number % turns) % len(TEXTS)
            duration_ms = (number + 1) * 0.75 if grows else 0.5
            at[session] += timedelta(milliseconds=duration_ms + 1)
            found.append(
                Execution(
                    logged_at=at[session],
                    duration_ms=duration_ms,
                    query=TEXTS[which].format(number if grows else step % 3),
                    session_id=f"s{session}",
                    process_id=session + 1,
                    virtual_transaction_id=f"3/{local}" if local else "",
                    database="shop",
                    application_name=OWN_APPLICATION if session == 2 else "web",
                    fingerprint=Fingerprint(f"{which:016x}"),
                )
            )
        at[session] += timedelta(milliseconds=pause_ms)
    return found


def limited(patch: pytest.MonkeyPatch, rows: int, session_rows: int) -> None:
    patch.setattr("analyzer.domain.pages.SPILL_ROWS", rows)
    patch.setattr("analyzer.workload.session_rows.CHUNK_ROWS", session_rows)
    patch.setattr("analyzer.workload.session_rows.MAX_LOOP_CHUNKS", 1_000)
    patch.setattr("analyzer.workload.logged_shares._MAX_DENSE", 5)


@given(STEPS)
def test_a_report_of_parts(
    steps: list[Step],
) -> None:
    contents = LogContents(executions=columns_of(executions(steps)))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MIN_REPEATED_CALLS", "MIN_SAVED_MS", "MIN_INSERT_RUN"):
            patch.setattr(findings_runs, name, 2)
        patch.setattr(findings_runs, "MIN_INSERTS", 2)
        patch.setattr(findings_offsets, "MIN_PAGES_IN_ALL", 5)
        whole = log_report(contents)
        limited(patch, 12, 6)
        assert log_report(contents) == whole


@pytest.mark.parametrize("name", ["shop.log.gz", "shop.csv.gz", "shop.json.gz"])
def test_a_real_log_in_parts(name: str, tmp_path: Path) -> None:
    path = tmp_path / name.removesuffix(".gz")
    path.write_bytes(gzip.decompress((ROOT / "sample_logs" / name).read_bytes()))
    wanted = LogFilter(application="storefront")

    def told() -> list[dict[str, Any]]:
        contents = read_log_files([path], LogOptions(keep_texts=False))
        some = filtered(contents, wanted)
        return [as_document(log_report(each)) for each in (contents, some)]

    whole = told()
    with pytest.MonkeyPatch.context() as patch:
        limited(patch, 400, 100)
        patch.setattr("analyzer.sources.log_bytes.WINDOW_BYTES", 50_000)
        assert told() == whole
    assert whole[0]["execution_count"] > whole[1]["execution_count"] > 400
